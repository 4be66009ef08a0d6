"""Objectives by name."""

import pytest
import torch

from reproduce import losses
from reproduce.errors import UserError

CONTEXT = losses.Context(classes=3, counts=(5, 2, 1), embedding_size=4, iterations=10)


@pytest.mark.parametrize("name", losses.LOSSES)
def test_every_objective_reads_a_batch_and_returns_one_number(name):
    objective = losses.build(name, CONTEXT)
    logits = torch.randn(6, 3, requires_grad=True)
    batch = losses.Batch(torch.randn(6, 4), logits, torch.tensor([0, 1, 2, 0, 1, 2]))
    loss = objective(batch)
    loss.backward()
    assert loss.shape == () and loss.isfinite()
    assert logits.grad.abs().sum() > 0


def test_the_objective_is_the_mean_of_the_function():
    logits, labels = torch.randn(6, 3), torch.tensor([0, 1, 2, 0, 1, 2])
    found = losses.build("cross_entropy", CONTEXT)(losses.Batch(None, logits, labels))
    probabilities = logits.double().softmax(1)[torch.arange(6), labels]
    assert found.item() == pytest.approx(-probabilities.log().mean().item(), abs=1e-6)


def test_an_unknown_objective_lists_the_known_ones():
    with pytest.raises(UserError, match="unknown objective 'crossentropy'; did you mean 'cross_en"):
        losses.build("crossentropy", CONTEXT)
