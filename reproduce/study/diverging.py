"""Cells whose training diverged, in a study that tells which do."""

from collections.abc import Sequence
from typing import Any, Protocol

from reproduce.errors import UserError
from reproduce.study.cell import Cell
from reproduce.study.protocol import Protocol as OfPaper
from reproduce.trials import diverged
from reproduce.trials.store import Store

SEARCHED = "tried"


class Outliving(Protocol):
    """What is asked of a study, which is above it."""

    protocol: OfPaper
    store: Store
    shown: dict[str, Any]


def lost_of(study: Outliving, cells: Sequence[Cell]) -> tuple[list[Cell], list[Cell]]:
    """Return the cells whose training diverged, and the finished repeats of the same arms.

    An arm that lost a repeat is compared with nothing: those that are left are the lucky ones. In
    a study to which a diverging training is an error there are none of either.
    """
    if not study.protocol.outlives_divergence:
        return [], []
    found = diverged.among(study.store, (cell.trial.key for cell in cells))
    lost = [cell for cell in cells if cell.trial.key in found]
    for cell in lost:
        if cell.matches(experiment="grid", **study.shown):
            raise UserError(f"what the page draws in detail diverged: {found[cell.trial.key]}")
    arms = {_arm(cell) for cell in lost if SEARCHED not in cell.factors}
    others = [cell for cell in cells if cell.trial.key not in found and _arm(cell) in arms]
    trained = study.store.first_of(cell.trial.key for cell in others)
    return lost, [cell for cell in others if cell.trial.key in trained]


def _arm(cell: Cell) -> tuple[str, str, str]:
    return cell.experiment, cell.method, repr(sorted(cell.factors.items()))
