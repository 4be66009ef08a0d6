"""Residual networks for 32 x 32 images: He, Zhang, Ren and Sun (2016), section 4.2.

A convolution to 16 maps, then three stages of 16, 32 and 64 maps at 1, 1/2 and 1/4 of the size,
a mean over the image, a linear layer: 6n + 2 layers with n blocks a stage.
"""

import torch
from torch import nn
from torch.nn import functional

from reproduce.models.network import Network

WIDTHS = (16, 32, 64)


class Block(nn.Module):
    """Two convolutions and a shortcut without parameters ("option A").

    Where the size halves and the maps double, the shortcut takes every second pixel and adds maps
    of zeros, half of them before and half after.
    """

    def __init__(self, channels: int, width: int, stride: int):
        super().__init__()
        self.convolution1 = nn.Conv2d(channels, width, 3, stride, padding=1, bias=False)
        self.normalisation1 = nn.BatchNorm2d(width)
        self.convolution2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.normalisation2 = nn.BatchNorm2d(width)
        self.stride, self.added = stride, width - channels

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """Return the maps of the next block."""
        out = functional.relu(self.normalisation1(self.convolution1(maps)))
        out = self.normalisation2(self.convolution2(out))
        if self.added:
            before = self.added // 2
            maps = maps[:, :, :: self.stride, :: self.stride]
            maps = functional.pad(maps, (0, 0, 0, 0, before, self.added - before))
        return functional.relu(out + maps)


class CIFARResNet(Network):
    """The network with n blocks a stage.

    Differences from the paper
    --------------------------
    None in the layers. Weights of convolutions and of the classifier are normal with variance
    2 / fan_in, as the public code of long-tailed CIFAR draws them.
    """

    blocks: int

    def __init__(self, channels: int, size: int, classes: int):
        super().__init__()
        layers = [nn.Conv2d(channels, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU()]
        before = 16
        for width in WIDTHS:
            for _ in range(self.blocks):
                layers.append(Block(before, width, stride=1 if width == before else 2))
                before = width
        self.encoder = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.classifier = nn.Linear(WIDTHS[-1], classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(module.weight)

    def new_classifier(self, classes: int) -> nn.Module:
        """Return the last layer, drawn anew."""
        layer = nn.Linear(WIDTHS[-1], classes)
        nn.init.kaiming_normal_(layer.weight)
        return layer


class ResNet8(CIFARResNet):
    """Residual network for small images, one block a stage: for a CPU. No paper uses it."""

    blocks = 1


class ResNet32(CIFARResNet):
    """Residual network for small images, five blocks a stage: that of long-tailed CIFAR.

    464,154 parameters for 10 classes.
    """

    blocks = 5
