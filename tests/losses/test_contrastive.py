"""Contrastive loss against a slow loop, numbers known by hand and another package."""

import pytest
import torch
from pytorch_metric_learning.losses import ContrastiveLoss

from reproduce import losses
from reproduce.errors import UserError
from reproduce.losses.embedding.contrastive import contrastive


def slow(rows, labels, margin=1.0, squared=True, normalize=True, separate=False):
    """Go through all pairs; return the loss (a mean) and how many pairs there are."""
    if normalize:
        rows = [row / row.square().sum().sqrt() for row in rows]
    near, far = [], []
    for i in range(len(rows)):
        for j in range(i + 1, len(rows)):
            distance = (rows[i] - rows[j]).square().sum().sqrt()
            hinge = torch.clamp(margin - distance, min=0)
            value = distance if labels[i] == labels[j] else hinge
            (near if labels[i] == labels[j] else far).append(value**2 if squared else value)
    if not separate:
        return (sum(near) + sum(far)) / 2 / (len(near) + len(far)), len(near) + len(far)
    parts = [[term for term in terms if term > 0] for terms in (near, far)]
    return sum(sum(terms) / len(terms) for terms in parts if terms), None


def batch(size=13, scale=1.0, dtype=torch.float64):
    torch.manual_seed(size)
    rows = scale * torch.randn(size, 5, dtype=dtype)
    return rows.requires_grad_(), torch.arange(size) * 7 % 4


def gradient(loss, rows):
    return torch.autograd.grad(loss, rows)[0]


@pytest.mark.parametrize("squared", [True, False])
@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("reading", ["printed", "separate_means"])
@pytest.mark.parametrize("margin", [1.0, 0.4])
def test_it_equals_the_slow_loop(squared, normalize, reading, margin):
    rows, labels = batch(scale=0.5)
    given = {"squared": squared, "normalize": normalize, "margin": margin}
    found = contrastive(rows, labels, reading=reading, **given)
    expected, _ = slow(rows, labels, separate=reading == "separate_means", **given)
    assert found.item() == pytest.approx(expected.item(), abs=1e-13)
    assert torch.allclose(gradient(found, rows), gradient(expected, rows), rtol=1e-12, atol=1e-13)


def test_float32_agrees_with_the_slow_loop_in_float64():
    rows, labels = batch(60, dtype=torch.float32)
    exact = rows.detach().double().requires_grad_()
    found, (expected, _) = contrastive(rows, labels), slow(exact, labels)
    assert found.item() == pytest.approx(expected.item(), rel=1e-6)
    assert torch.allclose(
        gradient(found, rows).double(), gradient(expected, exact), rtol=1e-5, atol=1e-8
    )


@pytest.mark.parametrize("size", [33, 100, 300])
def test_it_is_the_same_in_one_block_or_many(size, monkeypatch):
    rows, labels = batch(size)
    monkeypatch.setattr("reproduce.losses.embedding.distances.BLOCK", 1)
    many = contrastive(rows, labels)
    monkeypatch.setattr("reproduce.losses.embedding.distances.BLOCK", size**2)
    one = contrastive(rows, labels)
    assert many.item() == pytest.approx(one.item(), rel=1e-13)
    assert torch.allclose(gradient(many, rows), gradient(one, rows), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("squared", [True, False])
@pytest.mark.parametrize("reading", ["printed", "separate_means"])
def test_many_blocks_equal_the_slow_loop(reading, squared, monkeypatch):
    monkeypatch.setattr("reproduce.losses.embedding.distances.BLOCK", 1)
    # One direction in common, so that negatives lie on both sides of the margin.
    rows = (torch.randn(70, 5, dtype=torch.float64) + 1).requires_grad_()
    labels = torch.tensor([0] * 40 + [1] * 20 + [2] * 9 + [3])[torch.randperm(70)]
    given = {"squared": squared, "margin": 0.7}
    found = contrastive(rows, labels, reading=reading, **given)
    expected, _ = slow(rows, labels, separate=reading == "separate_means", **given)
    assert found.item() == pytest.approx(expected.item(), rel=1e-13)
    assert torch.allclose(gradient(found, rows), gradient(expected, rows), rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("reading", ["printed", "separate_means"])
@pytest.mark.parametrize("size", [1, 1e-2, 1e-4])
def test_float32_embeddings_that_have_come_close_together_keep_their_digits(size, reading):
    torch.manual_seed(0)
    rows = (torch.ones(48, 32) + size * torch.randn(48, 32)).requires_grad_()
    labels, exact = torch.arange(48) % 3, rows.detach().double().requires_grad_()
    found = contrastive(rows, labels, reading=reading)
    expected = contrastive(exact, labels, reading=reading)
    assert found.item() == pytest.approx(expected.item(), rel=2e-7)
    direction = gradient(expected, exact)
    assert (gradient(found, rows) - direction).norm() < 5e-7 * direction.norm()


def test_values_known_by_hand():
    # Distances: 0.6 within the class; 0.3 and 0.9 to the other.
    rows, labels = (
        torch.tensor([[0.0], [0.6], [-0.3]], dtype=torch.float64),
        torch.tensor([1, 1, 0]),
    )
    plain = {"normalize": False}
    printed = (0.6**2 + 0.7**2 + 0.1**2) / 2
    assert contrastive(rows, labels, **plain).item() == pytest.approx(printed / 3, abs=1e-14)
    total = contrastive(rows, labels, reduction="sum", **plain)
    assert total.item() == pytest.approx(printed, abs=1e-14)
    first_powers = contrastive(rows, labels, squared=False, **plain)
    assert first_powers.item() == pytest.approx((0.6 + 0.7 + 0.1) / 6, abs=1e-14)
    means = {"reading": "separate_means", **plain}
    assert contrastive(rows, labels, **means).item() == pytest.approx(0.36 + 0.25, abs=1e-14)
    assert contrastive(rows, labels, squared=False, **means).item() == pytest.approx(1, abs=1e-14)
    # With a margin of 0.5 the pair 0.9 apart has no violation and leaves the mean.
    nearer = contrastive(rows, labels, margin=0.5, **means)
    assert nearer.item() == pytest.approx(0.36 + 0.04, abs=1e-14)


def test_a_pair_is_pulled_together_and_pushed_apart_with_the_force_of_its_violation():
    rows = torch.tensor([[0.0], [0.6]], dtype=torch.float64, requires_grad=True)
    together = contrastive(rows, torch.tensor([0, 0]), normalize=False)
    assert gradient(together, rows).flatten().tolist() == pytest.approx([-0.6, 0.6], abs=1e-14)
    apart = contrastive(rows, torch.tensor([0, 1]), normalize=False)
    assert gradient(apart, rows).flatten().tolist() == pytest.approx([0.4, -0.4], abs=1e-14)


@pytest.mark.parametrize("scale", [1.0, 0.05])
@pytest.mark.parametrize("size", [8, 64])
def test_separate_means_of_first_powers_are_those_of_pytorch_metric_learning(size, scale):
    rows, labels = batch(size)
    # All in one direction but for `scale`, so that negatives lie within the margin.
    rows = (scale * rows.detach() + torch.ones(5)).requires_grad_()
    ours = contrastive(rows, labels, squared=False, reading="separate_means", margin=0.9)
    theirs = ContrastiveLoss(neg_margin=0.9)(rows, labels)
    assert ours.item() == pytest.approx(theirs.item(), abs=1e-12)
    assert torch.allclose(gradient(ours, rows), gradient(theirs, rows), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("reading", ["printed", "separate_means"])
@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("squared", [True, False])
def test_no_geometry_makes_it_infinite(reading, normalize, squared):
    labels = torch.tensor([0, 0, 1, 1, 2])
    one_class, all_different = torch.zeros(5, dtype=torch.long), torch.arange(5)
    geometries = [torch.zeros(5, 3), torch.ones(5, 3), 1e4 * torch.randn(5, 3)]
    geometries += [
        1e18 * torch.randn(5, 3),
        3e19 * torch.eye(5, 3),
        1e-30 * torch.randn(5, 3),
        torch.eye(5, 3),
    ]
    for rows in geometries:
        for classes in (labels, one_class, all_different):
            for size in (5, 2, 1):
                given = rows[:size].clone().requires_grad_()
                loss = contrastive(
                    given, classes[:size], reading=reading, normalize=normalize, squared=squared
                )
                assert loss.isfinite() and gradient(loss, given).isfinite().all()


def test_free_embeddings_may_be_so_large_that_their_squares_overflow():
    rows = torch.tensor([[0.0], [3e19]], requires_grad=True)
    loss = contrastive(rows, torch.tensor([0, 0]), normalize=False)
    assert loss.item() == torch.finfo(torch.float32).max
    assert gradient(loss, rows).flatten().tolist() == pytest.approx([-3e19, 3e19], rel=1e-6)


def test_equal_embeddings_cost_the_margin_but_have_nowhere_to_go():
    rows = torch.full((4, 3), 0.7, requires_grad=True)
    loss = contrastive(rows, torch.arange(4), margin=0.8)
    assert loss.item() == pytest.approx(0.32, abs=1e-6)
    assert (gradient(loss, rows) == 0).all()


def test_bfloat16_under_autocast_is_computed_in_float32():
    rows, labels = batch(40, dtype=torch.float32)
    rounded = rows.detach().bfloat16().requires_grad_()
    exact = rounded.detach().float().requires_grad_()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = contrastive(rounded, labels)
    outside = contrastive(exact, labels)
    assert inside.dtype == torch.float32 and inside.item() == outside.item()
    assert torch.equal(gradient(inside, rounded), gradient(outside, exact).bfloat16())


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"margin": -1.0}, "margin expected at least 0"),
        ({"reading": "mean"}, "reading expected one of printed, separate_means"),
        ({"reduction": "none"}, "reduction expected one of mean, sum"),
        ({"reading": "separate_means", "reduction": "sum"}, "expected reduction 'mean'"),
    ],
)
def test_wrong_parameters_are_refused_in_one_line(given, message):
    with pytest.raises(UserError, match=message) as error:
        contrastive(*batch(), **given)
    assert "\n" not in str(error.value)


def test_it_separates_classes():
    rows, labels = batch(8, dtype=torch.float32)
    objective = losses.build("contrastive", losses.Context(4, (2,) * 4, 5, 1))
    optimizer = torch.optim.SGD([rows], lr=10.0)
    for _ in range(200):
        optimizer.zero_grad()
        loss = objective(losses.Batch(labels, embeddings=rows))
        loss.backward()
        optimizer.step()
    assert loss.item() < 1e-3
