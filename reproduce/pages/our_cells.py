"""Our value beside a printed cell: from the stored results of a run, in the unit of the print."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cached_property

import numpy as np

from reproduce.errors import UserError
from reproduce.figures.wording import mean_and_sd
from reproduce.registry import datasets
from reproduce.registry.layouts import PrintedTable, Wanted, wanted
from reproduce.registry.published import PrintedCell
from reproduce.study.cell import Cell
from reproduce.study.study import Study

NOT_RUN = "not run"


@dataclass
class OurCells:
    """Finds our value for the cells of one printed table.

    Attributes
    ----------
    study
        The run; None where the paper was not run.
    used
        The cells of the run that stand in the table, by key, for its provenance.
    """

    study: Study | None
    table: PrintedTable
    used: dict[str, Cell] = field(default_factory=dict)

    def ours_for(self, printed: PrintedCell) -> str:
        """Return what stands under a printed value: ours, or that it was not run."""
        if not _is_number(printed.value):
            return ""
        asked = wanted(self.table.layout, printed)
        cells = self._cells(asked) if asked else []
        if not cells:
            return NOT_RUN
        try:
            said = self._matrix(asked, cells) if asked.place else self._value(asked, cells, printed)
        except UserError:  # It has no value on these data, or its arrays were not kept.
            return NOT_RUN
        self.used |= {cell.trial.key: cell for cell in cells}
        return said

    def _cells(self, asked: Wanted) -> list[Cell]:
        """Return the cells of a run that belong there, a seed each; none where it has none."""
        if self.study is None:
            return []
        found = self.study.arms(method=asked.method, **asked.where)
        found = [cell for cell in found if cell.varied <= {*asked.where, "dataset"}]
        for name in asked.data or (_plain(self.study.record.name),):
            there = [cell for cell in found if _plain(cell.factors["dataset"]) == name]
            by_seed = {cell.seed: cell for cell in reversed(there)}
            if by_seed:
                return [by_seed[seed] for seed in sorted(by_seed)]
        return []

    def _value(self, asked: Wanted, cells: Sequence[Cell], printed: PrintedCell) -> str:
        measures = self.study.measures
        values = [measures.value(cell, asked.metric) / asked.unit for cell in cells]
        return spread(values, decimals(printed.value))

    def _matrix(self, asked: Wanted, cells: Sequence[Cell]) -> str:
        """Return the mean count over seeds; the share of the row where the test sizes differ.

        In a table that differs in one row, all stand in shares: two units side by side mislead.
        """
        added = self._added([cell.trial.key for cell in cells], cells)
        row, column = asked.place
        count, images = int(added[row, column]), int(added[row].sum())
        if self.table.layout.ours.confusion == "shares":
            return f"{count / images:.4f}" if images else NOT_RUN
        if self._as_large_as_ours(added, len(cells)):
            return f"{count / len(cells):.1f}"
        return f"{100 * count / images:.1f} %" if images else NOT_RUN

    def _as_large_as_ours(self, added: np.ndarray, seeds: int) -> bool:
        """Say whether the print has as many test images of every class; whole numbers, exactly."""
        return all(
            int(added[row].sum()) == seeds * images for row, images in self._printed_images.items()
        )

    def _added(self, keys: Sequence[str], cells: Sequence[Cell]) -> np.ndarray:
        """Return the sum of the confusion matrices over seeds."""
        known = self.__dict__.setdefault("_matrices", {})
        if tuple(keys) not in known:
            found = [self.study.measures.confusion(cell) for cell in cells]
            known[tuple(keys)] = np.sum(found, axis=0)
        return known[tuple(keys)]

    @cached_property
    def _printed_images(self) -> dict[int, int]:
        """Return how many test images the print has of each true class."""
        images: dict[int, int] = {}
        for cell in self.table.cells.values():
            row = wanted(self.table.layout, cell).place[0]
            images[row] = images.get(row, 0) + int(cell.value)
        return images

    def share(self, printed: PrintedCell) -> str:
        """Return a printed count's share of its row, where ours stands in shares beside it."""
        asked = wanted(self.table.layout, printed)
        images = self._printed_images[asked.place[0]]
        return f"{100 * int(printed.value) / images:.1f} %" if images else ""

    @cached_property
    def in_shares(self) -> bool:
        """Say whether printed counts stand beside shares, since our test set has another size."""
        ours = self.table.layout.ours
        if ours is None or ours.confusion != "counts":
            return False
        return any(self.ours_for(cell).endswith(" %") for cell in self.table.cells.values())

    @property
    def on(self) -> str:
        """Return on which data ours are, and over how many seeds."""
        if not self.used:
            return ""
        names = dict.fromkeys(
            datasets.in_words(cell.factors["dataset"]) for cell in self.used.values()
        )
        seeds = len({cell.seed for cell in self.used.values()})
        return f"{' and '.join(names)}, {seeds} seed{'s' if seeds > 1 else ''}"


def spread(values: Sequence[float], digits: int) -> str:
    """Return "52.0 ± 2.1" with so many decimals; one value alone has no spread."""
    mean, deviation = mean_and_sd(values)
    said = f"{mean:.{digits}f}"
    return said if deviation is None else f"{said} ± {deviation:.{digits}f}"


def decimals(printed: str) -> int:
    """Return the decimals of a printed number, one at least, three where it is a fraction."""
    after = len(printed.partition(".")[2])
    return max(after, 1 if abs(float(printed.replace(",", ""))) > 1 else 3)


def _is_number(text: str) -> bool:
    try:
        Decimal(text.replace(",", ""))
    except InvalidOperation:
        return text[:1].isdigit()
    return True


def _plain(name: str) -> str:
    return name.partition("?")[0]
