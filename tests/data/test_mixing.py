"""MixUp, CutMix and intra-class CutMix: label mass, sources of pixels, partners."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from reproduce.data.augmentation import mixing
from reproduce.errors import UserError

batches = st.fixed_dictionaries(
    {
        "count": st.integers(1, 9),
        "height": st.integers(2, 12),
        "width": st.integers(2, 12),
        "classes": st.integers(2, 5),
        "seed": st.integers(0, 10_000),
        "alpha": st.floats(0.05, 3.0),
        "per": st.sampled_from(mixing.PER),
    }
)


def made(of):
    """Return images whose every pixel names its image, labels, and a generator."""
    rng = np.random.default_rng(of["seed"])
    shape = (of["count"], 3, of["height"], of["width"])
    images = torch.arange(of["count"], dtype=torch.float32).view(-1, 1, 1, 1).expand(shape).clone()
    labels = torch.from_numpy(rng.integers(0, of["classes"], of["count"]))
    return images, labels, rng


@settings(max_examples=60, deadline=None)
@given(batches)
def test_label_mass_stays_one_and_is_shared_as_said(of):
    images, labels, rng = made(of)
    for mix in (mixing.mixup, mixing.cutmix):
        mixed = mix(images, labels, rng, classes=of["classes"], alpha=of["alpha"], per=of["per"])
        assert torch.allclose(mixed.targets.sum(dim=1), torch.ones(of["count"]))
        assert (mixed.targets >= 0).all()
        own = torch.from_numpy(mixed.own).float()
        rows = torch.arange(of["count"])
        expected = torch.zeros(of["count"], of["classes"])
        expected[rows, labels] += own
        expected[rows, labels[torch.from_numpy(mixed.partner)]] += 1 - own
        assert torch.allclose(mixed.targets, expected, atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(batches)
def test_mixup_is_the_same_blend_of_pixels_and_labels(of):
    images, labels, rng = made(of)
    mixed = mixing.mixup(images, labels, rng, classes=of["classes"], alpha=of["alpha"],
                         per=of["per"])  # fmt: skip
    own = torch.from_numpy(mixed.own).float().view(-1, 1, 1, 1)
    expected = own * images + (1 - own) * images[torch.from_numpy(mixed.partner)]
    assert torch.allclose(mixed.images, expected, atol=1e-5)


@settings(max_examples=100, deadline=None)
@given(batches)
def test_cutmix_pixels_come_from_the_two_sources_and_their_area_is_the_label(of):
    images, labels, rng = made(of)
    mixed = mixing.cutmix(images, labels, rng, classes=of["classes"], alpha=of["alpha"],
                          per=of["per"])  # fmt: skip
    for row in range(of["count"]):
        from_own = mixed.images[row, 0] == row
        from_partner = mixed.images[row, 0] == mixed.partner[row]
        assert (from_own | from_partner).all()
        assert (mixed.images[row] == mixed.images[row, 0]).all(), "all channels share the box"
        if mixed.partner[row] != row:
            assert mixed.own[row] == pytest.approx(from_own.double().mean().item(), abs=1e-12)
            where = np.argwhere(~from_own.numpy())
            if len(where):
                sides = where.max(axis=0) - where.min(axis=0) + 1
                assert sides.prod() == len(where), "the replaced part is a full box"


def test_one_lambda_a_batch_or_one_an_image():
    images, labels = torch.zeros(64, 1, 32, 32), torch.zeros(64, dtype=torch.long)
    for mix in (mixing.mixup, mixing.cutmix):
        rng = np.random.default_rng(0)
        assert len(set(mix(images, labels, rng, classes=2, per="batch").own)) == 1
        assert len(set(mix(images, labels, rng, classes=2, per="image").own)) > 20


def test_lambda_has_the_moments_of_its_beta_distribution():
    images, labels = torch.zeros(20_000, 1, 1, 1), torch.zeros(20_000, dtype=torch.long)
    own = mixing.mixup(images, labels, np.random.default_rng(0), classes=2, alpha=0.4,
                       per="image").own  # fmt: skip
    variance = 1 / (4 * (2 * 0.4 + 1))
    assert abs(own.mean() - 0.5) < 4 * np.sqrt(variance / 20_000)
    assert own.var() == pytest.approx(variance, rel=0.05)


def test_the_box_has_the_area_of_one_minus_lambda_before_it_is_clipped():
    drawn = np.full(4000, 0.75)
    inside, own = mixing._boxes(np.random.default_rng(0), drawn, (64, 64), "image")
    areas = inside.sum(axis=(1, 2))
    assert areas.max() == 32 * 32 and (areas <= 32 * 32).all()
    assert (areas == 32 * 32).mean() == pytest.approx((33 / 64) ** 2, abs=0.04)
    assert np.array_equal(own, 1 - areas / 64**2)


def test_alpha_zero_mixes_nothing():
    images, labels = torch.rand(5, 1, 4, 4), torch.arange(5)
    mixed = mixing.mixup(images, labels, np.random.default_rng(0), classes=5, alpha=0.0)
    assert torch.equal(mixed.images, images)
    assert torch.equal(mixed.targets, torch.eye(5))


def test_soft_labels_can_be_mixed_again():
    soft = torch.tensor([[0.7, 0.3], [0.1, 0.9]])
    mixed = mixing.mixup(torch.rand(2, 1, 4, 4), soft, np.random.default_rng(0), classes=2)
    assert torch.allclose(mixed.targets.sum(dim=1), torch.ones(2))
    with pytest.raises(UserError, match="soft labels for 2 classes, expected 3"):
        mixing.mixup(torch.rand(2, 1, 4, 4), soft, np.random.default_rng(0), classes=3)


def test_the_same_generator_gives_the_same_mix():
    images, labels = torch.rand(6, 3, 8, 8), torch.arange(6)
    first, second = (
        mixing.cutmix(images, labels, np.random.default_rng(3), classes=6) for _ in range(2)
    )
    assert torch.equal(first.images, second.images) and torch.equal(first.targets, second.targets)


@settings(max_examples=60, deadline=None)
@given(batches)
def test_intra_class_cutmix_mixes_minority_images_of_one_class_only(of):
    images, labels, rng = made(of)
    minority = np.arange(of["classes"]) % 2 == 0
    mixed = mixing.intra_class_cutmix(images, labels, rng, minority=minority, chance=1.0)
    for row in range(of["count"]):
        sources = mixed[row].unique().long()
        assert set(sources.tolist()) <= set(torch.where(labels == labels[row])[0].tolist())
        assert len(set(sources.tolist()) - {row}) <= 1
        if not minority[labels[row]]:
            assert sources.tolist() == [row]


def test_intra_class_cutmix_does_mix_and_only_as_often_as_asked():
    images = torch.arange(2000.0).view(-1, 1, 1, 1).expand(-1, 1, 8, 8)
    labels = torch.zeros(2000, dtype=torch.long)
    changed = []
    for chance in (0.0, 0.5, 1.0):
        mixed = mixing.intra_class_cutmix(
            images, labels, np.random.default_rng(0), minority=np.array([True]), chance=chance
        )
        changed.append((mixed != images).flatten(1).any(dim=1).float().mean().item())
    assert changed[0] == 0 and changed[2] > 0.9
    assert changed[1] == pytest.approx(changed[2] / 2, abs=0.05)


def test_partners_are_other_images_of_the_class_and_all_of_them():
    labels = np.array([0] * 50 + [1] * 4 + [2])
    minority = mixing.minority_classes(np.bincount(labels))
    assert minority.tolist() == [False, True, True]
    batch = np.array([0, 50, 51, 54, 50])
    met = [set() for _ in batch]
    for seed in range(60):
        rng = np.random.default_rng(seed)
        partners = mixing.partners_of_class(labels, batch, minority, rng)
        assert np.array_equal(labels[partners], labels[batch])
        for place, partner in zip(met, partners.tolist(), strict=True):
            place.add(partner)
    assert met == [{0}, {51, 52, 53}, {50, 52, 53}, {54}, {51, 52, 53}]


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"alpha": -1.0}, "alpha is -1.0"), ({"per": "pixel"}, "unknown choice of lambda per")],
)
def test_impossible_settings_are_refused(changes, message):
    images, labels = torch.zeros(2, 1, 4, 4), torch.zeros(2, dtype=torch.long)
    for mix in (mixing.mixup, mixing.cutmix):
        with pytest.raises(UserError, match=message):
            mix(images, labels, np.random.default_rng(0), classes=2, **changes)


def test_partners_of_another_shape_are_refused():
    with pytest.raises(UserError, match="partners of shape"):
        mixing.intra_class_cutmix(
            torch.zeros(2, 1, 4, 4), torch.zeros(2, dtype=torch.long), np.random.default_rng(0),
            minority=np.array([True]), partners=torch.zeros(1, 1, 4, 4),
        )  # fmt: skip
