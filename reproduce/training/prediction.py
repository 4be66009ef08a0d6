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
