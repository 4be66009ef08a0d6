"""How many steps of training an arm took, in all its phases, and how many the paper gives it."""

from collections.abc import Iterable, Mapping

from reproduce import own_code
from reproduce.registry.records import looks
from reproduce.study.cell import Cell
from reproduce.trials.store import Result
from reproduce.trials.trial import Trial


def taken(result: Result) -> tuple[int, ...]:
    """Return the steps of each phase of a trial, as its history counted them."""
    last = [0] * len(result.trial.phases)
    for row in result.history:
        phase = int(row["phase"])
        last[phase] = max(last[phase], int(row["iteration"]))
    # A phase whose length is given in steps took them, whatever was noted on the way, unless it
    # stops by itself.
    return tuple(
        noted if phase.stop else phase.iterations or noted
        for phase, noted in zip(result.trial.phases, last, strict=True)
    )


def passes(result: Result) -> tuple[int, ...]:
    """Return how many images each phase was shown, counted as often as shown."""
    steps = zip(taken(result), result.trial.phases, strict=True)
    return tuple(count * phase.batch_size for count, phase in steps)


def network_passes(result: Result) -> int:
    """Return how many images the network was passed in all, each view as one.

    A phase that is embedded passes each training image once, however often it then shows it.
    """
    each = zip(passes(result), result.trial.phases, strict=True)
    trained = sum(result.counts)
    return sum(trained if phase.embedded else shown * phase.views for shown, phase in each)


def at_length_of(trial: Trial, steps: tuple[int, ...], other: Trial) -> tuple[int, ...]:
    """Return the steps that the same method takes at another length, from its steps at this one."""
    found = []
    for done, ours, theirs in zip(steps, trial.phases, other.phases, strict=False):
        per_epoch = done / ours.epochs if ours.epochs else 0
        found.append(theirs.iterations or round(per_epoch * theirs.epochs))
    return tuple(found)


# Method, experiment, point and seed.
Place = tuple[str, str, tuple[tuple[str, str], ...], int]


def by_place(cells: Iterable[Cell]) -> Mapping[Place, Cell]:
    """Return cells by method, point and seed, whatever their trials are."""
    return {place(cell): cell for cell in cells}


def place(cell: Cell) -> Place:
    """Return the method, experiment, point and seed of a cell."""
    factors = tuple(sorted((name, str(value)) for name, value in cell.factors.items()))
    return (cell.method, cell.experiment, factors, cell.seed)


Steps = Mapping[str, set[tuple[int, ...]]]


def said(ours: Steps, paper: Steps | None = None) -> str:
    """Say how many steps methods took, here and in the profile `paper`; one number if alike."""
    if len(_totals(ours)) == 1 and (paper is None or len(_totals(paper)) == 1):
        most = "" if paper is None else f", of {_totals(paper).pop():,} in the profile “paper”"
        if paper is not None and _totals(paper) == _totals(ours):
            most = ", as in the profile “paper”"
        return f"{_totals(ours).pop():,} steps for every method{most}"
    named = (
        f"{label(method)} {_counts(of)}"
        f"{f' of {_counts(paper[method])}' if paper and paper.get(method) != of else ''}"
        for method, of in ours.items()
    )
    of_paper = " (of those in the profile “paper”)" if paper and paper != ours else ""
    return f"steps{of_paper} that differ: {'; '.join(named)}"


def _totals(steps: Steps) -> set[int]:
    return {sum(phases) for of in steps.values() for phases in of}


def _counts(of: set[tuple[int, ...]]) -> str:
    """Return '4,000 (2,000 + 2,000)', or from fewest to most where points differ."""
    ordered = sorted(of, key=sum)
    if len({sum(phases) for phases in ordered}) > 1:
        return f"{sum(ordered[0]):,} to {sum(ordered[-1]):,}"
    phases = ordered[0]
    apart = f" ({' + '.join(f'{count:,}' for count in phases)})" if len(phases) > 1 else ""
    return f"{sum(phases):,}{apart}"


def label(method: str) -> str:
    """Return a method's name as a reader sees it."""
    if own_code.is_one(method):
        return own_code.label(method)
    look = looks().get(method)
    return (look and look.label) or method.replace("_", " ").capitalize()
