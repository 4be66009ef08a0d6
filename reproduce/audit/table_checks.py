"""All lines of one's own tables: every check that their columns allow, under every reading.

`check_lines` is what an own table is put to. A row is accused only if none of its readings
survives; what fits is told of the table as a whole ("only weighted averages fit all rows").
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from reproduce.audit.block_checks import Block, block_checks, block_readings, mended
from reproduce.audit.judging import Judged, judge
from reproduce.audit.outcome import CONSISTENT, INCONSISTENT, NOTABLE, Outcome
from reproduce.audit.printed_rows import Row, row_of
from reproduce.audit.readings import AXES
from reproduce.audit.runs import ALIKE, scores_of_runs
from reproduce.audit.stated import Stated
from reproduce.audit.table_rows import Line, spread
from reproduce.audit.together import ONE_OF_A_TABLE, together

# Checks that need nothing but the numbers of their row: what they refute, no data set has.
ALONE = ("macro_f1_bound", "f1_of_class", "linear_in_alpha", "slope_within_intercept",
         "intercept_against_g_mean", "dice_of_iou", "mean_dice_bound", "same_quantity",
         "weighted_recall_is_accuracy", "row_is_whole")  # fmt: skip


@dataclass(frozen=True)
class Checked:
    """One check of one's own table: where, what it says, and how grave it is.

    `severity` is "impossible" (the row contradicts itself), "inconsistent" (it contradicts what is
    stated of it or printed beside it), "ambiguous" (so unless runs or folds were averaged that
    nobody mentions), or empty.
    """

    table: str
    row: str
    outcome: Outcome
    severity: str = ""


def check_lines(lines: Sequence[Line], stated: Stated | None = None) -> list[Checked]:
    """Return the outcome of every check that the lines allow; none where there is none.

    `stated` is what is said of all lines.
    """
    facts = _Facts(stated or Stated())
    found: list[Checked] = []
    for (table, _, row), block in _blocks(lines).items():
        found += [Checked(table, row, *one) for one in _block(block, facts)]
    judged = [(line, judge(row_of(line, facts.of(line)))) for line in lines]
    for line, one in judged:
        found += [Checked(line.table, one.row.label, *told) for told in outcomes_of(one)]
    for table, outcome in together(lines, judged, facts.of):
        severity = "inconsistent" if outcome.status == INCONSISTENT else ""
        found.append(Checked(table, "all rows", outcome, severity))
    return found


@dataclass(frozen=True)
class _Facts:
    said: Stated

    def of(self, line: Line) -> Stated:
        """Return what is stated of a line: in the line itself, or of all lines."""
        return getattr(line, "stated", Stated()).over(self.said)


def _blocks(lines: Sequence[Line]) -> dict[tuple[str, str, str], list[Line]]:
    blocks: dict[tuple[str, str, str], list[Line]] = {}
    for line in lines:
        blocks.setdefault((line.table, line.test_set, line.row), []).append(line)
    return blocks


def outcomes_of(judged: Judged) -> Iterator[tuple[Outcome, str]]:
    """Yield what is told of one row, with its severity."""
    if judged.accused:
        refuting = next((one for one in judged.outcomes if one.inconsistent), None)
        yield from ((one, "") for one in judged.outcomes if not one.inconsistent)
        if refuting is not None:
            yield _accusing(refuting, judged), severity(refuting)
        return
    if judged.ambiguous:
        reading, outcome = next((r, o) for r, o in judged.refuted.items() if r.plain)
        told = (
            f"{outcome.statement} ({reading.told(['design'])}); possible as "
            f"{judged.survivors[0].told(['design'])}"
        )
        yield replace(outcome, status=NOTABLE, statement=told), "ambiguous"
    yield from ((one, "") for one in judged.outcomes)


def _accusing(outcome: Outcome, judged: Judged) -> Outcome:
    """Add to a refutation how many other readings were tried, all of them in vain."""
    shares = _shares_needed(judged)
    if shares is not None:
        outcome = replace(outcome, statement=f"{outcome.statement}; {shares}")
    others = len(judged.refuted) - 1
    open_ = [axis for axis in AXES if len(judged.tried(axis)) > 1]
    if not others or not open_:
        return outcome
    told = f"{outcome.statement}; nor under {others} other reading{'s' if others > 1 else ''} of "
    told += ", ".join({"spread": "±", "design": "runs and folds"}.get(one, one) for one in open_)
    return replace(outcome, statement=told)


def _shares_needed(judged: Judged) -> str | None:
    """Return which shares of the rare class macro scores of two classes over runs would need."""
    row = judged.row
    reading = next((one for one in judged.refuted if one.averaging in (None, "macro")), None)
    if reading is None or reading.design != "runs" or len(row.sizes or ()) != 2:
        return None
    columns = row.canonical(reading)
    names = [one for one in ALIKE if one in columns and spread(row.scores[columns[one]])]
    if len(names) < 2 or not reading.k:
        return None
    found = scores_of_runs(
        {one: row.scores[columns[one]] for one in names}, reading.k,
        share=(min(row.sizes or ()), sum(row.sizes or ())), mode=reading.rounding,
        scales={one: row.scale(columns[one], reading) for one in names},
    )  # fmt: skip
    return found.statement if found.inconsistent else None


def severity(outcome: Outcome) -> str:
    """Return how grave a refuted row is: does it contradict itself, or what is stated of it?"""
    return "impossible" if outcome.check in ALONE else "inconsistent"


def _of_classes(lines: Sequence[Line], facts: _Facts) -> Block | None:
    classes = tuple(line for line in lines if line.class_name)
    whole = next((line for line in lines if not line.class_name), None)
    return Block(classes, whole, facts.of(lines[0])) if classes else None


def _block(lines: Sequence[Line], facts: _Facts) -> Iterator[tuple[Outcome, str]]:
    """Put the lines of one row to every reading, and tell what the best one says."""
    block = _of_classes(lines, facts)
    if block is None:
        return
    best: list[Outcome] | None = None
    fits, tried = [], block_readings(block)
    for reading in tried:
        found = list(block_checks(block, reading))
        wrong = sum(one.inconsistent for one in found)
        if best is None or wrong < sum(one.inconsistent for one in best):
            best, chosen = found, reading
        if not wrong:
            fits.append(reading)
    for one in best or []:
        yield one, severity(one) if one.inconsistent else ""
    if best and not fits:
        repair = mended(block, chosen)
        if repair is not None:
            yield repair, ""
    ways = {one.orientation for one in tried}
    if fits and len({one.orientation for one in fits}) < len(ways):
        told = f"only this fits: {fits[0].told()}"
        yield Outcome("orientation", CONSISTENT, told, {"fits": [one.told() for one in fits]}), ""


def accused(lines: Sequence[Line], stated: Stated | None = None) -> bool:
    """Whether anything in the lines is called inconsistent: `check_lines`, without the words.

    It stops at the first reading that fits, which makes it several times quicker.
    """
    facts = _Facts(stated or Stated())
    for block in _blocks(lines).values():
        found = _of_classes(block, facts)
        if found is not None and all(
            any(one.inconsistent for one in block_checks(found, reading))
            for reading in block_readings(found)
        ):
            return True
    judged = [(line, row_of(line, facts.of(line))) for line in lines]
    tables: dict[tuple[str, str], list[Row]] = {}
    for line, row in judged:
        key = (line.table, line.test_set) if not line.class_name else (str(line.number), "class")
        tables.setdefault(key, []).append(row)
    if not all(map(_one_of_each, tables.values())):
        return True
    unread = [(line, Judged(row)) for line, row in judged]
    return any(one.inconsistent for _, one in together(lines, unread, facts.of))


def _one_of_each(rows: Sequence[Row]) -> bool:
    """Whether all rows are possible, on each axis that a table has one value of with one value."""
    open_ = {
        axis: tried for axis in ONE_OF_A_TABLE
        if len(tried := {getattr(one, axis) for row in rows for one in row.readings()} - {None}) > 1
    }  # fmt: skip
    if not open_:
        return not any(judge(row, first=True).accused for row in rows)
    return all(
        any(
            all(judge(row, first=True, only=[(axis, value)]).survivors for row in rows)
            for value in sorted(tried, key=str)
        )
        for axis, tried in open_.items()
    )
