"""What a network starts from: "random", "imagenet:NAME" or "surrogate:NAME".

Pre-trained weights replace the encoder (of a segmentation network: its HRNet); the classifier is
always drawn. `parse` and `describe` work without torch, but for a surrogate's own words.
"""

from reproduce.errors import UserError
from reproduce.models import weights as published

KINDS = ("random", "imagenet", "surrogate")
# Parts of published networks that come after the embedding, or stand beside it.
BEHIND = (
    "fc.", "classifier.", "AuxLogits.", "incre_modules.", "downsamp_modules.", "final_layer.",
)  # fmt: skip


def parse(initialisation: str) -> tuple[str, str]:
    """Return the kind of an initialisation and the name of its weights."""
    kind, colon, name = str(initialisation).partition(":")
    if kind not in KINDS or (kind == "random") != (not colon) or (colon and not name):
        raise UserError(
            f"unknown initialisation '{initialisation}'; expected 'random', 'imagenet:NAME' (such "
            "as imagenet:IMAGENET1K_V2) or 'surrogate:NAME'"
        )
    return kind, name


def describe(initialisation: str) -> str:
    """Say in one sentence what the network starts from."""
    kind, name = parse(initialisation)
    if kind == "random":
        return "All weights start at random numbers."
    if kind == "imagenet":
        return f"The encoder starts from the published ImageNet weights {name}."
    from reproduce.models import surrogate

    return surrogate.describe(name)


def normalisation(backbone: str, initialisation: str):
    """Return the mean and deviation of colours that the weights were trained with, or None."""
    kind, name = parse(initialisation)
    if kind != "imagenet":
        return None
    weights = published.named(backbone, name)
    return weights.mean, weights.std


def apply(network, backbone: str, channels: int, initialisation: str) -> None:
    """Put the weights into the network; it keeps its classifier."""
    kind, name = parse(initialisation)
    if kind == "imagenet":
        tensors = published.read(backbone, name)
        put_imagenet(network, backbone, channels, tensors, f"weights {name} of {backbone}")
    elif kind == "surrogate":
        from reproduce.models import surrogate

        surrogate.load(network, name, backbone=backbone)


def put_imagenet(network, backbone: str, channels: int, tensors: dict, what: str) -> None:
    """Put published tensors into the network's encoder.

    Grey images: the first convolution is summed over its three inputs, which is what it computes
    of an image with three equal channels.
    """
    part = network.get_submodule(network.transferable)
    tensors = {name: t for name, t in tensors.items() if not name.startswith(BEHIND)}
    first = f"{first_convolution(part)}.weight"
    if backbone == "inception_v3" and first in tensors:
        tensors = _with_imagenet_colours(tensors, first)
    if channels == 1 and first in tensors:
        tensors[first] = tensors[first].sum(dim=1, keepdim=True)
    elif channels not in (1, 3):
        raise UserError(
            f"ImageNet weights are for images of 3 channels, or of 1, received {channels}; "
            "use initialisation 'random'"
        )
    put(part, tensors, what)


def put(part, tensors: dict, what: str) -> None:
    """Put tensors into a module if their names and shapes are the module's."""
    own = part.state_dict()
    # Counters of batches, absent from old files, decide nothing at PyTorch's fixed momentum.
    missing = {n for n in own.keys() - tensors.keys() if not n.endswith("num_batches_tracked")}
    beside = tensors.keys() - own.keys()
    if missing or beside:
        kind, name = ("lack", min(missing)) if missing else ("have an unknown", min(beside))
        raise UserError(
            f"the {what} {kind} '{name}' ({len(missing)} tensors missing, {len(beside)} unknown); "
            "they belong to another network"
        )
    for name, tensor in sorted(tensors.items()):
        if tensor.shape != own[name].shape:
            raise UserError(
                f"the {what} have '{name}' of shape {tuple(tensor.shape)}, this network has "
                f"{tuple(own[name].shape)}; use images with as many channels, or another network"
            )
    part.load_state_dict(tensors, strict=False)


def first_convolution(part) -> str:
    """Return the name of the convolution that reads the images."""
    from torch import nn

    return next(name for name, module in part.named_modules() if isinstance(module, nn.Conv2d))


def _with_imagenet_colours(tensors: dict, first: str) -> dict:
    """Make Inception's weights read images normalised as for the other networks.

    They were trained on images scaled to [-1, 1]. The scales go into the first convolution, the
    shifts into the mean of the normalisation after it: exact, since that convolution pads nothing.
    """
    import torch

    mean, std = torch.tensor(published.IMAGENET_MEAN), torch.tensor(published.IMAGENET_STD)
    convolution = tensors[first]
    running = first.replace("conv.weight", "bn.running_mean")
    shift = convolution.sum(dim=(2, 3)) @ ((mean - 0.5) / 0.5)
    return tensors | {
        first: convolution * (std / 0.5).view(1, 3, 1, 1),
        running: tensors[running] - shift,
    }
