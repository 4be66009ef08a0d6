"""Objectives by name. A leaf: knows nothing of data or models.

A loss file holds a pure function that does the arithmetic, and an objective that holds what state
the method needs. The names import without torch.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from reproduce.errors import unknown_name

LOSSES = {"cross_entropy": "reproduce.losses.cross_entropy:CrossEntropy"}


@dataclass(frozen=True)
class Context:
    """What an objective can know only at run time."""

    classes: int
    counts: tuple[int, ...]
    embedding_size: int
    iterations: int


@dataclass
class Batch:
    """One training step as an objective sees it: what the network made of the images."""

    embeddings: Any
    logits: Any
    labels: Any


def build(name: str, context: Context, **parameters: Any):
    """Return the objective: a module called with a `Batch` that returns the loss."""
    if name not in LOSSES:
        raise unknown_name("objective", name, LOSSES)
    module, _, attribute = LOSSES[name].partition(":")
    return getattr(import_module(module), attribute)(context, **parameters)
