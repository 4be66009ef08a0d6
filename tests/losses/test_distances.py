"""Distances of a batch, and the gradient that goes through them."""

import pytest
import torch

from reproduce.errors import UserError
from reproduce.losses.embedding import distances
from reproduce.losses.embedding.distances import (
    closed_form,
    over_distance,
    pair_blocks,
    squared_distances,
    through_distances,
    unit_rows,
)
from reproduce.losses.embedding.positives import by_class, positives


def slow(rows):
    """Square and add one coordinate at a time."""
    rows = rows.tolist()
    return [
        [sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) for other in rows]
        for one in rows
    ]


def test_a_triangle_known_by_hand():
    rows = torch.tensor([[0.0, 0.0], [3.0, 0.0], [0.0, 4.0]], dtype=torch.float64)
    expected = [0, 9, 16, 9, 0, 25, 16, 25, 0]
    assert squared_distances(rows).flatten().tolist() == pytest.approx(expected, abs=1e-13)


def test_distances_equal_the_slow_loop():
    rows = torch.randn(40, 7, dtype=torch.float64)
    expected = torch.tensor(slow(rows), dtype=torch.float64)
    assert torch.allclose(squared_distances(rows), expected, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("size", [1, 2, 3, 50, 260])
def test_blocks_hold_every_pair_once(size, monkeypatch):
    monkeypatch.setattr(distances, "BLOCK", 64 * size)
    rows = torch.randn(size, 5, dtype=torch.float64)
    found = torch.zeros(size, size, dtype=torch.float64)
    for first, second, squared in pair_blocks(rows):
        found[first, second] += squared.triu(1)
    assert torch.allclose(found, squared_distances(rows).triu(1), rtol=1e-13, atol=0)


def test_equal_rows_are_exactly_zero_apart_whatever_their_order():
    rows = torch.randn(9, 300, dtype=torch.float64).repeat(30, 1)
    rows = rows[torch.randperm(len(rows))]
    squared = squared_distances(rows)
    equal = torch.tensor(
        [[bool((one == other).all()) for other in rows] for one in rows], dtype=torch.bool
    )
    assert (squared[equal] == 0).all() and (squared[~equal] > 0).all()
    for first, second, block in pair_blocks(rows):
        assert torch.equal(block == 0, equal[first, second])


def test_rows_of_length_one():
    rows = torch.tensor(
        [[3.0, 4.0], [0.0, 0.0], [0.0, 0.0], [-3e-9, 4e-9], [1e-20, 0.0]],
        dtype=torch.float64,
    )
    rows[2, 0] = 1e300
    unit, factors = unit_rows(rows)
    expected = [[0.6, 0.8], [0, 0], [1, 0], [-0.6, 0.8], [0, 0]]
    assert unit.tolist() == [pytest.approx(row, abs=1e-15) for row in expected]
    assert factors.flatten().tolist() == pytest.approx([0.2, 0, 1e-300, 2e8, 0], rel=1e-14)


@pytest.mark.parametrize("size", [1e-5, 1.0, 1e90])
def test_rows_are_scaled_alike_beside_rows_that_need_care(size):
    rows = size * torch.randn(6, 5, dtype=torch.float64)
    unit, factors = unit_rows(rows)
    for other in (0.0, 1e-20, 1e-9, 1e200):
        beside, factors_beside = unit_rows(torch.cat([rows, torch.full_like(rows[:1], other)]))
        assert torch.allclose(beside[:-1], unit, rtol=1e-14, atol=0)
        assert torch.allclose(factors_beside[:-1], factors, rtol=1e-14, atol=0)
        assert beside[-1].norm().item() == pytest.approx(float(other > 1e-12), rel=1e-14)
    assert torch.allclose(unit, rows / rows.norm(dim=1, keepdim=True), rtol=1e-14, atol=0)


def test_over_distance_is_zero_where_the_distance_is():
    slope = torch.tensor([2.0, -3.0, 0.0, 5.0])
    distance = torch.tensor([4.0, 0.0, 0.0, 0.0])
    assert over_distance(slope, distance).tolist() == [0.5, 0, 0, 0]


@pytest.mark.parametrize("normalize", [True, False])
def test_the_gradient_is_that_of_autograd(normalize):
    weight = torch.rand(12, 12, dtype=torch.float64)
    weight = weight + weight.T
    rows = torch.randn(12, 4, dtype=torch.float64, requires_grad=True)
    ours = through_distances(
        rows, lambda squared: ((weight * squared).sum(), weight), normalize=normalize
    )
    (found,) = torch.autograd.grad(ours, rows)
    seen = rows / rows.norm(dim=1, keepdim=True) if normalize else rows
    theirs = sum(
        weight[i, j] * (seen[i] - seen[j]).square().sum() for i in range(12) for j in range(12)
    )
    (expected,) = torch.autograd.grad(theirs, rows)
    assert ours.item() == pytest.approx(theirs.item(), rel=1e-13)
    assert torch.allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_no_gradient_is_computed_where_none_is_wanted():
    wanted = []

    def arithmetic(rows, gradient_wanted):
        wanted.append(gradient_wanted)
        return rows.sum(), torch.zeros_like(rows)

    rows = torch.randn(3, 2, requires_grad=True)
    closed_form(rows, arithmetic, normalize=False)
    closed_form(rows.detach(), arithmetic, normalize=False)
    with torch.no_grad():
        closed_form(rows, arithmetic, normalize=False)
    assert wanted == [True, False, False]


def test_a_second_derivative_is_refused():
    rows = torch.randn(4, 3, requires_grad=True)
    loss = through_distances(rows, lambda s: (s.sum(), torch.ones_like(s)), normalize=False)
    (gradient,) = torch.autograd.grad(loss, rows, create_graph=True)
    with pytest.raises(UserError, match="second derivative"):
        (rows.sum() + gradient.square().sum()).backward()


def test_a_loss_beyond_the_largest_number_is_that_number():
    rows, largest = torch.tensor([[1e30], [-1e30]], requires_grad=True), torch.finfo().max
    loss = through_distances(rows, lambda s: (s.sum(), 1e9 * torch.ones_like(s)), normalize=False)
    loss.backward()
    assert loss.dtype == torch.float32 and loss.item() == largest
    assert rows.grad.tolist() == [[largest], [-largest]]


def test_rows_far_from_the_origin_keep_their_digits():
    rows = torch.tensor([[1e6 + 0.1, 0.0], [1e6 + 1.2, 0.0]], dtype=torch.float64)
    loss = through_distances(rows, lambda s: (s.sum(), torch.ones_like(s)), normalize=False)
    assert loss.item() == pytest.approx(2 * 1.1**2, abs=1e-8)


def test_the_table_of_positives():
    labels = torch.tensor([7, 3, 7, 5, 7, 3])
    together, order = by_class(labels)
    assert order.tolist() == [1, 5, 3, 0, 2, 4] and torch.equal(together, labels[order])
    columns, counts = positives(together)
    found = [
        sorted(column for column, counted in zip(*row, strict=True) if counted)
        for row in zip(columns.tolist(), counts.tolist(), strict=True)
    ]
    assert found == [[1], [0], [], [4, 5], [3, 5], [3, 4]]
    assert columns.shape == (6, 3) and columns.max() < 6
