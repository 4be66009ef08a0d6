"""The published tables and the numbers printed in prose, as data.

Every number is the string that was printed, so that trailing zeros and thousands separators
survive: `0.8` and `0.80` are two different statements about how a number was rounded.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib import resources
from typing import Any

from reproduce.errors import UserError, unknown_name
from reproduce.registry import reading, records

TABLE_HEADER = "paper,table,dataset,method,class,metric,value,std,place,says"
PROSE = "prose.csv"
PROSE_HEADER = "paper,id,quote,place,says,number,unit,operation,operands,operands_from"


@dataclass(frozen=True)
class PrintedCell:
    """One cell of a published table.

    `class_name` is the class a value belongs to, empty where it belongs to none; `std` is the
    printed spread, empty where none is printed.
    """

    paper: str
    table: str
    dataset: str
    method: str
    class_name: str
    metric: str
    value: str
    std: str
    place: str
    says: str


@dataclass(frozen=True)
class Printed:
    """A published value in our words: of which method and metric, at which values of factors.

    Values are fractions, exact as printed; `std` is None where no spread is printed.
    """

    method: str
    metric: str
    factors: Mapping[str, Any]
    value: Decimal
    std: Decimal | None


@dataclass(frozen=True)
class ProseNumber:
    """One number printed in a sentence; `id` is unique within the paper.

    `operation` says how it can be checked: `stated` (not at all), `restated` (another printed
    number), `difference`, `share`, `ratio`, `sum`, `product` (of `operands`) or `lower_bound`.
    `operands` are numbers as printed with the arithmetic between them; `operands_from` says where
    they stand and whether the result is scaled ("times 100").
    """

    paper: str
    id: str
    quote: str
    place: str
    says: str
    number: str
    unit: str
    operation: str
    operands: str
    operands_from: str


def load(paper: str) -> list[PrintedCell]:
    """Return the cells of all published tables of a paper, in the order of the tables."""
    records.paper(paper)
    folder = resources.files("reproduce.papers").joinpath(paper, "published")
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".csv"))
    rows = [row for name in names if name != PROSE for row in _rows(name, TABLE_HEADER, paper)]
    return [PrintedCell(class_name=row.pop("class"), **row) for row in rows]


def in_our_words(cells: Iterable[PrintedCell]) -> list[Printed]:
    """Return the cells whose method and metric their paper's record knows by our names.

    Those of a single class are left out.
    """
    found = []
    for one in cells:
        known = records.paper(one.paper).printed
        said = {k: v for name in (one.dataset, one.method, one.metric)
                for k, v in known.get(name, {}).items()}  # fmt: skip
        if one.class_name or not {"method", "metric"} <= set(said):
            continue
        unit = Decimal(str(said.pop("unit", 1)))
        method, metric = str(said.pop("method")), str(said.pop("metric"))
        std = unit * Decimal(one.std) if one.std else None
        found.append(Printed(method, metric, said, unit * Decimal(one.value), std))
    return found


def prose(paper: str) -> list[ProseNumber]:
    """Return the numbers printed in a paper's sentences."""
    records.paper(paper)
    return [ProseNumber(**row) for row in _rows(PROSE, PROSE_HEADER, paper)]


def cell(paper: str, table: str, method: str, metric: str, **restrictions: str) -> PrintedCell:
    """Return the one cell of a table with this method and metric.

    `restrictions` are further fields of `PrintedCell` (`dataset`, `class_name`) for tables that
    have several cells per method and metric.
    """
    wanted = {"table": table, "method": method, "metric": metric, **restrictions}
    for field in restrictions:
        if field not in PrintedCell.__dataclass_fields__:
            raise unknown_name("field of a published cell", field, PrintedCell.__dataclass_fields__)
    cells = load(paper)
    found = [one for one in cells if all(getattr(one, k) == v for k, v in wanted.items())]
    asked = ", ".join(f"{name} '{said}'" for name, said in wanted.items())
    if not found:
        tables = ", ".join(dict.fromkeys(one.table for one in cells))
        raise UserError(f"{paper} has no published cell with {asked}; its tables are: {tables}")
    if len(found) > 1:
        raise UserError(
            f"{paper} has {len(found)} published cells with {asked}; name dataset or class_name too"
        )
    return found[0]


def value(paper: str, table: str, method: str, metric: str, **restrictions: str) -> str:
    """Return the value of one published cell as it was printed."""
    return cell(paper, table, method, metric, **restrictions).value


def _rows(name: str, header: str, paper: str) -> list[dict[str, str]]:
    text = reading.text(paper, f"published/{name}")
    name = f"{paper}/published/{name}"
    reader = csv.DictReader(text.splitlines())
    if ",".join(reader.fieldnames or ()) != header:
        raise UserError(f"{name} must have the header {header}")
    rows = list(reader)
    for line, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise UserError(f"{name}, line {line}: expected the fields of the header")
        if row["paper"] != paper:
            raise UserError(f"{name}, line {line}: paper: expected '{paper}'")
    return rows
