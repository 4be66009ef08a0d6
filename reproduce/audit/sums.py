"""Sums: the cells of a confusion matrix must add up to the images that were tested."""

from collections.abc import Mapping, Sequence

from reproduce.audit.outcome import Outcome, shown, verdict
from reproduce.audit.printed import Printed, count, numbers, overlap, rounding
from reproduce.errors import UserError

Matrix = Sequence[Sequence[str]]


def counts(matrix: Matrix) -> tuple[tuple[int, ...], ...]:
    """Return a printed confusion matrix (rows true, columns predicted) as whole numbers."""
    rows = tuple(tuple(count(cell) for cell in row) for row in matrix)
    if not rows or any(len(row) != len(rows) for row in rows):
        shape = f"{len(rows)} rows of {', '.join(str(len(row)) for row in rows) or 'no'} cells"
        raise UserError(f"a confusion matrix has as many rows as columns; got {shape}")
    return rows


def matrix_total(matrix: Matrix, stated: str) -> Outcome:
    """Do the cells of a confusion matrix add up to the stated number of test images?"""
    rows, wanted = counts(matrix), count(stated)
    sums = [sum(row) for row in rows]
    said = f"the cells add up to {' + '.join(map(str, sums))} = {sum(sums)}, stated are {wanted}"
    evidence = {"row_sums": sums, "total": sum(sums), "stated": wanted}
    assumed = ("one run; every test image is in the matrix once",)
    return Outcome("matrix_total", verdict(sum(sums) == wanted), said, evidence, assumed)


def matrix_rows(matrix: Matrix, stated: Sequence[str], classes: Sequence[str] = ()) -> Outcome:
    """Do the rows of a confusion matrix add up to the stated class counts?"""
    rows, wanted = counts(matrix), [count(one) for one in stated]
    if len(wanted) != len(rows):
        raise UserError(f"expected {len(rows)} class counts, one per row; got {len(wanted)}")
    names = _names(classes, len(rows))
    sums = [sum(row) for row in rows]
    wrong = [i for i in range(len(rows)) if sums[i] != wanted[i]]
    said = (
        "; ".join(f"{names[i]}: {_sum(rows[i])}, stated are {wanted[i]}" for i in wrong)
        or f"the rows add up to the stated {', '.join(map(str, wanted))}"
    )
    evidence = {"classes": names, "row_sums": sums, "stated": wanted,
                "wrong": [names[i] for i in wrong]}  # fmt: skip
    assumed = ("rows are the true classes; one run; every test image is in the matrix once",)
    return Outcome("matrix_rows", verdict(not wrong), said, evidence, assumed)


def matrices_agree(matrices: Mapping[str, Matrix], classes: Sequence[str] = ()) -> Outcome:
    """Do several confusion matrices of one test set have the same row sums?"""
    if len(matrices) < 2:
        raise UserError(f"expected at least two confusion matrices, got {len(matrices)}")
    rows = {name: counts(matrix) for name, matrix in matrices.items()}
    sizes = {len(one) for one in rows.values()}
    if len(sizes) > 1:
        raise UserError(f"expected matrices of one size, got {sorted(sizes)} classes")
    names = _names(classes, sizes.pop())
    sums = {name: [sum(row) for row in matrix] for name, matrix in rows.items()}
    apart = [i for i in range(len(names)) if len({one[i] for one in sums.values()}) > 1]
    said = (
        "; ".join(
            f"{names[i]}: " + ", ".join(f"{one[i]} in {name}" for name, one in sums.items())
            for i in apart
        )
        or f"all {len(sums)} matrices have the row sums {', '.join(map(str, min(sums.values())))}"
    )
    totals = {name: sum(one) for name, one in sums.items()}
    if len(set(totals.values())) > 1:
        said += " (in all " + ", ".join(f"{n} in {name}" for name, n in totals.items()) + ")"
    evidence = {"classes": names, "row_sums": sums, "totals": totals,
                "differ": [names[i] for i in apart]}  # fmt: skip
    assumed = ("all matrices are of the same test images, rows are the true classes, one run each",)
    return Outcome("matrices_agree", verdict(not apart), said, evidence, assumed)


def sum_of_parts(
    parts: Sequence[str], total: str, *, mode: str = "either", scale: int | None = None
) -> Outcome:
    """Do printed parts add up to the printed whole, as far as they are printed?

    Whole numbers without a percent sign are counts and exact; everything else may be rounded.
    """
    pieces, whole = numbers(parts, scale), Printed(total, scale)
    if not pieces:
        raise UserError("expected at least one part of the sum, got none")
    ends = [_interval(one, mode) for one in pieces]
    low, high = sum(end[0] for end in ends), sum(end[1] for end in ends)
    holds = overlap((low, high), _interval(whole, mode))
    exact = sum(one.exact for one in pieces)
    said = (
        f"{' + '.join(one.text for one in pieces)} = {shown(exact * whole.scale)}, "
        f"printed is {whole.text}"
    )
    evidence = {"parts": [one.text for one in pieces], "total": whole.text,
                "sum": exact, "low": low, "high": high}  # fmt: skip
    assumed = ("the parts are all there is and do not overlap", rounding(mode))
    return Outcome("sum_of_parts", verdict(holds), said, evidence, assumed)


def _interval(number: Printed, mode: str):
    """Return what may have printed so; a whole number that is no percentage is a count."""
    if number.digits == 0 and number.scale == 1:
        return number.exact, number.exact
    return number.interval(mode)


def _names(classes: Sequence[str], n: int) -> list[str]:
    if classes and len(classes) != n:
        raise UserError(f"expected {n} class names, got {len(classes)}")
    return list(classes) or [f"row {i + 1}" for i in range(n)]


def _sum(row: Sequence[int]) -> str:
    return f"{' + '.join(map(str, row))} = {sum(row)}"
