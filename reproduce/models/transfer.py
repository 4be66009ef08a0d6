"""Tensors that were trained elsewhere are put into the encoder of a network.

Imports without torch.
"""

from reproduce.errors import UserError
from reproduce.models.weights import IMAGENET_MEAN, IMAGENET_STD

# Parts of published networks that come after the embedding, or stand beside it.
BEHIND = (
    "fc.", "classifier.", "AuxLogits.", "incre_modules.", "downsamp_modules.", "final_layer.",
)  # fmt: skip


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

    mean, std = torch.tensor(IMAGENET_MEAN), torch.tensor(IMAGENET_STD)
    convolution = tensors[first]
    running = first.replace("conv.weight", "bn.running_mean")
    shift = convolution.sum(dim=(2, 3)) @ ((mean - 0.5) / 0.5)
    return tensors | {
        first: convolution * (std / 0.5).view(1, 3, 1, 1),
        running: tensors[running] - shift,
    }
