"""How hard `nodules` and `identities` are for plain cross-entropy, beside a linear model.

`python -m benchmarks.generated_tasks [nodules] [identities]` adds rows to
`book/results/generated_difficulty.json`: mean IoU of a small U-Net and of logistic regression on
the pixels' brightness and place; equal error rate on identities never trained on, of a small
network and of linear discriminants.
"""

import sys

import numpy as np
import torch
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_curve
from torch import nn
from torch.nn import functional

from benchmarks.generated_difficulty import SmallNetwork, store
from reproduce.data.generated import GENERATED, LEVELS, best_possible
from reproduce.data.generated.fields import blur, plane
from reproduce.randomness import generator, seed_torch

SIZE = {"nodules": 48, "identities": 32}
EPOCHS = {"nodules": 10, "identities": 12}
SEED, BATCH, RATE = 1, 32, 2e-3


def _layers(before: int, width: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU(),
        nn.Conv2d(width, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU(),
    )  # fmt: skip


class SmallUNet(nn.Module):
    """Three resolutions, 12, 24 and 48 channels wide."""

    def __init__(self, classes: int):
        super().__init__()
        self.down = nn.ModuleList([_layers(1, 12), _layers(12, 24), _layers(24, 48)])
        self.up = nn.ModuleList([_layers(48 + 24, 24), _layers(24 + 12, 12)])
        self.head = nn.Conv2d(12, classes, 1)

    def forward(self, x):
        """Return logits [n, classes, h, w]."""
        first = self.down[0](x)
        second = self.down[1](functional.max_pool2d(first, 2))
        x = self.down[2](functional.max_pool2d(second, 2))
        x = self.up[0](torch.cat([functional.interpolate(x, scale_factor=2.0), second], 1))
        return self.head(
            self.up[1](torch.cat([functional.interpolate(x, scale_factor=2.0), first], 1))
        )


def fit(network, images: torch.Tensor, targets: torch.Tensor, epochs: int) -> None:
    """Train with plain cross-entropy and Adam, one cycle of the learning rate."""
    steps = len(images) // BATCH
    optimizer = torch.optim.Adam(network.parameters(), RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2 * RATE, total_steps=epochs * steps)
    for epoch in range(epochs):
        order = torch.from_numpy(generator(SEED, "calibration", epoch).permutation(len(images)))
        for rows in order[: steps * BATCH].split(BATCH):
            optimizer.zero_grad(set_to_none=True)
            functional.cross_entropy(network(images[rows]), targets[rows]).backward()
            optimizer.step()
            schedule.step()
    network.eval()


def mean_iou(masks: np.ndarray, predicted: np.ndarray) -> float:
    """Return intersection over union, averaged over the classes, all images taken together."""
    scores = []
    for c in np.unique(masks):
        either = np.sum((masks == c) | (predicted == c))
        scores.append(np.sum((masks == c) & (predicted == c)) / either)
    return float(np.mean(scores))


def _pixel_features(images: np.ndarray) -> np.ndarray:
    """Return brightness at three blurs, place and distance from the middle, for each pixel."""
    fields = images.astype(np.float32) / 255
    x, y = (np.broadcast_to(axis, fields.shape) for axis in plane(fields.shape[-1]))
    maps = [fields, blur(fields, 0.03), blur(fields, 0.08), x, y, (x - 0.5) ** 2, (y - 0.55) ** 2]
    return np.stack(maps, axis=-1).reshape(-1, len(maps))


def segmentation(difficulty: str) -> dict:
    """Return the row of `nodules`."""
    data = GENERATED["nodules"](SIZE["nodules"], difficulty, SEED)
    train, test = data.images["train"], data.images["test"]
    masks = data.masks["test"]
    chosen = generator(SEED, "calibration pixels").permutation(train.size)[:40_000]
    features, classes = _pixel_features(train)[chosen], data.masks["train"].reshape(-1)[chosen]
    linear = LogisticRegression(max_iter=300).fit(features, classes)
    by_pixel = linear.predict(_pixel_features(test)).reshape(masks.shape)
    seed_torch(SEED, "calibration")
    network = SmallUNet(3)
    x = torch.from_numpy(train)[:, None].float() / 255 - 0.35
    fit(network, x, torch.from_numpy(data.masks["train"]).long(), EPOCHS["nodules"])
    with torch.no_grad():
        z = torch.from_numpy(test)[:, None].float() / 255 - 0.35
        predicted = torch.cat([network(part).argmax(1) for part in z.split(64)]).numpy()
    best = best_possible("nodules", difficulty)["accuracy"]
    return {
        "set": "nodules", "difficulty": difficulty, "size": SIZE["nodules"],
        "train": len(train), "test": len(test), "epochs": EPOCHS["nodules"], "seed": SEED,
        "linear": round(mean_iou(masks, by_pixel), 4),
        "network": round(mean_iou(masks, predicted), 4),
        "best_possible_image_accuracy": round(best, 4),
    }  # fmt: skip


def equal_error_rate(embeddings: np.ndarray, labels: np.ndarray) -> float:
    """Return the error where as many genuine pairs are refused as impostors are let in."""
    unit = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    first, second = np.triu_indices(len(labels), 1)
    false, true, _ = roc_curve(labels[first] == labels[second], (unit @ unit.T)[first, second])
    crossing = int(np.argmin(np.abs(false - (1 - true))))
    return float((false[crossing] + 1 - true[crossing]) / 2)


def verification(difficulty: str) -> dict:
    """Return the row of `identities`."""
    size = SIZE["identities"]
    data = GENERATED["identities"](size, difficulty, SEED)
    train, labels = data.images["train"], data.labels["train"]
    test, unseen = data.images["test"], data.labels["test"]
    flat, flat_test = (part.reshape(len(part), -1) / 255 for part in (train, test))
    smaller = PCA(150, random_state=0).fit(flat)
    linear = LinearDiscriminantAnalysis(solver="eigen", shrinkage=0.1, n_components=100)
    linear.fit(smaller.transform(flat), labels)
    embedded = linear.transform(smaller.transform(flat_test))
    seed_torch(SEED, "calibration")
    layers = list(SmallNetwork(3, 1))[:-3]
    body = nn.Sequential(*layers, nn.Flatten(), nn.Linear(32 * (size // 8) ** 2, 128))
    network = nn.Sequential(body, nn.BatchNorm1d(128), nn.Linear(128, int(labels.max()) + 1))
    x = torch.from_numpy(train).permute(0, 3, 1, 2).float() / 255 - 0.5
    fit(network, x, torch.from_numpy(labels), EPOCHS["identities"])
    with torch.no_grad():
        z = torch.from_numpy(test).permute(0, 3, 1, 2).float() / 255 - 0.5
        points = network[:2](z).numpy()
    return {
        "set": "identities", "difficulty": difficulty, "size": size,
        "train": len(train), "test": len(test), "epochs": EPOCHS["identities"], "seed": SEED,
        "linear": round(equal_error_rate(embedded, unseen), 4),
        "network": round(equal_error_rate(points, unseen), 4),
    }  # fmt: skip


TASKS = {"nodules": segmentation, "identities": verification}


def run(names: list[str] | None = None) -> None:
    """Measure and store the named sets, both by default."""
    torch.set_num_threads(1)
    print("set          level   linear  network")
    for name in names or TASKS:
        for difficulty in LEVELS:
            row = TASKS[name](difficulty)
            store([row])
            print(
                f"{name:12s} {difficulty:6s}  {row['linear']:6.1%}  {row['network']:6.1%}",
                flush=True,
            )


if __name__ == "__main__":
    run(sys.argv[1:])
