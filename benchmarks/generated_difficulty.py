"""How hard generated sets are: linear model, small network, best possible.

`python -m benchmarks.generated_difficulty [SET ...]` trains both on balanced data (so that
rarity plays no part) and tests them on the balanced stream, then writes the numbers to
`book/results/generated_difficulty.json`, from which the book's page takes its table. About half
a minute on one core for each set and level.
"""

import json
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from benchmarks.generated_page import RESULT
from reproduce.data.generated import DESCRIPTIONS, best_possible, stream
from reproduce.data.generated.assembly import GENERATOR_VERSION, SOURCE, build
from reproduce.data.generated.difficulty import LEVELS
from reproduce.files import project_root, write_text
from reproduce.randomness import generator, seed_torch

SETS = {"lesions": 48, "warts_corns": 32, "dermoscopy": 32}
TRAIN, TEST, EPOCHS, BATCH, SEED, RATE = 2400, 1200, 12, 32, 1, 2e-3
PENALTIES = (1e-1, 1e-2, 1e-3)


class SmallNetwork(nn.Sequential):
    """Three times convolution, normalisation, ReLU, pooling; width 32; averaged over the image."""

    def __init__(self, channels: int, classes: int, width: int = 32):
        layers, before = [], channels
        for _ in range(3):
            layers += [
                nn.Conv2d(before, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU(),
                nn.MaxPool2d(2),
            ]  # fmt: skip
            before = width
        super().__init__(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, classes))


def linear_accuracy(train, train_labels, test, test_labels) -> float:
    """Return the best balanced accuracy of multinomial logistic regression on pixels.

    The best of three penalties *on the test images*: an upper bound that favours the linear model.
    """
    x = torch.from_numpy(train.reshape(len(train), -1)).float() / 255
    z = torch.from_numpy(test.reshape(len(test), -1)).float() / 255
    mean, deviation = x.mean(0), x.std(0) + 1e-3
    x, z = (x - mean) / deviation, (z - mean) / deviation
    y = torch.from_numpy(train_labels)
    classes = int(y.max()) + 1
    best = 0.0
    for penalty in PENALTIES:
        weights = torch.zeros(classes, x.shape[1], requires_grad=True)
        bias = torch.zeros(classes, requires_grad=True)
        optimizer = torch.optim.LBFGS([weights, bias], max_iter=40)

        def loss(weights=weights, bias=bias, optimizer=optimizer, penalty=penalty):
            optimizer.zero_grad()
            value = functional.cross_entropy(x @ weights.T + bias, y)
            value = value + penalty * weights.square().sum() / 2
            value.backward()
            return value

        optimizer.step(loss)
        predicted = (z @ weights.T + bias).argmax(1).numpy()
        best = max(best, balanced_accuracy(test_labels, predicted))
    return best


def network_accuracy(train, train_labels, test, test_labels) -> float:
    """Return the balanced accuracy of the small network trained with plain cross-entropy."""
    seed_torch(SEED, "calibration")
    network = SmallNetwork(train.shape[-1], int(train_labels.max()) + 1)
    network = network.to(memory_format=torch.channels_last)
    steps = EPOCHS * (len(train) // BATCH)
    optimizer = torch.optim.Adam(network.parameters(), RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE * 2, total_steps=steps)
    x = torch.from_numpy(train).permute(0, 3, 1, 2).float().div_(255).sub_(0.5)
    x, y = x.contiguous(memory_format=torch.channels_last), torch.from_numpy(train_labels)
    for epoch in range(EPOCHS):
        order = torch.from_numpy(generator(SEED, "calibration", epoch).permutation(len(x)))
        for rows in order[: steps // EPOCHS * BATCH].split(BATCH):
            batch = x[rows]
            # The scenes have no top and no left: mirrored ones are as good.
            dims = [d for d, flip in ((2, torch.rand(()) < 0.5), (3, torch.rand(()) < 0.5)) if flip]
            optimizer.zero_grad(set_to_none=True)
            functional.cross_entropy(network(batch.flip(dims)), y[rows]).backward()
            optimizer.step()
            schedule.step()
    network.eval()
    z = torch.from_numpy(test).permute(0, 3, 1, 2).float().div_(255).sub_(0.5)
    with torch.no_grad():
        predicted = torch.cat([network(part).argmax(1) for part in z.split(256)]).numpy()
    return balanced_accuracy(test_labels, predicted)


def balanced_accuracy(labels: np.ndarray, predicted: np.ndarray) -> float:
    """Return the mean share of each class that was recognised."""
    return float(np.mean([np.mean(predicted[labels == c] == c) for c in np.unique(labels)]))


def measure(name: str, difficulty: str) -> dict:
    """Return one row of the table."""
    description, size = DESCRIPTIONS[name], SETS[name]
    classes = len(description.class_names)
    counts = {"train": (TRAIN // classes,) * classes}
    train = build(description, size, difficulty, SEED, counts=counts)
    tests = list(stream(name, size, difficulty, SEED, total=TEST))
    images = np.concatenate([part.images for part in tests])
    labels = np.concatenate([part.labels for part in tests])
    data = train.images["train"], train.labels["train"], images, labels
    return {
        "set": name, "difficulty": difficulty, "size": size, "chance": 1 / classes,
        "train": len(data[1]), "test": len(labels), "epochs": EPOCHS, "seed": SEED,
        "linear": round(linear_accuracy(*data), 4), "network": round(network_accuracy(*data), 4),
        "best_possible": round(best_possible(name, difficulty)["balanced_accuracy"], 4),
    }  # fmt: skip


def store(rows: list[dict], **more: dict) -> None:
    """Put rows into the stored table, each in the place of the one of its set and level."""
    path = project_root() / RESULT
    table = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    kept = table.get("rows", [])
    new = {(row["set"], row["difficulty"]) for row in rows}
    rows = [row for row in kept if (row["set"], row["difficulty"]) not in new] + rows
    order = list(DESCRIPTIONS)
    rows.sort(key=lambda row: (order.index(row["set"]), LEVELS.index(row["difficulty"])))
    table |= {"generator_version": GENERATOR_VERSION, "source": SOURCE, "rows": rows, **more}
    write_text(path, json.dumps(table, indent=1) + "\n")


def run(names: list[str] | None = None) -> None:
    """Measure the named sets (all by default) and renew their rows in the stored table."""
    torch.set_num_threads(1)
    print("set          level   linear  network  best possible")
    for name in names or SETS:
        for difficulty in LEVELS:
            row = measure(name, difficulty)
            store([row])
            print(
                f"{name:12s} {difficulty:6s}  {row['linear']:6.1%}  {row['network']:6.1%}   "
                f"{row['best_possible']:6.1%}",
                flush=True,
            )


if __name__ == "__main__":
    run(sys.argv[1:])
