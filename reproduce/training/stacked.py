"""Many small networks as one computation: the same steps as one by one, without the waiting.

A GPU needs half a millisecond to be told of one LeNet-5 step and a fraction of that to do it, so
hundreds of networks that share an architecture and a schedule are put into one: every weight gets
a leading axis of M networks, activations are [B, M, ...], a convolution is one of M groups, a
linear layer one batched matrix product. Each network sees its own sample in its own order and
starts from its own weights. The losses are added up; since no network's loss depends on another's
weights, every gradient is that of the network alone, and SGD moves every number by itself.

Only networks of layers listed in `STACKED` can be stacked, and only where nothing random happens
in a forward pass (dropout would draw other masks than one network alone). On a CPU a plain loop is
faster, and nothing is stacked there unless asked for.
"""

import copy
from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional


class StackedConv2d(nn.Module):
    """M convolutions at once; activations are [B, M, C, h, w]."""

    def __init__(self, layers: list[nn.Conv2d]):
        super().__init__()
        _stack_parameters(self, layers)
        first = layers[0]
        self.stride, self.padding, self.dilation = first.stride, first.padding, first.dilation

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return the convolved activations: one grouped convolution, a group per network."""
        networks = self.weight.shape[0]
        bias = None if self.bias is None else self.bias.flatten(0, 1)
        outputs = functional.conv2d(
            inputs.flatten(1, 2), self.weight.flatten(0, 1), bias, self.stride, self.padding,
            self.dilation, groups=networks,
        )  # fmt: skip
        return outputs.unflatten(1, (networks, -1))


class StackedLinear(nn.Module):
    """M linear layers at once; activations are [B, M, D]."""

    def __init__(self, layers: list[nn.Linear]):
        super().__init__()
        _stack_parameters(self, layers)
        self.in_features = layers[0].in_features

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return the outputs: one batched matrix product."""
        rows, weights = inputs.transpose(0, 1), self.weight.transpose(1, 2)
        if self.bias is None:
            return torch.bmm(rows, weights).transpose(0, 1)
        return torch.baddbmm(self.bias.unsqueeze(1), rows, weights).transpose(0, 1)


class Folded(nn.Module):
    """A layer without weights, applied to all images of all networks alike."""

    def __init__(self, layer: nn.Module):
        super().__init__()
        self.layer = layer

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return the layer's outputs, with the two leading axes as they were."""
        return self.layer(inputs.flatten(0, 1)).unflatten(0, inputs.shape[:2])


# What a stack can be made of, and how.
STACKED: dict[type[nn.Module], Callable[[list], nn.Module]] = {
    nn.Conv2d: StackedConv2d,
    nn.Linear: StackedLinear,
    nn.MaxPool2d: lambda layers: Folded(layers[0]),
    nn.AvgPool2d: lambda layers: Folded(layers[0]),
    nn.AdaptiveAvgPool2d: lambda layers: Folded(layers[0]),
    nn.ReLU: lambda layers: nn.ReLU(),
    nn.Flatten: lambda layers: nn.Flatten(2),
    nn.Identity: lambda layers: nn.Identity(),
}


def stackable(network: nn.Module) -> bool:
    """Say whether copies of this network can be trained as one."""
    parts = (network.encoder, network.classifier)
    return all(_known(layer) for part in parts for layer in _layers(part)) and all(
        layer.groups == 1 and layer.padding_mode == "zeros"
        for layer in network.modules()
        if isinstance(layer, nn.Conv2d)
    )


class Stack(nn.Module):
    """M networks as one: `encoder` and `classifier` take and give [B, M, ...]."""

    def __init__(self, networks: list[nn.Module]):
        super().__init__()
        self.encoder = _stacked([network.encoder for network in networks])
        self.classifier = _stacked([network.classifier for network in networks])
        self._template = [copy.deepcopy(networks[0])]  # in a list: it is no part of the stack

    def __len__(self) -> int:
        return len(next(self.parameters()))

    def network(self, number: int) -> nn.Module:
        """Return one of the networks by itself, with the weights it has now."""
        alone = copy.deepcopy(self._template[0])
        with torch.no_grad():
            for own, stacked in zip(alone.parameters(), self.parameters(), strict=True):
                own.copy_(stacked[number])
        return alone.to(next(self.parameters()).device)


def _stacked(parts: list[nn.Module]) -> nn.Module:
    by_place = zip(*(_layers(part) for part in parts), strict=True)
    made = [STACKED[type(of_all[0])](list(of_all)) for of_all in by_place]
    return made[0] if len(made) == 1 else nn.Sequential(*made)


def _layers(part: nn.Module) -> list[nn.Module]:
    """Return the layers of a chain in order; something that is no chain counts as one layer."""
    if not isinstance(part, nn.Sequential):
        return [part]
    return [layer for child in part for layer in _layers(child)]


def _known(layer: nn.Module) -> bool:
    return type(layer) in STACKED


def _stack_parameters(stack: nn.Module, layers: list[nn.Module]) -> None:
    """Give the stack the weights and biases of the layers, along a new first axis."""
    for name in ("weight", "bias"):
        values = [getattr(layer, name) for layer in layers]
        made = (
            None if values[0] is None else nn.Parameter(torch.stack([v.detach() for v in values]))
        )
        stack.register_parameter(name, made)
