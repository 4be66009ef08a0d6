"""A paper of one's own: its tables, the sentences that stand on them, and checks, in one file.

The checks are entries of the form that the five papers use (`reproduce.registry.audit_entries`),
with the same addresses. A sentence becomes such a check by itself, with or without a number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import Field, model_validator

from reproduce.audit.own_result import OwnAudit, of_lines
from reproduce.audit.stated import Stated, stated
from reproduce.audit.table_rows import Line, Read, read_all, spread
from reproduce.errors import UserError
from reproduce.registry.addresses import FIELDS, Numbers
from reproduce.registry.ambiguities import Identifier
from reproduce.registry.audit_entries import Check
from reproduce.registry.auditing import Audit, run
from reproduce.registry.published import PrintedCell, ProseNumber
from reproduce.registry.reading import Strict, Text, validated

LARGEST = 5_000_000
Address = Annotated[dict[str, str | list[str]], Field(min_length=1)]
Facts = dict[str, str | int]
# What a sentence without a number can say of its cells.
CLAIMS = ("better", "significant", "best", "robust")


class OwnTable(Strict):
    """A table: its rows here, or the file that holds them, and what the paper states of it."""

    text: Text | None = None
    file: Text | None = None
    stated: Facts = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.text is None) == (self.file is None):
            raise ValueError("expected either `text` (the table itself) or `file` (its name)")
        return self


class Sentence(Strict):
    """A sentence, and the cells that it stands on.

    Attributes
    ----------
    number
        As printed, in quotation marks; none where the sentence has none.
    claim
        "better" (`cells` against `than`, one by one), "significant" (the same: its direction; what
        a test says is not in a mean), "best" (each of `cells` in its column), "robust" (`cells`
        alike, by at most `within`).
    cells, than
        Addresses of cells. With a number: one cell alone is the number again, one cell and one of
        `than` are after and before.
    lower
        Whether less is better.
    of
        Whether a claim means all of its cells or any.
    """

    id: Identifier
    quote: Text
    place: Text
    number: Text | None = None
    unit: str = ""
    claim: Literal["better", "significant", "best", "robust"] | None = None
    cells: list[Address] = Field(default_factory=list)
    than: list[Address] = Field(default_factory=list)
    lower: bool = False
    of: Literal["all", "any"] = "all"
    within: Text | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.number is None and self.claim is None:
            raise ValueError(f"expected a `number`, or a `claim` ({', '.join(CLAIMS)})")
        if self.number is not None and self.claim is not None:
            raise ValueError("expected a `number` or a `claim`, not both; make two sentences")
        if self.claim and not self.cells:
            raise ValueError("a `claim` needs the `cells` that it stands on")
        if self.claim in ("better", "significant") and len(self.cells) != len(self.than):
            raise ValueError("expected as many cells in `than` as in `cells`, one for each")
        if self.number and (len(self.cells), len(self.than)) not in ((0, 0), (1, 0), (1, 1)):
            raise ValueError("a number stands on one cell, or on one and one in `than`")
        return self


class Declared(Strict):
    """The whole file."""

    paper: Text
    read: str = ""
    stated: Facts = Field(default_factory=dict)
    tables: Annotated[dict[str, OwnTable], Field(min_length=1)]
    sentences: list[dict[str, Any]] = Field(default_factory=list)
    checks: list[dict[str, Any]] = Field(default_factory=list)


@dataclass(frozen=True)
class OwnPaper:
    """A paper as its file declares it, with the lines of its tables."""

    name: str
    read: str
    lines: Read
    sentences: tuple[Sentence, ...]
    checks: tuple[Check, ...]

    def tables(self) -> OwnAudit:
        """Run every check that the tables allow, all tables together."""
        return of_lines(self.lines, self.name)

    def declared(self) -> Audit:
        """Run what sentences claim, and the checks that the file declares."""
        cells = [cell for line in self.lines.lines for cell in _cells(line, self.name)]
        told = [ProseNumber(self.name, one.id, one.quote, one.place, "paper", one.number or "",
                            one.unit, "stated", "", "") for one in self.sentences]  # fmt: skip
        numbers = Numbers(self.name, cells, told)
        own = [found for one in self.sentences for found in self._checks_of(one, numbers)]
        return run(self.name, [*own, *self.checks], numbers, self.read or self.name)

    def _checks_of(self, one: Sentence, numbers: Numbers) -> list[Check]:
        entry: dict[str, Any] = {
            "paper": self.name, "id": one.id, "table": one.place, "severity": "inconsistent",
            "about": one.quote, "says": "paper",
        }  # fmt: skip
        label = f"{self.name}, {one.id}"
        calls = _calls(one, numbers, label)
        return [validated(Check, label, {**entry, "check": check, "numbers": arguments})
                for check, arguments in calls]  # fmt: skip


def read(data: bytes, path: Path, said: Stated) -> OwnPaper:
    """Read the file of a paper of one's own, or say in one line what is wrong in it.

    `said` are facts of all tables, from the command; a table's own win.
    """
    name = path.name if path.suffix in (".yaml", ".yml") else f"{path.name}.yaml"
    declared = validated(Declared, name, _content(data, name))
    lines: list[Line] = []
    notes: list[str] = []
    for title, table in declared.tables.items():
        where = f"{name}, {title}"
        facts = stated({key: str(value) for key, value in table.stated.items()}, where)
        facts = facts.over(said).over(
            stated({key: str(value) for key, value in declared.stated.items()}, name)
        )
        source = (
            table.text if table.text is not None else _file(path.parent / str(table.file), where)
        )
        found = read_all(source, where, facts)
        lines += [replace(line, table=title) for line in found.lines]
        notes += found.notes
    sentences = _entries(Sentence, declared.sentences, name, "sentence")
    checks = _entries(Check, [{"paper": name, **one} for one in declared.checks], name, "check")
    titles = tuple(declared.tables)
    return OwnPaper(name, declared.read, Read(tuple(lines), tuple(notes), titles),
                    tuple(sentences), tuple(checks))  # fmt: skip


def _content(data: bytes, name: str) -> Any:
    if len(data) > LARGEST:
        raise UserError(f"{name} is larger than {LARGEST // 10**6} MB; expected tables in print")
    try:
        text = data.decode("utf-8-sig")
        # An alias can stand for itself a billion times over; nobody needs one here.
        if any(isinstance(one, yaml.AliasToken) for one in yaml.scan(text)):
            raise UserError(f"{name}: expected no aliases (*name); write the text out")
        return yaml.safe_load(text)
    except UnicodeDecodeError as error:
        raise UserError(f"{name} is no text in UTF-8; save it so") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise UserError(f"{name} is not YAML: {' '.join(str(error).split())}; mend it") from error


def _entries(model, given: Sequence[dict[str, Any]], name: str, what: str) -> list:
    found, seen = [], set()
    for position, entry in enumerate(given, 1):
        label = f"{name}, {entry.get('id', f'{what} {position}')}"
        one = validated(model, label, entry)
        if one.id in seen:
            raise UserError(f"{label}: id: is used twice; ids must be unique in a file")
        seen.add(one.id)
        found.append(one)
    return found


def _file(path: Path, where: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{where}: there is no file {path}; name it from here") from error


def _calls(one: Sentence, numbers: Numbers, label: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the check that a sentence asks for, with the addresses of its numbers."""
    ours = [{"cell": address} for address in one.cells]
    theirs = [{"cell": address} for address in one.than]
    places = [_place(address) for address in one.cells]
    if one.number is not None:
        said = {"prose": one.id}
        if theirs:
            return [("differences.change", {"number": said, "before": theirs[0], "after": ours[0]})]
        if ours:
            scale = 100 if "%" in one.unit or "%" in one.number else 1
            return [("places.same_quantity", {"printed": {one.place: said, places[0]: ours[0]},
                                              "scales": {one.place: scale}})]  # fmt: skip
        return []
    if one.claim == "robust":
        told = {"values": dict(zip(places, ours, strict=True))}
        return [("statements.stays_within", told | ({"within": one.within} if one.within else {}))]
    if one.claim == "best":
        return [("best.best_in_column", _column(address, one, numbers, label))
                for address in one.cells]  # fmt: skip
    return [("statements.goes_so", {"ours": ours, "theirs": theirs, "places": places,
                                    "higher": not one.lower, "of": one.of})]  # fmt: skip


def _column(address: Mapping[str, Any], one: Sentence, numbers: Numbers, label: str) -> dict:
    """Return the cell that is called best and its column, as arguments of the check."""
    try:
        (cell,) = numbers.select(address, {})
    except (ValueError, UserError) as error:
        raise UserError(
            f"{label}: expected each of `cells` to be one cell; name table, method and metric"
        ) from error
    where = {"table": cell.table, "dataset": cell.dataset, "class_name": cell.class_name,
             "metric": cell.metric}  # fmt: skip
    return {"row": cell.method, "column": {"cells": where, "by": "method"}, "higher": not one.lower}


def _place(address: Mapping[str, Any]) -> str:
    return ", ".join(str(address[name]) for name in FIELDS if address.get(name))


def _cells(line: Line, name: str) -> list[PrintedCell]:
    """Return the numbers of a line as cells: the columns by their roles."""

    def cell(
        metric: str, value: str, std: str = "", of_class: str = line.class_name
    ) -> PrintedCell:
        return PrintedCell(name, line.table, line.test_set, line.row, of_class, metric, value, std,
                    line.table, "paper")  # fmt: skip

    found = [cell(metric, str(size)) for metric, size in line.counts.items()]
    for metric, text in line.scores.items():
        sign = "%" if line.scales[metric] == 100 else ""
        mean, _, deviation = text.replace("%", "").partition("±")
        std = deviation.strip() + sign if spread(text) else ""
        found.append(cell(metric, mean.strip() + sign, std))
    found += [cell(f"col: {column}", text, of_class=f"row: {line.class_name}")
              for column, text in line.predicted.items()]  # fmt: skip
    return found
