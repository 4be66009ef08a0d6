"""When a phase ends before its ceiling: the training loss has not fallen for some epochs.

It follows from the recorded history alone, which is part of every checkpoint: a run that was
interrupted stops where one that was not does.
"""

from collections.abc import Sequence
from itertools import pairwise

from reproduce.errors import UserError
from reproduce.training.phases import Phase


def stopped(history: Sequence[dict[str, float]], number: int, phase: Phase) -> bool:
    """Say whether the last `phase.stop` epochs of phase `number` brought no lower training loss.

    A loss as low as the lowest before is no lower one. The first epoch is always one that fell.
    """
    if not phase.stop:
        return False
    losses = [row["loss"] for row in history if row["phase"] == number]
    if len(losses) <= phase.stop:
        return False
    return min(losses[-phase.stop :]) >= min(losses[: -phase.stop])


def require_lengths(phases: Sequence[Phase]) -> None:
    """Refuse a phase that goes on from one whose end is not known before it comes."""
    for before, after in pairwise(phases):
        if before.stop and after.continued:
            raise UserError(
                "a phase with stop ends when its loss says so, and the next one continues its "
                "schedule; expected phases of known length: leave out stop, or continued"
            )
