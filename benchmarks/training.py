"""Training LeNet-5: the loop of this project against a plain loop and a DataLoader (one thread).

The same network, batches of 64 and plain SGD in all three; the peers are how such a loop is
usually written.
"""

import torch
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, TensorDataset

from benchmarks import timing
from reproduce import models
from reproduce.data import catalog, preparation
from reproduce.device import prepare as prepare_device
from reproduce.training.loop import Settings, train
from reproduce.training.phases import Optimizer, Phase

STEPS, BATCH = 60, 64
CPU = torch.device("cpu")


def run() -> None:
    """Print CPU seconds for 60 steps of each way."""
    prepare_device(CPU, threads=1)
    data = preparation.prepare(
        catalog.load("digits"),
        split={"kind": "stratified", "test_share": 0.2, "seed": 0},
        imbalance={"kind": "none"},
        transforms={"size": 28, "divisor": 256},
        data_seed=0,
        evaluate_on=[],
    )
    inputs = data.train.tensor(slice(None), CPU)
    labels = torch.from_numpy(data.train.labels)
    phase = Phase(
        batch_size=BATCH,
        iterations=STEPS,
        optimizer=Optimizer(name="sgd", learning_rate=0.01, momentum=0.9),
    )

    def ours() -> None:
        train(
            _network(), [phase], data.train, data.counts, data_seed=0, seed=0,
            precision="float32", settings=Settings(CPU),
        )  # fmt: skip

    def plain() -> None:
        order = torch.randint(len(labels), (STEPS, BATCH))
        _fit(_network().to(memory_format=torch.contiguous_format), (
            (inputs[rows], labels[rows]) for rows in order
        ))  # fmt: skip

    def loader() -> None:
        batches = iter(DataLoader(TensorDataset(inputs, labels), BATCH, shuffle=True))
        network = _network().to(memory_format=torch.contiguous_format)
        done = 0
        while done < STEPS:
            for batch in batches:
                _fit(network, [batch])
                done += 1
                if done == STEPS:
                    break
            batches = iter(DataLoader(TensorDataset(inputs, labels), BATCH, shuffle=True))

    seconds = timing.race({"this project's loop": ours, "plain loop, NCHW": plain,
                           "DataLoader, NCHW": loader})  # fmt: skip
    timing.table(seconds, "ms", 1000 / STEPS)
    print("(milliseconds a step; images a second = 64,000 / milliseconds)")


def _network():
    torch.manual_seed(0)
    return models.build("lenet5", channels=1, size=28, classes=10)


def _fit(network, batches) -> None:
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9)
    for images, labels in batches:
        loss = cross_entropy(network(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
