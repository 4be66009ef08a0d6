"""Focal loss against a slow loop, known numbers, cross-entropy and torchvision."""

import math

import pytest
import torch
from torchvision.ops import sigmoid_focal_loss

from reproduce.losses import cross_entropy, focal


def slow(logits, labels, gamma, weights=None):
    losses = []
    for row, label in zip(logits.tolist(), labels.tolist(), strict=True):
        p = math.exp(row[label]) / sum(math.exp(value) for value in row)
        weight = 1 if weights is None else weights[label]
        losses.append(-weight * (1 - p) ** gamma * math.log(p))
    return losses


@pytest.fixture
def example():
    torch.manual_seed(0)
    return 2 * torch.randn(30, 5).double(), torch.randint(5, (30,))


@pytest.mark.parametrize("gamma", [0, 0.5, 1, 2, 5])
def test_it_equals_the_slow_loop(example, gamma):
    each = focal(*example, gamma=gamma, reduction="none")
    expected = slow(*example, gamma)
    assert each.tolist() == pytest.approx(expected, abs=1e-12)
    assert focal(*example, gamma=gamma).item() == pytest.approx(sum(expected) / 30, abs=1e-12)


def test_gamma_is_2_unless_said_otherwise():
    # Two equal outputs: p = 1/2, so (1/2) ** 2 * log 2.
    loss = focal(torch.zeros(1, 2), torch.tensor([0]))
    assert loss.item() == pytest.approx(math.log(2) / 4, abs=1e-7)


def test_with_gamma_0_it_is_cross_entropy(example):
    for class_weights in (None, [1, 2, 3, 4, 5]):
        ours = focal(*example, gamma=0, class_weights=class_weights)
        expected = cross_entropy(*example, class_weights=class_weights)
        assert ours.item() == pytest.approx(expected.item(), abs=1e-12)


def test_the_weight_stays_out_of_the_probability(example):
    weights = [0.3, 1.0, 2.0, 0.7, 4.0]
    expected = slow(*example, 2, weights)
    each = focal(*example, class_weights=weights, reduction="none")
    assert each.tolist() == pytest.approx(expected, abs=1e-12)
    divisor = sum(weights[label] for label in example[1].tolist())
    mean = focal(*example, class_weights=weights)
    assert mean.item() == pytest.approx(sum(expected) / divisor, abs=1e-12)


@pytest.mark.parametrize("gamma", [0.5, 2.0])
def test_two_classes_agree_with_the_sigmoid_of_torchvision(gamma):
    torch.manual_seed(1)
    difference, labels = 3 * torch.randn(20).double(), torch.randint(2, (20,))
    logits = torch.stack([torch.zeros(20).double(), difference], 1).requires_grad_()
    ours = focal(logits, labels, gamma=gamma)
    ours.backward()
    theirs_at = difference.clone().requires_grad_()
    theirs = sigmoid_focal_loss(theirs_at, labels.double(), alpha=-1, gamma=gamma, reduction="mean")
    theirs.backward()
    assert ours.item() == pytest.approx(theirs.item(), abs=1e-12)
    assert torch.allclose(logits.grad[:, 1], theirs_at.grad, atol=1e-12)


def test_the_gradient_passes_through_the_factor():
    logits = torch.tensor([[0.4, -0.3, 0.1]]).double().requires_grad_()
    focal(logits, torch.tensor([1])).backward()
    step, expected = 1e-6, []
    for c in range(3):
        ends = []
        for sign in (1, -1):
            moved = logits.detach().clone()
            moved[0, c] += sign * step
            ends += slow(moved, torch.tensor([1]), 2)
        expected.append((ends[0] - ends[1]) / (2 * step))
    assert logits.grad[0].tolist() == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("gamma", [0.0, 0.3, 1.0, 2.0])
@pytest.mark.parametrize("size", [0.0, 1e2, 1e4, 1e18])
def test_sure_and_surely_wrong_images_have_finite_gradients(gamma, size):
    logits = torch.tensor([[size, 0.0, -size], [-size, size, 0.0]], requires_grad=True)
    loss = focal(logits, torch.tensor([0, 0]), gamma=gamma)
    loss.backward()
    assert loss.isfinite() and logits.grad.isfinite().all()
    if size == 1e18:
        assert logits.grad[0].tolist() == [0, 0, 0]
        assert logits.grad[1].tolist() == [-0.5, 0.5, 0]


def test_it_learns_a_line():
    torch.manual_seed(0)
    points = torch.randn(60, 2)
    labels = (points[:, 0] > 0.5).long()
    layer = torch.nn.Linear(2, 2)
    optimizer = torch.optim.SGD(layer.parameters(), lr=2.0)
    for _ in range(150):
        optimizer.zero_grad()
        focal(layer(points), labels).backward()
        optimizer.step()
    assert (layer(points).argmax(1) == labels).float().mean() > 0.95
