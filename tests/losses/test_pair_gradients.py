"""Which pairs a loss works on: by hand, by the chain rule, and what the printed loss leaves out."""

import numpy as np
import pytest
import torch

from reproduce.errors import UserError
from reproduce.losses import difficulty_aware_sup_con, hard_negative_sup_con, sup_con
from reproduce.losses.embedding.pair_gradients import OF_SIMILARITIES, pair_gradients

FUNCTIONS = {
    "sup_con": sup_con, "difficulty_aware_sup_con": difficulty_aware_sup_con,
    "hard_negative_sup_con": hard_negative_sup_con,
}  # fmt: skip


def batch(seed=0, identities=5, each=3):
    random = np.random.default_rng(seed)
    rows = torch.from_numpy(random.normal(size=(identities * each, 4)))
    return rows / rows.norm(dim=1, keepdim=True), torch.arange(identities).repeat_interleave(each)


def by_hand(similarities, labels, alpha, beta, positive, negative, temperature):
    """Return the derivative of the intended loss, pair by pair, in plain loops."""
    s, y = similarities.numpy(), labels.numpy()
    n = len(y)
    found = np.zeros((n, n))
    for i in range(n):
        mates = [j for j in range(n) if j != i and y[j] == y[i]]
        others = [j for j in range(n) if y[j] != y[i]]
        plus = {p: 1 + alpha * max(0, (positive - s[i, p]) / positive) for p in mates}
        minus = {k: 1 + beta * max(0, (s[i, k] - negative) / (1 - negative)) for k in others}
        terms = {p: np.exp(s[i, p] / temperature) for p in mates}
        terms |= {k: minus[k] * np.exp(s[i, k] / temperature) for k in others}
        total, pull = sum(terms.values()), sum(plus.values()) / len(mates)
        for j, term in terms.items():
            found[i, j] = pull * term / total / temperature / n
            if j in plus:
                found[i, j] -= plus[j] / len(mates) / temperature / n
    return found


@pytest.mark.parametrize("weights", [(0, 0, 0.5, 0.5), (1, 1, 0.5, 0.5), (2, 3, 0.9, 0.1)])
def test_the_gradient_of_a_pair_is_the_one_worked_out_by_hand(weights):
    rows, labels = batch()
    cosines = rows @ rows.T
    names = ("alpha", "beta", "positive_threshold", "negative_threshold")
    parameters = dict(zip(names, weights, strict=True))
    found = pair_gradients("difficulty_aware_sup_con", cosines, labels, parameters)
    assert found.numpy() == pytest.approx(by_hand(cosines, labels, *weights, 0.07), abs=1e-12)


@pytest.mark.parametrize("name", OF_SIMILARITIES)
def test_gradients_by_pair_make_up_the_gradient_of_the_loss(name):
    """dL/dz_i = sum over j of (g_ij + g_ji) z_j, less what lies along z_i."""
    rows, labels = batch(1)
    given = {"temperature": 0.2}
    at = rows.clone().requires_grad_()
    (expected,) = torch.autograd.grad(FUNCTIONS[name](at, labels, **given), at)
    by_pair = pair_gradients(name, rows @ rows.T, labels, given)
    found = (by_pair + by_pair.T) @ rows
    found = found - (found * rows).sum(1, keepdim=True) * rows
    assert found.numpy() == pytest.approx(expected.numpy(), abs=1e-10)


def test_without_weights_the_difficulty_aware_loss_is_the_plain_one():
    rows, labels = batch(2)
    given = {"alpha": 0.0, "beta": 0.0, "temperature": 0.1}
    one = difficulty_aware_sup_con(rows, labels, **given)
    assert float(one) == pytest.approx(float(sup_con(rows, labels, temperature=0.1)), abs=1e-12)
    cosines = rows @ rows.T
    plain = pair_gradients("sup_con", cosines, labels, {"temperature": 0.1})
    weighted = pair_gradients("difficulty_aware_sup_con", cosines, labels, given)
    assert weighted.numpy() == pytest.approx(plain.numpy(), abs=1e-12)


def test_the_printed_loss_does_not_depend_on_beta_and_the_intended_one_does():
    rows, labels = batch(3)
    cosines = (rows @ rows.T).clamp(min=0.3)  # Some negatives must be beyond the threshold.

    def gradient(reading, beta):
        given = {"reading": reading, "beta": beta, "negative_threshold": 0.2}
        return pair_gradients("difficulty_aware_sup_con", cosines, labels, given)

    assert (gradient("printed", 0.0) == gradient("printed", 50.0)).all()
    moved = gradient("intended", 50.0) - gradient("intended", 0.0)
    assert moved.abs().max() > 1e-3


def test_another_loss_is_refused():
    rows, labels = batch()
    with pytest.raises(UserError, match="unknown loss of pairs 'triplet'"):
        pair_gradients("triplet", rows @ rows.T, labels, {})
