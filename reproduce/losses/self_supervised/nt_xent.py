"""The loss of SimCLR: tell the other view of an image from all other images, both ways."""

import torch

from reproduce.losses import checks
from reproduce.losses.embedding.similarities import (
    anchor_losses,
    closed_form_holds,
    contrast,
    positives,
    products,
    reduced,
    scaled,
)
from reproduce.losses.objective import ViewsObjective


def nt_xent(
    view1: torch.Tensor,
    view2: torch.Tensor,
    *,
    temperature: float = 0.5,
    normalize: bool = True,
    reduction: str = "mean",
) -> torch.Tensor:
    r"""Normalised, temperature-scaled cross-entropy over two views of N images (SimCLR's Eq. 1).

    .. math::

        L = \frac{1}{2N} \sum_{i=1}^{2N} -\log
            \frac{\exp(z_i \cdot z_{i^+} / \tau)}{\sum_{a \neq i} \exp(z_i \cdot z_a / \tau)}

    Every one of the 2N views is an anchor :math:`i`. It has one positive :math:`i^+`, the other
    view of its image, among 2N - 1 candidates: all views but itself, those of its own side
    included. The larger the temperature, the more evenly the gradient is spread over the
    candidates; the smaller, the more it falls to those most similar to the anchor.

    Parameters
    ----------
    view1, view2 : Tensor [N, D]
        Embeddings of the first and of the second view of the same images, in the same order.
    temperature : float
        :math:`\tau`; 0.5 for SimCLR on CIFAR-10, 0.1 on ImageNet.
    normalize : bool
        Scale every embedding to length one, so that products are cosines (the paper's).
    reduction : str
        "mean" over the 2N anchors (the paper's), "sum", or "none": first views first.

    Differences from the paper
    --------------------------
    None in the value. The gradient is computed in closed form and has no second derivative.

    Edge cases
    ----------
    Of a single image there is nothing to tell apart: the loss is zero. An embedding of zeros has
    cosine zero with everything and receives no gradient. Without normalising, entries beyond
    1e14 are cut.

    References
    ----------
    Chen, Kornblith, Norouzi, Hinton (2020). A Simple Framework for Contrastive Learning of Visual
    Representations.
    """
    checks.parameter("nt_xent", "temperature", temperature, above=0)
    first, second = checks.pair("nt_xent", view1, view2)
    views, count = torch.cat([first, second]), len(first)
    if closed_form_holds(normalize, temperature):
        # i+ is half the batch away, whichever side i is on.
        each = contrast(views, lambda rows: rows.roll(count, 0), temperature)
    else:
        image = torch.arange(count, device=views.device).repeat(2)
        rows = scaled(views, normalize)
        each = anchor_losses(products(rows, rows), positives(image), temperature)
    return reduced("nt_xent", each, reduction)


class NTXent(ViewsObjective):
    """NT-Xent of a batch's two views; has no state."""

    function = staticmethod(nt_xent)
