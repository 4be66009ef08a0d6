"""Contrastive self-supervised loss: find the second view of an image among all second views."""

import torch
from torch.nn import functional

from reproduce.losses import checks
from reproduce.losses.embedding.similarities import products, scaled
from reproduce.losses.objective import ViewsObjective
from reproduce.losses.self_supervised.nt_xent import nt_xent


def info_nce(
    view1: torch.Tensor,
    view2: torch.Tensor,
    *,
    temperature: float = 0.5,
    normalize: bool = True,
    reading: str = "printed",
    reduction: str = "mean",
) -> torch.Tensor:
    r"""InfoNCE between two views of N images (the dual-head paper's Eq. 1).

    .. math::

        L = -\frac{1}{N} \sum_{i=1}^{N} \log
            \frac{\exp(z_i^{(1)} \cdot z_i^{(2)} / \tau)}
                 {\sum_{j=1}^{N} \exp(z_i^{(1)} \cdot z_j^{(2)} / \tau)}

    This is the cross-entropy of N-way classification: which of the N second views belongs to the
    first view :math:`i`?

    Parameters
    ----------
    view1, view2 : Tensor [N, D]
        Embeddings :math:`z^{(1)}` and :math:`z^{(2)}` of the same images, in the same order.
    temperature : float
        :math:`\tau`; the paper's is 0.5.
    normalize : bool
        Scale every embedding to length one, so that products are cosines. The paper does not say;
        a temperature of 0.5 means little for products without bound.
    reading : str
        "printed", as above: first views are anchors and only second views are candidates. Swapping
        the views changes the loss, and two first views are never pushed apart directly.
        "nt_xent", the loss of SimCLR, which the paper names: all 2N views are anchors with 2N - 1
        candidates each, so every pair of images is pushed apart along four pairs of views.
    reduction : str
        "mean" over the anchors (the paper's), "sum" or "none".

    Differences from the paper
    --------------------------
    None in the printed reading.

    Edge cases
    ----------
    Of a single image there is nothing to tell apart: the loss is zero. An embedding of zeros has
    cosine zero with everything and receives no gradient. Without normalising, entries beyond
    1e14 are cut.

    References
    ----------
    van den Oord, Li, Vinyals (2018). Representation Learning with Contrastive Predictive Coding.
    """
    checks.choice("info_nce", "reading", reading, ("printed", "nt_xent"))
    if reading == "nt_xent":
        return nt_xent(
            view1, view2, temperature=temperature, normalize=normalize, reduction=reduction
        )
    checks.parameter("info_nce", "temperature", temperature, above=0)
    checks.choice("info_nce", "reduction", reduction, ("mean", "sum", "none"))
    first, second = checks.pair("info_nce", view1, view2)
    anchors, candidates = scaled(first, normalize), scaled(second, normalize)
    image = torch.arange(len(anchors), device=anchors.device)
    # The scale goes into the small factor, which spares a pass over the matrix.
    exponents = products(anchors / temperature, candidates)
    return functional.cross_entropy(exponents, image, reduction=reduction)


class InfoNCE(ViewsObjective):
    """InfoNCE of a batch's two views; has no state."""

    function = staticmethod(info_nce)
