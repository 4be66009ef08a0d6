"""Logit adjustment against a slow loop, balanced softmax, cross-entropy and thresholding."""

import math

import numpy as np
import pytest
import torch

from reproduce.errors import UserError
from reproduce.evaluation.thresholding import divide_by_prior
from reproduce.losses import balanced_softmax, cross_entropy, logit_adjustment

COUNTS = [300, 40, 7, 90]


def slow(logits, labels, counts, tau):
    losses = []
    for row, label in zip(logits.tolist(), labels.tolist(), strict=True):
        moved = [z + tau * math.log(n / sum(counts)) for z, n in zip(row, counts, strict=True)]
        losses.append(math.log(sum(math.exp(z) for z in moved)) - moved[label])
    return losses


@pytest.fixture
def example():
    torch.manual_seed(0)
    return 2 * torch.randn(24, 4).double(), torch.randint(4, (24,))


@pytest.mark.parametrize("tau", [0.5, 1.0, 2.5])
def test_it_equals_the_slow_loop(example, tau):
    expected = slow(*example, COUNTS, tau)
    each = logit_adjustment(*example, counts=COUNTS, tau=tau, reduction="none")
    assert each.tolist() == pytest.approx(expected, abs=1e-12)
    mean = logit_adjustment(*example, counts=COUNTS, tau=tau).item()
    assert mean == pytest.approx(sum(expected) / 24, abs=1e-12)


def test_with_tau_1_which_is_the_default_it_is_balanced_softmax(example):
    expected = balanced_softmax(*example, counts=COUNTS).item()
    assert logit_adjustment(*example, counts=COUNTS).item() == pytest.approx(expected, abs=1e-12)


def test_with_tau_0_it_is_cross_entropy(example):
    found = logit_adjustment(*example, counts=COUNTS, tau=0).item()
    assert found == pytest.approx(cross_entropy(*example).item(), abs=1e-12)


def test_it_learns_what_thresholding_does_afterwards(example):
    # What cross-entropy fits with z + ln pi, the loss fits with z: dividing by the prior undoes it.
    logits, labels = example
    prior = torch.tensor(COUNTS).double() / sum(COUNTS)
    fitted = (logits + prior.log()).softmax(1)
    assert cross_entropy(logits + prior.log(), labels).item() == pytest.approx(
        logit_adjustment(logits, labels, counts=COUNTS).item(), abs=1e-12
    )
    scores = divide_by_prior(fitted.numpy(), COUNTS)
    scores /= scores.sum(1, keepdims=True)
    assert np.allclose(scores, logits.softmax(1).numpy(), atol=1e-12)


def test_a_negative_tau_is_refused(example):
    with pytest.raises(UserError, match="tau expected at least 0, received -1"):
        logit_adjustment(*example, counts=COUNTS, tau=-1)
