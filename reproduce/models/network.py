"""What every network has in common."""

import torch
from torch import nn


class Network(nn.Module):
    """An `encoder` (images -> embeddings) and a `classifier` (embeddings -> logits).

    `transferable` names the part that pre-trained weights replace.
    """

    task = "classification"
    transferable = "encoder"
    encoder: nn.Module
    classifier: nn.Module

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the logits of the images."""
        return self.classifier(self.encoder(images))

    def new_classifier(self, classes: int) -> nn.Module:
        """Return a freshly drawn classifier of the kind this network was published with."""
        return nn.Linear(self.classifier.in_features, classes)


class DropoutLinear(nn.Linear):
    """A linear layer that drops part of its input while training.

    The dropout that a network was published with stands before its last layer. As part of that
    layer it leaves the embeddings whole, which other losses and the maps read.
    """

    def __init__(self, in_features: int, out_features: int, dropout: float):
        super().__init__(in_features, out_features)
        self.dropout = nn.Dropout(dropout)

    def forward(self, embeddings: torch.Tensor) -> torch.Tensor:
        """Return the logits [N, classes]."""
        return super().forward(self.dropout(embeddings))
