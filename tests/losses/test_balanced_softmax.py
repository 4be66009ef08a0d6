"""Balanced softmax against a slow loop; what it makes of the plain outputs."""

import math

import pytest
import torch

from reproduce import losses
from reproduce.losses import balanced_softmax, cross_entropy

COUNTS = [300, 40, 7, 90]


def slow(logits, labels, counts):
    losses = []
    for row, label in zip(logits.tolist(), labels.tolist(), strict=True):
        shares = [n * math.exp(z) for n, z in zip(counts, row, strict=True)]
        losses.append(-math.log(shares[label] / sum(shares)))
    return losses


@pytest.fixture
def example():
    torch.manual_seed(0)
    return 2 * torch.randn(24, 4).double(), torch.randint(4, (24,))


def test_it_equals_the_slow_loop(example):
    expected = slow(*example, COUNTS)
    each = balanced_softmax(*example, counts=COUNTS, reduction="none")
    assert each.tolist() == pytest.approx(expected, abs=1e-12)
    mean = balanced_softmax(*example, counts=COUNTS).item()
    assert mean == pytest.approx(sum(expected) / 24, abs=1e-12)


def test_equal_outputs_cost_the_logarithm_of_the_share():
    loss = balanced_softmax(torch.zeros(1, 3), torch.tensor([2]), counts=[6, 3, 1])
    assert loss.item() == pytest.approx(math.log(10), abs=1e-6)


def test_equal_counts_are_cross_entropy(example):
    found = balanced_softmax(*example, counts=[5] * 4).item()
    assert found == pytest.approx(cross_entropy(*example).item(), abs=1e-12)


def test_trained_outputs_have_the_prior_taken_out():
    # Without inputs to tell classes apart, the best outputs are equal: the counts say the rest.
    context = losses.Context(classes=3, counts=(6, 3, 1), embedding_size=1, iterations=1)
    objective = losses.build("balanced_softmax", context)
    outputs = torch.tensor([1.0, -1.0, 0.5]).double().requires_grad_()
    labels = torch.tensor([0] * 6 + [1] * 3 + [2])
    optimizer = torch.optim.SGD([outputs], lr=1.0)
    for _ in range(400):
        optimizer.zero_grad()
        objective(losses.Batch(labels, logits=outputs.expand(10, 3))).backward()
        optimizer.step()
    assert outputs.max() - outputs.min() < 1e-6
