"""Lifted structured loss against a slow loop, numbers known by hand and another package."""

import math

import pytest
import torch
from pytorch_metric_learning.distances import LpDistance
from pytorch_metric_learning.losses import LiftedStructureLoss

from reproduce import losses
from reproduce.errors import UserError
from reproduce.losses.embedding.lifted_structured import lifted_structured


def slow(rows, labels, margin=1.0, squared=False, normalize=False):
    """Go through the pairs of one class, and for each through the negatives of both."""
    if normalize:
        rows = [row / row.square().sum().sqrt() for row in rows]

    def distance(i, j):
        between = (rows[i] - rows[j]).square().sum()
        return between if squared else between.sqrt()

    terms = []
    for i in range(len(rows)):
        for j in range(i + 1, len(rows)):
            if labels[i] == labels[j]:
                inner = sum(
                    torch.exp(margin - distance(one, k))
                    for one in (i, j)
                    for k in range(len(rows))
                    if labels[k] != labels[one]
                )
                terms.append(torch.clamp(torch.log(inner) + distance(i, j), min=0) ** 2)
    return sum(terms) / (2 * len(terms))


def batch(size=13, scale=1.0, dtype=torch.float64):
    torch.manual_seed(size)
    rows = scale * torch.randn(size, 4, dtype=dtype)
    # Classes of different sizes, one of them of a single image, in no order.
    labels = torch.tensor([5, 2, 2, 9, 5, 2, 2, 5, 2, 0, 9, 2, 5, 2]).repeat(size // 14 + 1)[:size]
    return rows.requires_grad_(), labels


def gradient(loss, rows):
    return torch.autograd.grad(loss, rows)[0]


@pytest.mark.parametrize("squared", [True, False])
@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("scale", [0.3, 3.0])
@pytest.mark.parametrize("margin", [1.0, 0.2])
def test_it_equals_the_slow_loop(squared, normalize, scale, margin):
    rows, labels = batch(scale=scale)
    given = {"squared": squared, "normalize": normalize, "margin": margin}
    found, expected = lifted_structured(rows, labels, **given), slow(rows, labels, **given)
    assert found.item() == pytest.approx(expected.item(), rel=1e-12)
    assert torch.allclose(gradient(found, rows), gradient(expected, rows), rtol=1e-11, atol=1e-12)


def test_float32_agrees_with_the_slow_loop_in_float64():
    rows, labels = batch(30, dtype=torch.float32)
    exact = rows.detach().double().requires_grad_()
    found, expected = lifted_structured(rows, labels), slow(exact, labels)
    assert found.item() == pytest.approx(expected.item(), rel=1e-7)
    assert torch.allclose(
        gradient(found, rows).double(), gradient(expected, exact), rtol=1e-6, atol=1e-8
    )


def test_values_known_by_hand():
    # The pair is 1 apart; its negative 2 from one and 3 from the other.
    rows = torch.tensor([[0.0], [1.0], [3.0]], dtype=torch.float64)
    labels = torch.tensor([0, 0, 1])
    plain = math.log(math.exp(-2) + math.exp(-1)) + 1
    loss = lifted_structured(rows, labels)
    assert loss.item() == pytest.approx(plain**2 / 2, abs=1e-13)
    nearer = math.log(math.exp(0.5 - 9) + math.exp(0.5 - 4)) + 1
    assert nearer < 0
    assert lifted_structured(rows, labels, margin=0.5, squared=True).item() == 0
    wider = math.log(math.exp(5 - 9) + math.exp(5 - 4)) + 1
    loss = lifted_structured(rows, labels, margin=5.0, squared=True)
    assert loss.item() == pytest.approx(wider**2 / 2, abs=1e-13)
    # Two such families far apart: each negative of one adds next to nothing to the other.
    both, classes = torch.cat([rows, rows + 100]), torch.tensor([0, 0, 1, 2, 2, 3])
    assert lifted_structured(both, classes).item() == pytest.approx(plain**2 / 2, abs=1e-11)
    total = lifted_structured(both, classes, reduction="sum")
    assert total.item() == pytest.approx(plain**2, abs=1e-11)


def test_a_pair_moves_as_calculus_says():
    rows = torch.tensor([[0.0], [1.0], [3.0]], dtype=torch.float64, requires_grad=True)
    inner = math.log(math.exp(-2) + math.exp(-1)) + 1
    first = math.exp(-2) / (math.exp(-2) + math.exp(-1))
    expected = [inner * (-1 + first), inner * (1 + (1 - first)), -inner]
    found = gradient(lifted_structured(rows, torch.tensor([0, 0, 1])), rows)
    assert found.flatten().tolist() == pytest.approx(expected, abs=1e-13)


@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("size", [12, 24, 40])
def test_it_is_that_of_pytorch_metric_learning(normalize, size):
    rows, labels = batch(size)
    theirs = LiftedStructureLoss(distance=LpDistance(normalize_embeddings=normalize))
    ours, expected = lifted_structured(rows, labels, normalize=normalize), theirs(rows, labels)
    assert ours.item() == pytest.approx(expected.item(), abs=1e-12)
    assert torch.allclose(gradient(ours, rows), gradient(expected, rows), rtol=1e-10, atol=1e-12)


def test_a_batch_without_pairs_or_without_negatives_is_zero():
    for labels in ([0, 1, 2, 3], [7, 7, 7, 7], [0]):
        rows = torch.randn(len(labels), 3, requires_grad=True)
        loss = lifted_structured(rows, torch.tensor(labels))
        assert loss.item() == 0 and (gradient(loss, rows) == 0).all()


@pytest.mark.parametrize("squared", [True, False])
@pytest.mark.parametrize("normalize", [True, False])
def test_no_geometry_makes_it_infinite(squared, normalize):
    geometries = [torch.zeros(6, 3), torch.ones(6, 3), 1e4 * torch.randn(6, 3)]
    geometries += [1e18 * torch.randn(6, 3), 1e-30 * torch.randn(6, 3), torch.eye(6, 3)]
    for rows in geometries:
        for labels in ([0, 0, 0, 1, 1, 2], [0, 1, 0, 1, 0, 1], [0, 0, 0, 0, 0, 0]):
            for size in (6, 2):
                given = rows[:size].clone().requires_grad_()
                loss = lifted_structured(
                    given, torch.tensor(labels[:size]), squared=squared, normalize=normalize
                )
                assert loss.isfinite() and gradient(loss, given).isfinite().all()


def test_a_collapsed_batch_stays_where_it_is():
    rows, labels = torch.full((4, 3), 0.3, requires_grad=True), torch.tensor([0, 0, 1, 1])
    loss = lifted_structured(rows, labels)
    # Four negatives at distance 0.
    assert loss.item() == pytest.approx((1 + math.log(4)) ** 2 / 2, rel=1e-6)
    assert (gradient(loss, rows) == 0).all()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"margin": -1.0}, "margin expected at least 0"),
        ({"reduction": "none"}, "reduction expected one of mean, sum"),
    ],
)
def test_wrong_parameters_are_refused_in_one_line(given, message):
    with pytest.raises(UserError, match=message) as error:
        lifted_structured(*batch(), **given)
    assert "\n" not in str(error.value)


def test_it_works_where_a_matrix_of_pairs_by_pairs_would_not_fit():
    rows = torch.randn(1024, 8, requires_grad=True)
    loss = lifted_structured(rows, torch.arange(1024) % 10)
    assert loss.isfinite() and gradient(loss, rows).abs().sum() > 0


def test_it_separates_classes():
    rows, labels = batch(28, dtype=torch.float32)
    objective = losses.build("lifted_structured", losses.Context(10, (3,) * 10, 4, 1))
    optimizer = torch.optim.Adam([rows], lr=0.05)
    before = lifted_structured(rows, labels).item()
    for _ in range(200):
        optimizer.zero_grad()
        objective(losses.Batch(labels, embeddings=rows)).backward()
        optimizer.step()
    assert lifted_structured(rows, labels).item() < before / 20
