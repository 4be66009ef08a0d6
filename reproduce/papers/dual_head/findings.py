"""What a run of the dual-head study found, in sentences: every number comes from its results.

Directions ("more", "less") follow from the numbers too. What the paper printed stands beside only
where the caller passes its published cells; a sentence of an experiment that was not run is left
out. Effects have the interval of the verdicts, or none.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from reproduce.figures.by_seed import Draws, by_seed
from reproduce.figures.picture import NothingToShow
from reproduce.figures.wording import points
from reproduce.pages.rows import Row, rows_of
from reproduce.papers.dual_head import experiment_findings as experiments
from reproduce.papers.dual_head import printed
from reproduce.papers.dual_head.effect_words import against_rivals, levels, repeats, spread
from reproduce.papers.dual_head.explained import (
    choices,
    encoders,
    gradients,
    named,
    small_test_set,
)
from reproduce.papers.dual_head.printed import OURS, RIVALS
from reproduce.papers.dual_head.rows import (
    ENCODER,
    ablation_rows,
    joint_histories,
    other_fine_tuning_rows,
)
from reproduce.papers.dual_head.small_test_sets import gap_draws
from reproduce.registry.datasets import in_words
from reproduce.registry.published import PrintedCell
from reproduce.study.cell import Cell
from reproduce.study.resampled import draws_of
from reproduce.study.study import Study


def findings(study: Study, cells: Iterable[PrintedCell] = ()) -> list[str]:
    """Return the findings as sentences; `cells` are the paper's published cells."""
    cells, draws = list(cells), draws_of(study)
    gaps, weights = (printed.gaps(cells), printed.weights(cells)) if cells else ({}, {})
    grid, second = study.select(), study.of_experiment("second")
    asked: list[Callable[[], str]] = [
        lambda: _methods(study, grid, gaps, draws),
        lambda: _never_recognised(study, grid),
        lambda: _methods(study, second, {}, draws),
        lambda: experiments.weights(rows_of(study, "table_6"), weights, draws),
        lambda: experiments.warm_up(rows_of(study, "warm_up"), _epochs(study), draws),
        lambda: experiments.batches(rows_of(study, "batch_size"), draws),
        lambda: experiments.binary(rows_of(study, "binary"), draws),
        lambda: experiments.components(ablation_rows(study), draws),
        lambda: experiments.fine_tuning(
            other_fine_tuning_rows(study), _largest_share(study, grid), draws
        ),
        lambda: encoders(_with_encoders(study), draws),
        lambda: gradients(joint_histories(study)[OURS]),
        lambda: choices(rows_of(study, "choices"), draws),
        lambda: small_test_set(_draws(study, cells)),
    ]
    return [sentence for sentence in map(_sentence, asked) if sentence]


def _sentence(said: Callable[[], str]) -> str:
    """Return a sentence, empty where this run has nothing to say it of."""
    try:
        return said()
    except NothingToShow:
        return ""


# -- the four methods ----------------------------------------------------------------------------


def _methods(study: Study, cells: Sequence[Cell], paper: Mapping[str, float], draws: Draws) -> str:
    if not cells:
        return ""
    rows, dataset = study.rows(cells), cells[0].factors["dataset"]
    values, accuracy = levels(rows, "method"), by_seed(rows, "accuracy", ("method",))
    known = "; ".join(
        f"{named(method)} {spread(seeds)}, {spread(accuracy[(method,)])}"
        for (method,), seeds in values.items()
    )
    tested = int(study.measures.confusion(cells[0]).sum())
    said = (
        f"**{in_words(dataset)}** ({study.role_of(dataset)}, {tested:,} test images), macro F1 "
        "and accuracy in percent, mean ± standard deviation over "
        f"{repeats(values.values())}: {known}."
    )
    if (OURS,) not in values or not any((rival,) in values for rival in RIVALS):
        return said
    said += f" In macro F1, {named(OURS)} {against_rivals(rows, draws)}."
    if paper:
        each = ", ".join(f"{points(gap)} points over {named(name)}" for name, gap in paper.items())
        said += f" The paper prints {each}, on ACNE04."
    return said


def _never_recognised(study: Study, cells: Sequence[Cell]) -> str:
    """Name the classes of which no network of the grid recognises an image: that rules the rest."""
    if not cells:
        return ""
    tables = [study.measures.confusion(cell) for cell in cells]
    tested = tables[0].sum(axis=1)
    never = np.flatnonzero((sum(np.diag(table) for table in tables) == 0) & (tested > 0))
    if not len(never):
        return ""
    names = study.record.class_names
    each = " and ".join(f"{names[place]} ({tested[place]} test images)" for place in never)
    return (
        f"**Never recognised.** Of class {each} no network of any method recognises a single "
        "image: the recall of that class is 0 in every arm. Nothing measured here can speak for or "
        "against a gain in it."
    )


def _epochs(study: Study) -> tuple[int, int]:
    """Return the epochs of the warm-up and of the whole pre-training of the paper's method."""
    for cell in study.of_experiment("warm_up"):
        phases = cell.trial.phases
        if cell.factors.get("warm_up_epochs") and len(phases) > 2:
            return phases[0].epochs, phases[0].epochs + phases[1].epochs
    return 0, 0


def _largest_share(study: Study, cells: Sequence[Cell]) -> float:
    """Return the accuracy of always answering with the largest class of the test images."""
    if not cells:
        return 0.0
    tested = study.measures.confusion(cells[0]).sum(axis=1)
    return float(tested.max() / tested.sum())


# -- what `explained` speaks of -------------------------------------------------------------------


def _with_encoders(study: Study) -> list[Row]:
    kept = all("encoders" in cell.keep for cell in study.select())
    return rows_of(study, "grid", ENCODER) if kept else []


def _draws(study: Study, cells: list[PrintedCell]) -> dict[str, Any]:
    if not cells:
        return {}
    theirs, _ = printed.confusions(cells)
    tested = next(iter(theirs.values())).sum(axis=1).tolist()
    return gap_draws(study, tested, printed.gaps(cells))
