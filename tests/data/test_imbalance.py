"""Imbalance as Buda, Maki and Mazurowski define it: counts, draws and what cannot be drawn."""

from itertools import pairwise

import numpy as np
import pytest

from reproduce.data.imbalance import counts_by_class, draw, linear_counts, step_counts
from reproduce.errors import UserError

PAPER_RHO = (10, 25, 50, 100, 250, 500, 1000, 2500, 5000)
PAPER_MU = tuple(k / 10 for k in range(1, 10))
NAMES = tuple("abcdefghij")


def rare(seed, rho, mu=0.5, **more):
    """Return the set of classes that get the smallest count."""
    counts = counts_by_class(10, seed, kind="step", n_max=5000, rho=rho, mu=mu, **more)
    return set(np.flatnonzero(counts == counts.min()).tolist())


def test_step_imbalance_has_the_published_counts():
    assert step_counts(10, 5000, 10, 0.5).tolist() == [5000] * 5 + [500] * 5
    assert step_counts(10, 5000, 2, 0.9).tolist() == [5000] + [2500] * 9
    assert step_counts(10, 5000, 5000, 0.1).tolist() == [5000] * 9 + [1]


def test_linear_imbalance_has_the_published_counts():
    assert linear_counts(10, 5000, 10).tolist() == list(range(5000, 499, -500))
    assert linear_counts(10, 5000, 1).tolist() == [5000] * 10


@pytest.mark.parametrize("rho", PAPER_RHO)
def test_linear_imbalance_falls_evenly_and_has_the_total_of_half_a_step(rho):
    counts = linear_counts(10, 5000, rho)
    exact = [5000 - k * (5000 - 5000 / rho) / 9 for k in range(10)]
    assert np.abs(counts - exact).max() <= 0.5
    assert counts.sum() == step_counts(10, 5000, rho, 0.5).sum() == 25_000 + 25_000 // rho


@pytest.mark.parametrize("rho", PAPER_RHO)
@pytest.mark.parametrize("mu", PAPER_MU)
def test_every_point_of_the_papers_grid_can_be_drawn(rho, mu):
    counts = step_counts(10, 5000, rho, mu)
    assert counts.max() / counts.min() == rho
    assert (counts == counts.min()).sum() == round(10 * mu)


def test_a_count_between_two_whole_images_is_rounded_half_up():
    assert step_counts(2, 125, 50, 0.5).tolist() == [125, 3]  # 2.5
    assert step_counts(2, 125, 60, 0.5).tolist() == [125, 2]  # 2.08


def test_which_classes_are_rare_does_not_depend_on_rho():
    for seed in range(5):
        assert len({frozenset(rare(seed, rho)) for rho in PAPER_RHO}) == 1


def test_a_larger_share_of_minority_classes_contains_the_smaller():
    for seed in range(5):
        sets = [rare(seed, 100, mu) for mu in PAPER_MU]
        assert all(small < large for small, large in pairwise(sets))


def test_linear_and_step_imbalance_rank_the_classes_alike():
    step = counts_by_class(10, 7, kind="step", n_max=5000, rho=10, mu=0.5)
    linear = counts_by_class(10, 7, kind="linear", n_max=5000, rho=10)
    assert sorted(linear.tolist()) == sorted(linear_counts(10, 5000, 10).tolist())
    assert set(np.flatnonzero(step == 500)) == set(np.argsort(linear)[:5])


def test_which_classes_are_rare_is_drawn_for_every_seed():
    drawn = [rare(seed, 100, 0.2) for seed in range(50)]
    assert len({frozenset(classes) for classes in drawn}) > 20
    times = np.bincount([c for classes in drawn for c in classes], minlength=10)
    assert times.sum() == 100 and times.min() >= 1 and times.max() <= 25  # 10 each on average


def test_a_seed_keeps_the_minority_classes_it_always_had():
    """Fixed numbers: other ones would make every stored result another one."""
    assert [sorted(rare(seed, 100)) for seed in (0, 1)] == [[2, 4, 5, 6, 9], [1, 3, 4, 5, 8]]


def test_the_lowest_labels_are_rare_where_the_protocol_says_so():
    for seed in (0, 1):
        assert rare(seed, 10, 0.2, minority="lowest") == {0, 1}
        assert rare(seed, 50, 0.8, minority="lowest") == set(range(8))
    counts = counts_by_class(10, 0, kind="linear", n_max=5000, rho=10, minority="lowest")
    assert counts.tolist() == list(range(500, 5001, 500))


def test_no_imbalance_keeps_everything_or_as_many_as_told():
    labels = np.array([2, 0, 1, 1, 0, 2, 2])
    assert draw(labels, NAMES[:3], 0, kind="none").tolist() == list(range(7))
    kept = draw(labels, NAMES[:3], 0, kind="none", n_max=2)
    assert np.bincount(labels[kept]).tolist() == [2, 2, 2]


@pytest.fixture
def labels():
    """Ten classes of 60 images in a mixed order."""
    return np.random.default_rng(1).permutation(np.repeat(np.arange(10), 60))


def test_a_draw_has_the_counts_it_was_asked_for(labels):
    spec = {"kind": "step", "n_max": 50, "rho": 10, "mu": 0.3}
    kept = draw(labels, NAMES, 4, **spec)
    assert np.bincount(labels[kept]).tolist() == counts_by_class(10, 4, **spec).tolist()
    assert (np.diff(kept) > 0).all()  # sorted, and no image twice


def test_draws_are_nested_over_rho(labels):
    kept = [
        set(draw(labels, NAMES, 4, kind="step", n_max=50, rho=rho, mu=0.3).tolist())
        for rho in (1, 2, 5, 10, 50)
    ]
    assert all(large > small for large, small in pairwise(kept))


def test_draws_are_nested_over_mu_and_over_the_images_per_class(labels):
    by_mu = [
        set(draw(labels, NAMES, 4, kind="step", n_max=50, rho=5, mu=mu).tolist())
        for mu in (0.1, 0.5, 0.9)
    ]
    assert by_mu[0] > by_mu[1] > by_mu[2]
    small = set(draw(labels, NAMES, 4, kind="step", n_max=25, rho=5, mu=0.5).tolist())
    assert by_mu[1] > small


def test_every_class_is_drawn_for_itself():
    """Classes of one size must not keep the images at the same places."""
    in_order = np.repeat(np.arange(10), 60)
    kept = draw(in_order, NAMES, 4, kind="step", n_max=50, rho=5, mu=0.9)
    places = [frozenset((kept[in_order[kept] == c] % 60).tolist()) for c in range(10)]
    assert len(set(places)) == 10


def test_another_seed_draws_other_images(labels):
    spec = {"kind": "step", "n_max": 30, "rho": 1, "mu": 0.5}
    first, again, other = (draw(labels, NAMES, seed, **spec).tolist() for seed in (4, 4, 5))
    assert first == again and first != other


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"rho": 0.5}, "rho is 0.5, expected 1 or more"),
        ({"rho": 51}, "rho 51 with at most 50 images a class leaves the minority"),
        ({"mu": 0.25}, "mu is 0.25, but 10 classes allow only whole shares of them: 0.1, 0.2"),
        ({"mu": 1.1}, "mu is 1.1, but 10 classes"),
        ({"n_max": 61}, "asks for 61 images of class '.', there are 60; lower images_per_class"),
        ({"kind": "linear", "rho": 51, "mu": 0.5}, "rho 51 with at most 50 images"),
        ({"kind": "stepp"}, "unknown imbalance 'stepp'; did you mean 'step'"),
        ({"minority": "lowst"}, "unknown choice of minority classes 'lowst'; did you mean 'low"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_line(labels, changed, expected):
    spec = {"kind": "step", "n_max": 50, "rho": 10, "mu": 0.5, **changed}
    with pytest.raises(UserError, match=expected) as failure:
        draw(labels, NAMES, 0, **spec)
    assert "\n" not in str(failure.value)
