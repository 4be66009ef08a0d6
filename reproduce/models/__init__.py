"""Networks by name. A leaf: knows nothing of data or losses.

Every network has an `encoder` (images -> embeddings) and a `classifier` (embeddings -> logits);
`forward` is the one after the other. A segmentation network has an embedding for every pixel and
logits at the size of the image. The names import without torch.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from reproduce.errors import UserError, unknown_name

if TYPE_CHECKING:
    from reproduce.models.network import Network


@dataclass(frozen=True)
class Backbone:
    """What is known of a network before it is built.

    Attributes
    ----------
    made_by
        Module and class, called with (channels, size, classes).
    smallest, multiple
        Images are squares of `smallest` pixels or more, their sides multiples of `multiple`.
    channels_last
        The memory layout for float32 on a CPU, measured once and never timed at run time: a
        layout chosen by a stopwatch would change the last digits between runs.
    """

    made_by: str
    smallest: int
    multiple: int = 1
    channels_last: bool = True
    task: Literal["classification", "segmentation"] = "classification"


# Images a second in training, channels last over channels first, one thread, colour: LeNet-5 1.6,
# small CNN 1.7, ResNet-8 1.1, ResNet-32 1.3, All-CNN 1.1, ResNet-10 1.0, ResNet-50 1.7, Inception
# 1.2, MobileNets 1.4 and 1.7, small HRNet 1.1. So every network has it.
BACKBONES = {
    "lenet5": Backbone("lenet:LeNet5", smallest=28),
    "small_cnn": Backbone("small:SmallCNN", smallest=8),
    "resnet8": Backbone("cifar:ResNet8", smallest=8),
    "resnet32": Backbone("cifar:ResNet32", smallest=8),
    "all_cnn": Backbone("all_cnn:AllCNN", smallest=9),
    "resnet10": Backbone("resnet10:ResNet10", smallest=32),
    "resnet50": Backbone("imagenet:ResNet50", smallest=32),
    "inception_small": Backbone("inception_small:InceptionSmall", smallest=32),
    "inception_v3": Backbone("imagenet:InceptionV3", smallest=75),
    "mobilenet_v1": Backbone("imagenet:MobileNetV1", smallest=32),
    "mobilenet_v1_half": Backbone("imagenet:MobileNetV1Half", smallest=32),
    "mobilenet_v1_quarter": Backbone("imagenet:MobileNetV1Quarter", smallest=32),
    "mobilenet_v2": Backbone("imagenet:MobileNetV2", smallest=32),
    "hrnet_small_ocr": Backbone(
        "segmentation:SmallHRNetOCR", smallest=32, multiple=32, task="segmentation"
    ),
    "hrnet_w48_ocr": Backbone(
        "segmentation:HRNetOCR", smallest=32, multiple=32, task="segmentation"
    ),
}


def find(name: str) -> Backbone:
    """Return what is known of the network of this name."""
    if name not in BACKBONES:
        raise unknown_name("backbone", name, BACKBONES)
    return BACKBONES[name]


def build(
    name: str, *, channels: int, size: int, classes: int, initialisation: str = "random"
) -> "Network":
    """Return the network with freshly drawn weights (seed torch before), or with those named.

    Parameters
    ----------
    channels, size, classes
        Of the images (squares of `size` pixels) and of the task.
    initialisation
        "random"; "imagenet:NAME", the weights published under this name; or "surrogate:NAME",
        weights trained with this package. The latter two never touch the classifier.
    """
    if initialisation == "random":
        return shaped(name, channels=channels, size=size, classes=classes)
    from reproduce.models import initialisations

    own = initialisations.network_of(name, initialisation)
    network = shaped(name, channels=channels, size=size, classes=classes, **own)
    initialisations.apply(network, name, channels, initialisation)
    return network


def shaped(name: str, *, channels: int, size: int, classes: int, **own: Any) -> "Network":
    """Return the network with freshly drawn weights, `own` saying how it differs from the usual.

    Published weights were trained in networks that differ in their padding, for instance
    (`initialisations.network_of`).
    """
    backbone = find(name)
    _check(name, backbone, channels, size, classes)
    module, _, attribute = backbone.made_by.partition(":")
    network: Network = getattr(import_module(f"{__name__}.{module}"), attribute)(
        channels, size, classes, **own
    )
    if backbone.channels_last:
        import torch

        # The stubs of PyTorch leave `memory_format` out.
        network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return network


def parameter_count(network) -> int:
    """Return how many numbers the network learns."""
    return sum(parameter.numel() for parameter in network.parameters())


def _check(name: str, backbone: Backbone, channels: int, size: int, classes: int) -> None:
    for what, number in (("channels", channels), ("classes", classes)):
        if number < 1:
            raise UserError(f"a network needs 1 or more {what}, received {number}")
    if name == "lenet5":
        return  # It reads one size only, and says so itself.
    if size < backbone.smallest or size % backbone.multiple:
        by = f" and multiples of {backbone.multiple}" if backbone.multiple > 1 else ""
        raise UserError(
            f"{name} reads images of {backbone.smallest} pixels a side or more{by}, received "
            f"{size} x {size}; set image_size"
        )
