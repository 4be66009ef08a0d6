"""A registered contrast on the cells of a study: which arms, at which points, with which seeds."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

from reproduce.data import names
from reproduce.evaluation.metric import Family
from reproduce.evaluation.registry import absent_class, metric
from reproduce.registry.claims import Contrast, Term
from reproduce.study.cell import Cell, in_words
from reproduce.study.not_measured import NotMeasured
from reproduce.study.study import Study

# The values of the factors that no term of a contrast fixes.
Point = tuple[tuple[str, Any], ...]
# How many cells that are still to be trained a sentence names.
NAMED = 3


@dataclass(frozen=True)
class Arm:
    """One cell of a term: its weight in the mean over all points, and at its own point alone."""

    weight: float
    at_point: float
    point: Point
    cell: Cell


class Comparison:
    """A contrast, in one metric, on a study.

    Seeds that are `refused` are as if they were not run. `references` takes in what stands beside
    the grid and no claim speaks of, as positive controls do. `mixture` is that of the claim.
    """

    def __init__(
        self, study: Study, contrast: Contrast, asked: str, refused: Iterable[int] = (),
        references: bool = False, mixture: str = "test",
    ):  # fmt: skip
        self.study, self.contrast, self.asked = study, contrast, asked
        self.refused, self.references, self.mixture = frozenset(refused), references, mixture

    def missing(self) -> str:
        """Say what the contrast needs that was not run; empty if nothing."""
        if metric(self.asked).waits_for:
            return f"{self.asked}, {metric(self.asked).waits_for}"
        records = {record.name: record for record in self.study.records}
        there = records.get(str(self.contrast.where.get("dataset")), self.study.record)
        absent = absent_class(self.asked, there.class_names)
        if absent:
            return absent
        waiting = self.waiting()
        if waiting:
            return waiting
        for term in self.contrast.terms:
            if not self.cells(term):
                return self._lacking(term)
        return "" if self.points else "points of the grid that all its terms share"

    def waiting(self) -> str:
        """Say what of it a registered plan has still to train; empty if nothing.

        A mean over the points that happen to be done would be taken for the whole one. Repeats
        that are not done are counted elsewhere, as the fewer repeats that they are.
        """
        if self.study.whole is self.study:
            return ""
        whole = Comparison(
            self.study.whole, self.contrast, self.asked, self.refused, references=self.references
        )
        here = {_place(arm.cell) for arm in self.arms}
        left = [arm.cell for arm in whole.arms if _place(arm.cell) not in here]
        # An arm may be trained and only wait for the one that it is set beside.
        trained = {_place(cell) for term in self.contrast.terms for cell in self.cells(term)}
        left = [cell for cell in left if _place(cell) not in trained] or left
        named = dict.fromkeys(f"{cell.method} {self._at(cell)}" for cell in left)
        more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
        said = f"{'; '.join(list(named)[:NAMED])}{more}"
        return f"not attempted yet (planned): {said}" if named else ""

    def diverged(self) -> str:
        """Say which of its arms lost a training to divergence, and is left out; empty if none."""
        gone = {
            f"{cell.method} {self._at(cell)}"
            for term in self.contrast.terms for cell in self.study.lost
            if cell.matches(method=term.method, experiment="grid", **self._where(term))
        }  # fmt: skip
        return f"its training diverged: {'; '.join(sorted(gone))}" if gone else ""

    def _at(self, cell: Cell) -> str:
        """Say where a cell is: its point, and its data where they are not the main ones."""
        point, data = in_words(cell.factors, self.study.protocol.paper), cell.factors["dataset"]
        elsewhere = data not in (self.study.cells[0].factors["dataset"], point)
        return f"at {point}{f' on {names.parse(data).plain}' if elsewhere else ''}"

    @property
    def _family(self) -> Family:
        """Return what the metric is measured with; one that waits for it was told so before."""
        found = metric(self.asked).family
        if found is None:
            raise NotMeasured(f"{self.asked} is not measured by this package")
        return found

    def _lacking(self, term: Term) -> str:
        where, wanted = self._where(term), self._family
        at = ", ".join(f"{name} {plain(value)}" for name, value in where.items())
        lacking = f"{term.method}{f' at {at}' if at else ''}"
        ran = {cell.trial.task for cell in self._ran(term)}
        if ran and wanted.task not in ran:
            return f"{lacking}, in {wanted.task}"
        return f"the {wanted.needs} of {lacking}" if ran else lacking

    def cells(self, term: Term) -> list[Cell]:
        """Return the cells of a term whose trials keep what the metric is computed from."""
        family = self._family
        ran = [c for c in self._ran(term) if family.task == c.trial.task]
        return ran if family.of_history else [c for c in ran if family.needs in c.keep]

    def _ran(self, term: Term) -> list[Cell]:
        """Return the cells of a term; what an experiment varies counts if it is spoken of."""
        where = self._where(term)
        cells = self.study.arms(method=term.method, **where)
        if self.references:
            more = self.study.references
            cells += [cell for cell in more if cell.matches(method=term.method, **where)]
        return [c for c in cells if c.varied <= set(where) and c.seed not in self.refused]

    def _where(self, term: Term) -> dict[str, Any]:
        return {**self.contrast.where, **term.where}

    @cached_property
    def points(self) -> list[Point]:
        """Return the points (of the factors that no term fixes) that the contrast is taken over.

        They are the points at which every term was run with as many repeats as at any other: a
        point that was run with fewer seeds would take the others from the whole claim, which pairs
        by seed.
        """
        seeds: dict[Point, set[int]] | None = None
        for term in self.contrast.terms:
            found = self._seeds_by_point(self.cells(term))
            both = (
                found if seeds is None
                else {p: s & found[p] for p, s in seeds.items() if p in found}
            )  # fmt: skip
            seeds = {point: shared for point, shared in both.items() if shared}
        ordered = sorted((seeds or {}).items(), key=lambda item: str(item[0]))
        most = max((shared for _, shared in ordered), key=len, default=set())
        return [point for point, shared in ordered if shared >= most]

    def _seeds_by_point(self, cells: Iterable[Cell]) -> dict[Point, set[int]]:
        """Return the seeds that all arms of one term have at each point."""
        at: dict[Point, list[Cell]] = {}
        for cell in cells:
            at.setdefault(self.point_of(cell), []).append(cell)
        return {point: set(common_seeds(found)) for point, found in at.items()}

    def point_of(self, cell: Cell) -> Point:
        """Return the factors of a cell that no term of the contrast fixes."""
        fixed = {name for term in self.contrast.terms for name in term.where}
        return tuple((n, v) for n, v in sorted(cell.factors.items()) if n not in fixed)

    @cached_property
    def arms(self) -> list[Arm]:
        """Return every cell that counts; several cells of a term at one point share its weight."""
        points, found = set(self.points), []
        for term in self.contrast.terms:
            cells = [cell for cell in self.cells(term) if self.point_of(cell) in points]
            at: dict[Point, set[Point]] = {point: set() for point in points}
            for cell in cells:
                at[self.point_of(cell)].add(tuple(sorted(cell.factors.items())))
            everywhere = len(set.union(*at.values())) if at else 0
            for cell in cells:
                point = self.point_of(cell)
                whole, here = term.weight / everywhere, term.weight / len(at[point])
                found.append(Arm(whole, here, point, cell))
        return found

    @cached_property
    def seeds(self) -> list[int]:
        """Return the seeds at which every arm was run, since effects are paired by seed."""
        return common_seeds(arm.cell for arm in self.arms)

    @property
    def datasets(self) -> list[str]:
        """Return the data sets that the arms stand on."""
        return list(dict.fromkeys(arm.cell.factors["dataset"] for arm in self.arms))

    # -- what it was restricted to ---------------------------------------------------------------

    @property
    def restricted(self) -> str:
        """Say where the contrast was judged on a part of what it speaks of; empty if nowhere."""
        main, there = self.study.cells[0].factors["dataset"], self.contrast.where.get("dataset")
        moved = isinstance(there, str) and there != main
        other = [f"on {names.parse(str(there)).plain}"] if moved else []
        return "; ".join([*other, *self._not_all_of(), *self._not_everywhere()])

    def _not_all_of(self) -> list[str]:
        """Say where it names several values of a factor and only some of them were run.

        On other data, or as a single arm, a value may have been run that this is not judged at.
        """
        said, cells = [], [arm.cell for arm in self.arms]
        for name, wanted in self.contrast.where.items():
            values = wanted if isinstance(wanted, list) else [wanted]
            ran = [
                value for value in values if any(cell.matches(**{name: value}) for cell in cells)
            ]
            if len(ran) < len(values):
                left_out = plain([value for value in values if value not in ran])
                said.append(f"run at {name} {plain(ran)}, not {left_out}")
        return said

    def _not_everywhere(self) -> list[str]:
        """Say at which points of the grid it was judged, if not at all that it speaks of."""
        cells = self.study.select(**self.contrast.where)
        grid = {self.point_of(cell) for cell in cells}
        ours = grid & set(self.points)
        if not ours or ours == grid:
            return []
        named, alike = [], grid
        for name in [name for name in cells[0].factors if name in dict(min(grid))]:
            values, others = ({dict(point)[name] for point in group} for group in (ours, grid))
            if values < others:
                alike = {point for point in alike if dict(point)[name] in values}
                named.append(f"{name} {plain(sorted(values))}")
        if alike != ours:
            return [f"judged at {len(ours)} of {len(grid)} points of the grid"]
        return [f"judged at {', '.join(named)}"]


def _place(cell: Cell) -> tuple[object, ...]:
    """Return where a cell is, whatever its seed."""
    return (cell.method, *sorted((name, str(value)) for name, value in cell.factors.items()))


def plain(value: Any) -> str:
    """Return a level of a factor, or several, as a sentence says them."""
    values = value if isinstance(value, list | tuple) else [value]
    return " or ".join(f"{v:g}" if isinstance(v, float) else str(v) for v in values)


def common_seeds(cells: Iterable[Cell]) -> list[int]:
    """Return the seeds that every method at every point among these cells was run with."""
    by_arm: dict[tuple[object, ...], set[int]] = {}
    for cell in cells:
        key = (cell.method, *chain.from_iterable(sorted(cell.factors.items())))
        by_arm.setdefault(key, set()).add(cell.seed)
    return sorted(set.intersection(*by_arm.values())) if by_arm else []
