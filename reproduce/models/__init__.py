"""Networks by name. A leaf: knows nothing of data or losses.

Every network has an `encoder` (images -> embeddings) and a `classifier` (embeddings -> logits);
`forward` is the one after the other. The names import without torch.
"""

from importlib import import_module

from reproduce.errors import unknown_name

BACKBONES = {"lenet5": "reproduce.models.lenet:LeNet5"}

# Memory layout by network, measured once on CPU (LeNet-5: 1.3x images a second) and never timed
# at run time: a layout chosen by a stopwatch would change the last digits between runs.
CHANNELS_LAST = {"lenet5"}


def build(name: str, *, channels: int, size: int, classes: int):
    """Return the network with freshly drawn weights (seed torch before)."""
    if name not in BACKBONES:
        raise unknown_name("backbone", name, BACKBONES)
    module, _, attribute = BACKBONES[name].partition(":")
    network = getattr(import_module(module), attribute)(channels, size, classes)
    if name in CHANNELS_LAST:
        import torch

        network = network.to(memory_format=torch.channels_last)
    return network


def parameter_count(network) -> int:
    """Return how many numbers the network learns."""
    return sum(parameter.numel() for parameter in network.parameters())
