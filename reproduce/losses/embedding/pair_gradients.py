"""How hard each pair of a batch is pulled or pushed: the derivative by the cosine of the pair.

Contrastive losses move embeddings only through cosines, so this says which pairs a step works on.
Losses of the family of `sup_con` alone, of cosines as they lie there.
"""

from collections.abc import Callable, Mapping
from typing import Any

import torch

from reproduce.errors import unknown_name
from reproduce.losses.embedding import difficulty_aware_sup_con as weighted
from reproduce.losses.embedding import hard_negative_sup_con as tilted
from reproduce.losses.embedding.similarities import anchor_losses, positives

Loss = Callable[..., torch.Tensor]


def _plain(
    similarities: torch.Tensor, labels: torch.Tensor, *, temperature: float = 0.1, **_: Any
) -> torch.Tensor:
    return anchor_losses(similarities, positives(labels), temperature).mean()


OF_SIMILARITIES: Mapping[str, Loss] = {
    "sup_con": _plain,
    "difficulty_aware_sup_con": weighted.of_similarities,
    "hard_negative_sup_con": tilted.of_similarities,
}


def pair_gradients(
    objective: str, similarities: torch.Tensor, labels: torch.Tensor, parameters: Mapping[str, Any]
) -> torch.Tensor:
    """Return the derivative of a loss by the cosine of each ordered pair [N, N].

    The row is the anchor. Below zero a pair is pulled together, above zero it is pushed apart.
    """
    if objective not in OF_SIMILARITIES:
        raise unknown_name("loss of pairs", objective, OF_SIMILARITIES)
    at = similarities.detach().clone().requires_grad_()
    loss = OF_SIMILARITIES[objective](at, labels, **parameters)
    (gradient,) = torch.autograd.grad(loss, at)
    return gradient
