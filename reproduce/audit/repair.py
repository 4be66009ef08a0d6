"""The smallest repair: which single cell of a confusion matrix, changed, makes everything add up.

A repair proves nothing about what was meant; it says that one misprint is enough to explain the
contradiction.
"""

from collections.abc import Mapping, Sequence

from reproduce.audit.outcome import CONSISTENT, INCONSISTENT, Outcome
from reproduce.audit.printed import Printed, count
from reproduce.audit.scores import recomputed
from reproduce.audit.sums import Matrix, counts
from reproduce.errors import UserError


def one_cell(
    matrix: Matrix,
    *,
    row_sums: Sequence[str] = (),
    total: str | None = None,
    scores: Mapping[str, str] | None = None,
    mode: str = "either",
    scale: int | None = None,
) -> Outcome:
    """Which single cell, changed, would give the stated sums and the printed scores?

    `scores` maps a score to how it was printed: "accuracy", "macro f1", "weighted recall",
    "recall 2" (of the third row). Evidence lists repairs, the smallest change first, and those
    that differ from the print in one digit only are marked.
    """
    rows = counts(matrix)
    wanted = [count(one) for one in row_sums]
    if wanted and len(wanted) != len(rows):
        raise UserError(f"expected {len(rows)} row sums, got {len(wanted)}")
    whole = count(total) if total is not None else (sum(wanted) if wanted else None)
    printed = {name: Printed(text, scale) for name, text in (scores or {}).items()}
    if whole is None and not printed:
        raise UserError("one_cell: expected row sums, a total or scores that the matrix must give")

    def holds(candidate) -> bool:
        sums = [sum(row) for row in candidate]
        return (
            (not wanted or sums == wanted)
            and (whole is None or sum(sums) == whole)
            and all(_prints(candidate, name, one, mode) for name, one in printed.items())
        )

    asked = {"row_sums": wanted, "total": whole,
             "scores": {name: one.text for name, one in printed.items()}}  # fmt: skip
    assumed = ("exactly one cell differs from the print; the stated sums and scores are right",)
    if holds(rows):
        said = "the matrix gives all stated sums and scores; nothing to repair"
        return Outcome("one_cell", CONSISTENT, said, {**asked, "repairs": []}, assumed)
    found = _repairs(rows, holds, wanted, whole)
    found.sort(key=lambda one: (abs(one["mended"] - one["printed"]), not one["one_digit"]))
    evidence = {**asked, "repairs": found}
    if not found:
        said = "no change of one cell gives all stated sums and scores"
        return Outcome("one_cell", INCONSISTENT, said, evidence, assumed)
    first = found[0]
    said = (
        f"row {first['row'] + 1}, column {first['column'] + 1}: {first['printed']} → "
        f"{first['mended']} would mend it"
        + (f" ({len(found)} single cells would)" if len(found) > 1 else " (the only single cell)")
    )
    return Outcome("one_cell", INCONSISTENT, said, evidence, assumed)


def _repairs(rows, holds, wanted, whole) -> list[dict]:
    found, total = [], sum(map(sum, rows))
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            if wanted:
                values = [cell + wanted[i] - sum(row)]
            elif whole is not None:
                values = [cell + whole - total]
            else:
                # Nothing fixes the sum: every value up to the size of the test set is tried.
                values = range(total + 1)
            for value in values:
                if value < 0 or value == cell:
                    continue
                changed = [list(one) for one in rows]
                changed[i][j] = value
                if holds(changed):
                    found.append({"row": i, "column": j, "printed": cell, "mended": value,
                                  "one_digit": _one_digit(cell, value)})  # fmt: skip
    return found


def _prints(rows, name: str, printed: Printed, mode: str) -> bool:
    average, of_class = None, None
    words = name.split()
    if len(words) == 2 and words[1].isdigit():
        name, of_class = words[0], int(words[1])
    elif len(words) == 2:
        average, name = words
    if not sum(map(sum, rows)):
        return False
    values = recomputed(rows, name, average=average, of_class=of_class)
    low, high = printed.interval(mode)
    return any(low <= one <= high for one in values.values())


def _one_digit(one: int, other: int) -> bool:
    """Whether two numbers differ in one digit, or by one digit more or less."""
    a, b = str(one), str(other)
    if len(a) == len(b):
        return sum(x != y for x, y in zip(a, b, strict=True)) == 1
    short, long = sorted((a, b), key=len)
    return len(long) - len(short) == 1 and any(
        long[:i] + long[i + 1 :] == short for i in range(len(long))
    )
