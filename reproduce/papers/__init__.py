"""The five papers: claims, published tables, protocol, profiles, ambiguities, parameters."""

from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from reproduce.errors import UserError, unknown_name


@dataclass(frozen=True)
class Paper:
    """A paper of the study; `protocol` is its module, where it can be run already."""

    key: str
    title: str
    authors: str
    year: int
    compares: str
    protocol: str | None = None


PAPERS = {
    paper.key: paper
    for paper in (
        Paper(
            "class_imbalance",
            "A systematic study of the class imbalance problem in convolutional neural networks",
            "Buda, Maki and Mazurowski",
            2018,
            "seven methods x step / linear imbalance x rho x mu",
            "reproduce.papers.class_imbalance",
        ),
        Paper(
            "dual_head",
            "Dual-Head Based Contrastive Self-Supervised Learning for Imbalanced Acne Severity "
            "Classification",
            "Yun and Kim",
            2026,
            "supervised, SimCLR, AUC-CL, dual-head",
            "reproduce.papers.dual_head",
        ),
        Paper(
            "metric_learning",
            "Skin Disease Classification Technique Based on Convolutional Neural Network Using "
            "Deep Metric Learning",
            "Kim, Kim and Chun",
            2021,
            "cross-entropy, contrastive, triplet, lifted structured x three networks",
        ),
        Paper(
            "balanced_contrastive",
            "Balanced and Discriminative Contrastive Learning for class-imbalanced medical images",
            "ICASSP 2024 (read through a third-party summary)",
            2024,
            "eight losses and samplers on dermoscopy and endoscopy; seven on ultrasound masks",
        ),
        Paper(
            "difficulty_aware",
            "SupConLoss vs Difficulty-Aware SupConLoss",
            "a review post",
            2025,
            "SupCon, difficulty-aware SupCon in open-set verification",
        ),
    )
}


def paper(key: str) -> Paper:
    """Return a paper by its key."""
    if key not in PAPERS:
        raise unknown_name("paper", key, PAPERS)
    return PAPERS[key]


def runnable() -> list[str]:
    """Return the keys of the papers that have a protocol and a notebook."""
    return [key for key, item in PAPERS.items() if item.protocol]


def protocol(key: str) -> ModuleType:
    """Return the module with a paper's PARAMETERS, cells, departures and shown_point."""
    found = paper(key)
    if found.protocol is None:
        raise UserError(
            f"the paper '{key}' has claims and tables here but no notebook, so it cannot be run; "
            f"those that can: {', '.join(runnable())}"
        )
    return import_module(found.protocol)
