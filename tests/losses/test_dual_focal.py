"""Dual focal loss of 2021 against slow loops; its two gradients."""

import math

import pytest
import torch

from reproduce.errors import UserError
from reproduce.losses import dual_focal


def softmax(row):
    total = sum(math.exp(value - max(row)) for value in row)
    return [math.exp(value - max(row)) / total for value in row]


def slow(logits, labels, alpha=1.0, beta=1.0, gamma=1.0, rho=1.0):
    losses = []
    for row, label in zip(logits.tolist(), labels.tolist(), strict=True):
        total = 0.0
        for c, y in enumerate(softmax(row)):
            t = 1 if c == label else 0
            total -= t * math.log(max(y, 0.001))
            total -= beta * (1 - t) * math.log(max(rho - y, 0.001))
            total += alpha * abs(t - y) ** gamma
        losses.append(total / len(row))
    return losses


def slow_code_gradient(logits, labels, alpha, beta, gamma, rho):
    """Chain the released derivative by Y, divided by the images alone, with the softmax."""
    gradient = []
    for row, label in zip(logits.tolist(), labels.tolist(), strict=True):
        y = softmax(row)
        by_y = []
        for c, value in enumerate(y):
            t = 1 if c == label else 0
            slope = -t / max(value, 0.001) + beta * (1 - t) / max(rho - value, 0.001)
            by_y.append((slope - alpha * (2 * t - 1) ** gamma) / len(logits))
        mean = sum(a * b for a, b in zip(y, by_y, strict=True))
        gradient.append([a * (b - mean) for a, b in zip(y, by_y, strict=True)])
    return torch.tensor(gradient, dtype=torch.float64)


@pytest.fixture
def example():
    torch.manual_seed(0)
    return torch.randn(12, 4).double(), torch.randint(4, (12,))


OTHER = {"alpha": 0.7, "beta": 1.3, "gamma": 3.0, "rho": 1.2}


@pytest.mark.parametrize("parameters", [{}, OTHER, {"gamma": 0.5}, {"alpha": 0.0, "beta": 0.0}])
def test_it_equals_the_slow_loop(example, parameters):
    expected = slow(*example, **parameters)
    each = dual_focal(*example, **parameters, reduction="none")
    assert each.tolist() == pytest.approx(expected, abs=1e-12)
    assert dual_focal(*example, **parameters).item() == pytest.approx(sum(expected) / 12)


def test_values_known_by_hand():
    # Y = (1/2, 1/2): both logarithms are -log 2, both distances 1/2; the mean over two classes.
    loss = dual_focal(torch.zeros(1, 2), torch.tensor([0]))
    assert loss.item() == pytest.approx(math.log(2) + 0.5, abs=1e-6)
    # Surely wrong: both logarithms at their floor, both distances 1.
    wrong = dual_focal(torch.tensor([[50.0, -50.0]]), torch.tensor([1]))
    assert wrong.item() == pytest.approx(-math.log(0.001) + 1, abs=1e-5)
    right = dual_focal(torch.tensor([[50.0, -50.0]]), torch.tensor([0]))
    assert right.item() == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("parameters", [{}, OTHER])
def test_the_printed_gradient_is_the_derivative(example, parameters):
    logits, labels = example
    logits.requires_grad_()
    assert torch.autograd.gradcheck(lambda z: dual_focal(z, labels, **parameters), (logits,))


@pytest.mark.parametrize(
    "parameters",
    [
        {"alpha": 1.0, "beta": 1.0, "gamma": 1.0, "rho": 1.0},
        {"alpha": 0.7, "beta": 1.3, "gamma": 2.0, "rho": 1.2},
        OTHER,
    ],
)
def test_the_gradient_of_the_code_is_the_released_one(example, parameters):
    logits, labels = (5 * example[0]).requires_grad_(), example[1]
    loss = dual_focal(logits, labels, **parameters, reading="code")
    loss.backward()
    expected = slow_code_gradient(logits, labels, **parameters)
    assert torch.allclose(logits.grad, expected, atol=1e-12)
    printed = dual_focal(logits, labels, **parameters)
    assert loss.item() == printed.item()


def gradient(logits, labels, **parameters):
    at = logits.clone().requires_grad_()
    dual_focal(at, labels, **parameters).backward()
    return at.grad


def test_at_gamma_1_the_readings_agree_but_for_the_number_of_classes(example):
    code = gradient(*example, reading="code")
    assert torch.allclose(code, 4 * gradient(*example), atol=1e-12)


def test_at_gamma_2_the_code_pushes_wrong_classes_up(example):
    only_distance = {"beta": 0.0, "gamma": 2.0, "alpha": 1e6}
    of_code = gradient(*example, **only_distance, reading="code")
    # The same slope for each class leaves the softmax where it is.
    assert of_code.abs().max() < 1
    assert gradient(*example, **only_distance).abs().max() > 1e3


def test_below_the_floor_only_the_code_pulls_with_the_logarithm():
    logits, labels = torch.tensor([[8.0, 0.0, 0.0]]).double(), torch.tensor([1])
    only_true = {"alpha": 0.0, "beta": 0.0}
    assert gradient(logits, labels, **only_true).abs().max() == 0
    assert gradient(logits, labels, **only_true, reading="code")[0, 1] < -0.1


@pytest.mark.parametrize("reading", ["printed", "code"])
@pytest.mark.parametrize("size", [0.0, 1e4, 1e18])
@pytest.mark.parametrize("gamma", [0, 1, 2])
def test_extreme_outputs_have_finite_gradients(reading, size, gamma):
    logits = torch.tensor([[size, 0.0, -size], [-size, size, 0.0]], requires_grad=True)
    loss = dual_focal(logits, torch.tensor([0, 0]), gamma=gamma, reading=reading)
    loss.backward()
    assert loss.isfinite() and logits.grad.isfinite().all()


def test_roots_of_minus_one_are_refused(example):
    with pytest.raises(UserError, match=r"gamma expected a whole number .* received 1\.5"):
        dual_focal(*example, gamma=1.5, reading="code")
    with pytest.raises(UserError, match="reading expected one of printed, code, received 'cod'"):
        dual_focal(*example, reading="cod")
