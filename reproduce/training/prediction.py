"""What a trained network says of images: logits and embeddings."""

import numpy as np
import torch

from reproduce import device as devices
from reproduce.data.preparation import Images


@torch.inference_mode()
def predict(
    network, images: Images, device, precision: str, batch_size: int = 500
) -> tuple[np.ndarray, np.ndarray]:
    """Return logits [n, C] and embeddings [n, d] as float32, in the order of the images.

    Cosines come back times the classifier's scale, so that their softmax are probabilities.
    """
    network.eval()
    scale = getattr(network.classifier, "scale", 1.0)
    logits, embeddings = [], []
    for start in range(0, len(images.labels), batch_size):
        inputs = images.tensor(slice(start, start + batch_size), device)
        with devices.autocast(device, precision):
            features = network.encoder(inputs)
            outputs = network.classifier(features)
        logits.append((outputs.float() * scale).cpu().numpy())
        embeddings.append(features.float().cpu().numpy())
    return np.concatenate(logits), np.concatenate(embeddings)


@torch.inference_mode()
def predict_stack(stack, images: Images, device, precision: str, at_once: int = 16384):
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
