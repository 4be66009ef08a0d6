"""How each printed table is laid out on our pages, and which of our values belongs beside a cell.

It is `tables.yaml` in the paper's folder. A table without an entry is laid out by what tells its
cells apart, and nothing of ours stands beside it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from reproduce.data.entries import entries as known_data
from reproduce.errors import UserError
from reproduce.evaluation.registry import is_metric
from reproduce.registry import published, records
from reproduce.registry.published import PrintedCell
from reproduce.registry.reading import Strict, Text, entries, exists, validated

FILE = "tables.yaml"
CellField = Literal["dataset", "method", "class_name", "metric"]
FIELDS: tuple[CellField, ...] = ("dataset", "method", "metric", "class_name")
Meaning = dict[str, str | int | float | list[str]]
# What a metric over all classes is of a single one.
OF_ONE_CLASS = {
    "macro_precision": "precision", "balanced_accuracy": "recall", "macro_f1": "f1", "miou": "iou",
}  # fmt: skip


class Ours(Strict):
    """Which of our values stands beside each cell.

    Attributes
    ----------
    names
        By field of a cell, what each printed name is here: `method`, `metric`, `unit` (the
        fraction that one of the printed numbers stands for), `class`, `predicted`, `data`, or the
        value of a factor. They go before the names of the paper's record.
    where
        Factors at which all cells lie.
    data
        The data sets that they may be measured on, the best first; the main one where left out.
    confusion
        The table is a confusion matrix, printed in counts of images or in shares of a row.
    note
        In what ours are another thing than the printed numbers.
    """

    names: dict[CellField, dict[str, Meaning]] = {}
    where: dict[str, str | int | float] = {}
    data: list[Text] = []
    confusion: Literal["counts", "shares"] | None = None
    note: Text | None = None


class Layout(Strict):
    """One printed table: its rows, its columns, and what stands beside its cells.

    Attributes
    ----------
    id
        Its name, as the transcribed cells have it.
    title
        What it shows.
    down, across
        The fields of a cell that name its row and its column.
    apart
        Fields whose values are tables of their own, side by side in print or one below the other.
    labels
        What a printed name is called on our page, where it is not shown letter by letter.
    ours, not_run, words
        Exactly one of them: our values, why there are none, or that its cells are words.
    """

    paper: str
    id: Text
    title: Text
    down: list[CellField] = Field(min_length=1)
    across: list[CellField]
    apart: list[CellField] = []
    labels: dict[str, Text] = {}
    ours: Ours | None = None
    not_run: Text | None = None
    words: bool = False

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.ours is not None) + (self.not_run is not None) + self.words != 1:
            raise ValueError("ours, not_run, words: expected exactly one of them")
        named = [*self.down, *self.across, *self.apart]
        if len(set(named)) < len(named):
            raise ValueError("down, across, apart: a field stands in two of them")
        return self


@dataclass(frozen=True)
class Wanted:
    """Our value that belongs beside a printed cell."""

    method: str
    metric: str
    unit: float
    where: Mapping[str, Any]
    data: tuple[str, ...] = ()
    # Of a confusion matrix: true and predicted class.
    place: tuple[int, int] | None = None


@dataclass(frozen=True)
class PrintedTable:
    """A printed table in its own shape: every cell at one place of a row and a column."""

    layout: Layout
    cells: Mapping[tuple[str, str], PrintedCell]
    name: str = ""

    @property
    def rows(self) -> list[str]:
        """Return the names of its rows, in their order."""
        return list(dict.fromkeys(row for row, _ in self.cells))

    @property
    def columns(self) -> list[str]:
        """Return the names of its columns, in their order."""
        return list(dict.fromkeys(column for _, column in self.cells))


@dataclass
class _Block:
    name: str
    cells: dict[tuple[str, str], PrintedCell] = field(default_factory=dict)


def load(paper: str) -> dict[str, Layout]:
    """Return the layouts of a paper's tables by their names; none without a file."""
    if not exists(paper, FILE):
        return {}
    printed = {cell.table: cell for cell in published.load(paper)}
    found = {}
    for label, entry in entries(FILE, paper, "tables"):
        layout = validated(Layout, label, entry)
        if layout.id not in printed:
            raise UserError(f"{label}: id: is no printed table; those are: {', '.join(printed)}")
        found[layout.id] = layout
    for layout in found.values():
        _check(paper, layout)
    return found


def tables(paper: str, only: Iterable[str] = ()) -> list[PrintedTable]:
    """Return the printed tables of a paper; one that is printed in parts is several."""
    layouts, only = load(paper), list(only)
    by_table: dict[str, list[PrintedCell]] = {}
    for cell in published.load(paper):
        by_table.setdefault(cell.table, []).append(cell)
    unknown = [name for name in only if name not in by_table]
    if unknown:
        raise UserError(
            f"{paper} has no printed table '{unknown[0]}'; its tables are: {', '.join(by_table)}"
        )
    found = []
    for name, cells in by_table.items():
        if not only or name in only:
            layout = layouts.get(name) or _usual(paper, name, cells)
            found += _parted(layout, cells)
    return found


def _parted(layout: Layout, cells: Iterable[PrintedCell]) -> list[PrintedTable]:
    blocks: dict[str, _Block] = {}
    for cell in cells:
        name = _named(layout, layout.apart, cell)
        place = (_named(layout, layout.down, cell), _named(layout, layout.across, cell))
        block = blocks.setdefault(name, _Block(name))
        if place in block.cells:
            raise UserError(
                f"{layout.paper}/{FILE}, {layout.id}: two printed cells fall on '{place[0]}', "
                f"'{place[1]}'; name in down, across or apart what tells them apart"
            )
        block.cells[place] = cell
    return [PrintedTable(layout, block.cells, block.name) for block in blocks.values()]


def _named(layout: Layout, fields: Iterable[str], cell: PrintedCell) -> str:
    said = (str(getattr(cell, name)) for name in fields)
    return ", ".join(layout.labels.get(one, one) for one in said if one)


def _usual(paper: str, name: str, cells: list[PrintedCell]) -> Layout:
    """Return the layout of a table that has no entry: metrics across, what differs down."""
    differ = [one for one in FIELDS if len({getattr(cell, one) for cell in cells}) > 1]
    down = [one for one in ("dataset", "method", "class_name") if one in differ] or ["method"]
    return Layout(
        paper=paper, id=name, title=name, down=down, across=["metric"],
        not_run=f"no entry of {FILE} says which of our values belong here.",
    )  # fmt: skip


def wanted(layout: Layout, cell: PrintedCell) -> Wanted | None:
    """Return what of ours belongs beside a cell; None where nothing does."""
    if layout.ours is None:
        return None
    said = _meaning(layout, cell)
    unit, data = float(said.pop("unit", 1)), said.pop("data", layout.ours.data)
    number, predicted = said.pop("class", None), said.pop("predicted", None)
    method, metric = said.pop("method", None), said.pop("metric", None)
    place = None
    if layout.ours.confusion:
        place, metric = (int(number), int(predicted)), "accuracy"
    elif number is not None and metric in OF_ONE_CLASS:
        metric = f"{OF_ONE_CLASS[metric]}_class_{number}"
    if method is None or metric is None:
        return None
    data = (data,) if isinstance(data, str) else tuple(data)
    return Wanted(str(method), str(metric), unit, {**said, **layout.ours.where}, data, place)


def _meaning(layout: Layout, cell: PrintedCell) -> Meaning:
    """Return what the printed names of a cell are here, the class last."""
    known, said = records.paper(layout.paper).printed, {}
    for name in FIELDS:
        printed = getattr(cell, name)
        own = layout.ours.names.get(name, {})
        said |= own[printed] if printed in own else _common(known, name, printed)
    return said


def _common(known: Mapping[str, Mapping[str, Any]], name: str, printed: str) -> Mapping[str, Any]:
    # A row called "Accuracy" is no metric: names of classes are a table's own.
    return {} if name == "class_name" else known.get(printed, {})


def _check(paper: str, layout: Layout) -> None:
    """Refuse an entry whose names are not known here, or that leaves a cell without a meaning."""
    label = f"{paper}/{FILE}, {layout.id}"
    cells = [cell for cell in published.load(paper) if cell.table == layout.id]
    printed = {getattr(cell, name) for cell in cells for name in FIELDS}
    for name in layout.labels:
        if name not in printed:
            raise UserError(f"{label}: labels: '{name}' is not printed in this table")
    if layout.ours is None:
        return
    for cell in cells:
        _check_cell(label, paper, layout, cell)


def _check_cell(label: str, paper: str, layout: Layout, cell: PrintedCell) -> None:
    at = f"{cell.method}, {cell.class_name}, {cell.metric}"
    if layout.ours.confusion and not {"class", "predicted"} <= set(_meaning(layout, cell)):
        raise UserError(f"{label}: '{at}': names: a confusion needs a class and a predicted class")
    one = wanted(layout, cell)
    if one is None:
        raise UserError(f"{label}: '{at}': names: no method and metric follow from it")
    if one.method not in records.paper(paper).methods:
        raise UserError(f"{label}: '{at}': method: '{one.method}' is no method of {paper}")
    if not is_metric(one.metric):
        raise UserError(f"{label}: '{at}': metric: '{one.metric}' is no metric")
    unknown = [name for name in one.where if name not in records.paper(paper).factors]
    unknown += [name for name in one.data if name not in known_data()]
    if unknown:
        raise UserError(f"{label}: '{at}': '{unknown[0]}' is no factor of {paper} and no data set")
