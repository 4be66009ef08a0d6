"""What test sets of the paper's size would show of each gap: of one run, of means of runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from reproduce.evaluation.detectability import (
    gaps,
    gaps_of_runs,
    smallest_detectable,
    smallest_detectable_of_means,
    true_gap,
)
from reproduce.figures.picture import NothingToShow
from reproduce.figures.wording import method_label
from reproduce.papers.dual_head.printed import METRIC, OURS, RIVALS
from reproduce.study.cell import Cell
from reproduce.study.measures import NotMeasured
from reproduce.study.study import Study

# Larger test parts: of real images, few of some classes, and of generated ones as many as wanted.
REAL, GENERATED = "large", "balanced"
DRAWS = 2000
# Our runs and those of a rival, seed by seed.
Arms = tuple[Sequence[Cell], Sequence[Cell]]
# Table 5 prints means over three initialisations.
RUNS = 3


@dataclass(frozen=True)
class Spread:
    """How a gap scatters: `draws` of it, its true value, and the smallest one told from none.

    `smallest` is of means over `runs` trained runs as they are, `single` of one run, and
    `retrained` of means where another training is counted in; None where that is not known.
    """

    draws: np.ndarray
    true: float
    runs: int
    smallest: float
    single: float
    retrained: float | None


def gap_draws(
    study: Study, per_class: Sequence[int], printed: Mapping[str, float], metric: str = METRIC
) -> dict[str, Any]:
    """Return what test sets of the paper's size would show of each gap, arguments of `Detectable`.

    Draws have as many images of each class as the paper tests on. They are from the large part of
    the study's own data, where it has one; else from that of the generated second set. Beside them,
    in `spreads`, stands all that is known of each pair.
    """
    part, by_arm = _on_the_large_set(study, per_class)
    rivals = [
        rival for rival in RIVALS
        if all({(OURS, seed), (rival, seed)} <= set(by_arm) for seed in study.seeds)
    ]  # fmt: skip
    if not rivals:
        raise NothingToShow(f"it sets {method_label(OURS)} against the other methods of the paper")
    spreads = {}
    for rival in rivals:
        ours, theirs = ([by_arm[method, seed] for seed in study.seeds] for method in (OURS, rival))
        spread = _of_few_images if part == REAL else _of_many_images
        spreads[OURS, rival] = spread(study, (ours, theirs), per_class, metric)
    return {
        "gaps": {pair: one.draws for pair, one in spreads.items()},
        "true": {pair: one.true for pair, one in spreads.items()},
        "smallest": {pair: one.smallest for pair, one in spreads.items()},
        "published": {pair: printed[pair[1]] for pair in spreads},
        "metric": metric,
        "images": int(sum(per_class)),
        "runs": min(one.runs for one in spreads.values()),
        "spreads": spreads,
    }


def _of_many_images(study: Study, arms: Arms, per_class: Sequence[int], metric: str) -> Spread:
    """Return how the gap of means of runs scatters; of single runs where there are too few."""
    by_run, true = _of_runs(study, arms, per_class, metric)
    if len(by_run) < RUNS:
        return _of_single(by_run, true)
    between = float(true.var(ddof=1))
    chosen = [by_run[list(some)] for some in combinations(range(len(by_run)), RUNS)]
    return Spread(
        _centred([some.mean(axis=0) for some in chosen], by_run),
        float(true.mean()),
        RUNS,
        float(np.mean([smallest_detectable_of_means(some) for some in chosen])),
        float(np.mean([smallest_detectable(one) for one in by_run])),
        float(np.mean([smallest_detectable_of_means(some, between) for some in chosen])),
    )


def _of_few_images(study: Study, arms: Arms, per_class: Sequence[int], metric: str) -> Spread:
    """Return how the gap of single runs scatters, each on draws with replacement of its own.

    Kinds take turns as grades by the seed, so that no small test set is one of several runs; and
    of some kinds there are only a few times as many images as are drawn.
    """
    drawn, true = [], []
    for pair in zip(*arms, strict=True):

        def compute(pair=pair):
            (one, labels), (other, _) = (study.measures.predicted(cell, REAL) for cell in pair)
            if (np.bincount(labels, minlength=len(per_class)) < per_class).any():
                raise NothingToShow("too few images of its large test part are stored")
            found = gaps(labels, one, other, per_class, DRAWS, metric, replace=True)
            return {"true": true_gap(labels, one, other, per_class, metric)}, {"gaps": found}

        name = f"gaps with replacement/{_named(*pair, per_class, metric)}"
        value, arrays = study.measures.derived(name, list(pair), compute)
        drawn.append(arrays["gaps"])
        true.append(value["true"])
    return _of_single(np.stack(drawn), np.array(true))


def _of_single(by_run: np.ndarray, true: np.ndarray) -> Spread:
    smallest = float(np.mean([smallest_detectable(one) for one in by_run]))
    return Spread(_centred(by_run, by_run), float(true.mean()), 1, smallest, smallest, None)


def _centred(drawn: Sequence[np.ndarray], by_run: np.ndarray) -> np.ndarray:
    """Return draws moved to one mean, so that their spread is that of test images alone."""
    return np.concatenate([one - one.mean() for one in drawn]) + float(by_run.mean())


def _of_runs(
    study: Study, arms: Arms, per_class: Sequence[int], metric: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return the gap of each run on the same small test sets [runs, draws], and on all images."""

    def compute():
        try:
            said = [[study.measures.predicted(cell, GENERATED)[0] for cell in of] for of in arms]
        except NotMeasured:
            raise NothingToShow(
                "the classes predicted on the large test part are not in this store; "
                f"`reproduce run {study.paper} --force` makes them again"
            ) from None
        labels = study.measures.predicted(arms[0][0], GENERATED)[1]
        drawn = gaps_of_runs(labels, *map(np.stack, said), per_class, DRAWS, metric)
        true = [
            true_gap(labels, one, other, per_class, metric)
            for one, other in zip(*said, strict=True)
        ]
        return {"true": true}, {"gaps": drawn}

    ours, theirs = arms
    name = f"gaps of runs/{_named(ours[0], theirs[0], per_class, metric)}"
    value, arrays = study.measures.derived(name, [*ours, *theirs], compute)
    return arrays["gaps"], np.array(value["true"])


def _named(ours: Cell, theirs: Cell, per_class: Sequence[int], metric: str) -> str:
    sizes = "-".join(map(str, per_class))
    return f"{metric}/{DRAWS}/{sizes}/{ours.method}/{theirs.method}"


def large_cells(study: Study) -> tuple[str, list[Cell]]:
    """Return the large test part that small ones are drawn from, and the cells evaluated on it."""
    every = {REAL: study.select(), GENERATED: study.of_experiment("second")}
    for part, cells in every.items():
        found = [cell for cell in cells if part in cell.trial.evaluate_on]
        if found:
            return part, found
    return "", []


def _on_the_large_set(
    study: Study, per_class: Sequence[int]
) -> tuple[str, dict[tuple[str, int], Cell]]:
    """Return the large part and {(method, seed): cell} there, if draws fit into it."""
    part, cells = large_cells(study)
    if not cells:
        raise NothingToShow("its data have no large test part to draw small ones from")
    records = {record.name: record for record in study.records}
    for name in {cell.trial.dataset for cell in cells}:
        held = records[name].counts[part]
        if len(held) != len(per_class) or any(h < n for h, n in zip(held, per_class, strict=True)):
            raise NothingToShow(
                f"the paper tests on {', '.join(map(str, per_class))} images of its grades, which "
                f"the large test part of {name} does not have"
            )
    return part, {(cell.method, cell.seed): cell for cell in cells}
