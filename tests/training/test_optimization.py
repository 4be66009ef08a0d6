"""The training recipe against an implementation by hand, in float64 and without torch."""

import numpy as np
import pytest
import torch

from reproduce.training.optimization import build_optimizer, set_learning_rate
from reproduce.training.parts import learning_parts

STATELESS = torch.nn.Module()

STEPS = 6
RATE, MOMENTUM, DECAY, BIAS_RATE, GAMMA, POWER = 0.1, 0.9, 0.1, 2.0, 0.5, 0.75


def loss_and_gradients(weights, x, y):
    """Return loss, accuracy and gradients of softmax(W2 relu(W1 x + b1) + b2), by hand."""
    w1, b1, w2, b2 = weights
    hidden = x @ w1.T + b1
    active = np.maximum(hidden, 0)
    logits = active @ w2.T + b2
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    rows = np.arange(len(y))
    loss, accuracy = -np.log(p[rows, y]).mean(), (logits.argmax(axis=1) == y).mean()
    p[rows, y] -= 1
    above = p / len(y)
    below = (above @ w2) * (hidden > 0)
    return loss, accuracy, (below.T @ x, below.sum(axis=0), above.T @ active, above.sum(axis=0))


def trained_by_hand(weights, x, y, steps):
    """Take SGD steps: decay added to the gradient, momentum, biases at twice the falling rate."""
    weights = [w.copy() for w in weights]
    buffers, history = [np.zeros_like(w) for w in weights], []
    for step in range(steps):
        loss, accuracy, gradients = loss_and_gradients(weights, x, y)
        rate = RATE * (1 + GAMMA * step) ** -POWER
        history.append((loss, accuracy, rate))
        for k, is_bias in enumerate((False, True, False, True)):
            buffers[k] = MOMENTUM * buffers[k] + gradients[k] + DECAY * weights[k]
            weights[k] -= rate * (BIAS_RATE if is_bias else 1) * buffers[k]
    return weights, history


@pytest.fixture
def by_hand(tiny, images):
    """The tiny network's weights and the history after some steps on all images at once."""
    weights = [p.detach().double().numpy() for p in tiny().parameters()]
    weights[1] += 0.5  # biases that differ from zero, so that their decay can be seen
    x = images.pixels.reshape(24, 16) / 256
    return weights, trained_by_hand(weights, x, images.labels, STEPS)


def test_steps_are_those_of_the_recipe_written_by_hand(tiny, images, phase, run, by_hand):
    """Momentum, weight decay also of biases, twice the rate for biases, the falling rate."""
    network = tiny()
    with torch.no_grad():
        network.encoder[1].bias += 0.5
    # A batch of all images: the order within it changes nothing but the last digits.
    state = run(network, [phase(batch_size=24, iterations=STEPS)])
    _, (expected, history) = by_hand
    for parameter, values in zip(network.parameters(), expected, strict=True):
        assert parameter.detach().numpy() == pytest.approx(values, abs=2e-6)
    for row, (loss, accuracy, rate) in zip(state.history, history, strict=True):
        assert row["loss"] == pytest.approx(loss, abs=2e-6)
        assert row["training_accuracy"] == pytest.approx(accuracy, abs=1e-12)
        assert row["learning_rate"] == pytest.approx(rate, abs=1e-15)


def test_the_hand_written_gradient_is_a_gradient(by_hand, images):
    weights, _ = by_hand
    x, y, small = images.pixels.reshape(24, 16) / 256, images.labels, 1e-6
    _, _, gradients = loss_and_gradients(weights, x, y)
    for k, place in ((0, (2, 7)), (1, (3,)), (2, (1, 4)), (3, (0,))):
        higher, lower = ([w.copy() for w in weights] for _ in range(2))
        higher[k][place] += small
        lower[k][place] -= small
        slope = (loss_and_gradients(higher, x, y)[0] - loss_and_gradients(lower, x, y)[0]) / 2
        assert gradients[k][place] == pytest.approx(slope / small, abs=1e-8)


@pytest.mark.parametrize(("gamma", "equal"), [(0.0, True), (1e-4, False)])
def test_caffes_momentum_differs_by_less_than_the_rate_changes_in_ten_steps(phase, gamma, equal):
    """Caffe accumulates steps, torch gradients; at the paper's schedule that is all the same."""
    recipe = phase(
        optimizer={"learning_rate": 0.01, "weight_decay": 0, "bias_multiplier": 1},
        schedule={"name": "inverse", "gamma": gamma, "power": 0.75},
    )
    network = torch.nn.Module()
    network.weight = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    optimizer = build_optimizer(network, STATELESS, recipe)
    ours, theirs, velocity = [0.0], [0.0], 0.0
    for iteration in range(300):
        rate = 0.01 * (1 + gamma * iteration) ** -0.75
        set_learning_rate(optimizer, recipe, iteration, 300, 1)
        network.weight.grad = torch.ones(1, dtype=torch.float64)
        optimizer.step()
        ours.append(network.weight.item())
        velocity = 0.9 * velocity + rate
        theirs.append(theirs[-1] - velocity)
    apart = np.abs(np.diff(ours) / np.diff(theirs) - 1).max()
    assert apart < 1e-10 if equal else 1e-4 < apart < 10 * 0.75 * gamma


def test_every_parameter_learns_once_and_biases_apart(tiny, phase):
    network = tiny()
    weights, biases = build_optimizer(network, STATELESS, phase()).param_groups
    assert [p.ndim for p in weights["params"]] == [2, 2]
    assert [p.ndim for p in biases["params"]] == [1, 1]
    assert (weights["multiplier"], biases["multiplier"]) == (1, 2)


def test_a_frozen_encoder_is_frozen_and_thawed_again(tiny):
    network = tiny()
    names = [name for name, _ in learning_parts(network, "classifier")]
    assert names == ["classifier.weight", "classifier.bias"]
    assert not any(p.requires_grad for p in network.encoder.parameters())
    assert len(learning_parts(network, "all")) == 4
    assert all(p.requires_grad for p in network.parameters())


def test_the_base_rate_is_returned_and_the_biases_get_their_multiple(tiny, phase):
    optimizer = build_optimizer(tiny(), STATELESS, phase())
    rate = set_learning_rate(optimizer, phase(), 6, 10, 1)
    assert rate == pytest.approx(0.1 * 4**-0.75)
    assert [group["lr"] for group in optimizer.param_groups] == [rate, 2 * rate]
