"""The lines of one printed row together: its classes, their averages, its confusion matrix.

The rounding, and whether the rows of a matrix are true classes or predictions, are unknown until
stated: every reading is tried.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from reproduce.audit import averages, existence, overlap, repair, sums, supports
from reproduce.audit import scores as recomputing
from reproduce.audit.outcome import INCONSISTENT, NOT_TESTABLE, Outcome
from reproduce.audit.readings import IN_WORDS, ROUNDINGS
from reproduce.audit.stated import Stated
from reproduce.audit.table_rows import Line
from reproduce.errors import UserError

AVERAGED = ("macro", "weighted")
PARTS = ("precision", "recall", "f1")
# A matrix of all classes is searched for up to so many images.
LARGEST_TOTAL = 1500


@dataclass(frozen=True)
class Block:
    """The lines of one row of a table: one for each class, and one for the whole test set."""

    classes: tuple[Line, ...]
    whole: Line | None
    stated: Stated

    @property
    def matrix(self) -> list[Line]:
        """The lines that hold a confusion matrix."""
        return [line for line in self.classes if line.predicted]

    @property
    def shares(self) -> bool:
        """Whether the matrix is printed as shares of its rows."""
        cells = [cell for line in self.matrix for cell in line.predicted.values()]
        return any("." in cell or "%" in cell for cell in cells)

    @property
    def single(self) -> bool:
        """Whether all lines are of one run, as far as is said."""
        lines = [*self.classes, *([self.whole] if self.whole else [])]
        said = (self.stated.runs or 1) == 1 and not self.stated.folds
        return said and all(line.runs == 1 for line in lines)

    def sizes(self) -> list[int]:
        """The class sizes, where all are known."""
        if self.classes and all("support" in line.counts for line in self.classes):
            return [line.counts["support"] for line in self.classes]
        known = self.stated.counts or {}
        if self.classes and all(line.class_name in known for line in self.classes):
            return [known[line.class_name] for line in self.classes]
        return []

    def total(self) -> int | None:
        """The test images, where they are known."""
        return (self.whole.counts.get("n") if self.whole else None) or self.stated.n


@dataclass(frozen=True)
class BlockReading:
    """One reading of a block."""

    rounding: str
    orientation: str = "rows_true"

    def told(self) -> str:
        """Return it in words."""
        return f"{IN_WORDS[self.rounding]}, {IN_WORDS[self.orientation]}"


def block_readings(block: Block) -> list[BlockReading]:
    """Return the readings of a block, the plainest first."""
    said = (block.stated.rounding,) if block.stated.rounding else ROUNDINGS
    modes = said if block.single else (*said, "rounded_twice")
    ways: tuple[str, ...] = ("rows_true",)
    if block.matrix:
        stated = block.stated.orientation
        ways = (stated,) if stated else ("rows_true", "rows_predicted")
    return [BlockReading(mode, way) for mode, way in product(modes, ways)]


def block_checks(block: Block, reading: BlockReading) -> Iterator[Outcome]:
    """Yield every check of a block under one reading."""
    if block.whole and len(block.classes) > 1:
        yield from _averages(block, block.whole, reading.rounding)
    # A printed matrix says more than that there is some matrix.
    if len(block.classes) > 1 and block.single and not block.matrix:
        yield from _some_matrix(block, reading.rounding)
    if block.matrix:
        yield from _matrix(block, reading)


def _averages(block: Block, whole: Line, mode: str) -> Iterator[Outcome]:
    classes, known = block.classes, block.sizes()
    sizes = [str(n) for n in known]
    for part in PARTS:
        if not all(part in line.scores for line in classes):
            continue
        rows = [_text(line, part) for line in classes]
        if f"macro_{part}" in whole.scores:
            yield averages.macro_average(rows, _text(whole, f"macro_{part}"), mode=mode)
        if f"weighted_{part}" in whole.scores:
            printed = _text(whole, f"weighted_{part}")
            yield (averages.weighted_average(rows, sizes, printed, mode=mode) if sizes
                   else averages.some_average(rows, printed, mode=mode))  # fmt: skip
        if part in whole.scores:
            printed = _text(whole, part)
            yield _some_kind_of_average(rows, sizes, printed, block.stated.averaging, mode)
        if part == "recall" and "accuracy" in whole.scores:
            printed = _text(whole, "accuracy")
            yield (averages.weighted_average(rows, sizes, printed, mode=mode) if sizes
                   else averages.accuracy_of_recalls(rows, printed, mode=mode))  # fmt: skip
    if "miou" in whole.scores and all("iou" in line.scores for line in classes):
        ious = [_text(line, "iou") for line in classes]
        yield overlap.mean_iou(ious, _text(whole, "miou"), mode=mode)
    if sizes and whole.counts.get("n"):
        yield sums.sum_of_parts(sizes, str(whole.counts["n"]))


def _some_kind_of_average(rows, sizes, printed: str, averaging: str | None, mode: str) -> Outcome:
    """Put an average without a name to the means that it may be."""
    tried = {"macro": [averages.macro_average(rows, printed, mode=mode)]}
    if sizes:
        tried["weighted"] = [averages.weighted_average(rows, sizes, printed, mode=mode)]
    between = [averages.some_average(rows, printed, mode=mode)]
    found = tried.get(averaging or "") or between
    if averaging is None and sizes:
        found = [*tried["macro"], *tried["weighted"], *between]
    return next((one for one in found if one.status != INCONSISTENT), found[0])


def _some_matrix(block: Block, mode: str) -> Iterator[Outcome]:
    """Search for a confusion matrix with the printed scores of all classes."""
    sizes = block.sizes()
    named = [{part for part in PARTS if part in line.scores} for line in block.classes]
    if not sizes or sum(sizes) > LARGEST_TOTAL or not all(len(one) > 1 for one in named):
        return
    rows = [
        {part: _text(line, part) for part in parts}
        for line, parts in zip(block.classes, named, strict=True)
    ]
    accuracy = None
    if block.whole and "accuracy" in block.whole.scores:
        accuracy = _text(block.whole, "accuracy")
    yield existence.matrix_of_classes(rows, sizes, accuracy=accuracy, mode=mode)


def _matrix(block: Block, reading: BlockReading) -> Iterator[Outcome]:
    """Check a confusion matrix against everything that is printed of it."""
    lines, mode = block.matrix, reading.rounding
    rows = [list(line.predicted.values()) for line in lines]
    if block.shares:
        true = reading.orientation == "rows_true"
        for line, row in zip(lines, rows, strict=True):
            yield supports.row_is_whole(row, mode=mode)
            size, total = line.counts.get("support") if true else None, block.total()
            if block.single and (size or total):
                largest = None if size else total
                yield supports.implied_size(row, stated=size, largest=largest, mode=mode)
        return
    names = [line.class_name for line in lines]
    if any(list(line.predicted) != names for line in lines):
        found = ", ".join(lines[0].predicted)
        raise UserError(
            f"confusion matrix of '{lines[0].row}': expected a line and a column for each class, "
            f"in one order; the lines are {', '.join(names)}, the columns {found}"
        )
    yield from _sums_and_scores(turned(rows, reading.orientation), block, mode)


def turned(rows: Sequence[Sequence[str]], orientation: str) -> list[list[str]]:
    """Return a matrix with the true classes as its rows."""
    if orientation == "rows_true":
        return [list(row) for row in rows]
    return [list(column) for column in zip(*rows, strict=True)]


def _sums_and_scores(rows, block: Block, mode: str) -> Iterator[Outcome]:
    lines, whole = block.matrix, block.whole
    if all("support" in line.counts for line in lines):
        stated = [str(line.counts["support"]) for line in lines]
        yield sums.matrix_rows(rows, stated, [line.class_name for line in lines])
    if block.total():
        yield sums.matrix_total(rows, str(block.total()))
    for i, line in enumerate(lines):
        for name in ("precision", "recall", "specificity", "f1", "iou"):
            if name in line.scores and line.runs == 1:
                yield recomputing.score(rows, name, line.scores[name], of_class=i, mode=mode,
                                        scale=line.scales[name])  # fmt: skip
    if whole is None or not block.single:
        return
    for name, text in whole.scores.items():
        average, _, part = name.partition("_")
        scale = whole.scales[name]
        if name in ("accuracy", "error"):
            yield recomputing.score(rows, name, text, mode=mode, scale=scale)
        elif average in AVERAGED and part in PARTS:
            yield recomputing.score(rows, part, text, average=average, mode=mode, scale=scale)
        elif name in PARTS:
            yield _some_score(rows, name, text, block.stated.averaging, mode, scale)


def _some_score(rows, name: str, text: str, averaging: str | None, mode, scale) -> Outcome:
    """Put a score without a name to what it may be: an average, micro, or that of one class."""
    found = [
        recomputing.score(rows, name, text, average=way, mode=mode, scale=scale)
        for way in AVERAGED if averaging in (None, way)
    ]  # fmt: skip
    if averaging in (None, "micro"):
        found.append(recomputing.score(rows, "accuracy", text, mode=mode, scale=scale))
    if averaging in (None, "class"):
        found += [
            recomputing.score(rows, name, text, of_class=i, mode=mode, scale=scale)
            for i in range(len(rows))
        ]
    return next((one for one in found if not one.inconsistent), found[0])


def mended(block: Block, reading: BlockReading) -> Outcome | None:
    """Tell the single cell that would mend a matrix: a hint, no further contradiction."""
    lines, whole, total = block.matrix, block.whole, block.total()
    if not lines or block.shares:
        return None
    rows = turned([list(line.predicted.values()) for line in lines], reading.orientation)
    sizes = [str(line.counts["support"]) for line in lines if "support" in line.counts]
    sizes = sizes if len(sizes) == len(lines) else []
    if not sizes and not total:
        return None
    printed = {
        f"{part} {i}": _text(line, part)
        for i, line in enumerate(lines) if line.runs == 1
        for part in PARTS if part in line.scores
    }  # fmt: skip
    if whole and whole.runs == 1 and "accuracy" in whole.scores:
        printed["accuracy"] = _text(whole, "accuracy")
    # First with the printed scores, which say which cell it is; they may be of another matrix.
    for scores in (printed, {}):
        found = repair.one_cell(
            rows, row_sums=sizes, total=str(total) if total else None, scores=scores,
            mode=reading.rounding,
        )  # fmt: skip
        if found.evidence["repairs"]:
            return Outcome(found.check, NOT_TESTABLE, found.statement, found.evidence,
                           found.assumptions)  # fmt: skip
    return None


def _text(line: Line, name: str) -> str:
    """Return a score without its spread, as a text that carries its own scale."""
    text = line.mean(name)
    return f"{text}%" if line.scales[name] == 100 and "%" not in text else text
