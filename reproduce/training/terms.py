"""What a loss of several terms is made of, and how each of them pulls at the encoder.

An objective that sums several losses leaves them in `terms`, and any may have more to say of what
it has `measured`; others pay nothing here. Looking
changes nothing: nothing is drawn and no gradient is stored where the optimizer finds it.
"""

import math

import torch

from reproduce.losses import cross_entropy
from reproduce.losses.classifier.objective import known_pixels


def taken(objective) -> dict[str, torch.Tensor]:
    """Return the terms of the last batch without their graph, and let go of the graph."""
    found = {name: term.detach() for name, term in objective.terms.items()}
    if found:
        objective.terms = {}
    return found


def looked_at(objective, batch, features: torch.Tensor) -> dict[str, torch.Tensor]:
    """Return what is measured of one batch: gradients at the encoder, and what the objective says.

    To be called before the loss goes backward, which frees what is needed here.
    """
    found = {}
    if objective.terms and features.requires_grad:
        for name, term in objective.terms.items():
            (gradient,) = torch.autograd.grad(term, features, retain_graph=True, allow_unused=True)
            found[f"gradient_{name}"] = (
                features.new_zeros(()) if gradient is None else gradient.float().norm()
            )
    return found | objective.measured(batch)


def auxiliary(logits: torch.Tensor, maps: torch.Tensor) -> torch.Tensor:
    """Return the cross-entropy of an encoder's own classifier; 0 where no pixel is known."""
    rows, labels = known_pixels("the auxiliary loss", logits, maps)
    return cross_entropy(rows, labels) if len(labels) else rows.sum()


def added(sums: dict[str, float], terms: dict[str, torch.Tensor]) -> dict[str, float]:
    """Return the sums with the terms of one more batch."""
    return sums | {name: sums.get(name, 0.0) + term.item() for name, term in terms.items()}


def row(sums: dict[str, float], steps: int, found: dict[str, torch.Tensor]) -> dict[str, float]:
    """Return what the history says of a block: the mean of every term, and what was looked at."""
    values = {f"loss_{name}": total / steps for name, total in sums.items()}
    values |= {name: value.item() for name, value in found.items()}
    # A gradient may be beyond all numbers while the loss is not; a history holds numbers only.
    return {name: value for name, value in values.items() if math.isfinite(value)}


def number(value: torch.Tensor):
    """Return a tensor as a Python number, or as an array where a stack has one per network."""
    return value.item() if value.ndim == 0 else value.double().cpu().numpy()
