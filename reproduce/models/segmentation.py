"""Segmentation networks: an embedding for every pixel, logits at the size of the image."""

from typing import ClassVar

import torch
from torch import nn

from reproduce.models import hrnet
from reproduce.models.network import Network
from reproduce.models.ocr import ObjectContext


class PixelEncoder(nn.Module):
    """Images -> an embedding for every fourth pixel of every fourth row."""

    def __init__(self, backbone: nn.Module, context: nn.Module):
        super().__init__()
        self.backbone, self.context = backbone, context

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the embeddings [N, D, H / 4, W / 4]."""
        return self.with_auxiliary(images)[0]

    def with_auxiliary(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the embeddings and the logits of the auxiliary classifier, at their size."""
        return self.context(self.backbone(images))


class Enlarged(nn.Module):
    """A classifier of pixels whose logits are enlarged to the size of the image."""

    def __init__(self, layer: nn.Module, in_features: int, classes: int):
        super().__init__()
        self.layer, self.in_features, self.out_features = layer, in_features, classes
        self.enlarge = hrnet.bilinear(hrnet.STRIDE)
        if hasattr(layer, "scale"):
            self.scale = layer.scale

    def forward(self, embeddings: torch.Tensor) -> torch.Tensor:
        """Return the logits [N, classes, H, W] of embeddings [N, D, H / 4, W / 4]."""
        return self.enlarge(self.layer(embeddings))


class HRNetOCR(Network):
    """HRNetV2-W48 with object-contextual representations: the network of the BDCL paper.

    The auxiliary classifier of the soft regions is part of the encoder. `forward` gives the logits
    alone, `with_auxiliary` those of both from one pass. The authors of OCR train the auxiliary
    classifier with a loss of its own (weight 0.4): `auxiliary` of a phase. Pre-trained weights
    replace the HRNet only.

    Differences from the paper
    --------------------------
    None in the layers. Without pre-trained weights the authors draw normal numbers of standard
    deviation 0.001, from which the network hardly learns; here variance 2 / fan_out.
    """

    task = "segmentation"
    transferable = "encoder.backbone.stages"
    configuration: ClassVar[dict] = hrnet.WIDTH_48
    embedding_size, key_size, dropout = 512, 256, 0.05

    def __init__(self, channels: int, size: int, classes: int):
        super().__init__()
        backbone = hrnet.HRNet(self.configuration, channels)
        context = ObjectContext(
            backbone.out_channels, classes, size=self.embedding_size, key_size=self.key_size
        )
        self.encoder = PixelEncoder(backbone, context)
        self.classifier = self.new_classifier(classes)

    def with_auxiliary(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the logits and the auxiliary logits, both [N, classes, H, W]."""
        embeddings, auxiliary = self.encoder.with_auxiliary(images)
        return self.classifier(embeddings), self.classifier.enlarge(auxiliary)

    def new_classifier(self, classes: int) -> nn.Module:
        """Return the last layer, drawn anew."""
        layer = nn.Sequential(
            nn.Dropout2d(self.dropout), nn.Conv2d(self.embedding_size, classes, 1)
        )
        return Enlarged(layer, self.embedding_size, classes)

    def on_pixels(self, classifier: nn.Module) -> nn.Module:
        """Return a classifier of rows as one of pixels, its logits enlarged."""
        return Enlarged(classifier, classifier.in_features, classifier.out_features)


class SmallHRNetOCR(HRNetOCR):
    """The network of `hrnet_w48_ocr`, narrow and with few blocks, for a CPU. No paper uses it."""

    configuration = hrnet.SMALL
    embedding_size, key_size = 64, 32
