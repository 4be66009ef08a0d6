"""What the papers print, shown as they print it: tables, numbers in prose, open questions."""

from collections.abc import Iterable

from reproduce.errors import UserError
from reproduce.figures.table import Table
from reproduce.registry.ambiguities import Ambiguity
from reproduce.registry.published import Cell, ProseNumber

WHO = {"paper": "the paper", "summary": "a third-party summary", "post": "a personal post"}


def published_table(cells: Iterable[Cell], *, table: str, note: str = "") -> Table:
    """Return a published table letter by letter: settings down, methods (or metrics) across.

    A row is named by all that tells it from others: two settings of one method are two rows.
    """
    found = [cell for cell in cells if cell.table == table]
    if not found:
        raise UserError(f"no published cells of '{table}'; expected the name of a printed table")
    metrics = list(dict.fromkeys(cell.metric for cell in found))
    across = "method" if len(metrics) == 1 else "metric"
    columns = list(dict.fromkeys(getattr(cell, across) for cell in found))
    rows: dict[str, dict[str, str]] = {}
    for cell, name in zip(found, _names(found, across), strict=True):
        text = f"{cell.value} ± {cell.std}" if cell.std else cell.value
        rows.setdefault(name, {})[getattr(cell, across)] = text
    title = f"{table} as published" + (f": {metrics[0]}" if across == "method" else "")
    source = f"printed in {found[0].place}; stated by {WHO[found[0].says]}"
    finished = [[name, *(row.get(c, "") for c in columns)] for name, row in rows.items()]
    return Table(title, ["", *columns], finished, source, numeric_from=1, note=note)


def _names(cells: list[Cell], across: str) -> list[str]:
    """Return the name of each cell's row: its setting, method and class, where these differ."""
    down = [name for name in ("dataset", "method", "class_name") if name != across]
    usual = "dataset" if across == "method" else "method"
    differ = [n for n in down if n == usual or len({getattr(c, n) for c in cells}) > 1]
    if len(differ) > 1 and len({getattr(cell, usual) for cell in cells}) == 1:
        differ.remove(usual)
    return [", ".join(filter(None, (getattr(c, n) for n in differ))) for c in cells]


def prose_table(numbers: Iterable[ProseNumber]) -> Table:
    """Return the numbers that a text prints in its sentences, with what each stands on."""
    numbers = list(numbers)
    rows = [
        [
            f"{item.number} {item.unit}".strip(),
            item.quote,
            item.place,
            WHO[item.says],
            item.operation + (f": {item.operands}" if item.operands else ""),
        ]
        for item in numbers
    ]
    columns = ["Number", "In the sentence", "Place", "Says", "Stands on"]
    source = f"{len(rows)} numbers, transcribed as printed"
    return Table("Numbers printed in prose", columns, rows, source)


def ambiguity_table(ambiguities: Iterable[Ambiguity]) -> Table:
    """Return what a text leaves open, our readings, and which one is the default and why."""
    rows = [
        [
            item.place,
            item.printed,
            item.problem,
            "; ".join(f"{reading.name}: {reading.what}" for reading in item.readings),
            f"{item.default}, because {item.why}",
        ]
        for item in ambiguities
    ]
    columns = ["Place", "Printed", "Problem", "Readings", "Default"]
    return Table("What the text leaves open", columns, rows, f"{len(rows)} registered ambiguities")
