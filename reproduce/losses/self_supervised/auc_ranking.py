"""Ranking of similarities: an image's other view before the views of other images."""

import inspect
import math
from typing import Any

import torch
from torch import nn

from reproduce.errors import UserError
from reproduce.losses import Context, checks
from reproduce.losses.embedding.similarities import products, reduced, scaled
from reproduce.losses.objective import ViewsObjective

READINGS = ("printed", "auc_cl", "saddle")
FEWEST_MINED = 5


def auc_ranking(
    view1: torch.Tensor,
    view2: torch.Tensor,
    *,
    b: float | torch.Tensor = 0.0,
    c: float = 10.0,
    alpha: float | torch.Tensor = 1.0,
    a: float | torch.Tensor = 1.0,
    margin: float = 1.0,
    top_k: int | None = None,
    ratio: float = 0.1,
    score: str = "half",
    positive_margin: float | None = None,
    anchors: str = "both_views",
    negatives: str = "both_views",
    excluded: str = "exclude_own_positive",
    minus_batch_size: str = "dropped",
    reading: str = "printed",
    reduction: str = "mean",
) -> torch.Tensor:
    r"""AUC ranking loss with mined negatives (the dual-head paper's Eqs. 2 and 3).

    .. math::

        L = \frac{1}{B} \sum_{i=1}^{B} \Big[ (s_i^+ - c)^2 - 2 \alpha s_i^+
            + \sum_{k=1}^{K} \big( (s_{i,k}^- - b)^2 + 2 \alpha s_{i,k}^- \big) \Big] - B

    :math:`s_i^+` is the score of an anchor with the other view of its image, and
    :math:`s_{i,k}^-` are its K highest scores with views of other images.

    Parameters
    ----------
    view1, view2 : Tensor [N, D]
        Embeddings of the same images, in the same order; scaled to length one here.
    b : float or Tensor
        Where the scores of negatives are drawn to; learned by the objective, from 0.
    c : float
        Where the scores of positives are drawn to. The paper prints no value; 10 in the released
        code of AUC-CL, which the equation follows. Every score is at most 1, so with 10 the pull
        on a positive hardly depends on its score (22 at a score of 0, 20 at 1); with 1 it is 4 at
        a score of 0 and 2 at 1.
    alpha : float or Tensor
        Weight of the terms that ask a positive to score above the negatives; 1 in the released
        code. The saddle learns it by ascent.
    a, margin : float or Tensor, float
        Only read by the saddle: the centre of the positives' scores, and the :math:`m` by which a
        positive shall exceed a negative (1, as in LibAUC).
    top_k : int or None
        The number K of negatives mined per anchor: 5 or 10 in the paper's ablation. None (default)
        takes the share `ratio`, and at least 5.
    ratio : float
        Share of the negatives that is mined, rounded up; the paper's is 0.1.
    score : str
        "half", (cosine + 1) / 2, between 0 and 1 (default), or "cosine" itself. The paper does
        not say; a cosine has twice the gradient of a half one.
    positive_margin : float or None
        Subtracted from the half scores of positives, which are then cut to lie in [0, 1]: 0.5 in
        the released code, where positives of negative cosine thereby lose their gradient. None is
        0 (the paper prints none), and 0.5 in the reading "auc_cl".
    anchors : str
        "both_views", all 2N views (default), or "first_view", the N first ones. The equation sums
        to the batch size, but its indices run over views (:math:`i^+` is the index of the other
        view), and it follows a code with 2N anchors.
    negatives : str
        Mined among the views of other images in "both_views" (default, 2N - 2 of them) or in the
        "other_view" only (N - 1).
    excluded : str
        "exclude_own_positive": neither the anchor nor its positive is mined, as the text says.
        "exclude_anchor_only": the positive may be, and is then pulled and pushed at once.
    minus_batch_size : str
        "dropped" (default) or "printed": subtract B, the number of images (of views in the
        reading "auc_cl"). It has no gradient.
    reading : str
        "printed", as above. "auc_cl", the released code of AUC-CL: the sum is over all 2N - 1
        other views, the positive among them, so the push grows with the batch while the pull does
        not; what it mines, whom it excludes and its anchors are then fixed. "saddle", the min-max
        problem from which the equation stems,

        .. math::

            (s_i^+ - a)^2 + \tfrac{1}{K} \sum_k (s_{i,k}^- - b)^2
            + 2 \alpha \big( m + \tfrac{1}{K} \sum_k s_{i,k}^- - s_i^+ \big) - \alpha^2,

        which bounds :math:`\alpha` and, by the mean over negatives, balances push and pull
        whatever K is.
    reduction : str
        "mean" over the anchors (the paper's), "sum", or "none": first views first.

    Differences from the paper
    --------------------------
    Printed is :math:`j \neq j^+` with no such index; here :math:`j \neq i^+`, as in the sentence
    after Eq. 3. B is left out by default. :math:`\alpha` is a constant in the printed form:
    its derivative there, :math:`2 (\sum_k s_k^- - s^+)`, does not depend on :math:`\alpha`, so
    ascent would never end.

    Edge cases
    ----------
    A single image has no negatives; what remains is the pull on its positive. Where an anchor has
    fewer than K negatives, all are taken. An embedding of zeros has cosine zero with everything
    and receives no gradient.

    References
    ----------
    Yun, Kim (2026). Dual-Head Based Contrastive Self-Supervised Learning for Imbalanced Acne
    Severity Classification.

    Sharma et al. (2024). AUC-CL: A Batchsize-Robust Framework for Self-Supervised Contrastive
    Representation Learning.

    Ying, Wen, Lyu (2016). Stochastic Online AUC Maximization.
    """
    _check(top_k, ratio, score, positive_margin, anchors, negatives, excluded, reading)
    for name, value in (("c", c), ("alpha", alpha), ("margin", margin)):
        if not isinstance(value, torch.Tensor):
            checks.parameter("auc_ranking", name, value, least=0)
    checks.choice("auc_ranking", "minus_batch_size", minus_batch_size, ("dropped", "printed"))
    first, second = (scaled(view) for view in checks.pair("auc_ranking", view1, view2))
    if reading == "auc_cl":
        positive_margin = 0.5 if positive_margin is None else positive_margin
        anchors, negatives, excluded, ratio, top_k = _ALL_OTHER_VIEWS
    s_positive = _positive_scores(first, second, score, positive_margin or 0.0)
    s_negative = _mined(first, second, negatives, excluded, ratio, top_k)[0].values
    if score == "half":
        s_negative = (s_negative + 1) / 2
    if reading == "saddle":
        count = max(1, s_negative.shape[1])
        order = margin + s_negative.sum(1) / count - s_positive
        each = (s_positive - a) ** 2 + ((s_negative - b) ** 2).sum(1) / count
        each = each + 2 * alpha * order - alpha**2
    else:
        each = (s_positive - c) ** 2 - 2 * alpha * s_positive
        each = each + ((s_negative - b) ** 2 + 2 * alpha * s_negative).sum(1)
    if minus_batch_size == "printed":
        each = each - len(first) * (2 if reading == "auc_cl" else 1)
    return reduced(
        "auc_ranking", each[: len(first)] if anchors == "first_view" else each, reduction
    )


# Anchors, negatives, excluded, ratio and top_k: what the released code of AUC-CL compares.
_ALL_OTHER_VIEWS = ("both_views", "both_views", "exclude_anchor_only", 1.0, None)


def _positive_scores(
    first: torch.Tensor, second: torch.Tensor, score: str, positive_margin: float
) -> torch.Tensor:
    cosine = (first * second).sum(1).repeat(2)
    if score == "cosine":
        return cosine
    half = (cosine + 1) / 2
    return (half - positive_margin).clamp(0, 1) if positive_margin else half


def _mined(
    first: torch.Tensor,
    second: torch.Tensor,
    negatives: str,
    excluded: str,
    ratio: float,
    top_k: int | None,
) -> tuple[torch.return_types.topk, torch.Tensor]:
    """Return of every view the K highest cosines with those it may be compared with.

    Their values and indices [2N, K], and the mask [2N, M] of those it may not be compared with.
    """
    count = len(first)
    if negatives == "other_view":
        across = products(first, second)
        cosines, own = torch.cat([across, across.T]), 0
    else:
        views = torch.cat([first, second])
        cosines, own = products(views, views), 1
    image = torch.arange(2 * count, device=first.device)
    candidate = image[: cosines.shape[1]]
    if excluded == "exclude_own_positive":
        forbidden = image[:, None] % count == candidate % count
        own = own + 1
    elif own:
        forbidden = image[:, None] == candidate
    else:
        forbidden = torch.zeros_like(cosines, dtype=torch.bool)
    available = cosines.shape[1] - own
    # Rounded, since 0.1 * 30 is a little more than 3.
    wanted = top_k or max(FEWEST_MINED, math.ceil(round(ratio * available, 6)))
    cosines = cosines.masked_fill(forbidden, -torch.inf)
    return cosines.topk(min(wanted, available), sorted=False), forbidden


@torch.no_grad()
def same_class_shares(
    view1: torch.Tensor,
    view2: torch.Tensor,
    labels: torch.Tensor,
    *,
    top_k: int | None = None,
    ratio: float = 0.1,
    anchors: str = "both_views",
    negatives: str = "both_views",
    excluded: str = "exclude_own_positive",
    reading: str = "printed",
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the share of the anchor's own class among mined negatives, and among all candidates.

    The parameters are those of `auc_ranking`; labels [N]. Where an anchor's positive may be mined,
    it is one of the candidates.
    """
    if reading == "auc_cl":
        anchors, negatives, excluded, ratio, top_k = _ALL_OTHER_VIEWS
    first, second = (scaled(view) for view in checks.pair("auc_ranking", view1, view2))
    mined, forbidden = _mined(first, second, negatives, excluded, ratio, top_k)
    candidates = labels.repeat(forbidden.shape[1] // len(labels))
    same = (labels.repeat(2)[:, None] == candidates) & ~forbidden
    rows = slice(len(labels) if anchors == "first_view" else None)
    of_mined = same.gather(1, mined.indices)[rows]
    # A single image has no candidates, and so none of its class.
    among_mined = of_mined.sum() / max(1, of_mined.numel())
    return among_mined, same[rows].sum() / (~forbidden[rows]).sum().clamp(min=1)


def _check(
    top_k: int | None, ratio: float, score: str, positive_margin: float | None, anchors: str,
    negatives: str, excluded: str, reading: str,
) -> None:  # fmt: skip
    loss = "auc_ranking"
    checks.choice(loss, "reading", reading, READINGS)
    checks.choice(loss, "score", score, ("half", "cosine"))
    checks.choice(loss, "anchors", anchors, ("both_views", "first_view"))
    checks.choice(loss, "negatives", negatives, ("both_views", "other_view"))
    checks.choice(loss, "excluded", excluded, ("exclude_own_positive", "exclude_anchor_only"))
    checks.parameter(loss, "ratio", ratio, above=0, most=1)
    if top_k is not None and (not isinstance(top_k, int) or top_k < 1):
        raise UserError(f"{loss}: top_k expected a whole number from 1, received {top_k}")
    if positive_margin is not None:
        most = 1 if score == "half" else 0
        checks.parameter(loss, "positive_margin", positive_margin, least=0, most=most)


class AUCRanking(ViewsObjective):
    """AUC ranking loss that learns `b`; in the reading "saddle" also `a`, and `alpha` by ascent.

    The parameters are those of the function. What is learned starts at the value given and is part
    of the saved state; `alpha` is kept from falling below zero. Like any learned parameter, these
    take the weight decay of the phase unless it gives them a learning rate of their own; the
    released code of AUC-CL decays `b` as well.
    """

    function = staticmethod(auc_ranking)
    alpha: nn.Parameter

    def __init__(self, context: Context, **parameters: Any):
        super().__init__(context, **parameters)
        taken = inspect.signature(type(self).function).parameters
        saddle = parameters.get("reading", taken["reading"].default) == "saddle"
        for name in ("a", "b", "alpha") if saddle else ("b",):
            start = self.parameters_given.pop(name, taken[name].default)
            setattr(self, name, nn.Parameter(torch.tensor(float(start))))
        self.learned = ("a", "b", "alpha") if saddle else ("b",)
        self.ascent = ("alpha",) if saddle else ()

    @classmethod
    def parameters_taken(cls) -> tuple[str, ...]:
        """Return the names of the function's parameters: each can be given, learned or not."""
        taken = inspect.signature(cls.function).parameters.values()
        named = [each.name for each in taken if each.kind is each.KEYWORD_ONLY]
        return tuple(name for name in named if name != "reduction")

    def call(self, *tensors: torch.Tensor, **more: Any) -> torch.Tensor:
        """Return the loss with what has been learned so far."""
        return super().call(
            *tensors, **{name: getattr(self, name) for name in self.learned}, **more
        )

    def after_step(self) -> None:
        """Keep alpha from falling below zero."""
        if self.ascent:
            with torch.no_grad():
                self.alpha.clamp_(min=0)
