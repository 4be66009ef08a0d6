"""Triplet loss against a slow loop, numbers known by hand and another package."""

import pytest
import torch
from pytorch_metric_learning.distances import LpDistance
from pytorch_metric_learning.losses import TripletMarginLoss

from reproduce import losses
from reproduce.errors import UserError
from reproduce.losses.embedding.mining import all_triplets
from reproduce.losses.embedding.triplet import triplet


def triplets(distance, labels, mining):
    """List (anchor, positive, negative) one at a time."""
    found = []
    everyone = range(len(labels))
    for a in everyone:
        near = [p for p in everyone if labels[p] == labels[a] and p != a]
        far = [n for n in everyone if labels[n] != labels[a]]
        if not near or not far:
            continue
        if mining == "batch_hard":
            hardest = max(near, key=lambda p: distance[a][p])
            found.append((a, hardest, min(far, key=lambda n: distance[a][n])))
            continue
        for p in near:
            if mining == "all":
                found += [(a, p, n) for n in far]
                continue
            further = [n for n in far if distance[a][n] > distance[a][p]]
            pick = min(further, key=lambda n: distance[a][n]) if further else None
            found.append((a, p, max(far, key=lambda n: distance[a][n]) if pick is None else pick))
    return found


def slow(rows, labels, mining="all", squared=True, average="all", normalize=True, margin=0.2):
    """Return half of the mean hinge."""
    if normalize:
        rows = [row / row.square().sum().sqrt() for row in rows]
    power = 2 if squared else 1
    size = range(len(rows))
    distance = [
        [(rows[i] - rows[j]).square().sum().sqrt() ** power if i != j else 0 for j in size]
        for i in size
    ]
    hinges = [
        distance[a][p] - distance[a][n] + margin for a, p, n in triplets(distance, labels, mining)
    ]
    active = [hinge for hinge in hinges if hinge > 0]
    return sum(active) / len(active if average == "active" else hinges) / 2


def batch(size=14, scale=0.5, dtype=torch.float64):
    torch.manual_seed(size)
    rows = scale * torch.randn(size, 4, dtype=dtype)
    # Classes of different sizes, one of them of a single image, in no order.
    labels = torch.tensor([5, 2, 2, 9, 5, 2, 2, 5, 2, 0, 9, 2, 5, 2]).repeat(size // 14 + 1)[:size]
    return rows.requires_grad_(), labels


def gradient(loss, rows):
    return torch.autograd.grad(loss, rows)[0]


@pytest.mark.parametrize("mining", ["all", "semi_hard", "batch_hard"])
@pytest.mark.parametrize("squared", [True, False])
@pytest.mark.parametrize("average", ["all", "active"])
@pytest.mark.parametrize("normalize", [True, False])
def test_it_equals_the_slow_loop(mining, squared, average, normalize):
    for margin in (0.2, 1.0):
        rows, labels = batch()
        given = {"mining": mining, "squared": squared, "average": average, "margin": margin}
        found = triplet(rows, labels, normalize=normalize, **given)
        expected = slow(rows, labels.tolist(), normalize=normalize, **given)
        assert found.item() == pytest.approx(expected.item(), abs=1e-13)
        same = torch.allclose(gradient(found, rows), gradient(expected, rows), 1e-12, 1e-13)
        assert same


@pytest.mark.parametrize("mining", ["all", "semi_hard", "batch_hard"])
def test_float32_agrees_with_the_slow_loop_in_float64(mining):
    rows, labels = batch(40, dtype=torch.float32)
    exact = rows.detach().double().requires_grad_()
    found = triplet(rows, labels, mining=mining)
    expected = slow(exact, labels.tolist(), mining=mining)
    assert found.item() == pytest.approx(expected.item(), rel=1e-7)
    assert torch.allclose(
        gradient(found, rows).double(), gradient(expected, exact), rtol=1e-6, atol=1e-8
    )


def test_values_known_by_hand():
    # On a line, class 0 at 0 and 1, class 1 at 1.5 and 3.5. D: 0-1 1, 0-1.5 1.5, 0-3.5 3.5,
    # 1-1.5 .5, 1-3.5 2.5, 1.5-3.5 2. Hinges of D_ap - D_an + 1, anchor by anchor:
    # .5 0 | 1.5 0 | 1.5 2.5 | 0 .5 (at 3.5: 2 - 3.5 + 1 < 0, 2 - 2.5 + 1).
    rows = torch.tensor([[0.0], [1.0], [1.5], [3.5]], dtype=torch.float64)
    labels = torch.tensor([0, 0, 1, 1])
    given = {"margin": 1.0, "squared": False, "normalize": False}

    def value(**more):
        return triplet(rows, labels, **given, **more).item()

    assert value(reduction="sum") == pytest.approx(6.5 / 2, abs=1e-13)
    assert value() == pytest.approx(6.5 / 8 / 2, abs=1e-13)
    assert value(average="active") == pytest.approx(6.5 / 5 / 2, abs=1e-13)
    assert value(reading="m_triplets") == pytest.approx(6.5 / 8 * 3 / 2, abs=1e-13)
    # Nearest negatives 1.5, .5, .5, 2.5.
    assert value(mining="batch_hard") == pytest.approx((0.5 + 1.5 + 2.5 + 0.5) / 4 / 2, abs=1e-13)
    # Nearest negative beyond the positive: 1.5, 2.5, none (then 1.5), 2.5.
    assert value(mining="semi_hard") == pytest.approx((0.5 + 0 + 1.5 + 0.5) / 4 / 2, abs=1e-13)


def test_a_triplet_that_keeps_the_margin_exactly_is_not_active():
    line = torch.tensor([0.0, 1, 2, 4], dtype=torch.float64)
    distance = (line[:, None] - line).abs()
    found = all_triplets(distance, torch.tensor([0, 0, 1, 1]), 1.0)
    # Of the hinges 0 -2 | 1 -1 | 1 2 | -1 0 three are above zero.
    assert [int(number) for number in found[:3]] == [4, 8, 3]
    assert found[3].tolist() == [[0, 0, 0, 0], [1, 0, -1, 0], [-1, -1, 0, 2], [0, 0, 0, 0]]


def test_one_triplet_moves_as_calculus_says():
    rows = torch.tensor([[0.0], [1.0], [-1.0]], dtype=torch.float64, requires_grad=True)
    loss = triplet(rows, torch.tensor([0, 0, 1]), mining="batch_hard", normalize=False)
    # Anchor 0: (0-1)^2 - (0+1)^2 + .2; anchor 1: (1-0)^2 - (1+1)^2 + .2 < 0. Half the mean of two.
    assert loss.item() == pytest.approx(0.05, abs=1e-13)
    expected = [(-2 - 2) / 4, 2 / 4, 2 / 4]
    assert gradient(loss, rows).flatten().tolist() == pytest.approx(expected, abs=1e-13)


@pytest.mark.parametrize("squared", [True, False])
@pytest.mark.parametrize("margin", [0.05, 0.2, 1.0])
def test_all_active_triplets_are_those_of_pytorch_metric_learning(squared, margin):
    rows, labels = batch(40)
    theirs = TripletMarginLoss(margin=margin, distance=LpDistance(power=2 if squared else 1))
    expected = theirs(rows, labels) / 2
    ours = triplet(rows, labels, margin=margin, squared=squared, average="active")
    assert ours.item() == pytest.approx(expected.item(), abs=1e-12)
    assert torch.allclose(gradient(ours, rows), gradient(expected, rows), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("mining", ["all", "semi_hard", "batch_hard"])
@pytest.mark.parametrize("average", ["all", "active"])
def test_without_a_triplet_it_is_zero_with_a_zero_gradient(mining, average):
    for labels in ([3, 3, 3, 3], [0, 1, 2, 3], [0]):
        rows = torch.randn(len(labels), 3, requires_grad=True)
        loss = triplet(rows, torch.tensor(labels), mining=mining, average=average)
        assert loss.item() == 0 and (gradient(loss, rows) == 0).all()
    rows = torch.tensor([[1.0, 0], [1, 0], [-1, 0], [-1, 0]], requires_grad=True)
    loss = triplet(rows, torch.tensor([0, 0, 1, 1]), mining=mining, average=average)
    assert loss.item() == 0 and (gradient(loss, rows) == 0).all()


@pytest.mark.parametrize("mining", ["all", "semi_hard", "batch_hard"])
@pytest.mark.parametrize("squared", [True, False])
@pytest.mark.parametrize("normalize", [True, False])
def test_no_geometry_makes_it_infinite(mining, squared, normalize):
    geometries = [torch.zeros(6, 3), torch.ones(6, 3), 1e4 * torch.randn(6, 3)]
    geometries += [1e18 * torch.randn(6, 3), 1e-30 * torch.randn(6, 3), torch.eye(6, 3)]
    for rows in geometries:
        for labels in ([0, 0, 0, 1, 1, 2], [0, 1, 0, 1, 0, 1], [0, 0, 0, 0, 0, 0]):
            for size in (6, 2):
                given = rows[:size].clone().requires_grad_()
                for average in ("all", "active"):
                    loss = triplet(
                        given, torch.tensor(labels[:size]), mining=mining, squared=squared,
                        normalize=normalize, average=average,
                    )  # fmt: skip
                    assert loss.isfinite() and gradient(loss, given).isfinite().all()


@pytest.mark.parametrize("mining", ["all", "semi_hard", "batch_hard"])
def test_a_collapsed_batch_costs_half_the_margin(mining):
    rows, labels = torch.full((6, 3), 0.3, requires_grad=True), torch.tensor([0, 0, 0, 1, 1, 2])
    loss = triplet(rows, labels, mining=mining, margin=0.8, squared=False)
    assert loss.item() == pytest.approx(0.4, abs=1e-7)
    assert (gradient(loss, rows) == 0).all()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"margin": -1.0}, "margin expected at least 0"),
        ({"mining": "hard"}, "mining expected one of all, semi_hard, batch_hard"),
        ({"average": "nonzero"}, "average expected one of all, active"),
        ({"reading": "printed"}, "reading expected one of m_images, m_triplets"),
        ({"reduction": "none"}, "reduction expected one of mean, sum"),
    ],
)
def test_wrong_parameters_are_refused_in_one_line(given, message):
    with pytest.raises(UserError, match=message) as error:
        triplet(*batch(), **given)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("mining", ["all", "semi_hard", "batch_hard"])
def test_it_separates_classes(mining):
    rows, labels = batch(28, dtype=torch.float32)
    context = losses.Context(10, (3,) * 10, 4, 1)
    objective = losses.build("triplet", context, mining=mining, average="active")
    optimizer = torch.optim.Adam([rows], lr=0.05)
    before = triplet(rows, labels).item()
    for _ in range(150):
        optimizer.zero_grad()
        objective(losses.Batch(labels, embeddings=rows)).backward()
        optimizer.step()
    assert triplet(rows, labels).item() < before / 20
