"""What networks start from, and how images are brought to what those weights expect.

A text that names a network often leaves open how it starts. Random numbers and ImageNet's weights
are then two readings.
"""

from reproduce.errors import UserError
from reproduce.models import initialisations, weights

# By network, its published ImageNet weights.
IMAGENET = {
    "inception_v3": "IMAGENET1K_V1", "resnet50": "IMAGENET1K_V1", "mobilenet_v1": "tf_slim_in1k",
}  # fmt: skip
STARTS = ("random", "imagenet")
# To [-1, 1], where no weights ask for something else.
MEAN = DEVIATION = (0.5, 0.5, 0.5)


def initialisation(network: str, start: str) -> str:
    """Return what a network starts from, "random" or "imagenet", in the words of a trial."""
    if start == "random":
        return "random"
    if network not in IMAGENET:
        raise UserError(
            f"start is imagenet and there are no ImageNet weights of {network}; expected random, "
            f"or one of the networks {', '.join(IMAGENET)}"
        )
    return initialisations.pinned(network, f"imagenet:{IMAGENET[network]}")


def normalisation(network: str, start: str, channels: int) -> dict[str, list[float]]:
    """Return the mean and deviation that images are normalised with, for these weights.

    Grey images have the average of the colours.
    """
    both = (MEAN, DEVIATION)
    if start == "imagenet":
        published = weights.named(network, IMAGENET[network])
        both = (published.mean, published.std)
    if channels == 1:
        both = tuple((sum(values) / 3,) for values in both)
    return dict(zip(("mean", "deviation"), map(list, both), strict=True))


def channels_of(shape: tuple[int, ...]) -> int:
    """Return the channels of images of this shape: 1 of grey ones, which have no axis for them."""
    return 1 if len(shape) == 2 else shape[-1]
