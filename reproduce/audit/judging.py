"""A row put to all its readings: which survive, and what refutes the others.

A row is *accused* where no reading survives. Where only readings survive that let nearly everything
pass (`Reading.plain` is false), the row is possible, but not as it would usually be read; that is
told as ambiguous. Readings not put to the dear checks in time count as surviving.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from time import monotonic

from reproduce.audit.outcome import INCONSISTENT, NOT_TESTABLE, Outcome
from reproduce.audit.printed_rows import Row
from reproduce.audit.readings import AXES, Reading
from reproduce.audit.row_checks import CHECKS, Asked

# Seconds for the readings of one row; after that none is put to the dear checks any more.
SECONDS = 0.5
DEAR = ("shares", "spreads", "class_sizes", "two_classes")
# Allows what every way of rounding allows: what it refutes, all of them refute.
WIDEST = "rounded_twice"


@dataclass
class Judged:
    """What became of a row's readings.

    Attributes
    ----------
    survivors
        Readings that no check refutes, the plainest first.
    refuted
        {reading: the outcome that refutes it}.
    outcomes
        Of the plainest survivor, or where there is none of the reading that came farthest: every
        check that could be asked.
    in_time
        Whether all readings were put to all checks.
    """

    row: Row
    survivors: list[Reading] = field(default_factory=list)
    refuted: dict[Reading, Outcome] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)
    in_time: bool = True

    @property
    def accused(self) -> bool:
        """Whether no reading survives."""
        return not self.survivors

    @property
    def ambiguous(self) -> bool:
        """Whether a plain reading was refuted and only readings that are not plain survive."""
        return (
            bool(self.survivors)
            and not any(one.plain for one in self.survivors)
            and any(one.plain for one in self.refuted)
        )

    @property
    def testable(self) -> bool:
        """Whether any check of the plainest reading could say something."""
        return any(one.status != NOT_TESTABLE for one in self.outcomes)

    def fits(self, axis: str) -> set:
        """Return what survives on one axis."""
        return {getattr(one, axis) for one in self.survivors}

    def tried(self, axis: str) -> set:
        """Return what was tried on one axis."""
        return {getattr(one, axis) for one in (*self.survivors, *self.refuted)}


def judge(row: Row, first: bool = False, only: Iterable[tuple[str, object]] = ()) -> Judged:
    """Put a row to its readings; with `first` the widest first, and stop at one that survives.

    `only` names axes and the one value of each that is tried, where the row leaves the axis open.
    """
    known: dict[tuple, list[Outcome]] = {}
    started = monotonic()
    judged, farthest = Judged(row), -1
    every = row.readings()
    for reading in sorted(every, key=_narrow) if first else every:
        if any(getattr(reading, axis) not in (value, None) for axis, value in only):
            continue
        outcomes: list[Outcome] = []
        refutes = None
        for check in CHECKS:
            if check.name in DEAR and monotonic() - started > SECONDS:
                judged.in_time = False
                continue
            told = _asked(check, row, reading, known)
            outcomes += told
            refutes = next((one for one in told if one.status == INCONSISTENT), None)
            if refutes:
                break
        if refutes:
            judged.refuted[reading] = refutes
            telling = reading.plain or not judged.outcomes
            if not judged.survivors and telling and len(outcomes) > farthest:
                farthest, judged.outcomes = len(outcomes), outcomes
            continue
        if not judged.survivors:
            judged.outcomes = outcomes
        judged.survivors.append(reading)
        if first:
            break
    return judged


def _narrow(reading: Reading) -> tuple[bool, bool]:
    """Order readings so that those which allow most come first."""
    return reading.plain, reading.rounding != WIDEST


def _asked(check: Asked, row: Row, reading: Reading, known: dict) -> list[Outcome]:
    """Ask a check once; a search that refutes the widest rounding refutes every other."""
    key = (check.name, *(getattr(reading, axis) for axis in check.axes), reading.k)
    if key in known:
        return known[key]
    if check.name == "two_classes" and reading.rounding != WIDEST and not row.stated.rounding:
        widest = _asked(check, row, replace(reading, rounding=WIDEST), known)
        if any(one.status == INCONSISTENT for one in widest):
            known[key] = widest
            return widest
    known[key] = list(check.ask(row, reading))
    return known[key]


def open_axes(judged: Judged) -> list[str]:
    """Return the axes on which a row has several readings."""
    return [axis for axis in AXES if len(judged.tried(axis)) > 1]


def said(judged: Judged) -> str:
    """Return which readings fit, in words; nothing where all do."""
    told = []
    for axis in open_axes(judged):
        fits, tried = judged.fits(axis), judged.tried(axis)
        if fits and fits < tried:
            words = sorted({one.told([axis]) for one in judged.survivors} - {""})
            told.append("only " + " or ".join(words) if words else "")
    return "; ".join(filter(None, told))
