"""Targets: a regular simplex where one fits, the best found where none does."""

import math

import pytest
import torch

from reproduce.errors import UserError
from reproduce.losses.embedding.simplex import even_targets


@pytest.mark.parametrize(
    ("classes", "size"), [(2, 1), (2, 5), (3, 2), (4, 3), (10, 9), (8, 128), (100, 128), (129, 128)]
)
def test_up_to_one_more_than_the_dimension_all_cosines_are_equal(classes, size):
    targets = even_targets(classes, size)
    assert targets.shape == (classes, size) and targets.dtype == torch.float64
    expected = torch.full((classes, classes), -1 / (classes - 1), dtype=torch.float64)
    expected.fill_diagonal_(1)
    assert torch.allclose(targets @ targets.T, expected, rtol=0, atol=1e-12)
    assert targets.sum(0).abs().max() < 1e-12


def test_two_and_one():
    # To the last bit but one: processors round roots and quotients in their own way.
    pair = torch.tensor([[1, 0, 0], [1, 0, 0]], dtype=torch.float64)
    torch.testing.assert_close(even_targets(2, 3).abs(), pair, rtol=0, atol=1e-15)
    assert even_targets(1, 3).tolist() == [[1, 0, 0]]


def energy(targets):
    """Mean over targets of log of the sum of exp(cosine / 0.07), in loops."""
    rows, total = targets.tolist(), 0.0
    for one in rows:
        cosines = [sum(x * y for x, y in zip(one, other, strict=True)) for other in rows]
        total += math.log(sum(math.exp(s / 0.07) for s in cosines))
    return total / len(rows)


def test_more_classes_on_a_circle_are_a_regular_polygon():
    targets = even_targets(7, 2)
    angles = sorted(math.atan2(y, x) for x, y in targets.tolist())
    gaps = [b - a for a, b in zip(angles, [*angles[1:], angles[0] + 2 * math.pi], strict=True)]
    assert gaps == pytest.approx([2 * math.pi / 7] * 7, abs=1e-3)


@pytest.mark.parametrize(("classes", "size"), [(6, 3), (20, 8)])
def test_more_classes_than_fit_are_spread_as_well_as_can_be(classes, size):
    targets = even_targets(classes, size)
    assert targets.norm(dim=1).tolist() == pytest.approx([1] * classes)
    found = energy(targets)
    for _ in range(20):
        moved = torch.nn.functional.normalize(targets + 0.05 * torch.randn_like(targets))
        assert energy(moved) > found
    cosines = (targets @ targets.T).fill_diagonal_(-1)
    if (classes, size) == (6, 3):
        # The corners of an octahedron.
        assert cosines.max() < 0.01
    assert cosines.max() < 0.2


def test_the_search_is_the_same_every_time_and_draws_nothing():
    from reproduce.losses.embedding.simplex import _searched

    before = torch.random.get_rng_state()
    with torch.no_grad():
        first = even_targets(6, 2)
    first_again = even_targets(6, 2)
    _searched.cache_clear()
    assert torch.equal(first, even_targets(6, 2)) and torch.equal(first, first_again)
    assert torch.equal(before, torch.random.get_rng_state())
    even_targets(6, 2).zero_()
    assert torch.equal(first, even_targets(6, 2))


def test_no_class_and_no_dimension_are_refused():
    with pytest.raises(UserError, match="classes expected at least 1, received 0"):
        even_targets(0, 2)
    with pytest.raises(UserError, match="size expected at least 1, received 0"):
        even_targets(2, 0)
