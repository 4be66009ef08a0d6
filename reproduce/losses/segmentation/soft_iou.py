"""Soft IoU loss."""

import torch
from torch.nn import functional

from reproduce.losses.classifier.objective import known_pixels
from reproduce.losses.segmentation.map_objective import SegmentationObjective, mean_over_present


def soft_iou(logits: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    r"""One minus the IoU with probabilities in place of decisions, mean over classes.

    .. math::
        L = 1 - \frac{1}{|\mathcal{C}|} \sum_{c \in \mathcal{C}}
            \frac{\sum_i p_{ic} y_{ic}}{\sum_i (p_{ic} + y_{ic} - p_{ic} y_{ic})}

    The sums go over all known pixels of the batch; :math:`p` is the softmax and :math:`y` is 1 for
    the true class of a pixel, else 0.

    Parameters
    ----------
    logits : Tensor [N, C, H, W]
        The network's outputs; the softmax over C is taken here, in float32 at least.
    mask : Tensor [N, H, W]
        The true classes, 0 to C - 1; pixels of 255 are left out.

    Differences from the paper
    --------------------------
    The paper separates one object from its background with a sigmoid; for several classes this is
    the mean over those that the masks of the batch show.

    Edge cases
    ----------
    An absent class is left out, so that no denominator needs a small constant: the union of a
    present class is at least 1. If all pixels are 255, loss and gradient are 0.

    References
    ----------
    M. A. Rahman, Y. Wang (2016). Optimizing Intersection-Over-Union in Deep Neural Networks for
    Image Segmentation. ISVC.
    """
    rows, labels = known_pixels("soft_iou", logits, mask)
    if not len(labels):
        return rows.sum()
    # p and y of the equation.
    probabilities = rows.softmax(1)
    truth = functional.one_hot(labels, rows.shape[1]).to(rows.dtype)
    intersection = (probabilities * truth).sum(0)
    union = probabilities.sum(0) + truth.sum(0) - intersection
    present = truth.sum(0) > 0
    return mean_over_present(1 - intersection / union.where(present, 1), present)


class SoftIoU(SegmentationObjective):
    """Soft IoU loss of a batch's label maps; has no state."""

    function = staticmethod(soft_iou)
