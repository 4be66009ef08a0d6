"""Findings by cause: the smallest repair over all printed numbers of a paper.

Several checks fall over one slip. A *cause* is the place where they meet:

1. one cell (or one number of a sentence) that, changed to one other value, makes several findings
   hold and breaks no check that held. Values tried are those that differ in one digit, and those
   that a repair of a confusion matrix names;
2. else one printed row without which several findings could not have been made, where no single
   cell of it mends them;
3. the same contradiction printed in two places is one.

The cause that explains most is taken first. Findings of readings (`ambiguous`) are no
contradictions, and are left as they are. A repair says what would be enough, not what was meant.
"""

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

from reproduce.registry.addresses import Numbers
from reproduce.registry.published import PrintedCell, ProseNumber
from reproduce.registry.severity import SEVERITIES, place_of

# A value is tried in a cell only if so many findings stand on it.
SHARED = 2


@dataclass(frozen=True)
class Part:
    """One finding before causes are sought, with what its checks were run on.

    `members` are its failing checks, each with the printed numbers it looked up; `values` are
    repairs that a check names, {cell: its mended value}.
    """

    finding: Any
    members: tuple[tuple[Any, tuple], ...]
    other_readings: bool
    values: dict[Any, list[str]]

    @property
    def used(self) -> tuple:
        """Every printed number of the finding once, in the order of its checks."""
        return tuple(dict.fromkeys(one for _, numbers in self.members for one in numbers))


@dataclass(frozen=True)
class Cause:
    """Findings that fall over one place, and the value that would mend it where there is one."""

    place: Any
    value: str | None
    parts: tuple[Part, ...]


# Whether a check, run again on other numbers, is refuted.
Fails = Callable[[Any, Numbers], bool]


def causes(
    parts: Sequence[Part], held: Sequence[tuple[Any, tuple]], numbers: Numbers, fails: Fails
) -> list[Cause]:
    """Return the causes of findings, the one that explains most first.

    `held` are the checks that found nothing, with the printed numbers they looked up.
    """
    left = [one for one in parts if one.finding.severity != "ambiguous"]
    found = [Cause(None, None, (one,)) for one in parts if one not in left]
    while left:
        best = max(
            (*_repairs(left, held, numbers, fails), *_same_statement(left)),
            key=lambda one: len(one.parts), default=None,
        )  # fmt: skip
        if best is None or len(best.parts) < SHARED:
            best = max(_rows(left), key=lambda one: len(one.parts), default=None)
        if best is None or len(best.parts) < SHARED:
            break
        found.append(best)
        left = [one for one in left if one not in best.parts]
    return found + [Cause(None, None, (one,)) for one in left]


def changed(numbers: Numbers, place: PrintedCell | ProseNumber, value: str) -> Numbers:
    """Return the printed numbers with one of them replaced."""
    other = copy(numbers)
    other.used = {}
    if isinstance(place, PrintedCell):
        other.cells = [replace(one, value=value) if one == place else one for one in numbers.cells]
    else:
        other.sentences = {
            name: replace(one, number=value) if one == place else one
            for name, one in numbers.sentences.items()
        }
    return other


def one_digit(text: str) -> Iterator[str]:
    """Yield every text that differs in one digit."""
    for i, sign in enumerate(text):
        if sign.isdigit():
            yield from (text[:i] + d + text[i + 1 :] for d in "0123456789" if d != sign)


def _repairs(left, held, numbers: Numbers, fails: Fails) -> Iterator[Cause]:
    """Yield cells of several findings with the value that mends most of them."""
    named: dict[Any, list[str]] = {}
    for part in left:
        for place, values in part.values.items():
            named.setdefault(place, []).extend(values)
    # A single cell mends a finding only if every failing check of it looked the cell up.
    parts: dict[Any, list[Part]] = {}
    for part in left:
        for place in set.intersection(*(set(used) for _, used in part.members)):
            parts.setdefault(place, []).append(part)
    best = SHARED - 1
    for place in sorted(parts, key=lambda one: -len(parts[one])):
        if len(parts[place]) <= best:
            break
        text = place.value if isinstance(place, PrintedCell) else place.number
        others = [one for one, used in held if place in used]
        for value in dict.fromkeys((*named.get(place, ()), *one_digit(text))):
            other = changed(numbers, place, value)
            mended = _mended(parts[place], other, best, fails)
            if len(mended) > best and not any(fails(one, other) for one in others):
                best = len(mended)
                yield Cause(place, value, mended)


def _mended(parts: Sequence[Part], other: Numbers, best: int, fails: Fails) -> tuple[Part, ...]:
    """Return the findings that hold in other numbers; stop where they cannot be more than `best`.

    Those of few numbers come first: they are the quickest to refute.
    """
    found: list[Part] = []
    order = sorted(parts, key=lambda one: len(one.used))
    for done, one in enumerate(order):
        if len(found) + len(order) - done <= best:
            break
        if not any(fails(member, other) for member, _ in one.members):
            found.append(one)
    return tuple(found)


def _rows(left) -> Iterator[Cause]:
    """Yield printed rows that every check of several findings looked up."""
    places: dict[tuple, None] = {}
    for part in left:
        places.update(
            dict.fromkeys(place_of(one) for one in part.used if isinstance(one, PrintedCell))
        )
    for place in places:
        row = place[:3] if place[2] else place
        meet = tuple(
            part for part in left
            if not part.other_readings
            and all(any(_in(one, row) for one in used) for _, used in part.members)
        )  # fmt: skip
        if len({part.finding.id for part in meet}) > 1:
            yield Cause(row, None, meet)


def _in(one, row: tuple) -> bool:
    return isinstance(one, PrintedCell) and place_of(one)[: len(row)] == row


def _same_statement(left) -> Iterator[Cause]:
    """Yield findings whose arithmetic is the same to the letter: one slip, printed twice."""
    told: dict[tuple, list[Part]] = {}
    for part in left:
        key = tuple(sorted(one.outcome.statement for one, _ in part.members))
        told.setdefault(key, []).append(part)
    for parts in told.values():
        if len(parts) > 1:
            yield Cause(None, None, tuple(parts))


def part(finding: Any, hits: Sequence[Any], other_readings: bool) -> Part:
    """Return a finding with what it stands on, and the cells that its remedy would change.

    `hits` are its failing checks; each has `used`, the printed numbers it looked up.
    """
    values: dict[Any, list[str]] = {}
    remedy = finding.evidence.get("remedy", {})
    cells = [cell for cell in hits[0].used if isinstance(cell, PrintedCell)]
    wide = round(len(cells) ** 0.5)
    for one in remedy.get("repairs", []):
        place = one["row"] * wide + one["column"]
        if place < len(cells) and cells[place].value == str(one["printed"]):
            values[cells[place]] = [str(one["mended"])]
    return Part(finding, tuple((hit, hit.used) for hit in hits), other_readings, values)


def told(cause: Cause) -> Any:
    """Make one finding of those that fall over one cause, blamed where it is."""
    if len(cause.parts) == 1:
        return cause.parts[0].finding
    order = sorted(cause.parts, key=lambda one: SEVERITIES.index(one.finding.severity))
    place = cause.place
    here = [p for p in order if isinstance(place, PrintedCell) and place.table in p.finding.table]
    first, others = (here or order)[0].finding, [p.finding for p in order]
    others.remove(first)
    falls = [
        {"table": one.table, "row": one.row, "check": one.check, "statement": one.statement}
        for one in others
    ]
    evidence = {**first.evidence, "falls_with_it": falls}
    evidence["places"] = list(
        dict.fromkeys(where for one in (first, *others) for where in one.evidence["places"])
    )
    table, row, statement = first.table, first.row, first.statement
    if isinstance(place, PrintedCell):
        table, row = place.table, ", ".join(filter(None, (place.class_name, place.metric))) or row
        evidence["repair"] = {"printed": place.value, "mended": cause.value}
        statement += f"; {place.value} → {cause.value} mends this and {len(others)} more"
    elif isinstance(place, tuple):
        table, row = place[0], ", ".join(filter(None, place[1:]))
        statement = f"{len(cause.parts)} findings rest on this row; the first: {statement}"
    else:
        table = ", ".join(dict.fromkeys(one.table for one in (first, *others)))
    elsewhere = ", ".join(dict.fromkeys(one.table for one in others if one.table != table))
    if elsewhere and place is not None:
        statement += f"; with it falls what was found in {elsewhere}"
    gravest = min((one.severity for one in (first, *others)), key=SEVERITIES.index)
    return replace(
        first, table=table, row=row, statement=statement, evidence=evidence, severity=gravest
    )
