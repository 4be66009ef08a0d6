"""ResNet-10 with pre-activation, as Buda, Maki and Mazurowski train it on ImageNet.

Simon, Rodner, Denzler (2016), ImageNet pre-trained models with batch normalization: the public
Caffe file of the network that the paper links to.
"""

import torch
from torch import nn
from torch.nn import functional

from reproduce.models.network import Network


class Block(nn.Module):
    """Normalise and rectify, then convolve, twice; the sum is not rectified.

    The first block gets maps that are rectified already and adds them as they are. In the others
    the shortcut is a 1 x 1 convolution of the rectified maps, with the stride of the block.
    """

    def __init__(self, channels: int, width: int):
        super().__init__()
        changes = width != channels
        stride = 2 if changes else 1
        self.normalisation1 = nn.BatchNorm2d(channels) if changes else None
        self.convolution1 = nn.Conv2d(channels, width, 3, stride, padding=1, bias=False)
        self.normalisation2 = nn.BatchNorm2d(width)
        self.convolution2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.shortcut = nn.Conv2d(channels, width, 1, stride, bias=False) if changes else None

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """Return the maps of the next block."""
        if self.normalisation1 is not None:
            maps = functional.relu(self.normalisation1(maps))
        out = functional.relu(self.normalisation2(self.convolution1(maps)))
        beside = maps if self.shortcut is None else self.shortcut(maps)
        return self.convolution2(out) + beside


class ResNet10(Network):
    """Four blocks of 64, 128, 256 and 512 maps behind a 7 x 7 convolution; made for 224 pixels.

    The first layer is a batch normalisation of the images, which may come as 0 to 255 or 0 to 1.

    Differences from the paper
    --------------------------
    None in the layers: the pooling rounds up as Caffe does. Weights are normal with variance
    2 / fan_in (2 / fan_out in the first convolution), biases 0. The public file gives no filler
    for the last layer, where Caffe then starts from zeros; the paper says that weights are drawn,
    so here it is drawn like the others. Which the authors ran is not known. Two settings of batch
    normalisation are not known either: the share of the old value that running means keep (0.999
    by default in Caffe), and the small number added to the variance. Here they are PyTorch's,
    since 0.999 needs some ten thousand steps to forget where it started.
    """

    def __init__(self, channels: int, size: int, classes: int):
        super().__init__()
        first = nn.Conv2d(channels, 64, 7, stride=2, padding=3)
        self.encoder = nn.Sequential(
            nn.BatchNorm2d(channels),
            first,
            nn.BatchNorm2d(64),
            nn.ReLU(),
            nn.MaxPool2d(3, 2, ceil_mode=True),
            Block(64, 64),
            Block(64, 128),
            Block(128, 256),
            Block(256, 512),
            nn.BatchNorm2d(512),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
        )
        for module in self.encoder.modules():
            if isinstance(module, nn.Conv2d):
                mode = "fan_out" if module is first else "fan_in"
                nn.init.kaiming_normal_(module.weight, mode=mode)
        nn.init.zeros_(first.bias)
        self.classifier = _last_layer(classes)

    def new_classifier(self, classes: int) -> nn.Module:
        """Return the last layer, drawn anew."""
        return _last_layer(classes)


def _last_layer(classes: int) -> nn.Linear:
    layer = nn.Linear(512, classes)
    nn.init.kaiming_normal_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer
