"""The networks of Kim, Kim and Chun (2021), the smaller ones that stand for them, and their starts.

The text does not say how its networks start. Networks are compared with one another only where all
start from random numbers; ImageNet's weights are another reading, where there are some.
"""

from typing import Any

from reproduce.errors import UserError, unknown_name
from reproduce.models import initialisations, weights

# By the name that the page gives it, the network of `reproduce.models`.
BACKBONES = {
    "inception_v3": "inception_v3",
    "resnet50": "resnet50",
    "mobilenet": "mobilenet_v1",
    "mobilenet_half": "mobilenet_v1_half",
    "mobilenet_quarter": "mobilenet_v1_quarter",
    "inception_small": "inception_small",
    "resnet10": "resnet10",
    "small_cnn": "small_cnn",
}
# Those of the paper, in the order of its Table 2.
PRINTED = ("inception_v3", "resnet50", "mobilenet")
# Small counterparts, where the large ones are not trained.
COUNTERPARTS = {"inception_v3": "inception_small", "resnet50": "resnet10"}
# Narrower MobileNets: fewer parameters, nothing else.
WIDTHS = ("mobilenet_half", "mobilenet_quarter")
IMAGENET = {
    "inception_v3": "IMAGENET1K_V1", "resnet50": "IMAGENET1K_V1", "mobilenet": "tf_slim_in1k",
}  # fmt: skip
STARTS = ("random", "imagenet")
# Keras brings images for Inception and MobileNet to [-1, 1], and TensorFlow's weights want it so.
MEAN = DEVIATION = (0.5, 0.5, 0.5)


def initialisation(backbone: str, start: str) -> str:
    """Return what the network starts from, in the words of a trial."""
    if start == "random":
        return "random"
    if start not in STARTS:
        raise unknown_name("start", start, STARTS)
    if backbone not in IMAGENET:
        raise UserError(
            f"start is imagenet and there are no ImageNet weights of {backbone}; expected random, "
            f"or one of the networks {', '.join(IMAGENET)}"
        )
    return initialisations.pinned(BACKBONES[backbone], f"imagenet:{IMAGENET[backbone]}")


def normalisation(backbone: str, start: str, channels: int) -> dict[str, list[float]]:
    """Return the mean and deviation that images are normalised with, for these weights.

    Grey images have the average of the colours.
    """
    both = (MEAN, DEVIATION)
    if start == "imagenet":
        published = weights.named(BACKBONES[backbone], IMAGENET[backbone])
        both = (published.mean, published.std)
    if channels == 1:
        both = tuple((sum(values) / 3,) for values in both)
    return dict(zip(("mean", "deviation"), map(list, both), strict=True))


def transforms(backbone: str, start: str, size: int, channels: int) -> dict[str, Any]:
    """Return what is done to every image: shrunk or padded to a square, and normalised."""
    shown = normalisation(backbone, start, channels)
    return {"size": size, "divisor": 255, "padded": True, **shown}
