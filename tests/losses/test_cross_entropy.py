"""Cross-entropy against a slow loop and numbers known by hand."""

import math

import pytest
import torch

from reproduce.losses.cross_entropy import cross_entropy


def slow(logits, labels):
    """Compute -log softmax one image at a time in float64."""
    losses = []
    for row, label in zip(logits.double().tolist(), labels.tolist(), strict=True):
        largest = max(row)
        total = sum(math.exp(value - largest) for value in row)
        losses.append(math.log(total) + largest - row[label])
    return losses


@pytest.fixture
def example():
    torch.manual_seed(0)
    return 3 * torch.randn(40, 7), torch.randint(7, (40,))


def test_it_equals_the_slow_loop(example):
    logits, labels = example
    expected = slow(logits, labels)
    each = cross_entropy(logits, labels, reduction="none")
    assert each.tolist() == pytest.approx(expected, abs=2e-6)
    assert cross_entropy(logits, labels).item() == pytest.approx(sum(expected) / 40, abs=2e-6)
    assert cross_entropy(logits, labels, reduction="sum").item() == pytest.approx(
        sum(expected), abs=1e-4
    )


def test_values_known_by_hand():
    equal = torch.zeros(1, 10)
    assert cross_entropy(equal, torch.tensor([4])).item() == pytest.approx(math.log(10), abs=1e-6)
    # log(e^2 + e + 1) - 2 and - 0
    logits = torch.tensor([[2.0, 1.0, 0.0]])
    assert cross_entropy(logits, torch.tensor([0])).item() == pytest.approx(0.4076059644, abs=1e-6)
    assert cross_entropy(logits, torch.tensor([2])).item() == pytest.approx(2.4076059644, abs=1e-6)


def test_the_gradient_is_probability_minus_truth(example):
    logits, labels = example
    logits.requires_grad_()
    cross_entropy(logits, labels).backward()
    truth = torch.nn.functional.one_hot(labels, 7).double()
    expected = (logits.detach().double().softmax(1) - truth) / 40
    assert torch.allclose(logits.grad.double(), expected, atol=1e-7)


def test_bfloat16_logits_are_turned_to_float32_first(example):
    logits, labels = example
    rounded = logits.bfloat16()
    loss = cross_entropy(rounded, labels)
    assert loss.dtype == torch.float32
    expected = sum(slow(rounded.float(), labels)) / 40
    assert loss.item() == pytest.approx(expected, abs=2e-6)


def test_it_stays_in_float32_under_autocast(example):
    logits, labels = example
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = cross_entropy(logits.bfloat16(), labels)
    assert inside.dtype == torch.float32
    assert inside.item() == cross_entropy(logits.bfloat16(), labels).item()


def test_huge_logits_neither_overflow_nor_vanish():
    logits = torch.tensor([[1e4, 0.0], [0.0, 1e4]])
    assert cross_entropy(logits, torch.tensor([0, 0]), reduction="none").tolist() == [0.0, 1e4]


def test_the_mean_of_nothing_is_not_a_number():
    assert cross_entropy(torch.zeros(0, 3), torch.zeros(0, dtype=torch.long)).isnan()
