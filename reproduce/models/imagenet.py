"""Networks published for ImageNet, from torchvision and timm, cut into encoder and classifier.

Their widths are the published ones. The first convolution is built for the channels of the data;
the initialisation is that of the package each comes from.
"""

from functools import partial

import torchvision
from timm.models.efficientnet import _gen_mobilenet_v1
from torch import nn

from reproduce.models.network import DropoutLinear, Network


class ResNet50(Network):
    """ResNet-50, torchvision's version (stride in the 3 x 3 convolution); embeddings of 2,048.

    With 1,000 classes 25,557,032 parameters.
    """

    def __init__(self, channels: int, size: int, classes: int):
        super().__init__()
        self.encoder = torchvision.models.resnet50(num_classes=classes)
        self.classifier = self.encoder.fc
        self.encoder.fc = nn.Identity()
        self.encoder.conv1 = _for_channels(
            self.encoder.conv1, channels, partial(nn.init.kaiming_normal_, mode="fan_out")
        )


class InceptionV3(Network):
    """Inception version 3 without its auxiliary classifier; embeddings of 2,048 numbers.

    Images have 75 pixels or more a side (published: 299). The dropout of 0.5 belongs to the
    classifier, so that the embeddings are whole.
    """

    DROPOUT = 0.5

    def __init__(self, channels: int, size: int, classes: int):
        super().__init__()
        self.encoder = torchvision.models.inception_v3(
            num_classes=classes, aux_logits=False, init_weights=True, transform_input=False
        )
        self.encoder.fc, self.encoder.dropout = nn.Identity(), nn.Identity()
        first = self.encoder.Conv2d_1a_3x3
        first.conv = _for_channels(first.conv, channels, _truncated)
        self.classifier = self.new_classifier(classes)

    def new_classifier(self, classes: int) -> nn.Module:
        """Return the last layer, drawn anew."""
        layer = DropoutLinear(2048, classes, self.DROPOUT)
        _truncated(layer.weight)
        return layer


class MobileNetV1(Network):
    """MobileNet version 1 at its full width, timm's version; embeddings of 1,024 numbers.

    The published ImageNet weights were trained in TensorFlow, where a convolution of stride 2 has
    its padding behind, not on both sides; with them the network is built so
    (`pad_type="same"`). Drawn at random it pads as timm's version does.

    The last layer is drawn as PyTorch draws a linear layer. timm draws its weights between
    +-1 / sqrt(classes): with three classes and 1,024 features the first logits are far from 0.
    """

    WIDTH = 1.0

    def __init__(self, channels: int, size: int, classes: int, pad_type: str = ""):
        super().__init__()
        # timm registers the full width by name; narrower ones come from the same description.
        self.encoder = _gen_mobilenet_v1(
            "mobilenetv1_100",
            self.WIDTH,
            in_chans=channels,
            num_classes=0,
            pad_type=pad_type,
        )
        self.classifier = nn.Linear(self.encoder.num_features, classes)


class MobileNetV1Half(MobileNetV1):
    """MobileNet version 1 with half as many maps in every layer; embeddings of 512 numbers."""

    WIDTH = 0.5


class MobileNetV1Quarter(MobileNetV1):
    """MobileNet version 1 with a quarter of the maps in every layer; embeddings of 256 numbers."""

    WIDTH = 0.25


class MobileNetV2(Network):
    """MobileNet version 2 at its full width, torchvision's version; embeddings of 1,280.

    The dropout of 0.2 belongs to the classifier, so that the embeddings are whole.
    """

    DROPOUT = 0.2

    def __init__(self, channels: int, size: int, classes: int):
        super().__init__()
        self.encoder = torchvision.models.mobilenet_v2(num_classes=classes)
        self.encoder.classifier = nn.Identity()
        first = self.encoder.features[0]
        first[0] = _for_channels(
            first[0], channels, partial(nn.init.kaiming_normal_, mode="fan_out")
        )
        self.classifier = self.new_classifier(classes)

    def new_classifier(self, classes: int) -> nn.Module:
        """Return the last layer, drawn anew."""
        layer = DropoutLinear(1280, classes, self.DROPOUT)
        nn.init.normal_(layer.weight, std=0.01)
        nn.init.zeros_(layer.bias)
        return layer


def _for_channels(convolution: nn.Conv2d, channels: int, draw) -> nn.Conv2d:
    """Return the convolution for images of so many channels."""
    if channels == convolution.in_channels:
        return convolution
    new = nn.Conv2d(
        channels,
        convolution.out_channels,
        convolution.kernel_size,
        convolution.stride,
        convolution.padding,
        bias=False,
    )
    draw(new.weight)
    return new


def _truncated(weight) -> None:
    nn.init.trunc_normal_(weight, std=0.1, a=-2, b=2)
