"""Reading a table of one's own: a CSV of numbers as printed, one line for each printed row."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass

from reproduce.audit.printed import Printed, count, parse_mean_sd
from reproduce.errors import UserError, unknown_name

# What a line is about.
LABELS = {
    "table": "name of the table, if the file holds several",
    "test_set": "name of the test set, if the file holds several",
    "row": "name of the printed row, such as the method; lines of one confusion matrix share it",
    "class": "class that the line is about (list all of them); empty: the whole test set",
}
# What is known of the test set: whole numbers.
COUNTS = {
    "n": "test images",
    "runs": "runs that were averaged; 1 for a single run, empty where nobody says it",
    "support": "test images of the class",
    "positives": "test images of the rare class, where there are two classes",
    "negatives": "test images of the other class",
}
SCORES = {
    "accuracy": "share of test images classified correctly",
    "error": "1 - accuracy",
    "precision": "of the class, or of the positive class",
    "recall": "of the class, or of the positive class",
    "specificity": "of the class, or of the positive class",
    "f1": "of the class, or of the positive class",
    "iou": "of the class",
    "macro_precision": "plain mean over classes",
    "macro_recall": "plain mean over classes",
    "macro_f1": "plain mean over classes",
    "weighted_precision": "mean over classes by number of test images",
    "weighted_recall": "mean over classes by number of test images",
    "weighted_f1": "mean over classes by number of test images",
    "g_mean": "geometric mean of recall and specificity",
    "iba_0.1": "index of balanced accuracy at this alpha (any alpha: iba_0.5, iba_1)",
    "miou": "plain mean of the classes' IoU",
    "eer": "equal error rate",
    "auc": "area under the ROC curve",
}
PREDICTED = "predicted "

TEMPLATE = """\
# One line for each printed row, every number as printed: keep trailing zeros, 0.80 is not 0.8.
# A percentage has its % behind the number, or "%" behind the column's name: "accuracy %".
# A mean with its spread is one cell: 79.68 ± 0.71 (or 79.68 +- 0.71); say how many runs.
# Leave out columns that you do not need, and leave empty what is not printed.
#
# A confusion matrix has one line for each true class and one column "predicted NAME" for each
# predicted class: whole numbers, or shares of the row.
#
{columns}
#
{example}
"""


EXAMPLE = (
    "table,row,class,n,runs,support,accuracy %,precision,recall,f1,"
    "macro_precision,macro_recall,macro_f1,predicted cat,predicted dog",
    "Table 1,ours,cat,,,40,,0.88,0.90,0.89,,,,36,4",
    "Table 1,ours,dog,,,60,,0.93,0.92,0.92,,,,5,55",
    "Table 1,ours,,100,,,91.0,,,,0.91,0.91,0.91,,",
    "Table 2,ours,,100,3,,90.67 ± 0.58,,,,0.9049,0.9083,0.9063,,",
)


@dataclass(frozen=True)
class Line:
    """One line: labels, counts, scores (each with its scale), and shares or counts predicted."""

    number: int
    table: str
    test_set: str
    row: str
    class_name: str
    counts: Mapping[str, int]
    scores: Mapping[str, str]
    scales: Mapping[str, int]
    predicted: Mapping[str, str]

    @property
    def runs(self) -> int:
        """How many runs were averaged."""
        return self.counts.get("runs", 1)

    def mean(self, name: str) -> str:
        """Return a score without its spread."""
        text = self.scores[name]
        return parse_mean_sd(text, self.scales[name])[0].text if spread(text) else text


def template() -> str:
    """Return a file to start from, which says what the columns mean."""
    told = ["# Columns:"]
    for part in (LABELS, COUNTS, SCORES):
        told += [f"#   {name}: {what}" for name, what in part.items()]
    filled = TEMPLATE.replace("{columns}", "\n".join(told))
    return filled.replace("{example}", "\n".join(EXAMPLE))


def read(text: str, name: str = "the table") -> list[Line]:
    """Return the lines of a CSV; lines that start with # are for people."""
    kept = [(i, line) for i, line in enumerate(text.splitlines(), 1) if line.strip()]
    kept = [(i, line) for i, line in kept if not line.lstrip("\ufeff").startswith("#")]
    if len(kept) < 2:
        raise UserError(
            f"{name}: expected a header and at least one line of numbers; see --template"
        )
    rows = list(csv.reader(line.lstrip("\ufeff") for _, line in kept))
    header = [one.strip() for one in rows[0]]
    columns = [_column(one, name) for one in header]
    names = [one for one, _ in columns]
    twice = next((one for one in names if names.count(one) > 1), None)
    if twice:
        raise UserError(f"{name}: the column '{twice}' is there twice; give it once")
    found = []
    for (number, _), row in zip(kept[1:], rows[1:], strict=True):
        where = f"{name}, line {number}"
        if len(row) != len(header):
            raise UserError(
                f"{where}: expected {len(header)} cells as in the header, got {len(row)}"
            )
        found.append(_line(number, columns, [cell.strip() for cell in row], where))
    return found


def spread(text: str) -> bool:
    """Whether a cell is a mean with its spread."""
    return any(sign in text for sign in ("±", "+-", "+/-", "\\pm"))


def _column(text: str, name: str) -> tuple[str, int | None]:
    """Return a column's name and scale: 100 where it is named as percentages."""
    plain, scale = text, None
    if text.endswith("%"):
        plain, scale = text[:-1].strip(), 100
    if plain.startswith(PREDICTED) and plain[len(PREDICTED) :].strip():
        return plain, scale
    if plain in LABELS or plain in COUNTS or plain in SCORES:
        return plain, scale
    if plain.startswith("iba_"):
        Printed(plain.removeprefix("iba_"), 1)
        return plain, scale
    known = (*LABELS, *COUNTS, *SCORES, f"{PREDICTED}NAME")
    raise UserError(f"{name}: {unknown_name('column', plain, known)}; see --template")


def _line(number: int, columns, row: list[str], where: str) -> Line:
    labels: dict[str, str] = {}
    counts: dict[str, int] = {}
    scores: dict[str, str] = {}
    scales: dict[str, int] = {}
    predicted: dict[str, str] = {}
    for (name, scale), cell in zip(columns, row, strict=True):
        if name in LABELS:
            labels[name] = cell
        elif cell in ("", "-", "–"):
            continue
        elif name in COUNTS:
            counts[name] = _number(name, cell, where)
        else:
            scale = 100 if scale == 100 or "%" in cell else 1
            kept, text = (predicted, name.removeprefix(PREDICTED).strip()) if name.startswith(
                PREDICTED) else (scores, name)  # fmt: skip
            kept[text] = _checked(name, cell, scale, where)
            scales[text if kept is scores else name] = scale
    names = [labels.get(name, "") for name in ("table", "test_set", "row", "class")]
    return Line(number, *names, counts, scores, scales, predicted)


def _number(name: str, cell: str, where: str) -> int:
    try:
        found = count(cell)
    except UserError as error:
        raise UserError(f"{where}, {name}: {error}") from error
    if found < 1:
        raise UserError(f"{where}, {name}: expected at least 1, got {cell}")
    return found


def _checked(name: str, cell: str, scale: int, where: str) -> str:
    try:
        number = parse_mean_sd(cell, scale)[0] if spread(cell) else Printed(cell, scale)
    except UserError as error:
        raise UserError(f"{where}, {name}: {error}") from error
    if not name.startswith(PREDICTED) and not 0 <= number.exact <= 1:
        raise UserError(
            f"{where}, {name}: {cell} is not between 0 and 1; if it is a percentage, write "
            f"{cell}% or name the column '{name} %'"
        )
    return cell
