"""The sum of a ranking and a similarity loss, each on a projection head of its own."""

import functools
import inspect
from typing import Any

import torch

from reproduce.errors import UserError
from reproduce.losses import Batch, Context, checks
from reproduce.losses.objective import two_views
from reproduce.losses.self_supervised.auc_ranking import (
    AUCRanking,
    auc_ranking,
    same_class_shares,
)
from reproduce.losses.self_supervised.info_nce import info_nce


def dual_head(
    similarity1: torch.Tensor,
    similarity2: torch.Tensor,
    ranking1: torch.Tensor,
    ranking2: torch.Tensor,
    *,
    ranking_weight: float = 1.0,
    similarity_weight: float = 0.2,
    temperature: float = 0.5,
    normalize: bool = True,
    similarity_reading: str = "printed",
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
) -> torch.Tensor:
    r"""Sum of the AUC ranking loss and InfoNCE (the dual-head paper's Eq. 4).

    .. math::

        L_{total} = L_{AUC} + \lambda L_{sim}

    One encoder feeds two projection heads. :math:`L_{sim}` is the loss `info_nce` of what the
    similarity head makes of the two views, :math:`L_{AUC}` the loss `auc_ranking` of what the
    ranking head makes of them; the encoder receives both gradients, a head only its own.

    Parameters
    ----------
    similarity1, similarity2 : Tensor [N, D]
        The similarity head's embeddings of the first and of the second views.
    ranking1, ranking2 : Tensor [N, E]
        The ranking head's embeddings of the same views.
    ranking_weight : float
        Weight of :math:`L_{AUC}`; 1 in the paper. At 0 the ranking loss is not computed and its
        head stays as it is: the paper's first 20 epochs, which are a phase of their own.
    similarity_weight : float
        :math:`\lambda`; the paper's is 0.2, its ablation tries 0.1, 0.2 and 0.5. In the warm-up
        either 1 (the text names :math:`L_{sim}`) or :math:`\lambda`: a factor on the whole
        gradient, which matters to SGD and hardly to Adam.
    temperature : float
        :math:`\tau` of InfoNCE; the paper's is 0.5.
    normalize : bool
        Scale the embeddings of the similarity head to length one. Those of the ranking head always
        are.
    similarity_reading : str
        "printed" (default) or "nt_xent": the `reading` of `info_nce`.
    b, c : float or Tensor, float
        As in `auc_ranking`, where the values of these and of the next parameters are discussed.
    alpha, a, margin : float or Tensor, float or Tensor, float
        As in `auc_ranking`.
    top_k : int or None
        As in `auc_ranking`.
    ratio, score, positive_margin : float, str, float or None
        As in `auc_ranking`.
    anchors, negatives : str
        As in `auc_ranking`.
    excluded, minus_batch_size : str
        As in `auc_ranking`.
    reading : str
        "printed" (default), "auc_cl" or "saddle": the `reading` of `auc_ranking`.

    Differences from the paper
    --------------------------
    Those of the two losses. In a batch of 128 the ranking loss sums over 26 mined negatives per
    anchor. On random embeddings of 16 to 512 numbers its gradient was 19 to 115 times that of
    :math:`\lambda = 0.2` times InfoNCE, with c = 10 or 1, and 9 to 34 times with K = 5; so within
    the paper's range :math:`\lambda` can change little.

    Edge cases
    ----------
    Those of the two losses. Both weights at zero are refused.

    References
    ----------
    Yun, Kim (2026). Dual-Head Based Contrastive Self-Supervised Learning for Imbalanced Acne
    Severity Classification.
    """
    checks.parameter("dual_head", "ranking_weight", ranking_weight, least=0)
    checks.parameter("dual_head", "similarity_weight", similarity_weight, least=0)
    if not ranking_weight and not similarity_weight:
        raise UserError(
            "dual_head: ranking_weight and similarity_weight expected at least one above 0, "
            "received 0 and 0; nothing would be learned"
        )
    terms = []
    if similarity_weight:
        # L_sim
        similarity = info_nce(
            similarity1,
            similarity2,
            temperature=temperature,
            normalize=normalize,
            reading=similarity_reading,
        )
        terms.append(similarity_weight * similarity)
    if ranking_weight:
        # L_AUC
        ranking = auc_ranking(
            ranking1,
            ranking2,
            b=b,
            c=c,
            alpha=alpha,
            a=a,
            margin=margin,
            top_k=top_k,
            ratio=ratio,
            score=score,
            positive_margin=positive_margin,
            anchors=anchors,
            negatives=negatives,
            excluded=excluded,
            minus_batch_size=minus_batch_size,
            reading=reading,
        )
        terms.append(ranking_weight * ranking)
    return functools.reduce(torch.add, terms)


class DualHead(AUCRanking):
    """Both losses of a batch, read from the projection heads "similarity" and "ranking".

    The parameters are those of the function, and the head that the ranking loss reads. It learns
    what the ranking loss learns: `b`, and in the reading "saddle" also `a`, and `alpha` by ascent.
    A warm-up is a phase before with `ranking_weight=0`; the phase that continues it takes over the
    state.

    Parameters
    ----------
    ranking_head : str
        The name of the projection head that the ranking loss reads, "ranking" in the paper; with
        "similarity" one head feeds both losses.
    """

    # Its own arguments: called as an objective, never in the place of `auc_ranking`.
    function = staticmethod(dual_head)  # type: ignore[assignment]
    heads: tuple[str, ...] = ("similarity", "ranking")

    def __init__(self, context: Context, *, ranking_head: str = "ranking", **parameters: Any):
        super().__init__(context, **parameters)
        self.read = ("similarity", ranking_head)
        self.heads = tuple(dict.fromkeys(self.read))
        taken = inspect.signature(dual_head).parameters
        self.weights = {
            f"{name}_weight": parameters.get(f"{name}_weight", taken[f"{name}_weight"].default)
            for name in ("similarity", "ranking")
        }

    @classmethod
    def parameters_taken(cls) -> tuple[str, ...]:
        """Return the names of the function's parameters, and `ranking_head`."""
        return (*super().parameters_taken(), "ranking_head")

    def forward(self, batch: Batch) -> torch.Tensor:
        """Return the weighted sum of the two losses; the summands are then in `terms`."""
        missing = [name for name in self.heads if name not in batch.heads]
        if missing:
            raise UserError(
                f"dual_head: expected projection heads {', '.join(self.heads)}, received "
                f"{', '.join(batch.heads) or 'none'}; add {', '.join(missing)} to the phase"
            )
        views = [view for name in self.read for view in two_views(batch, batch.heads[name])]
        counted = [name for name, weight in self.weights.items() if weight]
        self.terms = {
            name.removesuffix("_weight"): self.call(
                *views, **dict.fromkeys(self.weights, 0.0) | {name: self.weights[name]}
            )
            for name in counted
        }
        # Without a term the function says what is wrong with the weights.
        return functools.reduce(torch.add, self.terms.values()) if counted else self.call(*views)

    def measured(self, batch: Batch) -> dict[str, torch.Tensor]:
        """Return the share of an anchor's own class among mined and among all negatives."""
        if not self.weights["ranking_weight"]:
            return {}
        taken = inspect.signature(same_class_shares).parameters
        given = {name: v for name, v in self.parameters_given.items() if name in taken}
        views = two_views(batch, batch.heads[self.read[1]])
        mined, among_all = same_class_shares(views[0], views[1], batch.labels, **given)
        return {"same_class_mined": mined, "same_class_all": among_all}

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy takes over: not the graph of the last batch."""
        return vars(self) | {"terms": {}}
