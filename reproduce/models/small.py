"""A network small enough to learn something in a minute on one core."""

from torch import nn

from reproduce.models.network import Network

WIDTHS = (32, 64, 64)


class SmallCNN(Network):
    """Three times convolution 3 x 3, batch normalisation, ReLU, max-pooling; then a mean.

    32, 64 and 64 maps, 57,130 parameters for colour and ten classes.

    No paper uses it: it stands in for a larger network where time is short, and results made with
    it say so. PyTorch's own initialisation.
    """

    def __init__(self, channels: int, size: int, classes: int):
        super().__init__()
        layers, before = [], channels
        for width in WIDTHS:
            # Batch normalisation takes away what a bias adds.
            convolution = nn.Conv2d(before, width, 3, padding=1, bias=False)
            layers += [convolution, nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(2)]
            before = width
        self.encoder = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.classifier = nn.Linear(before, classes)
