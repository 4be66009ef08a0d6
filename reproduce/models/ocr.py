r"""Object-contextual representations: each pixel looks at the classes in its image.

Yuan, Chen and Wang (2020), Object-contextual representations for semantic segmentation, section 3.
"""

import torch
from torch import nn


class ObjectContext(nn.Module):
    r"""Maps of a backbone -> an embedding for every pixel, through the classes of the image.

    An auxiliary classifier says of every pixel and class how much the one belongs to the other;
    the softmax over the *pixels* makes each class a soft region of the image, and the mean of the
    pixel features over the region its representation. Every pixel then attends to the regions,

    .. math::
        w_{ik} = \mathrm{softmax}_k\; \frac{\phi(x_i) \cdot \psi(f_k)}{\sqrt{d}}, \qquad
        y_i = \rho\Big(\sum_k w_{ik}\, \delta(f_k)\Big), \qquad z_i = g(y_i, x_i),

    where :math:`x_i` is the feature of a pixel, :math:`f_k` that of a region and :math:`z_i` the
    embedding.

    Parameters
    ----------
    channels, classes
        Of the backbone's maps and of the task.
    size, key_size
        Of the pixel features and embeddings (published: 512) and of :math:`\phi, \psi, \delta`
        (published: 256).

    Differences from the paper
    --------------------------
    None in the layers. The dropout behind the embedding belongs to the classifier here.
    """

    def __init__(self, channels: int, classes: int, *, size: int = 512, key_size: int = 256):
        super().__init__()
        self.key_size = key_size
        self.auxiliary = nn.Sequential(
            nn.Conv2d(channels, channels, 1),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, classes, 1),
        )
        self.pixel_features = nn.Sequential(
            nn.Conv2d(channels, size, 3, padding=1), nn.BatchNorm2d(size), nn.ReLU()
        )
        self.query = nn.Sequential(*_layer(size, key_size), *_layer(key_size, key_size))
        self.key = nn.Sequential(*_layer(size, key_size), *_layer(key_size, key_size))
        self.value = nn.Sequential(*_layer(size, key_size))
        self.context = nn.Sequential(*_layer(key_size, size))
        self.fusion = nn.Sequential(*_layer(2 * size, size))

    def forward(self, maps: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the embeddings [N, size, h, w] and the auxiliary logits [N, classes, h, w]."""
        auxiliary = self.auxiliary(maps)
        pixels = self.pixel_features(maps)
        regions = torch.einsum(
            "nkp,ndp->ndk", auxiliary.flatten(2).softmax(dim=2), pixels.flatten(2)
        ).unsqueeze(3)
        weights = torch.einsum(
            "ndp,ndk->npk", self.query(pixels).flatten(2), self.key(regions).flatten(2)
        )
        weights = (weights / self.key_size**0.5).softmax(dim=2)
        attended = torch.einsum("npk,ndk->ndp", weights, self.value(regions).flatten(2))
        context = self.context(attended.unflatten(2, pixels.shape[2:]))
        return self.fusion(torch.cat([context, pixels], dim=1)), auxiliary


def _layer(channels: int, width: int) -> list[nn.Module]:
    return [nn.Conv2d(channels, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
