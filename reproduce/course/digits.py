"""What lesson 1 builds, kept for the lessons after it: digits, made lopsided, and a training loop.

Nothing here is used by the study of the papers. A lesson is read best with all of its code on the
page, and from the second one on this much of it has been on a page before.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

FOR_TRAINING, FOR_TESTING = 100, 70


def load() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return images [N, 64] and labels [N] for training, then for testing, as many of each class.

    They are scikit-learn's digits, 8 by 8 pixels, which come with the package.
    """
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    images = torch.tensor(images, dtype=torch.float32) / 16
    labels = torch.tensor(labels)
    places = [torch.nonzero(labels == digit).flatten() for digit in range(10)]
    train = torch.cat([place[:FOR_TRAINING] for place in places])
    test = torch.cat([place[FOR_TRAINING:][:FOR_TESTING] for place in places])
    return images[train], labels[train], images[test], labels[test]


def lopsided(labels: Tensor, rare: Sequence[int], few: int, seed: int = 0) -> Tensor:
    """Return which images are kept: all of the frequent classes, `few` of each rare one."""
    random = torch.Generator().manual_seed(seed)
    kept = []
    for digit in range(10):
        of_class = torch.nonzero(labels == digit).flatten()
        of_class = of_class[torch.randperm(len(of_class), generator=random)]
        kept.append(of_class[:few] if digit in rare else of_class)
    return torch.cat(kept)


def new_network(outputs: int = 10, seed: int = 0, inputs: int = 64) -> nn.Sequential:
    """Return a small network, with weights that follow from the seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(inputs, 64), nn.ReLU(), nn.Linear(64, outputs))


def train(
    network: nn.Module,
    images: Tensor,
    labels: Tensor,
    *,
    steps: int = 300,
    loss: Callable[[Tensor, Tensor], Tensor] = functional.cross_entropy,
    rows: Tensor | None = None,
    batch_size: int = 32,
    rate: float = 0.1,
    seed: int = 0,
) -> nn.Module:
    """Train a network in place, and return it.

    Parameters
    ----------
    rows
        Which images an epoch shows, a number twice where an image is shown twice; all, once each,
        where left out.
    """
    random = torch.Generator().manual_seed(seed)
    rows = torch.arange(len(labels)) if rows is None else rows
    optimizer = torch.optim.SGD(network.parameters(), lr=rate, momentum=0.9)
    queue = rows[:0]
    for _ in range(steps):
        while len(queue) < batch_size:
            queue = torch.cat([queue, rows[torch.randperm(len(rows), generator=random)]])
        batch, queue = queue[:batch_size], queue[batch_size:]
        optimizer.zero_grad()
        loss(network(images[batch]), labels[batch]).backward()
        optimizer.step()
    return network


@torch.no_grad()
def recalls(network: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    """Return of each class the share of its images that the network recognises."""
    right = network(images).argmax(1) == labels
    return torch.stack([right[labels == digit].float().mean() for digit in range(10)])
