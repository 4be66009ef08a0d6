"""The rows behind the figures and tables of the difficulty-aware page."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from reproduce.evaluation import compared, operating
from reproduce.figures.picture import NothingToShow
from reproduce.pages.rows import Row, rows_of
from reproduce.papers.difficulty_aware.methods import AWARE, PLAIN
from reproduce.study.cell import Cell
from reproduce.study.measures import NotMeasured
from reproduce.study.study import Study

EER, AUC = "eer", "verification_auc"
ALIKE = ("genuine_similarity", "impostor_similarity", "hard_positive_similarity")
SHARES = ("hard_positive_gradient_share", "hard_negative_gradient_share")
# Edges of cosines at which scores are counted for a figure.
EDGES = np.linspace(-1, 1, 81)
# The share of impostors that a threshold chosen on validation identities is to let in.
WANTED = (0.1, 0.01)


def grid(study: Study, metrics: Sequence[str] = ()) -> list[Row]:
    """Return the losses on the main data, on pairs of identities that training never saw."""
    return rows_of(study, "grid", metrics)


def with_middle(study: Study, experiment: str, factor: str, middle: Any) -> list[Row]:
    """Return a sweep with the difficulty-aware loss of the grid at its own value."""
    found = [row for row in rows_of(study, experiment) if factor in row]
    seeds = {row["seed"] for row in found}
    own = [row for row in grid(study) if row["method"] == AWARE and row["seed"] in seeds]
    if not found:
        raise NothingToShow(f"no other value of {factor.replace('_', ' ')} was run")
    return [*({**row, factor: middle} for row in own), *found]


def plain_at(rows: Iterable[Row], study: Study, factor: str) -> list[Row]:
    """Return the plain loss, which has no such number, at both ends of a sweep."""
    rows = list(rows)
    values, seeds = [row[factor] for row in rows], {row["seed"] for row in rows}
    own = [row for row in grid(study) if row["method"] == PLAIN and row["seed"] in seeds]
    return [{**row, factor: end} for row in own for end in (min(values), max(values))]


def measured(study: Study, cell: Cell) -> dict[str, np.ndarray]:
    """Return what figures read of a trial's scores, computed once and carried by an edition."""

    def compute():
        embeddings, shown = study.measures.scores(cell)
        pairs = compared.pairs(embeddings, shown)
        counts = [
            np.histogram(pairs.scores[of], EDGES)[0] for of in (pairs.genuine, ~pairs.genuine)
        ]
        return {}, {"rejected": operating.rejected_at(pairs), "counts": np.stack(counts)}

    try:
        return study.measures.derived(f"scores/{cell.measured_on}", [cell], compute)[1]
    except NotMeasured as gone:
        raise NothingToShow("the embeddings of the trials are not in this store") from gone


def chosen_ahead(study: Study, cell: Cell) -> dict[str, float]:
    """Return the rates on test pairs at thresholds that validation pairs chose."""
    if "val" not in cell.trial.evaluate_on:
        raise NothingToShow("these data have no identities to choose a threshold on")

    def compute():
        there, here = (
            compared.pairs(*study.measures.scores(cell, part)) for part in ("val", "test")
        )
        thresholds = {"equal": operating.threshold_where_equal(there)}
        thresholds |= {f"{far:g}": operating.threshold_for(there, far) for far in WANTED}
        found = {}
        for name, threshold in thresholds.items():
            rates = operating.rates_at(here, threshold)
            found |= {f"{name}/threshold": threshold, f"{name}/far": rates.false_acceptance,
                      f"{name}/frr": rates.false_rejection}  # fmt: skip
        return found, {}

    try:
        return study.measures.derived("threshold/val", [cell], compute)[0]
    except NotMeasured as gone:
        raise NothingToShow("the embeddings of the trials are not in this store") from gone


def over_training(study: Study) -> list[Row]:
    """Return the share of the gradient on the hardest pairs at each moment of training."""
    from reproduce.evaluation.families.gradients import over_time

    found: list[Row] = []
    for cell in study.select():
        if "gradients" not in cell.keep:
            continue

        def compute(cell=cell):
            arrays = study.result(cell).arrays
            if "gradients/shares" not in arrays:
                raise NothingToShow("the gradients of the trials are not in this store")
            return {}, {"iteration": arrays["gradients/iteration"], **over_time(arrays)}

        known = study.measures.derived("gradients/over time", [cell], compute)[1]
        for place, moment in enumerate(known["iteration"]):
            shares = {name: float(known[name][place]) for name in SHARES}
            found.append({"method": cell.method, "seed": cell.seed, "key": cell.trial.key,
                          **cell.factors, "iteration": int(moment), **shares})  # fmt: skip
    if not found:
        raise NothingToShow("no loss of pairs was run")
    return found
