"""GCL against a slow loop with given noise; its noise, and that evaluation has none."""

import math

import pytest
import torch

from reproduce import losses
from reproduce.losses import cross_entropy, gcl
from reproduce.losses.classifier.gcl import rarity

COUNTS = [300, 40, 7, 90]


def slow(cosines, labels, noise, counts, nu=0.5, scale=30.0, margin=0.0, gamma=0.0):
    spread = math.log(max(counts)) - math.log(min(counts))
    losses = []
    for i, (row, label) in enumerate(zip(cosines.tolist(), labels.tolist(), strict=True)):
        z = []
        for c, value in enumerate(row):
            delta = (math.log(max(counts)) - math.log(counts[c])) / spread
            value -= nu * delta * abs(noise[i][c].item())
            z.append(scale * (value - margin if c == label else value))
        loss = math.log(sum(math.exp(value) for value in z)) - z[label]
        losses.append((1 - math.exp(-loss)) ** gamma * loss)
    return losses


@pytest.fixture
def example():
    torch.manual_seed(0)
    cosines = 2 * torch.rand(24, 4).double() - 1
    return cosines, torch.randint(4, (24,)), (torch.randn(24, 4).double() / 3).clamp(-1, 1)


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"nu": 0.9, "scale": 12.0},
        {"margin": 0.1, "scale": 20.0, "gamma": 1.0},
        {"gamma": 2.0, "margin": 0.3},
    ],
)
def test_it_equals_the_slow_loop(example, parameters):
    expected = slow(*example, COUNTS, **parameters)
    each = gcl(*example, counts=COUNTS, **parameters, reduction="none")
    assert each.tolist() == pytest.approx(expected, abs=1e-11)
    mean = gcl(*example, counts=COUNTS, **parameters).item()
    assert mean == pytest.approx(sum(expected) / 24, abs=1e-11)


def test_without_noise_it_is_the_cross_entropy_of_scaled_cosines(example):
    cosines, labels, _ = example
    expected = cross_entropy(30 * cosines, labels).item()
    assert gcl(cosines, labels, counts=COUNTS, nu=0).item() == pytest.approx(expected, abs=1e-12)


def test_rarity_runs_from_0_to_1():
    assert rarity(torch.tensor([1000.0, 100.0, 10.0]).double()).tolist() == pytest.approx(
        [0, 0.5, 1], abs=1e-15
    )
    assert rarity(torch.tensor([5.0, 5.0])).tolist() == [0, 0]


def test_equal_counts_lower_nothing(example):
    cosines, labels, noise = example
    found = gcl(cosines, labels, noise, counts=[9] * 4)
    assert found.item() == pytest.approx(cross_entropy(30 * cosines, labels).item(), abs=1e-12)


def test_no_gradient_passes_through_the_focal_factor(example):
    cosines, labels, noise = example
    cosines.requires_grad_()
    gcl(cosines, labels, noise, counts=COUNTS, gamma=1, margin=0.1).backward()
    expected = []
    delta = [math.log(300 / n) / math.log(300 / 7) for n in COUNTS]
    for i, label in enumerate(labels.tolist()):
        z = []
        for c in range(4):
            value = cosines[i, c].item() - 0.5 * delta[c] * abs(noise[i, c].item())
            z.append(30 * (value - (0.1 if c == label else 0)))
        p = [math.exp(value) / sum(math.exp(other) for other in z) for value in z]
        factor = 30 * (1 - p[label]) / 24
        expected.append([factor * (p[c] - (1 if c == label else 0)) for c in range(4)])
    assert torch.allclose(cosines.grad, torch.tensor(expected).double(), atol=1e-11)


def test_noise_is_drawn_from_the_global_generator(example):
    cosines, labels, _ = example
    torch.manual_seed(7)
    first, second = (gcl(cosines, labels, counts=COUNTS).item() for _ in range(2))
    torch.manual_seed(7)
    again = gcl(cosines, labels, counts=COUNTS).item()
    assert first == again != second


def test_the_noise_is_a_third_of_a_normal_one_cut_off_at_one():
    # One row per draw: with two classes the loss tells how far the rare class was lowered.
    torch.manual_seed(0)
    rows = 20_000
    each = gcl(
        torch.zeros(rows, 2).double(), torch.ones(rows).long(), counts=[10, 1], nu=1.0, scale=1.0,
        reduction="none",
    )  # fmt: skip
    lowered = each.expm1().log()
    assert lowered.min() >= 0 and lowered.max() <= 1 + 1e-12
    # Mean of |N(0, 1/9)| cut off at 1, which 0.27 percent of the draws exceed.
    assert lowered.mean().item() == pytest.approx(math.sqrt(2 / math.pi) / 3, abs=0.006)
    assert (lowered > 1 / 3).double().mean().item() == pytest.approx(0.3173, abs=0.012)
    assert (lowered > 1 - 1e-12).double().mean().item() == pytest.approx(0.0027, abs=0.0015)


def test_the_objective_adds_noise_in_training_only():
    context = losses.Context(classes=4, counts=tuple(COUNTS), embedding_size=4, iterations=1)
    objective = losses.build("gcl", context)
    torch.manual_seed(3)
    cosines, labels = torch.rand(6, 4).double(), torch.tensor([0, 1, 2, 3, 2, 2])
    batch = losses.Batch(labels, logits=cosines)
    assert objective(batch).item() != objective(batch).item()
    clean = objective.eval()(batch).item()
    assert clean == pytest.approx(cross_entropy(30 * cosines, labels).item(), abs=1e-12)
    assert "noise" not in objective.parameters_taken()


@pytest.mark.parametrize("size", [0.0, 1e4, 1e18])
def test_extreme_outputs_have_finite_gradients(size):
    logits = torch.tensor([[size, 0.0, -size], [-size, size, 0.0]], requires_grad=True)
    loss = gcl(logits, torch.tensor([0, 0]), counts=[9, 3, 1], gamma=0.5)
    loss.backward()
    assert loss.isfinite() and logits.grad.isfinite().all()
