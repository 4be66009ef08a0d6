"""Pixels drawn from label maps for embedding losses."""

import math

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from reproduce.errors import UserError
from reproduce.losses import Batch, Context, bdcl, build, tsc
from reproduce.losses.checks import IGNORED
from reproduce.losses.embedding.pixels import PixelsOrImages, draw, pixels
from reproduce.losses.objective import Objective

CONTEXT = Context(classes=3, counts=(90, 9, 1), embedding_size=2, iterations=10)


def test_as_many_pixels_of_every_class_are_drawn():
    labels = torch.tensor([0] * 90 + [1] * 9 + [2])[torch.randperm(100)]
    drawn = draw(labels, 3, 5, "sampled_per_class")
    assert torch.bincount(labels[drawn]).tolist() == [5, 5, 1]
    assert len(set(drawn.tolist())) == 11


def test_at_random_the_large_class_leads():
    labels = torch.tensor([0] * 900 + [1] * 90 + [2] * 10)
    drawn = draw(labels, 3, 50, "sampled_at_random")
    assert len(set(drawn.tolist())) == 150
    assert torch.bincount(labels[drawn], minlength=3)[0] > 110


@pytest.mark.parametrize("pairs", ["sampled_per_class", "sampled_at_random"])
def test_every_pixel_has_the_same_chance_within_its_class(pairs):
    labels = torch.tensor([0, 0, 0, 0, 1, 1])
    drawn = torch.cat([draw(labels, 2, 1, pairs) for _ in range(3000)])
    share = torch.bincount(drawn, minlength=6) / 3000
    expected = [1 / 4] * 4 + [1 / 2] * 2 if pairs == "sampled_per_class" else [1 / 3] * 6
    assert share.tolist() == pytest.approx(expected, abs=0.04)


def test_the_draw_is_that_of_torchs_generator():
    labels = torch.randint(3, (60,))
    draws = []
    for seed in (0, 0, 1):
        torch.manual_seed(seed)
        draws.append(draw(labels, 3, 4, "sampled_per_class").tolist())
    assert draws[0] == draws[1] != draws[2]


def test_each_pixel_keeps_its_own_label_and_unknown_ones_are_left_out():
    masks = torch.randint(3, (2, 3, 4))
    masks[0, 1, 2] = IGNORED
    # Every embedding says which image, row and column it comes from.
    place = torch.cartesian_prod(torch.arange(2), torch.arange(3), torch.arange(4)).float()
    embeddings = place.reshape(2, 3, 4, 3).permute(0, 3, 1, 2)
    rows, labels = pixels(
        "bdcl", embeddings, masks, classes=3, per_class=99, pairs="sampled_per_class"
    )
    assert len(rows) == 23
    for (image, row, column), label in zip(rows.long().tolist(), labels.tolist(), strict=True):
        assert masks[image, row, column] == label != IGNORED


def test_a_larger_mask_is_read_at_the_nearest_pixel():
    small = torch.tensor([[[0, 1], [2, IGNORED]]])
    masks = small.repeat_interleave(4, 1).repeat_interleave(4, 2)
    embeddings = torch.arange(4.0).reshape(1, 1, 2, 2)
    rows, labels = pixels(
        "bdcl", embeddings, masks, classes=3, per_class=9, pairs="sampled_per_class"
    )
    assert sorted(zip(rows.flatten().tolist(), labels.tolist(), strict=True)) == [
        (0.0, 0),
        (1.0, 1),
        (2.0, 2),
    ]
    # Of three pixels in a row the middle one lies over the centre.
    rows, labels = pixels(
        "bdcl",
        torch.zeros(1, 1, 1, 1),
        torch.tensor([[[0, 1, 2]]]).expand(1, 3, 3),
        classes=3,
        per_class=1,
        pairs="sampled_per_class",
    )
    assert labels.tolist() == [1]


@pytest.mark.parametrize("name", ["bdcl", "tsc"])
def test_pixels_are_compared_across_the_batch(name):
    given = {"bdcl": {"hard_prototypes": False}, "tsc": {"targets": False, "positives": None}}[name]
    objective = build(
        name, CONTEXT, pixels_per_class=99, compared="across_the_batch", **given
    ).double()
    embeddings = torch.randn(2, 2, 3, 4, dtype=torch.float64, requires_grad=True)
    masks = torch.randint(3, (2, 3, 4))
    masks[1, 2] = IGNORED
    loss = objective(Batch(masks, embeddings=embeddings))
    loss.backward()
    rows = [embeddings[i, :, y, x] for i in range(2) for y in range(3) for x in range(4)]
    labels = masks.flatten()
    known = labels != IGNORED
    function = {"bdcl": bdcl, "tsc": tsc}[name]
    more = {"bdcl": {"temperatures": 0.1}, "tsc": {"positives": None}}[name]
    expected = function(torch.stack(rows)[known], labels[known], **more)
    assert loss.item() == pytest.approx(expected.item(), rel=1e-7)
    assert (embeddings.grad[1, :, 2] == 0).all() and (embeddings.grad[0] != 0).all()


@pytest.mark.parametrize("name", ["bdcl", "tsc"])
def test_states_follow_pixels_too(name):
    objective = build(name, CONTEXT, pixels_per_class=4)
    embeddings = torch.randn(2, 2, 3, 4, requires_grad=True)
    objective(Batch(torch.randint(3, (2, 6, 8)), embeddings=embeddings)).backward()
    kept = objective.prototypes if name == "bdcl" else objective.centroids
    assert kept.seen.all() and embeddings.grad.isfinite().all()


@pytest.mark.parametrize("name", ["bdcl", "tsc"])
def test_a_batch_without_a_known_pixel_has_loss_zero(name):
    embeddings = (1e18 * torch.randn(2, 2, 3, 4)).requires_grad_()
    loss = build(name, CONTEXT)(Batch(torch.full((2, 3, 4), IGNORED), embeddings=embeddings))
    loss.backward()
    assert loss.item() == 0 and (embeddings.grad == 0).all()


@pytest.mark.parametrize("name", ["bdcl", "tsc"])
def test_what_cannot_be_read_is_refused(name):
    objective = build(name, CONTEXT)
    maps = torch.randn(2, 2, 3, 4)
    with pytest.raises(UserError, match=r"labels expected \[2, H, W\] beside pixel embeddings"):
        objective(Batch(torch.zeros(2).long(), embeddings=maps))
    with pytest.raises(
        UserError, match=r"labels expected 0 to 2 or 255 .ignored., received 0 to 3"
    ):
        masks = torch.tensor([0, 3, 1, 2]).expand(2, 3, 4)
        objective(Batch(masks, embeddings=maps))
    with pytest.raises(UserError, match="expected images of known classes, received mixed ones"):
        objective(Batch(torch.zeros(2).long(), embeddings=torch.randn(2, 2), mixed=True))
    with pytest.raises(UserError, match="segmentation_pairs expected one of sampled_per_class"):
        build(name, CONTEXT, segmentation_pairs="all")
    with pytest.raises(UserError, match="pixels_per_class expected at least 1, received 0"):
        build(name, CONTEXT, pixels_per_class=0)
    assert isinstance(objective, Objective) and objective.reads == "embeddings"


def test_a_loss_that_does_not_say_what_it_makes_of_rows_cannot_be_built():
    class Unfinished(PixelsOrImages):
        function = staticmethod(tsc)

    with pytest.raises(TypeError, match="of_rows"):
        Unfinished(CONTEXT, "sampled_per_class", 4, "within_each_image")


# -- within an image or across the batch -----------------------------------------------------------

OF = {
    "bdcl": {"temperature_learning": False, "hard_prototypes": False},
    "tsc": {"targets": False, "positives": None},
}


def alone(name, rows, labels):
    """Return the loss of every anchor among these rows, one by one in numbers of Python."""
    temperature = 0.1 if name == "bdcl" else 0.07
    units = [[x / math.hypot(*row) for x in row] for row in rows.tolist()]
    found = []
    for i, mine in enumerate(units):
        others = [j for j in range(len(units)) if j != i]
        products = {j: sum(map(math.prod, zip(mine, units[j], strict=True))) for j in others}
        total = sum(math.exp(value / temperature) for value in products.values())
        positive = [j for j in others if labels[j] == labels[i]]
        terms = [math.log(total) - products[j] / temperature for j in positive]
        found.append(sum(terms) / len(terms) if terms else 0.0)
    return found


@pytest.mark.parametrize("name", OF)
def test_a_pixel_is_compared_with_those_of_its_image_alone(name):
    """Against a loop over images and anchors; the mean is over all anchors of the batch."""
    objective = build(name, CONTEXT, pixels_per_class=99, **OF[name]).double()
    embeddings = torch.randn(3, 2, 3, 4, dtype=torch.float64, requires_grad=True)
    masks = torch.randint(3, (3, 3, 4))
    masks[1, :2] = IGNORED  # So that the images have unlike numbers of anchors.
    masks[2] = 1
    found = objective(Batch(masks, embeddings=embeddings))
    each = []
    for image in range(3):
        known = masks[image].flatten() != IGNORED
        rows = embeddings[image].detach().flatten(1).T[known]
        each += alone(name, rows, masks[image].flatten()[known].tolist())
    assert len(each) == 28
    assert found.item() == pytest.approx(sum(each) / 28, rel=1e-9)
    across = build(name, CONTEXT, pixels_per_class=99, compared="across_the_batch", **OF[name])
    assert across.double()(Batch(masks, embeddings=embeddings)).item() != pytest.approx(
        found.item(), rel=1e-3
    )


@pytest.mark.parametrize("name", OF)
def test_no_image_moves_anothers_gradient(name):
    masks, given = torch.randint(3, (2, 3, 4)), OF[name]
    embeddings = torch.randn(2, 2, 3, 4, dtype=torch.float64)
    gradients = []
    for other in (embeddings[1], torch.randn(2, 3, 4, dtype=torch.float64)):
        both = torch.stack([embeddings[0], other]).requires_grad_()
        objective = build(name, CONTEXT, pixels_per_class=99, **given).double()
        objective(Batch(masks, embeddings=both)).backward()
        gradients.append(both.grad[0])
    assert torch.allclose(*gradients, rtol=1e-12) and gradients[0].abs().max() > 0


def test_within_images_the_prototypes_follow_the_whole_batch():
    """Of a class that only the second image shows too; and each anchor meets all of them."""
    masks = torch.zeros(2, 3, 4, dtype=torch.long)
    masks[1, 0], masks[1, 1] = 1, 2
    embeddings = torch.randn(2, 2, 3, 4)
    states = []
    for compared in ("within_each_image", "across_the_batch"):
        objective = build("bdcl", CONTEXT, pixels_per_class=99, compared=compared)
        objective(Batch(masks, embeddings=embeddings))
        states.append(objective.prototypes)
    assert states[0].seen.all()
    assert torch.allclose(states[0].vectors, states[1].vectors, atol=1e-6)
    # An image of background alone has a loss from the prototypes of the other classes.
    first = embeddings[:1].requires_grad_()
    objective(Batch(masks[:1], embeddings=first)).backward()
    assert first.grad.abs().max() > 0


def test_a_comparison_nobody_knows_is_refused():
    with pytest.raises(UserError, match="compared expected one of within_each_image, across"):
        build("bdcl", CONTEXT, compared="between_images")


# -- how much memory it takes ----------------------------------------------------------------------


class Sizes(TorchDispatchMode):
    """Notes how many floating numbers each operation makes anew."""

    def __init__(self):
        super().__init__()
        self.largest = self.total = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        made = function(*args, **(kwargs or {}))
        seen = {x.untyped_storage().data_ptr() for x in args if isinstance(x, torch.Tensor)}
        for one in made if isinstance(made, tuple | list) else [made]:
            if not isinstance(one, torch.Tensor) or not one.is_floating_point():
                continue
            if one.untyped_storage().data_ptr() not in seen:
                self.largest = max(self.largest, one.numel())
                self.total += one.numel()
        return made


@pytest.mark.parametrize("compared", ["within_each_image", "across_the_batch"])
@pytest.mark.parametrize("name", ["bdcl", "tsc"])
def test_what_a_loss_keeps_does_not_grow_with_the_pixels(name, compared):
    """Of 16 times as many pixels it makes as many numbers: those of 3 x 4 drawn ones an image.

    Only the masks have a number for each pixel; no copy of the embeddings is made, nor a table
    of all pairs.
    """
    width, images, side = 32, 4, 16
    found = []
    for scale in (1, 4):
        size = side * scale
        masks = torch.arange(size).repeat(images, size, 1) % 3
        embeddings = torch.randn(images, width, size, size)
        context = Context(classes=3, counts=(9, 9, 9), embedding_size=width, iterations=10)
        objective = build(name, context, pixels_per_class=4, compared=compared)
        with Sizes() as sizes:
            objective(Batch(masks, embeddings=embeddings))
        found.append(sizes)
    small, large = found
    pixels_of_masks = images * (4 * side) ** 2
    assert large.largest <= pixels_of_masks < images * width * (4 * side) ** 2 / 8
    # Twice the masks as floats, in their own size and in that of the embeddings.
    assert large.total - small.total <= 2 * (pixels_of_masks - images * side**2)


@pytest.mark.parametrize("compared", ["within_each_image", "across_the_batch"])
def test_pixels_of_large_maps_train_what_small_ones_do(compared):
    """The gradient lies at the drawn pixels alone, wherever in memory they are."""
    masks = torch.arange(64).repeat(2, 64, 1) % 3
    maps = torch.randn(2, 64, 64, 2).movedim(-1, 1)  # Channels last, as networks make them.
    for embeddings in (maps.clone(), maps.contiguous()):
        embeddings.requires_grad_()
        torch.manual_seed(0)
        objective = build("bdcl", CONTEXT, pixels_per_class=5, compared=compared)
        objective(Batch(masks, embeddings=embeddings)).backward()
        touched = embeddings.grad.abs().sum(1) > 0
        number = 2 * 15 if compared == "within_each_image" else 15
        assert touched.sum() == number
