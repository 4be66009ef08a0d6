"""Objectives by name. A leaf: knows nothing of data or models.

A loss file holds a pure function that does the arithmetic, and an objective: the thin module that
the training loop calls with a `Batch`, and that holds what state the method needs. Both are named
in `LOSSES`; `from reproduce.losses import sup_con` gives the function alone. The four folders are
the four call shapes. The names import without torch. A loss from a file of one's own has a name
with that file in it (`outside`), and is built like the others. `module` makes any
of them callable elsewhere.
"""

import inspect
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from reproduce import own_code
from reproduce.errors import UserError, unknown_name
from reproduce.losses import outside
from reproduce.losses.outside import SHAPES

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch

    from reproduce.losses.modules import LossModule
    from reproduce.losses.objective import Objective

__all__ = [
    "LOSSES", "SHAPES", "Batch", "Context", "Mixed", "build", "function", "module", "names",
    "objective_class", "shape",
]  # fmt: skip

# Name -> module and objective; the function has the registered name and stands in the same module.
LOSSES = {
    "info_nce": "self_supervised.info_nce:InfoNCE",
    "nt_xent": "self_supervised.nt_xent:NTXent",
    "auc_ranking": "self_supervised.auc_ranking:AUCRanking",
    "dual_head": "self_supervised.dual_head:DualHead",
    "contrastive": "embedding.contrastive:Contrastive",
    "triplet": "embedding.triplet:Triplet",
    "lifted_structured": "embedding.lifted_structured:LiftedStructured",
    "sup_con": "embedding.sup_con:SupCon",
    "difficulty_aware_sup_con": "embedding.difficulty_aware_sup_con:DifficultyAwareSupCon",
    "hard_negative_sup_con": "embedding.hard_negative_sup_con:HardNegativeSupCon",
    "bdcl": "embedding.bdcl:BDCL",
    "tsc": "embedding.tsc:TSC",
    "cross_entropy": "classifier.cross_entropy:CrossEntropy",
    "focal": "classifier.focal:Focal",
    "dual_focal": "classifier.dual_focal:DualFocal",
    "calibrated_focal": "classifier.calibrated_focal:CalibratedFocal",
    "ldam": "classifier.ldam:LDAM",
    "gcl": "classifier.gcl:GCL",
    "balanced_softmax": "classifier.balanced_softmax:BalancedSoftmax",
    "logit_adjustment": "classifier.logit_adjustment:LogitAdjustment",
    "lovasz_softmax": "segmentation.lovasz_softmax:LovaszSoftmax",
    "soft_iou": "segmentation.soft_iou:SoftIoU",
}


@dataclass(frozen=True)
class Context:
    """What an objective can know only at run time."""

    classes: int
    counts: tuple[int, ...]
    embedding_size: int
    iterations: int
    batches_per_epoch: int = 1


@dataclass
class Mixed:
    """How a batch was mixed: each image is `own` itself and 1 - `own` one of class `labels`."""

    labels: "torch.Tensor"
    own: "torch.Tensor"


@dataclass
class Batch:
    """One training step as an objective sees it: what the network made of the images.

    With V views of N images the network saw V * N, the first views first; `labels`, `indices` and
    `mixed` have N rows, everything else has V * N.

    Attributes
    ----------
    labels
        [N]; in segmentation [N, H, W], with 255 where nothing is known.
    logits
        The classifier's outputs [V * N, C] or [V * N, C, H, W]; None where no objective reads them.
    embeddings
        What an embedding loss reads [V * N, D], or [V * N, D, h, w]: the output of the projection
        head where the phase has one, else that of the encoder.
    heads
        The output of every projection head, by its name.
    mixed
        None unless images were mixed.
    indices
        The numbers of the images within the training part [N].
    iteration, epoch
        Counted from 0 within the phase.
    """

    labels: "torch.Tensor"
    logits: Any = None
    embeddings: Any = None
    heads: dict[str, "torch.Tensor"] = field(default_factory=dict)
    views: int = 1
    mixed: Mixed | None = None
    indices: "torch.Tensor | None" = None
    iteration: int = 0
    epoch: int = 0

    @property
    def all_labels(self) -> "torch.Tensor":
        """Return the labels of all V * N rows."""
        return self.labels.repeat(self.views, *[1] * (self.labels.ndim - 1))


def names() -> list[str]:
    """Return the registered losses."""
    return list(LOSSES)


def shape(name: str) -> str:
    """Return how a loss is called, one of `SHAPES`."""
    if own_code.is_one(name):
        return outside.shape_of(outside.objective(name))
    if name not in LOSSES:
        raise unknown_name("objective", name, names())
    return LOSSES[name].split(".")[0]


def objective_class(name: str) -> type["Objective"]:
    """Return the class of the objective of this name."""
    if own_code.is_one(name):
        return outside.objective(name)
    if name not in LOSSES:
        raise unknown_name("objective", name, names())
    module, _, attribute = LOSSES[name].partition(":")
    made_by: type[Objective] = getattr(import_module(f"{__name__}.{module}"), attribute)
    return made_by


def function(name: str) -> "Callable[..., torch.Tensor]":
    """Return the pure function of this name."""
    if own_code.is_one(name):
        return outside.objective(name).function
    found: Callable[..., torch.Tensor] = getattr(inspect.getmodule(objective_class(name)), name)
    return found


def build(name: str, context: Context, **parameters: Any) -> "Objective":
    """Return the objective: a module called with a `Batch` that returns the loss."""
    made_by = objective_class(name)
    known = made_by.parameters_taken()
    for given in parameters:
        if given not in known:
            takes = f"it takes: {', '.join(known)}" if known else "it takes none"
            raise UserError(f"objective '{name}' has no parameter '{given}' ({takes})")
    return made_by(context, **parameters)


def module(name: str, **given: Any) -> "LossModule":
    """Return a loss as a PyTorch module for any training loop, called as its shape says.

    Parameters
    ----------
    name
        Of a registered loss.
    counts
        Training images of each class, for losses that read them.
    classes, embedding_size
        For losses that keep vectors of the classes; `classes` is the number of `counts`, unless
        given.
    iterations
        How long training lasts, for a loss that asks.
    **given
        All else is a parameter of the loss.

    Examples
    --------
    >>> import torch
    >>> loss = module("ldam", counts=[100, 10, 2])
    >>> cosines = torch.zeros(4, 3, requires_grad=True)
    >>> loss(cosines, torch.tensor([0, 1, 2, 2])).backward()
    """
    from reproduce.losses.modules import module as made

    return made(name, **given)


def __dir__() -> list[str]:
    return sorted({*globals(), *LOSSES})


def __getattr__(name: str) -> "Callable[..., torch.Tensor]":
    # Only called for what is not defined above, so torch is imported when a loss is asked for.
    if name in LOSSES:
        return function(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
