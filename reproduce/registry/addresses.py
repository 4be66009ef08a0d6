"""From an address to the numbers as printed: cells, rows, matrices, sentences.

An audit names the numbers that it checks by where they stand, so that no number is typed a second
time. An address is a mapping with one of these keys; every other value stands for itself, and
`{name}` in a text is replaced by what `each` binds.

- `cell`: the one cell with these fields (table, dataset, method, class_name, metric), its value;
- `pair`: the same cell, as "mean ± spread";
- `cells`: all cells with these fields, in the order of the table; with `by`, a mapping from that
  field to the value;
- `matrix`: the cells with these fields as rows, one per class;
- `rows`: the same as a mapping from class to row;
- `counts`: the same turned from shares of rows into images, by the `sizes` of the rows; with
  `transposed`, columns for rows;
- `row_sums`: the sums of a matrix's rows, as text;
- `prose`: the number of a sentence, by its id;
- `whole`: what is inside it, as a whole number (of a list: each);
- `count_of`, `share_of`: the two numbers of a cell such as "1,010 (40.2)";
- `minus`: the difference of the two numbers inside it, with their digits;
- `joined`: the texts inside it in one, with spaces between, for arithmetic such as "a - b";
- `range`: the whole numbers between two ends, both included.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from reproduce.audit import printed
from reproduce.errors import UserError, unknown_name
from reproduce.registry import published
from reproduce.registry.published import PrintedCell, ProseNumber

FIELDS = ("table", "dataset", "method", "class_name", "metric")


class Numbers:
    """The printed numbers of one paper, looked up by address; it remembers what was looked up.

    Without `cells` and `sentences` those that are registered for the paper.
    """

    def __init__(
        self,
        paper: str,
        cells: Sequence[PrintedCell] | None = None,
        sentences: Sequence[ProseNumber] | None = None,
    ):
        self.paper = paper
        self.cells = published.load(paper) if cells is None else list(cells)
        told = published.prose(paper) if sentences is None else sentences
        self.sentences = {one.id: one for one in told}
        self.used: dict[Any, None] = {}

    def resolve(self, value: Any, bound: Mapping[str, str]) -> Any:
        """Return a value with every address in it replaced by what is printed there."""
        if isinstance(value, str):
            return filled(value, bound)
        if isinstance(value, list):
            return [self.resolve(one, bound) for one in value]
        if not isinstance(value, dict):
            return value
        kind = next((key for key in value if key in self._kinds()), None)
        if kind is None:
            return {filled(k, bound): self.resolve(v, bound) for k, v in value.items()}
        return self._kinds()[kind](value, bound)

    def values_of(self, fields: Sequence[str], where: Mapping[str, Any]) -> list[dict[str, str]]:
        """Return every combination of these fields among cells, in the order of the table."""
        found = [tuple(getattr(cell, name) for name in fields) for cell in self.select(where, {})]
        return [dict(zip(fields, one, strict=True)) for one in dict.fromkeys(found)]

    def select(self, where: Mapping[str, Any], bound: Mapping[str, str]) -> list[PrintedCell]:
        """Return the cells with these fields; a list means any of these."""
        wanted = {}
        for name, said in where.items():
            if name not in FIELDS:
                raise unknown_name("field of a published cell", name, FIELDS)
            options = said if isinstance(said, list) else [said]
            wanted[name] = {filled(str(one), bound) for one in options}
        found = [
            cell for cell in self.cells
            if all(getattr(cell, name) in options for name, options in wanted.items())
        ]  # fmt: skip
        if not found:
            raise UserError(f"{self.paper} has no published cell with {wanted}; mend the address")
        return found

    def _kinds(self):
        return {
            "cell": lambda v, b: self._one(v["cell"], b).value,
            "pair": self._pair,
            "cells": self._cells,
            "matrix": lambda v, b: list(self._rows(v["matrix"], b).values()),
            "rows": lambda v, b: self._rows(v["rows"], b),
            "counts": self._counts,
            "row_sums": self._row_sums,
            "prose": lambda v, b: self._sentence(filled(v["prose"], b)).number,
            "whole": self._whole,
            "count_of": lambda v, b: self._both(v["count_of"], b)[0].text,
            "share_of": lambda v, b: self._both(v["share_of"], b)[1].text,
            "minus": self._minus,
            "joined": lambda v, b: " ".join(self.resolve(v["joined"], b)),
            "range": self._range,
        }

    def _one(self, where: Mapping[str, Any], bound: Mapping[str, str]) -> PrintedCell:
        found = self.select(where, bound)
        if len(found) > 1:
            raise UserError(f"{self.paper} has {len(found)} cells with {where}; name more fields")
        self.used[found[0]] = None
        return found[0]

    def _pair(self, value, bound) -> str:
        cell = self._one(value["pair"], bound)
        return f"{cell.value} ± {cell.std}"

    def _cells(self, value, bound):
        found = self.select(value["cells"], bound)
        self.used.update(dict.fromkeys(found))
        if "by" not in value:
            return [cell.value for cell in found]
        by = {getattr(cell, value["by"]): cell.value for cell in found}
        if len(by) != len(found):
            raise UserError(f"{value['cells']}: several cells have one {value['by']}; name more")
        return by

    def _rows(self, where, bound) -> dict[str, list[str]]:
        found = self.select(where, bound)
        self.used.update(dict.fromkeys(found))
        rows: dict[str, list[str]] = {}
        for cell in found:
            rows.setdefault(cell.class_name, []).append(cell.value)
        return rows

    def _counts(self, value, bound) -> list[list[str]]:
        rows = self._rows(value["counts"], bound).values()
        sizes = self.resolve(value["sizes"], bound)
        counts = [
            [str(round(printed.Printed(cell, 1).exact * int(size))) for cell in row]
            for row, size in zip(rows, sizes, strict=True)
        ]
        for row, size in zip(counts, sizes, strict=True):
            if sum(map(int, row)) != int(size):
                raise UserError(f"the shares of {value['counts']} are no {size} images; mend it")
        turned = value.get("transposed", False)
        return [list(column) for column in zip(*counts, strict=True)] if turned else counts

    def _row_sums(self, value, bound) -> list[str]:
        rows = self._rows(value["row_sums"], bound).values()
        return [str(sum(printed.count(cell) for cell in row)) for row in rows]

    def _whole(self, value, bound):
        inside = self.resolve(value["whole"], bound)
        if isinstance(inside, list):
            return [printed.count(str(one)) for one in inside]
        return printed.count(str(inside))

    def _range(self, value, bound) -> list[int]:
        first, last = (int(end) for end in self.resolve(value["range"], bound))
        return list(range(first, last + 1))

    def _both(self, where, bound):
        return printed.parse_count_share(self._one(where, bound).value)

    def _minus(self, value, bound) -> str:
        texts = self.resolve(value["minus"], bound)
        one, other = (Decimal(text.removesuffix("%").strip()) for text in texts)
        return str(one - other)

    def _sentence(self, name: str):
        if name not in self.sentences:
            raise unknown_name("sentence", name, self.sentences)
        self.used[self.sentences[name]] = None
        return self.sentences[name]


def filled(text: str, bound: Mapping[str, str]) -> str:
    """Replace `{name}` in a text by what is bound to the name."""
    for name, value in bound.items():
        text = text.replace("{" + name + "}", str(value))
    return text
