"""Calibrated focal loss against a slow loop, focal loss and cross-entropy."""

import math

import pytest
import torch

from reproduce.losses import calibrated_focal, cross_entropy, focal


def slow(logits, labels, gamma):
    losses = []
    for row, label in zip(logits.tolist(), labels.tolist(), strict=True):
        total = sum(math.exp(value) for value in row)
        p = [math.exp(value) / total for value in row]
        lower = [other for other in p if other < p[label]]
        following = max(lower) if lower else 0.0
        losses.append(-((1 - p[label] + following) ** gamma) * math.log(p[label]))
    return losses


@pytest.fixture
def example():
    torch.manual_seed(0)
    return torch.randn(30, 5).double(), torch.randint(5, (30,))


@pytest.mark.parametrize("gamma", [0.5, 1, 5])
def test_it_equals_the_slow_loop(example, gamma):
    expected = slow(*example, gamma)
    each = calibrated_focal(*example, gamma=gamma, reduction="none")
    assert each.tolist() == pytest.approx(expected, abs=1e-12)
    mean = calibrated_focal(*example, gamma=gamma).item()
    assert mean == pytest.approx(sum(expected) / 30, abs=1e-12)


def test_gamma_is_5_unless_said_otherwise(example):
    expected = sum(slow(*example, 5)) / 30
    assert calibrated_focal(*example).item() == pytest.approx(expected, abs=1e-12)


def test_values_known_by_hand():
    # p = (6, 3, 1) / 10: after the first comes 3/10, after the second 1/10, after the last none.
    logits = torch.tensor([[6.0, 3.0, 1.0]]).double().log().repeat(3, 1)
    each = calibrated_focal(logits, torch.tensor([0, 1, 2]), gamma=2, reduction="none")
    expected = [-(0.7**2) * math.log(0.6), -(0.8**2) * math.log(0.3), -(0.9**2) * math.log(0.1)]
    assert each.tolist() == pytest.approx(expected, abs=1e-12)


def test_with_gamma_0_it_is_cross_entropy(example):
    expected = cross_entropy(*example).item()
    assert calibrated_focal(*example, gamma=0).item() == pytest.approx(expected, abs=1e-12)


def test_of_the_least_likely_class_it_is_the_focal_loss(example):
    logits, _ = example
    least = logits.argmin(1)
    found = calibrated_focal(logits, least, gamma=2)
    assert found.item() == pytest.approx(focal(logits, least, gamma=2).item(), abs=1e-12)


def test_a_class_that_comes_close_keeps_the_weight_up():
    logits = torch.tensor([[6.0, 3.0, 1.0], [6.0, 2.0, 2.0]]).log()
    close, far = calibrated_focal(logits, torch.tensor([0, 0]), reduction="none").tolist()
    assert close > far


def test_the_gradient_reaches_the_following_class(example):
    logits, labels = example
    logits.requires_grad_()
    assert torch.autograd.gradcheck(lambda z: calibrated_focal(z, labels, gamma=2), (logits,))


@pytest.mark.parametrize("size", [0.0, 1e4, 1e18])
@pytest.mark.parametrize("gamma", [0.5, 1, 5])
def test_extreme_outputs_have_finite_gradients(size, gamma):
    logits = torch.tensor([[size, 0.0, -size], [-size, size, 0.0]], requires_grad=True)
    loss = calibrated_focal(logits, torch.tensor([0, 0]), gamma=gamma)
    loss.backward()
    assert loss.isfinite() and logits.grad.isfinite().all()
