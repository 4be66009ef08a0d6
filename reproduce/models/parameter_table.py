"""Numbers of parameters beside those that the metric-learning paper prints in Table 3.

The printed numbers are those of Keras without its classifier. Three ways of counting explain every
difference to the last digit: Keras counts the running means and variances of batch normalisation,
its ResNet-50 has biases before batch normalisation, its Inception version 3 learns no scales there.
"""

from dataclasses import asdict, dataclass
from typing import Any, cast

from reproduce import reference
from reproduce.models import build

IMAGENET_CLASSES = 1000
# The embedding layer and the classes of the paper: a projection to 128, then three classes.
EMBEDDING, CLASSES = 128, 3

PRINTED = {"resnet50": 23_587_712, "inception_v3": 21_802_784, "mobilenet_v1": 3_228_864}

WHY = {
    "resnet50": (
        "Keras counts running means and variances too, and its ResNet-50 has a bias in each of "
        "its convolutions, which the batch normalisation behind it takes away again."
    ),
    "inception_v3": (
        "Keras counts running means and variances too, and its Inception version 3 learns no "
        "scales in batch normalisation."
    ),
    "mobilenet_v1": "Keras counts running means and variances too.",
}


@dataclass(frozen=True)
class Row:
    """One network: our counts, the printed one, and what ours is counted as Keras counts.

    Attributes
    ----------
    with_imagenet_classifier, without_classifier, with_head
        Learned numbers: with 1,000 classes, without a classifier, with the paper's embedding of
        128 numbers and its three classes.
    running
        Running means and variances of batch normalisation, which are not learned.
    as_keras
        The count of the same network without a classifier, built and counted as Keras does.
    printed
        The number in Table 3.
    why
        What makes `printed` differ from `without_classifier`.
    """

    backbone: str
    with_imagenet_classifier: int
    without_classifier: int
    with_head: int
    running: int
    as_keras: int
    printed: int
    why: str


def parameter_table() -> list[Row]:
    """Return a row for each network of Table 3, as counted where PyTorch is."""
    return [Row(**row) for row in reference.kept("parameter_table", computed)]


def computed() -> list[dict[str, Any]]:
    """Return the rows of the table, counted; no memory is used for weights."""
    return [asdict(_row(name)) for name in PRINTED]


def _row(name: str) -> Row:
    import torch
    from torch import nn

    # Tensors on the "meta" device have shapes and no numbers.
    with torch.device("meta"):
        network = build(name, channels=3, size=128, classes=IMAGENET_CLASSES)
    encoder, features = network.encoder, cast(int, network.classifier.in_features)
    learned = _count(encoder.parameters())
    layers = [m for m in encoder.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    maps = sum(layer.num_features for layer in layers)
    beside = {"resnet50": maps, "inception_v3": -maps, "mobilenet_v1": 0}[name]
    return Row(
        backbone=name,
        with_imagenet_classifier=learned + _count(network.classifier.parameters()),
        without_classifier=learned,
        with_head=learned + (features + 1) * EMBEDDING + (EMBEDDING + 1) * CLASSES,
        running=2 * maps,
        as_keras=learned + 2 * maps + beside,
        printed=PRINTED[name],
        why=WHY[name],
    )


def _count(parameters) -> int:
    return sum(parameter.numel() for parameter in parameters)
