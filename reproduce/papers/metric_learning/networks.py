"""The networks of Kim, Kim and Chun (2021), the smaller ones that stand for them, and their starts.

The text does not say how its networks start. Networks are compared with one another only where all
start from random numbers; ImageNet's weights are another reading, where there are some.
"""

from typing import Any

from reproduce.errors import UserError, unknown_name
from reproduce.models import starts

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
IMAGENET = {name: starts.IMAGENET[own] for name, own in BACKBONES.items() if own in starts.IMAGENET}


def initialisation(backbone: str, start: str) -> str:
    """Return what the network starts from, in the words of a trial."""
    if start not in starts.STARTS:
        raise unknown_name("start", start, starts.STARTS)
    if start == "imagenet" and backbone not in IMAGENET:
        raise UserError(
            f"start is imagenet and there are no ImageNet weights of {backbone}; expected random, "
            f"or one of the networks {', '.join(IMAGENET)}"
        )
    return starts.initialisation(BACKBONES[backbone], start)


def transforms(backbone: str, start: str, size: int, channels: int) -> dict[str, Any]:
    """Return what is done to every image: shrunk or padded to a square, and normalised."""
    shown = starts.normalisation(BACKBONES[backbone], start, channels)
    return {"size": size, "divisor": 255, "padded": True, **shown}
