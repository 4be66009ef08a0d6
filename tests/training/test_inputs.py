"""What a step shows: views in their order, images mixed with the right partners, one scale."""

import numpy as np
import pytest
import torch

from reproduce import losses
from reproduce.data.preparation import Images
from reproduce.errors import UserError
from reproduce.training.inputs import Inputs

CPU = torch.device("cpu")
COUNTS = [12, 8, 4]
# Batched for small images, albumentations for large ones.
SIZES = {"batched": 8, "albumentations": 72}


@pytest.fixture(params=SIZES)
def pictures(request):
    """24 colour images of noise; classes of 12, 8 and 4."""
    random = np.random.default_rng(4)
    size = SIZES[request.param]
    pixels = random.integers(0, 256, (24, size, size, 3), dtype=np.uint8)
    return Images(pixels, random.permutation(np.repeat([0, 1, 2], COUNTS)))


@pytest.fixture
def plain_colours():
    """24 grey images of 16 x 16, each of one grey of its own: a mixture gives away its parts."""
    labels = np.random.default_rng(3).permutation(np.repeat([0, 1, 2], COUNTS))
    greys = (5 + 10 * np.arange(24)).astype(np.uint8)
    pixels = np.broadcast_to(greys[:, None, None], (24, 16, 16)).copy()
    return Images(pixels, labels)


@pytest.fixture
def inputs(phase):
    """Return a function that makes the inputs of a phase."""

    def make(images, number=0, seed=0, **changed):
        given = phase(**{"batch_size": 6, **changed})
        return Inputs(given, images, COUNTS, number, 0, seed)

    return make


def crops(views=2):
    return {"transforms": "crop_flip", "views": views}


@pytest.mark.parametrize("views", [1, 2, 3])
def test_all_first_views_come_before_all_second_views(inputs, pictures, views):
    """Transforms that change nothing show which image stands in which row."""
    same = {"transforms": "flip", "transform_parameters": {"flip": 0.0}}
    shown = inputs(pictures, views=views, **same).batch(1, CPU)
    expected = pictures.tensor(shown.indices, CPU).repeat(views, 1, 1, 1)
    assert shown.images.shape == expected.shape == (6 * views, 3, *pictures.pixels.shape[1:3])
    assert torch.allclose(shown.images, expected, atol=1e-6)
    assert shown.labels.tolist() == pictures.labels[shown.indices].tolist()
    assert len(set(shown.indices.tolist())) == 6 and shown.mixed is None


def test_the_views_of_an_image_differ_and_those_of_another_seed_too(inputs, pictures):
    """One picture 24 times in one batch: what differs was drawn, by row or by image."""
    pixels = np.broadcast_to(pictures.pixels[:1], pictures.pixels.shape).copy()
    same = Images(pixels, pictures.labels)

    def views(**changed):
        shown = inputs(same, batch_size=24, **crops(), **changed).batch(0, CPU)
        by_row = shown.images.unflatten(0, (2, 24))
        return by_row, by_row[:, torch.from_numpy(np.argsort(shown.indices))]

    def alike(first, second):
        return sum(torch.equal(one, two) for one, two in zip(first, second, strict=True))

    by_row, by_image = views()
    assert alike(*by_row) < 4
    assert torch.equal(by_row, views()[0])
    for changed in ({"seed": 1}, {"number": 1}):
        other_by_row, other_by_image = views(**changed)
        assert alike(by_row[0], other_by_row[0]) < 4
        assert alike(by_image[0], other_by_image[0]) < 4


@pytest.mark.parametrize("mixing", ["none", "mixup", "cutmix", "intra_class_cutmix"])
def test_a_batch_made_alone_is_the_one_made_in_its_turn(inputs, pictures, mixing):
    """Batch 5 lies in the second epoch of 24 images, six at a time."""
    given = {**crops(1 if mixing != "none" else 2), "mixing": {"name": mixing}}
    in_turn = inputs(pictures, **given)
    made = [in_turn.batch(n, CPU) for n in range(6)]
    alone = inputs(pictures, **given).batch(5, CPU)
    assert torch.equal(alone.images, made[5].images)
    assert (alone.indices == made[5].indices).all()
    if alone.mixed:
        assert torch.equal(alone.mixed.own, made[5].mixed.own)
        assert torch.equal(alone.mixed.labels, made[5].mixed.labels)
    assert not any(torch.equal(alone.images, other.images) for other in made[:5])


@pytest.mark.parametrize("divisor", [255.0, 256.0])
def test_images_are_on_one_scale_whether_transformed_or_not(inputs, pictures, divisor):
    mean, deviation = (0.4, 0.5, 0.6), (0.2, 0.25, 0.3)
    given = Images(pictures.pixels, pictures.labels, divisor, mean, deviation)
    same = {"transforms": "flip", "transform_parameters": {"flip": 0.0}}
    plain = inputs(given).batch(0, CPU)
    changed = inputs(given, **same).batch(0, CPU)
    by_hand = (given.pixels[plain.indices] / divisor - np.array(mean)) / np.array(deviation)
    for shown in (plain, changed):
        assert shown.images.permute(0, 2, 3, 1).numpy() == pytest.approx(by_hand, abs=2e-6)


def test_transforms_that_normalise_agree_with_the_images_or_are_refused(inputs, pictures):
    """Otherwise training and evaluation would see two scales."""
    normalising = {"transforms": "validation_normalised", "transform_parameters": {"keep": 1.0}}
    with pytest.raises(UserError, match="give the images the same and divisor 255") as refused:
        inputs(pictures, **normalising)
    assert "\n" not in str(refused.value)
    mean, deviation = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    given = Images(pictures.pixels, pictures.labels, 255.0, mean, deviation)
    shown = inputs(given, **normalising).batch(0, CPU)
    assert torch.allclose(shown.images, given.tensor(shown.indices, CPU), atol=2e-6)


def values(images):
    """Return the grey of images that have but one, as a number from 0 to 255."""
    assert (images.amax((1, 2, 3)) - images.amin((1, 2, 3))).max() < 1e-6
    return 255 * images[:, 0, 0, 0].double().numpy()


def partner_of(mixture, own, self_value, greys):
    """Return which image was mixed in, from the greys."""
    other = (mixture - own * self_value) / (1 - own)
    apart = np.abs(greys - other)
    assert apart.min() < 0.1
    return int(apart.argmin())


@pytest.mark.parametrize("per", ["batch", "image"])
def test_mixup_says_truly_what_it_mixed(inputs, plain_colours, per):
    greys = plain_colours.pixels[:, 0, 0].astype(float)
    mixing, shares = {"name": "mixup", "alpha": 1.0, "per": per}, set()
    for iteration in range(4):
        shown = inputs(plain_colours, mixing=mixing).batch(iteration, CPU)
        own = shown.mixed.own.double().numpy()
        shares.add(own[0])
        assert (len(np.unique(own)) == 1) == (per == "batch")
        for row, mixture in enumerate(values(shown.images)):
            if own[row] > 0.98:
                continue
            image = shown.indices[row]
            partner = partner_of(mixture, own[row], greys[image], greys)
            assert partner in shown.indices
            assert shown.mixed.labels[row] == plain_colours.labels[partner]
            assert shown.labels[row] == plain_colours.labels[image]
    assert len(shares) == 4


def test_cutmix_says_truly_what_it_pasted(inputs, plain_colours):
    greys = plain_colours.pixels[:, 0, 0]
    pasted = 0
    for iteration in range(6):
        shown = inputs(plain_colours, mixing={"name": "cutmix"}).batch(iteration, CPU)
        pixels = (255 * shown.images[:, 0]).round().numpy().astype(int)
        for row, image in enumerate(shown.indices):
            of_image = pixels[row] == greys[image]
            (partner,) = set(pixels[row][~of_image]) or {greys[image]}
            label = plain_colours.labels[np.flatnonzero(greys == partner)[0]]
            if partner != greys[image]:
                pasted += 1
                assert of_image.mean() == pytest.approx(float(shown.mixed.own[row]), abs=1e-6)
                assert shown.mixed.labels[row] == label
    assert pasted > 10


def test_cutmix_within_a_class_changes_the_rare_class_alone(inputs, plain_colours):
    """Classes of 12, 8 and 4: the mean is 8, so only the last has fewer images than that."""
    greys, labels, changed = plain_colours.pixels[:, 0, 0], plain_colours.labels, 0
    given = inputs(plain_colours, batch_size=24, mixing={"name": "intra_class_cutmix"})
    for iteration in range(4):
        shown = given.batch(iteration, CPU)
        assert shown.mixed is None
        assert shown.labels.tolist() == labels[shown.indices].tolist()
        pixels = (255 * shown.images[:, 0]).round().numpy().astype(int)
        for row, image in enumerate(shown.indices):
            others = set(pixels[row].ravel()) - {greys[image]}
            changed += bool(others)
            assert not others or labels[image] == 2
            assert all(labels[np.flatnonzero(greys == other)[0]] == 2 for other in others)
    assert changed >= 3


def test_balanced_mixup_takes_the_weight_of_the_balanced_batch(inputs, plain_colours):
    given = inputs(plain_colours, sampler="balanced_mixup", sampler_parameters={"alpha": 1.0})
    greys = plain_colours.pixels[:, 0, 0].astype(float)
    for iteration in range(4):
        shown, drawn = given.batch(iteration, CPU), given.stream.batch(iteration)
        assert shown.mixed.own.tolist() == pytest.approx([1 - drawn.weight] * 6, abs=1e-6)
        assert shown.labels.tolist() == plain_colours.labels[drawn.instance].tolist()
        assert shown.mixed.labels.tolist() == plain_colours.labels[drawn.balanced].tolist()
        mixture = (1 - drawn.weight) * greys[drawn.instance] + drawn.weight * greys[drawn.balanced]
        assert values(shown.images) == pytest.approx(mixture, abs=1e-3)


def softmax_loss(logits, targets):
    """Return the mean cross-entropy of soft labels, in float64 without torch."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -(targets * logs).sum(axis=1).mean()


@pytest.mark.parametrize("name", ["mixup", "cutmix"])
def test_the_loss_of_mixed_images_is_that_of_soft_labels(tiny, phase, run, images, name):
    given = phase(iterations=1, batch_size=24, mixing={"name": name, "per": "image"})
    network = tiny()
    shown = Inputs(given, images, COUNTS, 0, 0, 0).batch(0, CPU)
    with torch.no_grad():
        logits = network.classifier(network.encoder(shown.images)).double().numpy()
    own, targets = shown.mixed.own.double().numpy(), np.zeros((24, 3))
    for row in range(24):
        targets[row, shown.labels[row]] += own[row]
        targets[row, shown.mixed.labels[row]] += 1 - own[row]
    assert 0.1 < own.mean() < 0.9
    (recorded,) = run(network, [given]).history
    assert recorded["loss"] == pytest.approx(softmax_loss(logits, targets), abs=1e-6)
    assert "training_accuracy" not in recorded


def test_mixed_images_are_refused_by_what_compares_classes():
    context = losses.Context(classes=2, counts=(2, 2), embedding_size=3, iterations=1)
    labels = torch.tensor([0, 0, 1, 1])
    mixed = losses.Mixed(labels.flip(0), torch.full((4,), 0.5))
    batch = losses.Batch(labels=labels, embeddings=torch.randn(4, 3), mixed=mixed)
    with pytest.raises(UserError, match="take the mixing out of this phase"):
        losses.build("sup_con", context)(batch)
