"""One's own table: every check that its columns allow, without having to choose them.

`check(text)` reads a CSV (the columns are those of `table_rows`, and `template()` says what they
mean) and returns what was checked where. What is not printed is not assumed: a check that needs the
number of test images is run where it is given.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reproduce.audit import (
    averages,
    existence,
    f1_bound,
    granularity,
    iba,
    overlap,
    repair,
    runs,
    sums,
    supports,
    verification,
)
from reproduce.audit import scores as recomputing
from reproduce.audit import spread as spreads
from reproduce.audit.outcome import NOT_TESTABLE, Outcome
from reproduce.audit.stated import Stated
from reproduce.audit.table_rows import Line, read, spread
from reproduce.audit.template import template
from reproduce.errors import UserError

__all__ = ["Checked", "check", "check_lines", "template"]

AVERAGED = ("macro", "weighted")
PARTS = ("precision", "recall", "f1")


@dataclass(frozen=True)
class Checked:
    """One check of one's own table: where, what it says, and how grave it is."""

    table: str
    row: str
    outcome: Outcome
    severity: str = ""


def check(
    text: str, name: str = "the table", mode: str = "either", stated: Stated | None = None
) -> list[Checked]:
    """Return the outcome of every check that the table allows.

    `mode` is how the numbers were rounded (see `reproduce.audit.printed`), `stated` what is said of
    the table beside its numbers.
    """
    facts = (stated or Stated()).over(Stated(rounding=mode))
    found = check_lines(read(text, name, stated), facts)
    if not found:
        raise UserError(
            f"{name}: nothing in it can be checked; a score needs n (test images) beside it, or "
            "other scores of the same row; see --template"
        )
    return found


def check_lines(lines: Sequence[Line], stated: Stated | None = None) -> list[Checked]:
    """Return the outcome of every check that lines of one paper allow; none if there is none.

    `stated` is what is said of all lines.
    """
    mode = (stated or Stated()).rounding or "either"
    found: list[Checked] = []
    blocks: dict[tuple[str, str, str], list[Line]] = {}
    for line in lines:
        blocks.setdefault((line.table, line.test_set, line.row), []).append(line)
    for (table, _, row), block in blocks.items():
        for outcome in _block(block, mode):
            found.append(Checked(table, row, outcome))
        for line in block:
            label = " ".join(part for part in (row, line.class_name) if part)
            found += [Checked(table, label, outcome) for outcome in _line(line, mode)]
    found += [Checked("", "confusion matrices", outcome) for outcome in _across(lines)]
    return found


def _line(line: Line, mode: str) -> Iterator[Outcome]:
    """Check the scores of one line against each other and against the size of the test set."""
    size = line.counts.get("n") if not line.class_name else None
    for name, n in (("accuracy", size), ("error", size), ("recall", line.counts.get("support"))):
        if name not in line.scores or not n:
            continue
        scale = line.scales[name]
        if spread(line.scores[name]) and line.runs > 1:
            yield spreads.spread_of_runs(line.scores[name], n, line.runs, mode=mode, scale=scale)
        else:
            yield granularity.proportion(line.mean(name), n, runs=line.runs, mode=mode, scale=scale)
    for average in AVERAGED:
        names = [f"{average}_{part}" for part in PARTS]
        if all(name in line.scores for name in names):
            yield f1_bound.macro_f1_bound(*_alike(line, names), mode=mode)
    if all(name in line.scores for name in PARTS):
        bound = f1_bound.f1_of_class if line.runs == 1 else f1_bound.macro_f1_bound
        yield bound(*_alike(line, PARTS), mode=mode)
    if {"weighted_recall", "accuracy"} <= set(line.scores):
        yield averages.weighted_recall_is_accuracy(
            line.mean("weighted_recall"), line.mean("accuracy"), mode=mode,
            recall_scale=line.scales["weighted_recall"], accuracy_scale=line.scales["accuracy"],
        )  # fmt: skip
    if {"eer", "auc"} <= set(line.scores):
        yield verification.eer_against_auc(
            line.mean("eer"), line.mean("auc"), mode=mode, eer_scale=line.scales["eer"],
            auc_scale=line.scales["auc"],
        )  # fmt: skip
    yield from _of_iba(line, mode)
    yield from _of_two_classes(line, mode)


def _alike(line: Line, names) -> list[str]:
    """Return scores as texts that carry their own scale."""
    return [
        line.mean(name) + ("%" if line.scales[name] == 100 and "%" not in line.mean(name) else "")
        for name in names
    ]


def _of_iba(line: Line, mode: str) -> Iterator[Outcome]:
    printed = {
        name.removeprefix("iba_"): line.mean(name) for name in line.scores
        if name.startswith("iba_")
    }  # fmt: skip
    scales = {line.scales[f"iba_{alpha}"] for alpha in printed}
    if len(printed) < 3 or len(scales) > 1:
        return
    scale = scales.pop()
    yield iba.linear_in_alpha(printed, mode=mode, scale=scale)
    yield iba.slope_within_intercept(printed, mode=mode, scale=scale)


def _of_two_classes(line: Line, mode: str) -> Iterator[Outcome]:
    """Search for a confusion matrix, where the sizes of both classes are given."""
    if not {"positives", "negatives"} <= set(line.counts):
        return
    positives, negatives = line.counts["positives"], line.counts["negatives"]
    known = {"macro_recall": "balanced_accuracy"}
    names = [
        name for name in line.scores
        if known.get(name, name) in existence.SCORES
    ]  # fmt: skip
    if names:
        yield existence.binary_matrix(
            {known.get(name, name): line.mean(name) for name in names}, positives, negatives,
            runs=line.runs, mode=mode,
            scales={known.get(name, name): line.scales[name] for name in names},
        )  # fmt: skip
    with_spread = [n for n in runs.ALIKE if n in line.scores and spread(line.scores[n])]
    if line.runs > 1 and len(with_spread) > 1:
        yield runs.scores_of_runs(
            {name: line.scores[name] for name in with_spread}, line.runs,
            share=(positives, positives + negatives), mode=mode,
            scales={name: line.scales[name] for name in with_spread},
        )  # fmt: skip


def _block(block: list[Line], mode: str) -> Iterator[Outcome]:
    """Check the lines of one printed row together: its classes, their averages, its matrix."""
    classes = [line for line in block if line.class_name]
    whole = next((line for line in block if not line.class_name), None)
    if whole and len(classes) > 1:
        yield from _averages(classes, whole, mode)
    matrix = [line for line in classes if line.predicted]
    if matrix:
        yield from _matrix(matrix, whole, mode)


def _averages(classes: list[Line], whole: Line, mode: str) -> Iterator[Outcome]:
    known = all("support" in line.counts for line in classes)
    sizes = [str(line.counts["support"]) for line in classes] if known else []
    for part in PARTS:
        if not all(part in line.scores for line in classes):
            continue
        rows = [_alike(line, [part])[0] for line in classes]
        if f"macro_{part}" in whole.scores:
            printed = _alike(whole, [f"macro_{part}"])[0]
            yield averages.macro_average(rows, printed, mode=mode)
        if f"weighted_{part}" in whole.scores and sizes:
            printed = _alike(whole, [f"weighted_{part}"])[0]
            yield averages.weighted_average(rows, sizes, printed, mode=mode)
        if part == "recall" and "accuracy" in whole.scores:
            printed = _alike(whole, ["accuracy"])[0]
            if sizes:
                yield averages.weighted_average(rows, sizes, printed, mode=mode)
            else:
                yield averages.accuracy_of_recalls(rows, printed, mode=mode)
    if "miou" in whole.scores and all("iou" in line.scores for line in classes):
        ious = [_alike(line, ["iou"])[0] for line in classes]
        yield overlap.mean_iou(ious, _alike(whole, ["miou"])[0], mode=mode)
    if sizes and whole.counts.get("n"):
        yield sums.sum_of_parts(sizes, str(whole.counts["n"]))


def _matrix(lines: list[Line], whole: Line | None, mode: str) -> Iterator[Outcome]:
    """Check a confusion matrix against everything that is printed of it."""
    names = [line.class_name for line in lines]
    rows = [list(line.predicted.values()) for line in lines]
    if any("." in cell or "%" in cell for row in rows for cell in row):
        for line, row in zip(lines, rows, strict=True):
            yield supports.row_is_whole(row, mode=mode)
            yield supports.implied_size(row, stated=line.counts.get("support"), mode=mode)
        return
    if any(list(line.predicted) != names for line in lines):
        found = ", ".join(lines[0].predicted)
        raise UserError(
            f"confusion matrix of '{lines[0].row}': expected a line and a column for each class, "
            f"in one order; the lines are {', '.join(names)}, the columns {found}"
        )
    outcomes = list(_sums_and_scores(rows, lines, whole, mode))
    yield from outcomes
    if any(one.inconsistent for one in outcomes):
        yield from _repair(rows, lines, whole, mode)


def _repair(rows, lines: list[Line], whole: Line | None, mode: str) -> Iterator[Outcome]:
    """Tell the single cell that would mend a matrix: a hint, no further contradiction."""
    sizes = [str(line.counts["support"]) for line in lines if "support" in line.counts]
    sizes = sizes if len(sizes) == len(lines) else []
    total = str(whole.counts["n"]) if whole and whole.counts.get("n") else None
    if not sizes and not total:
        return
    printed = {
        f"{part} {i}": _alike(line, [part])[0]
        for i, line in enumerate(lines) if line.runs == 1
        for part in PARTS if part in line.scores
    }  # fmt: skip
    if whole and whole.runs == 1 and "accuracy" in whole.scores:
        printed["accuracy"] = _alike(whole, ["accuracy"])[0]
    # First with the printed scores, which say which cell it is; they may be of another matrix.
    for scores in (printed, {}):
        found = repair.one_cell(rows, row_sums=sizes, total=total, scores=scores, mode=mode)
        if found.evidence["repairs"]:
            yield Outcome(found.check, NOT_TESTABLE, found.statement, found.evidence,
                          found.assumptions)  # fmt: skip
            return


def _sums_and_scores(rows, lines: list[Line], whole: Line | None, mode: str) -> Iterator[Outcome]:
    if all("support" in line.counts for line in lines):
        stated = [str(line.counts["support"]) for line in lines]
        yield sums.matrix_rows(rows, stated, [line.class_name for line in lines])
    if whole and whole.counts.get("n"):
        yield sums.matrix_total(rows, str(whole.counts["n"]))
    for i, line in enumerate(lines):
        for name in ("precision", "recall", "specificity", "f1", "iou"):
            if name in line.scores and line.runs == 1:
                yield recomputing.score(rows, name, line.scores[name], of_class=i, mode=mode,
                                        scale=line.scales[name])  # fmt: skip
    if whole is None or whole.runs > 1:
        return
    for name, text in whole.scores.items():
        average, _, part = name.partition("_")
        scale = whole.scales[name]
        if name in ("accuracy", "error"):
            yield recomputing.score(rows, name, text, mode=mode, scale=scale)
        elif average in AVERAGED and part in PARTS:
            yield recomputing.score(rows, part, text, average=average, mode=mode, scale=scale)


def _across(lines: Sequence[Line]) -> Iterator[Outcome]:
    """Compare the confusion matrices of one test set, where they have one set of classes."""
    sets: dict[str, dict[str, dict[str, list[str]]]] = {}
    for line in lines:
        cells = list(line.predicted.values())
        if line.class_name and cells and not any("." in cell or "%" in cell for cell in cells):
            name = " ".join(part for part in (line.table, line.row) if part) or "the matrix"
            rows = sets.setdefault(line.test_set, {}).setdefault(name, {})
            rows[line.class_name] = cells
    for matrices in sets.values():
        classes = {tuple(rows) for rows in matrices.values()}
        if len(matrices) > 1 and len(classes) == 1:
            yield sums.matrices_agree(
                {name: list(rows.values()) for name, rows in matrices.items()}, classes.pop()
            )
