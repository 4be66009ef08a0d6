"""What differs between two runs of one paper, and what moved."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from reproduce.errors import UserError
from reproduce.evaluation.significance import Effect, paired_effect
from reproduce.study.cell import Cell
from reproduce.study.judging import judge
from reproduce.study.parameters import Parameters
from reproduce.study.protocol import Protocol
from reproduce.study.study import Study
from reproduce.trials import edition as editions
from reproduce.trials.edition import Edition
from reproduce.trials.store import Store

METRICS = ("accuracy", "macro_f1", "auc")
ABSENT = "not in it"
ONE_SEED = "one seed"
# Behind an interval that knows nothing of the test images.
ALONE = "*"


@dataclass
class Comparison:
    """Parameters that differ, metrics that moved, verdicts that changed.

    A row of `metrics` has method, point, metric, both means, what the means differ by, and the
    difference over the seeds that both have with its 95 % interval.
    """

    parameters: list[tuple[str, Any, Any]]
    shared: int = 0
    moved: int = 0
    metrics: list[tuple[str, str, str, str, str, str, str]] = field(default_factory=list)
    verdicts: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass
class Side:
    """One of the runs that are compared: its study as far as it is trained, and its verdicts."""

    study: Study
    verdicts: dict[str, str]
    missing: int = 0

    @property
    def parameters(self) -> dict[str, Any]:
        """Return its parameters, as plain JSON."""
        return self.study.parameters.model_dump(mode="json")

    def metrics(self) -> dict[str, dict[str, float]]:
        """Return the metrics of its trials, by their keys."""
        keys = self.study.keys()
        results = [result for key in keys if (result := self.study.store.get(key))]
        return {result.key: result.metrics for result in results}


@contextmanager
def side_of(protocol: Protocol, edition: Edition) -> Iterator[Side]:
    """Yield an edition as a side, in a store of its own.

    What two editions say of one trial must not be mixed, nor taken over.
    """
    paper = protocol.paper.key
    stamp = edition.stamp(paper)
    if stamp is None:
        raise UserError(f"{edition.root} holds no page of {paper}; expected two runs of one paper")
    with TemporaryDirectory(prefix="reproduce-compare-") as folder:
        store = Store(Path(folder))
        editions.merge(store, edition, paper)
        # Read again: an edition is silent on parameters that are younger than it is.
        study = Study(protocol, protocol.parameters.read(stamp["given"]), store)
        verdicts = {row["claim"]: row["verdict"] for row in stamp["verdicts"]}
        yield _finished(study, verdicts)


def side_with(protocol: Protocol, values: dict[str, Any], stores: Iterable[Store]) -> Side:
    """Return the run with these parameters, from the store that has most of its trials."""
    parameters: Parameters = protocol.parameters.read(values)
    sides = []
    for store in stores:
        try:
            sides.append(_finished(Study(protocol, parameters, store)))
        except UserError:  # It knows nothing of the data, which is not here.
            continue
    best = min(sides, key=lambda side: side.missing, default=None)
    if best is None or not best.study.cells:
        asked = " ".join(f"-p {name} '{value}'" for name, value in values.items())
        raise UserError(
            f"no network of {protocol.paper.key} with {asked or 'its default parameters'} is "
            f"trained here or published; `reproduce run {protocol.paper.key} {asked}` trains them"
        )
    best.verdicts = {one.claim_id: str(one.verdict) for one in judge(best.study) if one.parts}
    return best


def _finished(study: Study, verdicts: dict[str, str] | None = None) -> Side:
    """Return the part of a study that is trained, and how many of its trials are not."""
    keys = study.keys()
    done = {key for key in keys if study.store.get(key) is not None}
    part = copy(study)
    part.cells = [cell for cell in study.cells if cell.trial.key in done]
    part.references = [cell for cell in study.references if cell.trial.key in done]
    return Side(part, verdicts or {}, len(keys - done))


def compare(protocol: Protocol, one: Edition, other: Edition, images: bool = True) -> Comparison:
    """Compare two editions of a paper by what they carry, without training or executing."""
    with side_of(protocol, one) as left, side_of(protocol, other) as right:
        return compared(left, right, images)


def compared(left: Side, right: Side, images: bool = True) -> Comparison:
    """Compare two sides; `images` adds the luck of the test images to the intervals."""
    asked = (left.parameters, right.parameters)
    values = [(name, asked[0][name], asked[1][name]) for name in sorted(asked[0])]
    found = Comparison([row for row in values if row[1] != row[2]])
    by_key = (left.metrics(), right.metrics())
    both = set(by_key[0]) & set(by_key[1])
    found.shared = len(both)
    found.moved = sum(by_key[0][key] != by_key[1][key] for key in both)
    found.metrics = _moves(left, right, images)
    claims = dict.fromkeys([*left.verdicts, *right.verdicts])
    rows = [
        (claim, left.verdicts.get(claim, ABSENT), right.verdicts.get(claim, ABSENT))
        for claim in claims
    ]
    found.verdicts = [row for row in rows if row[1] != row[2]]
    return found


def _moves(left: Side, right: Side, images: bool) -> list[tuple[str, str, str, str, str, str, str]]:
    apart = _told_apart(left.study, right.study)
    cells = [_by_place(side.study, apart) for side in (left, right)]
    rows = []
    for place in (place for place in cells[0] if place in cells[1]):
        before, after = cells[0][place], cells[1][place]
        for metric in METRICS:
            a, b = _values(left.study, before, metric), _values(right.study, after, metric)
            effect, drawn = _paired((left.study, right.study), (before, after), metric, images)
            rows.append((
                *place, metric, f"{100 * mean(a):.2f} % (n={len(a)})",
                f"{100 * mean(b):.2f} % (n={len(b)})",
                f"{100 * (mean(b) - mean(a)):+.2f} points", _interval(effect, drawn),
            ))  # fmt: skip
    return rows


def _told_apart(left: Study, right: Study) -> set[str]:
    """Return the factors that have one value on each side and not the same: what was changed."""
    names = left.protocol.paper.factors
    values = [
        {
            name: {str(c.factors[name]) for c in study.select() if name in c.factors}
            for name in names
        }
        for study in (left, right)
    ]
    return {
        name for name in names
        if len(values[0][name]) == len(values[1][name]) == 1 and values[0][name] != values[1][name]
    }  # fmt: skip


def _by_place(study: Study, apart: set[str]) -> dict[tuple[str, str], dict[int, Cell]]:
    """Return the cells of the grid by method and point, and there by seed."""
    found: dict[tuple[str, str], dict[int, Cell]] = {}
    names = [name for name in study.protocol.paper.factors if name not in apart]
    for cell in study.select():
        at = " ".join(f"{name} {cell.factors[name]}" for name in names if name in cell.factors)
        found.setdefault((cell.method, at), {})[cell.seed] = cell
    return found


def _values(study: Study, cells: dict[int, Cell], metric: str) -> list[float]:
    return [row[metric] for row in study.rows(cells.values())]


def _paired(
    studies: tuple[Study, Study], cells: tuple[dict[int, Cell], dict[int, Cell]], metric: str,
    images: bool,
) -> tuple[Effect | None, bool]:  # fmt: skip
    """Return the difference over the seeds that both have, and whether it knows of the images."""
    seeds = sorted(set(cells[0]) & set(cells[1]))
    if not seeds:
        return None, False
    before, after = ([side[seed] for seed in seeds] for side in cells)
    first, second = (
        np.array([row[metric] for row in study.rows(chosen)])
        for study, chosen in zip(studies, (before, after), strict=True)
    )
    draws = _image_draws(studies, before, after, metric) if images else None
    return paired_effect(second - first, image_draws=draws, seeds=seeds), draws is not None


def _image_draws(
    studies: tuple[Study, Study], before: list[Cell], after: list[Cell], metric: str
) -> np.ndarray | None:
    """Return the mean difference on resamples of the test images, where all share these."""
    records = [{r.name: r.fingerprint for r in study.records} for study in studies]
    tested = {
        str((prints[cell.trial.dataset], cell.trial.split, cell.trial.evaluate_on))
        for prints, cells in zip(records, (before, after), strict=True) for cell in cells
    }  # fmt: skip
    if len(tested) != 1:
        return None
    try:
        drawn = [
            np.mean([study.measures.resampled(cell, metric) for cell in cells], axis=0)
            for study, cells in zip(studies, (before, after), strict=True)
        ]
    except UserError:  # An edition carries the scores of few trials.
        return None
    difference: np.ndarray = drawn[1] - drawn[0]
    return difference


def _interval(effect: Effect | None, images: bool) -> str:
    if effect is None:
        return "no seed in both"
    if not np.isfinite([effect.low, effect.high]).all():
        return ONE_SEED
    ends = f"{100 * effect.mean:+.2f} [{100 * effect.low:+.2f}, {100 * effect.high:+.2f}]"
    return ends if images else f"{ends} {ALONE}"
