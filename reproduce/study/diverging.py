"""Cells whose training diverged, in a study that tells which do."""

from collections.abc import Sequence
from typing import Any, Protocol

from reproduce.errors import UserError
from reproduce.study.cell import Cell
from reproduce.study.protocol import Protocol as OfPaper
from reproduce.trials import diverged
from reproduce.trials.store import Store


class Outliving(Protocol):
    """What is asked of a study, which is above it."""

    protocol: OfPaper
    store: Store
    shown: dict[str, Any]


def lost_of(study: Outliving, cells: Sequence[Cell]) -> list[Cell]:
    """Return those of the cells whose training diverged; none where that is an error."""
    if not study.protocol.outlives_divergence:
        return []
    found = diverged.among(study.store, (cell.trial.key for cell in cells))
    drawn = [cell.trial.key for cell in cells if cell.matches(experiment="grid", **study.shown)]
    if drawn and found.keys() >= set(drawn):
        raise UserError(f"what the page draws in detail diverged: {found[drawn[0]]}")
    return [cell for cell in cells if cell.trial.key in found]
