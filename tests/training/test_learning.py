"""End to end: digits are learned under imbalance, and on a GPU as on a CPU."""

import pytest
import torch

from reproduce import device as devices
from reproduce import models
from reproduce.data import catalog
from reproduce.data.preparation import prepare
from reproduce.data.samplers import SAMPLERS
from reproduce.randomness import seed_torch
from reproduce.tasks.prediction import predict
from reproduce.training.phases import Optimizer, Phase, Schedule

CPU = torch.device("cpu")


@pytest.fixture
def digits():
    """Digits at 28 x 28, five classes of 125 training images and five of 25."""
    return prepare(
        catalog.load("digits"),
        split={"kind": "stratified", "test_share": 0.2, "seed": 0},
        imbalance={"kind": "step", "n_max": 125, "rho": 5, "mu": 0.5},
        transforms={"size": 28, "divisor": 256},
        data_seed=0,
        evaluate_on=["test"],
    )


def recipe(**changed):
    """Return the paper's recipe for MNIST, shorter."""
    return Phase(
        optimizer=Optimizer(
            name="sgd", learning_rate=0.01, momentum=0.9, weight_decay=5e-4, bias_multiplier=2
        ),
        schedule=Schedule(name="inverse", gamma=1e-4, power=0.75),
        **changed,
    )


def lenet(device=CPU):
    seed_torch(0, "weights")
    return models.build("lenet5", channels=1, size=28, classes=10).to(device)


def accuracy(network, part):
    logits, _ = predict(network, part, CPU, "float32")
    return (logits.argmax(axis=1) == part.labels).mean()


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_it_learns(digits, run, sampler):
    """Sixty steps of 16 images bring it from a tenth to well above half, on images never seen."""
    network, test = lenet(), digits.evaluate["test"]
    assert accuracy(network, test) < 0.3
    history = run(network, [recipe(batch_size=16, iterations=60, sampler=sampler)],
                  on=digits.train).history  # fmt: skip
    assert accuracy(network, test) > 0.6
    first, last = (sum(row["loss"] for row in rows) for rows in (history[:3], history[-3:]))
    assert last < 0.5 * first


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cpu_and_gpu_agree_after_twenty_steps(digits, run):
    histories = []
    for device in (torch.device("cuda"), CPU):  # the CPU last, whose settings then stay
        devices.prepare(device, threads=1)
        phases = [recipe(batch_size=64, iterations=20)]
        rows = run(lenet(device), phases, on=digits.train, device=device).history
        histories.append([row["loss"] for row in rows])
    assert len(histories[0]) == 20
    assert histories[0] == pytest.approx(histories[1], abs=1e-4)
