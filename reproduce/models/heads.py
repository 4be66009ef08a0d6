"""What stands on an encoder: projections for embedding losses, and classifiers.

Everything here takes embeddings [N, D], or [N, D, h, w] where every pixel has one, and keeps the
layout.
"""

import torch
from torch import nn
from torch.nn import functional

from reproduce.errors import UserError, unknown_name

CLASSIFIERS = ("linear", "cosine")
# Below this a vector has no direction that float32 could tell.
SHORTEST = 1e-12


class Projection(nn.Module):
    """Two layers with a ReLU between them, and batch normalisation before it if asked for.

    SimCLR and SupCon: `Projection(2048, 2048, 128)`. The dual-head paper, section IV.1:
    `Projection(2048, 512, 128, batch_norm=True)`. The output is not scaled to length one; the
    losses do that where they need it. `bias` is that of both linear layers.
    """

    def __init__(
        self,
        in_features: int,
        hidden: int,
        size: int,
        *,
        batch_norm: bool = False,
        bias: bool = True,
    ):
        super().__init__()
        _check_sizes("Projection", in_features=in_features, hidden=hidden, size=size)
        self.in_features, self.out_features = in_features, size
        normalisation = [nn.BatchNorm1d(hidden)] if batch_norm else []
        self.layers = nn.Sequential(
            nn.Linear(in_features, hidden, bias=bias),
            *normalisation,
            nn.ReLU(),
            nn.Linear(hidden, size, bias=bias),
        )

    def forward(self, embeddings: torch.Tensor) -> torch.Tensor:
        """Return the projected embeddings [N, size], or [N, size, h, w]."""
        return _by_row(self.layers, embeddings)


class LinearProjection(nn.Module):
    """One linear layer: the embedding layer of classical metric learning."""

    def __init__(self, in_features: int, size: int, *, bias: bool = True):
        super().__init__()
        _check_sizes("LinearProjection", in_features=in_features, size=size)
        self.in_features, self.out_features = in_features, size
        self.layer = nn.Linear(in_features, size, bias=bias)

    def forward(self, embeddings: torch.Tensor) -> torch.Tensor:
        """Return the projected embeddings [N, size], or [N, size, h, w]."""
        return _by_row(self.layer, embeddings)


class WithEmbedding(nn.Module):
    """An encoder that ends in a linear layer: images -> embeddings of `out_features` numbers."""

    def __init__(self, encoder: nn.Module, in_features: int, size: int):
        super().__init__()
        self.backbone, self.layer = encoder, LinearProjection(in_features, size)
        self.in_features, self.out_features = in_features, size

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the embeddings [N, size]."""
        return self.layer(self.backbone(images))


def set_embedding(network: nn.Module, size: int) -> None:
    """Let the network's encoder end in a freshly drawn embedding of this size; 0 takes it away.

    The classifier that stands there reads other numbers then: `reset_classifier` draws a new one.
    """
    if hasattr(network, "on_pixels"):
        raise UserError("an embedding is one of an image, and this network has one a pixel; leave "
                        "embedding out")  # fmt: skip
    encoder = network.encoder
    features = network.classifier.in_features
    if isinstance(encoder, WithEmbedding):
        encoder, features = encoder.backbone, encoder.in_features
    network.encoder = WithEmbedding(encoder, features, size) if size else encoder


class CosineClassifier(nn.Module):
    """Cosines between features and one learned direction a class, each in [-1, 1].

    The output is not multiplied with `scale`: losses with margins on cosines (LDAM, GCL) take
    the cosines and scale them after the margin. Whoever needs probabilities takes the softmax of
    `scale` times the output. A feature vector of zeros has the cosine 0 with every class.
    """

    def __init__(self, in_features: int, classes: int, scale: float = 30.0):
        super().__init__()
        _check_sizes("CosineClassifier", in_features=in_features, classes=classes)
        if not 0 < scale < float("inf"):
            raise UserError(
                f"CosineClassifier needs a positive scale, received {scale}; 30 is customary"
            )
        self.in_features, self.out_features, self.scale = in_features, classes, float(scale)
        self.weight = nn.Parameter(torch.empty(classes, in_features))
        # Directions drawn evenly from the sphere; their length has no meaning.
        nn.init.normal_(self.weight)

    def forward(self, embeddings: torch.Tensor) -> torch.Tensor:
        """Return the cosines [N, classes], or [N, classes, h, w]."""
        directions = unit(self.weight)
        return _by_row(lambda rows: unit(rows) @ directions.T, embeddings)


def unit(rows: torch.Tensor) -> torch.Tensor:
    """Scale every row to length one; a row of zeros stays, and its gradient is finite.

    The largest entry is divided out first, so that no square over- or underflows.
    """
    largest = rows.detach().abs().amax(dim=-1, keepdim=True)
    rows = rows / torch.where(largest > SHORTEST, largest, torch.ones_like(largest))
    return functional.normalize(rows, dim=-1, eps=1.0)


def reset_classifier(
    network: nn.Module, kind: str = "linear", classes: int | None = None, scale: float = 30.0
) -> nn.Module:
    """Put a freshly drawn classifier on the network (seed torch before) and return it.

    "linear" is the classifier the network was published with, whatever its layers, and on an
    embedding one linear layer; "cosine" is a `CosineClassifier` with this scale. It lies on the
    device of the old one.
    """
    if kind not in CLASSIFIERS:
        raise unknown_name("kind of classifier", kind, CLASSIFIERS)
    old = network.classifier
    classes = old.out_features if classes is None else classes
    device = next(old.parameters()).device
    embedded = isinstance(network.encoder, WithEmbedding)
    if kind == "linear" and embedded:
        new = nn.Linear(network.encoder.out_features, classes)
    elif kind == "linear":
        new = network.new_classifier(classes)
    else:
        features = network.encoder.out_features if embedded else old.in_features
        new = CosineClassifier(features, classes, scale)
        if hasattr(network, "on_pixels"):
            new = network.on_pixels(new)
    network.classifier = new.to(device).train(network.training)
    return network.classifier


def _by_row(layer, embeddings: torch.Tensor) -> torch.Tensor:
    """Apply a layer of rows to [N, D] or to every pixel of [N, D, h, w]."""
    if embeddings.ndim == 2:
        return layer(embeddings)
    number, _, height, width = embeddings.shape
    rows = layer(embeddings.movedim(1, -1).flatten(0, 2))
    return rows.view(number, height, width, -1).movedim(-1, 1)


def _check_sizes(kind: str, **sizes: int) -> None:
    for name, size in sizes.items():
        if not isinstance(size, int) or size < 1:
            raise UserError(f"{kind} needs a whole number {name} of 1 or more, received {size!r}")
