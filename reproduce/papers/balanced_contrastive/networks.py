"""The networks of BDCL's classification, the smaller ones that stand for it, and their starts."""

from typing import Any

from reproduce.models import starts

# By the name that the page gives it, the network of `reproduce.models`.
BACKBONES = {
    "resnet50": "resnet50",
    "mobilenet": "mobilenet_v1",
    "resnet10": "resnet10",
    "small_cnn": "small_cnn",
}
PRINTED = "resnet50"
IMAGENET = tuple(name for name, own in BACKBONES.items() if own in starts.IMAGENET)


def transforms(parameters, shape: tuple[int, ...]) -> dict[str, Any]:
    """Return what is done to every image: brought to one size, and normalised."""
    network, channels = BACKBONES[parameters.backbone], starts.channels_of(shape)
    shown = starts.normalisation(network, parameters.start, channels)
    return {"size": parameters.image_size, "divisor": 255, **shown}
