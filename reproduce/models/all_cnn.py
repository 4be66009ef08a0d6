"""All-CNN-C as Buda, Maki and Mazurowski train it on CIFAR-10: convolutions and nothing else.

Springenberg, Dosovitskiy, Brox, Riedmiller (2015), Striving for simplicity: the all convolutional
net, table 1, model C, with the smaller map that the Caffe version of the authors has: its seventh
convolution is not padded, 8 x 8 -> 6 x 6.
"""

import torch
from torch import nn

from reproduce.models.lenet import caffe_xavier_
from reproduce.models.network import Network

WIDTH = 192


class AllCNN(Network):
    """Nine convolutions, each with a ReLU, the last one too; the logits are means over the image.

    So no logit is below 0 before the softmax, and a class can be made unlikely only by making
    the others likely.

    The classifier is the last two 1 x 1 convolutions with the mean: the paper's two-phase training
    fine-tunes these two, so "train the classifier" is that. The embedding that stands before it is
    the whole map of the seventh convolution, flattened: 192 x 6 x 6 = 6,912 numbers for 32 pixels.
    Averaging it first would be another network, since a ReLU stands between there and the mean.

    Differences from the paper
    --------------------------
    None in the layers. The filler is Caffe's "xavier" (uniform, variance 1 / fan_in), biases 0, as
    the authors' published file for Caffe says. A network of 10 classes has 1,369,738 parameters.
    """

    def __init__(self, channels: int, size: int, classes: int):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Dropout(0.2),
            *_layer(channels, 96),
            *_layer(96, 96),
            *_layer(96, 96, stride=2),
            nn.Dropout(0.5),
            *_layer(96, WIDTH),
            *_layer(WIDTH, WIDTH),
            *_layer(WIDTH, WIDTH, stride=2),
            nn.Dropout(0.5),
            *_layer(WIDTH, WIDTH, padding=0),
            nn.Flatten(),
        )
        self.side = -(-size // 4) - 2
        self.classifier = ConvolutionalClassifier(self.side, classes)
        fill(self.encoder)

    def new_classifier(self, classes: int) -> nn.Module:
        """Return the last two convolutions, drawn anew."""
        return ConvolutionalClassifier(self.side, classes)


class ConvolutionalClassifier(nn.Module):
    """Two 1 x 1 convolutions with ReLUs and the mean over the image, for a flattened map."""

    def __init__(self, side: int, classes: int):
        super().__init__()
        self.in_features, self.out_features, self.side = WIDTH * side * side, classes, side
        self.layers = nn.Sequential(
            nn.Conv2d(WIDTH, WIDTH, 1), nn.ReLU(), nn.Conv2d(WIDTH, classes, 1), nn.ReLU()
        )
        fill(self)

    def forward(self, embeddings: torch.Tensor) -> torch.Tensor:
        """Return the logits [N, classes] of embeddings [N, 192 x side x side]."""
        maps = embeddings.unflatten(1, (WIDTH, self.side, self.side))
        return self.layers(maps).mean(dim=(2, 3))


def fill(module: nn.Module) -> None:
    """Draw the weights of all convolutions as Caffe does, and set the biases to 0."""
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d):
            caffe_xavier_(layer.weight)
            nn.init.zeros_(layer.bias)


def _layer(channels: int, width: int, stride: int = 1, padding: int = 1) -> list[nn.Module]:
    return [nn.Conv2d(channels, width, 3, stride, padding), nn.ReLU()]
