"""Claims of rank: "best in every column", "second best", "A before B before C".

Rounding keeps order: of two numbers printed with equally many digits in one table, the smaller
print has the smaller true value. Printed with different numbers of digits, they are compared only
where their intervals are apart. A tie in print contradicts no claim, and is told.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from reproduce.audit.outcome import NOT_TESTABLE, Outcome, verdict
from reproduce.audit.printed import Printed, rounding
from reproduce.errors import UserError, unknown_name


def best_in_column(
    row: str,
    column: Mapping[str, str],
    *,
    higher: bool = True,
    mode: str = "either",
    scale: int | None = None,
) -> Outcome:
    """Does no other row of a column have a better printed number than the one claimed best?

    `column` maps row names to printed numbers; `higher=False` where less is better.
    """
    cells = _column(row, column, scale)
    better = [name for name, one in cells.items() if beats(one, cells[row], higher, mode)]
    tied = [name for name, one in cells.items() if name != row and one.exact == cells[row].exact]
    said = f"{row} has {cells[row].text}" + (
        "; better: " + ", ".join(f"{name} {cells[name].text}" for name in better)
        if better else "; no other row is better"
    ) + (f"; printed alike: {', '.join(tied)}" if tied else "")  # fmt: skip
    evidence = {"row": row, "column": dict(column), "better": better, "tied": tied,
                "better_is": "higher" if higher else "lower"}  # fmt: skip
    assumed = ("all rows of the column are rounded in one way", rounding(mode))
    if len(cells) < 2:
        said = f"{row} is the only row of the column"
        return Outcome("best_in_column", NOT_TESTABLE, said, evidence, assumed)
    return Outcome("best_in_column", verdict(not better), said, evidence, assumed)


def best_in_every_column(
    row: str,
    columns: Mapping[str, Mapping[str, str]],
    *,
    lower_is_better: Sequence[str] = (),
    mode: str = "either",
    scales: Mapping[str, int] | None = None,
) -> Outcome:
    """Is the row best in every column of a table? The statement names the columns where not."""
    for name in lower_is_better:
        if name not in columns:
            raise unknown_name("column", name, columns)
    found = {
        name: best_in_column(
            row, column, higher=name not in lower_is_better, mode=mode,
            scale=(scales or {}).get(name),
        )
        for name, column in columns.items()
    }  # fmt: skip
    failed = {name: one.evidence["better"] for name, one in found.items() if one.inconsistent}
    tied = {name: one.evidence["tied"] for name, one in found.items() if one.evidence["tied"]}
    said = f"{row} is best in {len(found) - len(failed)} of {len(found)} columns" + "".join(
        f"; {name}: {columns[name][row]}, but {other} {columns[name][other]}"
        for name, better in failed.items() for other in better
    )  # fmt: skip
    if tied:
        said += "; printed alike in " + ", ".join(tied)
    evidence = {"row": row, "columns": len(found), "better": failed, "tied": tied}
    assumed = ("all rows of a column are rounded in one way", rounding(mode))
    return Outcome("best_in_every_column", verdict(not failed), said, evidence, assumed)


def in_order(
    claimed: Sequence[str],
    column: Mapping[str, str],
    *,
    higher: bool = True,
    mode: str = "either",
    scale: int | None = None,
) -> Outcome:
    """Are rows in the claimed order, the best first?"""
    if len(claimed) < 2:
        raise UserError(f"expected an order of at least two rows, got {len(claimed)}")
    for name in claimed:
        cells = _column(name, column, scale)
    wrong = [
        (one, other) for one, other in pairwise(claimed)
        if beats(cells[other], cells[one], higher, mode)
    ]  # fmt: skip
    order = (" > " if higher else " < ").join(f"{name} {cells[name].text}" for name in claimed)
    beaten = [
        f"{other} {cells[other].text} is better than {one} {cells[one].text}"
        for one, other in wrong
    ]
    said = "; ".join(beaten) or f"{order}, as claimed"
    evidence = {"claimed": list(claimed), "column": dict(column), "wrong": wrong}
    assumed = ("all rows of the column are rounded in one way", rounding(mode))
    return Outcome("in_order", verdict(not wrong), said, evidence, assumed)


def beats(one: Printed, other: Printed, higher: bool, mode: str) -> bool:
    """Whether the first is better for sure."""
    if one.unit == other.unit:
        return one.exact > other.exact if higher else one.exact < other.exact
    (low, high), (bottom, top) = one.interval(mode), other.interval(mode)
    return low > top if higher else high < bottom


def _column(row: str, column: Mapping[str, str], scale: int | None) -> dict[str, Printed]:
    if row not in column:
        raise unknown_name("row", row, column)
    return {name: Printed(text, scale) for name, text in column.items()}
