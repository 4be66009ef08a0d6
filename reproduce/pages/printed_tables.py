"""Every table that a paper prints, in its own shape, with our value or "not run" in each cell."""

from collections.abc import Iterable, Sequence

from reproduce.figures.table import Table, Tables
from reproduce.pages.our_cells import OurCells
from reproduce.pages.showing import provenance, shown
from reproduce.pages.tables import COMPARISON
from reproduce.registry import layouts
from reproduce.registry.layouts import PrintedTable
from reproduce.registry.published import PrintedCell
from reproduce.study.study import Study

WHO = {"paper": "the paper", "summary": "a third-party summary", "post": "a personal post"}


@shown()
def beside_ours(study: Study, only: Iterable[str] = ()) -> Tables:
    """Show the tables that the paper prints, all of them unless told which."""
    return Tables(of_paper(study.paper, study, only))


def of_paper(paper: str, study: Study | None = None, only: Iterable[str] = ()) -> Sequence[Table]:
    """Return the tables of a paper; without a study nothing of ours was run."""
    return [one_table(one, study) for one in layouts.tables(paper, only)]


def one_table(printed: PrintedTable, study: Study | None = None) -> Table:
    """Return one printed table: the printed value letter by letter, and under it ours."""
    layout, ours = printed.layout, OurCells(study, printed)
    shares = ours.in_shares
    # What is in words, or not to be measured, has nothing of ours; the note says so once.
    beside = None if layout.words or layout.not_run else ours
    rows = []
    for row in printed.rows:
        cells = (printed.cells.get((row, column)) for column in printed.columns)
        rows.append([row, *(_cell(cell, beside, shares) for cell in cells)])
    title = f"{layout.id}{f', {printed.name}' if printed.name else ''}"
    caption = f"{title}: {layout.title}" if layout.title != layout.id else title
    first = next(iter(printed.cells.values()))
    place = f"Printed in {first.place}; stated by {WHO[first.says]}"
    line = place
    if ours.used:
        line = provenance(study, study.rows(ours.used.values())).after(f"{place}. Ours: ")
    return Table(
        caption, ["", *printed.columns], rows, line, numeric_from=None if layout.words else 1,
        note=_note(printed, ours), anchor=anchor(layout.paper, layout.id, printed.name),
        kind="" if layout.words else COMPARISON,
    )  # fmt: skip


def anchor(paper: str, table: str, name: str = "") -> str:
    """Return where a printed table is to be found on its page, as links name it."""
    said = "-".join(filter(None, [paper, table, name])).lower()
    kept = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in said)
    return "-".join(kept.split())


def _cell(cell: PrintedCell | None, ours: OurCells | None, shares: bool) -> str:
    if cell is None:
        return ""
    printed = f"{cell.value} ± {cell.std}" if cell.std else cell.value
    if ours is None:
        return printed
    if shares:
        printed += f" ({ours.share(cell)})"
    return f"{printed}\n{ours.ours_for(cell)}".rstrip("\n")


def _note(printed: PrintedTable, ours: OurCells) -> str:
    """Say what the two lines of a cell are."""
    layout = printed.layout
    if layout.words:
        return "Printed in words; there is nothing to measure."
    if layout.not_run:
        return f"As printed. Not run: {layout.not_run}"
    if not ours.used:
        return "First line: as printed. None of it was run here."
    kind = ", mean ± standard deviation"
    if layout.ours.confusion:
        kind = ", shares of the true class" if ours.in_shares else ", means over seeds"
    said = f"First line: as printed. Second line: ours on {ours.on}{kind}."
    return " ".join(filter(None, [said, layout.ours.note]))
