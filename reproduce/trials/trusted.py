"""Code of one's own in trials: it is run only where somebody has taken in this very file."""

from collections.abc import Iterable

from reproduce import losses, own_code
from reproduce.trials.trial import Planned


def check(todo: Iterable[Planned]) -> None:
    """Refuse trials whose code nobody here has read, and losses that cannot be made of it."""
    for trial in (item.trial for item in todo):
        for file, sha256 in trial.own_code.items():
            if own_code.known(file, sha256) is None:
                raise own_code.unknown(file, sha256)
        for phase in trial.phases:
            if own_code.is_one(phase.objective):
                losses.objective_class(phase.objective)
