"""Every loss with its readings and main parameters: the table that the common tests go through."""

import inspect

import torch

from reproduce import losses
from tests.losses.example import Case, Part


def _counts(rows, classes, width):
    """Return training images per class, each a third of the one before."""
    counts = (270 / 3.0 ** torch.arange(classes)).double()
    return {"counts": Part(counts, ("classes",), learned=False)}


def _weights(rows, classes, width):
    weights = torch.linspace(0.5, 2, classes).double()
    return {"class_weights": Part(weights, ("classes",), learned=False)}


def _noise(rows, classes, width):
    noise = (torch.randn(rows, classes) / 3).clamp(-1, 1)
    return {**_counts(rows, classes, width), "noise": Part(noise, ("rows", "classes"), False)}


def _learned(*names):
    def made(rows, classes, width):
        return {name: Part(torch.tensor(0.3 + 0.2 * k)) for k, name in enumerate(names)}

    made.__name__ = "_".join(names)
    return made


def _temperatures(rows, classes, width):
    return {"temperatures": Part(torch.linspace(0.08, 0.3, classes).double(), ("classes",))}


def _prototypes(rows, classes, width):
    stars = torch.nn.functional.normalize(torch.randn(classes, width).double())
    known = torch.arange(classes) != 1
    return {
        **_temperatures(rows, classes, width),
        "prototypes": Part(stars, ("classes", "width"), learned=False),
        "known_prototypes": Part(known, ("classes",), learned=False),
    }


def _targets(rows, classes, width):
    targets = torch.nn.functional.normalize(torch.randn(classes, width).double())
    return {
        "targets": Part(targets, ("targets", "width"), learned=False),
        "assignment": Part(torch.arange(classes).roll(1), ("classes",), learned=False),
    }


AS_PRINTED = dict.fromkeys(
    (
        "reading",
        "gate_of_positive_weight",
        "gate_of_negative_weight",
        "normalisation",
    ),
    "printed",
)
ONE_NUMBER = ("mean", "sum")
ONE_DIRECTION = {"anchors": "first_view", "negatives": "other_view", "c": 1.0}
# Fewer are drawn at random, which depends on the order of the rows.
EVERY_POSITIVE = {"positives": None}
WRITTEN: tuple[Case, ...] = (
    Case("info_nce", "views"),
    Case("info_nce", "views", {"reading": "nt_xent"}),
    Case("info_nce", "views", {"normalize": False}),
    Case("nt_xent", "views"),
    Case("nt_xent", "views", {"temperature": 0.01}),
    Case("nt_xent", "views", {"normalize": False}),
    Case("auc_ranking", "views", {}, _learned("b")),
    Case("auc_ranking", "views", {"score": "cosine", "top_k": 3}, _learned("b")),
    Case("auc_ranking", "views", {"reading": "auc_cl"}, _learned("b")),
    Case("auc_ranking", "views", {"reading": "saddle"}, _learned("a", "b", "alpha")),
    Case("auc_ranking", "views", ONE_DIRECTION, _learned("b")),
    Case("dual_head", "two_heads", {}, _learned("b"), reductions=()),
    Case(
        "dual_head", "two_heads", {"reading": "saddle"}, _learned("a", "b", "alpha"), reductions=()
    ),
    Case("contrastive", "embeddings", reductions=ONE_NUMBER),
    Case("contrastive", "embeddings", {"squared": False}, reductions=ONE_NUMBER),
    Case("contrastive", "embeddings", {"reading": "separate_means"}, reductions=ONE_NUMBER[:1]),
    Case("contrastive", "embeddings", {"normalize": False, "margin": 2.0}, reductions=ONE_NUMBER),
    Case("sup_con", "embeddings"),
    Case("sup_con", "embeddings", {"temperature": 0.01}),
    Case("sup_con", "embeddings", {"normalize": False, "temperature": 0.5}),
    Case("sup_con", "embeddings", {"base_temperature": 0.07, "temperature": 0.1}),
    Case("triplet", "embeddings", reductions=ONE_NUMBER),
    Case("triplet", "embeddings", {"average": "active", "squared": False}, reductions=ONE_NUMBER),
    Case(
        "triplet",
        "embeddings",
        {"normalize": False, "reading": "m_triplets"},
        reductions=ONE_NUMBER,
    ),
    Case("triplet", "embeddings", {"mining": "semi_hard"}, reductions=ONE_NUMBER),
    Case(
        "triplet", "embeddings", {"mining": "batch_hard", "squared": False}, reductions=ONE_NUMBER
    ),
    Case("lifted_structured", "embeddings", reductions=ONE_NUMBER),
    Case(
        "lifted_structured",
        "embeddings",
        {"normalize": True, "squared": True},
        reductions=ONE_NUMBER,
    ),
    Case("difficulty_aware_sup_con", "embeddings", derivative=False),
    Case("difficulty_aware_sup_con", "embeddings", {"reading": "printed"}, derivative=False),
    Case("difficulty_aware_sup_con", "embeddings", AS_PRINTED, derivative=False),
    Case("difficulty_aware_sup_con", "embeddings", {"gradient_through_weights": "attached"}),
    Case(
        "difficulty_aware_sup_con",
        "embeddings",
        {"normalisation": "weighted_mean"},
        derivative=False,
    ),
    Case("difficulty_aware_sup_con", "embeddings", {"sum_over_k": "with_anchor"}, derivative=False),
    Case("hard_negative_sup_con", "embeddings", derivative=False),
    Case("hard_negative_sup_con", "embeddings", {"beta": 0.0}),
    Case("bdcl", "embeddings"),
    Case("bdcl", "embeddings", {}, _temperatures),
    Case("bdcl", "embeddings", {}, _prototypes),
    Case("bdcl", "embeddings", {"positive_set": "all_prototypes"}, _prototypes),
    Case("bdcl", "embeddings", {"denominator_temperature": "pair"}, _prototypes),
    Case("bdcl", "embeddings", {"temperature_gradient": "printed"}, _prototypes, derivative=False),
    Case("tsc", "embeddings", EVERY_POSITIVE),
    Case("tsc", "embeddings", EVERY_POSITIVE, _targets),
    Case("tsc", "embeddings", {"positives": 1000, "target_weight": 1.0}, _targets),
    Case("tsc", "embeddings", {**EVERY_POSITIVE, "reading": "code"}, _targets),
    Case("cross_entropy", "logits"),
    Case("cross_entropy", "logits", {}, _weights),
    Case("cross_entropy", "logits", {"class_weights": "effective_number"}, _counts),
    Case("focal", "logits"),
    Case("focal", "logits", {"gamma": 0.5}),
    Case("focal", "logits", {"class_weights": "inverse"}, _counts),
    Case("dual_focal", "logits"),
    Case("dual_focal", "logits", {"gamma": 2.0, "rho": 1.5}),
    Case("dual_focal", "logits", {"reading": "code"}, derivative=False),
    Case("calibrated_focal", "logits"),
    Case("ldam", "logits", {}, _counts),
    Case("ldam", "logits", {"class_weights": "effective_number"}, _counts),
    Case("gcl", "logits", {}, _noise),
    Case("gcl", "logits", {"margin": 0.1, "gamma": 1.0, "scale": 20.0}, _noise, derivative=False),
    Case("balanced_softmax", "logits", {}, _counts),
    Case("logit_adjustment", "logits", {"tau": 1.5}, _counts),
    Case("lovasz_softmax", "pixels", reductions=()),
    Case("soft_iou", "pixels", reductions=()),
)

TAKES = {
    "self_supervised": "views",
    "embedding": "embeddings",
    "classifier": "logits",
    "segmentation": "pixels",
}


def plain_case(name: str) -> Case:
    """Return the case of a loss that has none above: called by its shape, with its defaults."""
    taken = inspect.signature(losses.function(name)).parameters.values()
    needed = {each.name for each in taken if each.kind is each.KEYWORD_ONLY} & {
        each.name for each in taken if each.default is each.empty
    }
    assert needed <= {"counts"}, (
        f"loss '{name}' cannot be called without {', '.join(sorted(needed))}: write a Case for it "
        "in tests/losses/cases.py"
    )
    known = {each.name for each in taken}
    return Case(
        name,
        TAKES[losses.shape(name)],
        extras=_counts if needed else None,
        reductions=Case.reductions if "reduction" in known else (),
    )


CASES: tuple[Case, ...] = (
    *WRITTEN,
    *(plain_case(name) for name in losses.LOSSES if name not in {case.name for case in WRITTEN}),
)
