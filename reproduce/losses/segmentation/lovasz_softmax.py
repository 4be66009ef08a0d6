"""Lovász-softmax loss."""

import torch
from torch.nn import functional

from reproduce.losses.classifier.objective import known_pixels
from reproduce.losses.segmentation.map_objective import SegmentationObjective, mean_over_present


def lovasz_softmax(logits: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    r"""One minus the IoU, extended from sets of pixels to probabilities, mean over classes.

    .. math::
        L = \frac{1}{|\mathcal{C}|} \sum_{c \in \mathcal{C}} \sum_k e_{\pi_k}(c) \, g_k(c),
        \qquad e_i(c) = |[y_i = c] - p_i(c)|, \qquad g_k = J_k - J_{k - 1}

    where :math:`[y_i = c]` is 1 for the pixels of class c and 0 for the others, with the pixels
    :math:`\pi_1, \pi_2, \dots` in order of falling error :math:`e`, and
    :math:`J_k` what the IoU of the class would lose if exactly the first k were wrong:

    .. math::
        J_k = 1 - \frac{G - \#\{\text{pixels of } c \text{ among the first } k\}}
                       {G + \#\{\text{others among the first } k\}}, \qquad G = \#\{i : y_i = c\}

    For probabilities of 0 and 1 it is exactly the mean of 1 - IoU; in between it is what the
    Lovász extension makes of it, convex in the errors.

    Parameters
    ----------
    logits : Tensor [N, C, H, W]
        The network's outputs; the softmax over C is taken here, in float32 at least.
    mask : Tensor [N, H, W]
        The true classes, 0 to C - 1; pixels of 255 are left out.

    Differences from the paper
    --------------------------
    The paper averages over all classes; here, as is the default of the authors' code, over the
    classes that the masks of the batch show. All pixels of the batch count together, not image by
    image.

    Edge cases
    ----------
    An absent class is left out, so predicting it costs only what it takes from others. A batch of
    one class has the loss of that class. If all pixels are 255, loss and gradient are 0. Between
    equal errors the gradient follows one of the possible orders; the loss is the same for each.

    References
    ----------
    M. Berman, A. Rannen Triki, M. B. Blaschko (2018). The Lovász-Softmax Loss. CVPR.
    """
    rows, labels = known_pixels("lovasz_softmax", logits, mask)
    if not len(labels):
        return rows.sum()
    truth = functional.one_hot(labels, rows.shape[1]).T
    errors = (truth - rows.softmax(1).T).abs()
    errors, order = errors.sort(dim=1, descending=True)
    losses = (errors * jaccard_steps(truth.gather(1, order)).to(errors.dtype)).sum(1)
    return mean_over_present(losses, truth.any(1))


def jaccard_steps(truth: torch.Tensor) -> torch.Tensor:
    """Return g [C, pixels] for the truth (0 or 1) in order of falling error.

    J_k - J_(k-1) in closed form, since the difference of two numbers near 1 would lose its digits:
    a pixel of the class takes 1 from the intersection I, another adds 1 to the union U, so the
    step is 1 / U or I / (U (U - 1)).
    """
    total = truth.sum(1, keepdim=True)
    intersection = (total - truth.cumsum(1)).double()
    union = (total + (1 - truth).cumsum(1)).double()
    # An absent class starts at a union of 1 with nothing in the intersection: its steps are 0.
    of_others = intersection / (union * (union - 1).clamp_min(1))
    return torch.where(truth.bool(), 1 / union, of_others)


class LovaszSoftmax(SegmentationObjective):
    """Lovász-softmax loss of a batch's label maps; has no state."""

    function = staticmethod(lovasz_softmax)
