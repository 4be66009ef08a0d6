"""What a trained network says of images: logits and embeddings."""

from collections.abc import Iterator
from typing import Protocol

import numpy as np
import torch
from torch import nn

from reproduce import device as devices
from reproduce.data.preparation import Images
from reproduce.models.network import Network
from reproduce.randomness import generator


class ManyNetworks(Protocol):
    """Several networks as one, which take and give [n, M, ...]."""

    @property
    def encoder(self) -> nn.Module:
        """Return what makes embeddings of images."""

    @property
    def classifier(self) -> nn.Module:
        """Return what makes logits of embeddings."""

    def eval(self) -> object:
        """Set all networks to evaluation."""

    def __len__(self) -> int: ...


def passes(
    network: Network, images: Images, device: torch.device, precision: str, batch_size: int
) -> Iterator[tuple[slice, torch.Tensor, torch.Tensor]]:
    """Yield rows, logits and embeddings of one batch after the other, in the order of the images.

    Cosines come back times the classifier's scale, so that their softmax are probabilities.
    """
    network.eval()
    scale = getattr(network.classifier, "scale", 1.0)
    for start in range(0, len(images.labels), batch_size):
        rows = slice(start, min(start + batch_size, len(images.labels)))
        with torch.inference_mode():
            inputs = images.tensor(rows, device)
            with devices.autocast(device, precision):
                features = network.encoder(inputs)
                outputs = network.classifier(features)
            found = outputs.float() * scale, features.float()
        yield rows, *found


def predict(
    network: Network, images: Images, device: torch.device, precision: str, batch_size: int = 500
) -> tuple[np.ndarray, np.ndarray]:
    """Return logits [n, C] and embeddings [n, d] as float32, in the order of the images."""
    logits, embeddings = [], []
    for _, outputs, features in passes(network, images, device, precision, batch_size):
        logits.append(outputs.cpu().numpy())
        embeddings.append(features.cpu().numpy())
    return np.concatenate(logits), np.concatenate(embeddings)


@torch.inference_mode()
def predict_stack(
    stack: ManyNetworks, images: Images, device: torch.device, precision: str, at_once: int = 16384
) -> np.ndarray:
    """Return the logits [n, M, C] of M stacked networks as float32, in the order of the images.

    `at_once` is the number of images times networks that are in memory together.
    """
    stack.eval()
    step, logits = max(1, at_once // len(stack)), []
    for start in range(0, len(images.labels), step):
        inputs = images.tensor(slice(start, start + step), device)
        inputs = inputs.unsqueeze(1).expand(-1, len(stack), -1, -1, -1)
        with devices.autocast(device, precision):
            outputs = stack.classifier(stack.encoder(inputs))
        logits.append(outputs.float().cpu().numpy())
    return np.concatenate(logits)


def evenly(count: int, most: int) -> np.ndarray:
    """Return which of so many images are kept, in order: the same for every trial on the data."""
    return np.sort(generator(0, "embeddings").permutation(count)[:most])
