"""A small network of Inception's kind, where version 3 itself is too large or its images too small.

It stands in for Inception version 3 and results made with it say so.
"""

import torch
from torch import nn

from reproduce.models.network import Network


class Convolution(nn.Sequential):
    """A convolution without bias, batch normalisation as Inception version 3 has it, ReLU."""

    def __init__(self, before: int, after: int, size: int, stride: int = 1):
        convolution = nn.Conv2d(before, after, size, stride, padding=size // 2, bias=False)
        super().__init__(convolution, nn.BatchNorm2d(after, eps=0.001), nn.ReLU())


class Branches(nn.Module):
    """Four ways side by side: 1 x 1, 5 x 5, twice 3 x 3, and a mean; each gives a quarter."""

    def __init__(self, before: int, after: int):
        super().__init__()
        quarter = after // 4
        self.ways = nn.ModuleList(
            [
                Convolution(before, quarter, 1),
                nn.Sequential(Convolution(before, quarter, 1), Convolution(quarter, quarter, 5)),
                nn.Sequential(
                    Convolution(before, quarter, 1),
                    Convolution(quarter, quarter, 3),
                    Convolution(quarter, quarter, 3),
                ),
                nn.Sequential(nn.AvgPool2d(3, 1, padding=1), Convolution(before, quarter, 1)),
            ]
        )

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the maps of all ways, one after the other."""
        return torch.cat([way(images) for way in self.ways], dim=1)


class InceptionSmall(Network):
    """Two convolutions, six blocks of branches in three stages of 64, 128 and 256 maps, a mean.

    Embeddings of 256 numbers; 616,803 parameters for colour and three classes. The convolutions are
    drawn as PyTorch draws them.
    """

    STAGES = (64, 128, 256)

    def __init__(self, channels: int, size: int, classes: int):
        super().__init__()
        layers: list[nn.Module] = [
            Convolution(channels, 32, 3, stride=2),
            Convolution(32, 64, 3, 2),
        ]
        before = 64
        for maps in self.STAGES:
            layers += [nn.MaxPool2d(3, 2, padding=1), Branches(before, maps), Branches(maps, maps)]
            before = maps
        self.encoder = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.classifier = nn.Linear(before, classes)
