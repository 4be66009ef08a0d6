"""LeNet-5 as Buda, Maki and Mazurowski train it on MNIST: Caffe's version of it.

28 x 28 -> conv 5x5/20 (24 x 24) -> max-pool 2 -> conv 5x5/50 (8 x 8) -> max-pool 2 (4 x 4 x 50)
-> fully connected 500 -> ReLU -> fully connected, one output a class. There is no non-linearity
after the convolutions but the pooling.
"""

import torch
from torch import nn

from reproduce.errors import UserError
from reproduce.models.network import Network


class LeNet5(Network):
    """LeNet-5 (Caffe) with 431,080 parameters for one channel and ten classes.

    Differences from the paper
    --------------------------
    None in the layers. Weights are drawn as Caffe's "xavier" filler does by default: uniform in
    +-sqrt(3 / fan_in), from the fan-in alone; PyTorch's function of that name averages fan-in and
    fan-out. Biases start at 0.
    """

    def __init__(self, channels: int, size: int, classes: int):
        super().__init__()
        if size != 28:
            raise UserError(
                f"lenet5 reads 28 x 28 images, received {size} x {size}; set image_size to 28"
            )
        self.encoder = nn.Sequential(
            nn.Conv2d(channels, 20, 5),
            nn.MaxPool2d(2),
            nn.Conv2d(20, 50, 5),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(50 * 4 * 4, 500),
            nn.ReLU(),
        )
        self.classifier = nn.Linear(500, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                caffe_xavier_(module.weight)
                nn.init.zeros_(module.bias)

    def new_classifier(self, classes: int) -> nn.Module:
        """Return the last layer, drawn anew."""
        layer = nn.Linear(500, classes)
        caffe_xavier_(layer.weight)
        nn.init.zeros_(layer.bias)
        return layer


def caffe_xavier_(weight: torch.Tensor) -> None:
    """Fill in place with uniform numbers of variance 1 / fan_in."""
    fan_in = weight[0].numel()
    bound = (3.0 / fan_in) ** 0.5
    nn.init.uniform_(weight, -bound, bound)
