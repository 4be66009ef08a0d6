"""Tables of BDCL's page: its two parts as a 2 x 2, one quantity in four forms, the shift."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from reproduce.evaluation.significance import Effect
from reproduce.figures.by_seed import Draws, effect_between, effect_ends
from reproduce.figures.inputs import is_number
from reproduce.figures.picture import NothingToShow
from reproduce.figures.table import Table
from reproduce.figures.wording import mean_and_spread, method_label, metric_label, percent, points
from reproduce.pages.rows import Row
from reproduce.registry import published
from reproduce.study.cell import Cell
from reproduce.study.study import Study

# Printed row, and ours; with how often each counts in the interaction.
PARTS = {
    "baseline": ("sup_con", 1), "w/o TDL": ("bdcl_without_tdl", -1),
    "w/o HEP": ("bdcl_without_hep", -1), "BDCL": ("bdcl", 1),
}  # fmt: skip
PRINTED = {"accuracy": "Accuracy", "gmean_ovr": "G-mean", "macro_f1": "F1-score",
           "iba_0_1": "IBA0.1", "iba_0_5": "IBA0.5", "iba_1": "IBA1"}  # fmt: skip


def two_by_two(
    rows: Sequence[Row], metrics: Sequence[str], provenance: str, draws: Draws | None
) -> Table:
    """Return what each part gains alone and both together, and what more the two do together.

    The first line of a cell is the paper's, the second ours.
    """
    lines = []
    for name, weights in (
        ("prototypes alone", {"bdcl_without_tdl": 1, "sup_con": -1}),
        ("temperatures alone", {"bdcl_without_hep": 1, "sup_con": -1}),
        ("both", {"bdcl": 1, "sup_con": -1}),
        ("both minus the sum of each alone", {own: weight for own, weight in PARTS.values()}),
    ):
        cells = []
        for metric in metrics:
            found = combined(rows, weights, metric, draws)
            cells.append(f"{points(_printed(weights, metric))}\n{points(found.mean)}"
                         f"{effect_ends(found, 1)}")  # fmt: skip
        lines.append([name, *cells])
    return Table(
        "The two parts of BDCL: what each adds to the baseline, in points",
        ["", *map(metric_label, metrics)], lines, provenance, numeric_from=1,
        note="First line: from the paper's Table 3. Second line: ours, with its interval.",
    )  # fmt: skip


def combined(
    rows: Sequence[Row], weights: Mapping[str, int], metric: str, draws: Draws | None = None
) -> Effect:
    """Return a weighted sum of arms as an effect, paired by seed.

    Arms of positive weight are added up on one side, the others on the other, so that the
    interval is the one of any difference.
    """
    sides = {}
    for sign in (1, -1):
        arms = [name for name, weight in weights.items() if weight == sign]
        by_seed: dict[Any, list[Row]] = {}
        for row in rows:
            if row["method"] in arms and is_number(row.get(metric)):
                by_seed.setdefault(row["seed"], []).append(row)
        sides[sign] = [
            {"seed": seed, "method": "+".join(arms), metric: sum(row[metric] for row in members),
             "rows": members}
            for seed, members in by_seed.items() if len(members) == len(arms)
        ]  # fmt: skip

    def summed(row: Mapping[str, Any], asked: str):
        drawn = [draws(one, asked) for one in row["rows"]] if draws else [None]
        return None if any(one is None for one in drawn) else sum(drawn)

    if hasattr(draws, "split_of"):
        summed.split_of = lambda row: draws.split_of(row["rows"][0])
        summed.sizes_of = lambda row: draws.sizes_of(row["rows"][0])
    found = effect_between(sides[1], sides[-1], metric, summed if draws else None)
    if found is None:
        raise NothingToShow("the arms of the 2 x 2 share no seed here")
    return found


def _printed(weights: Mapping[str, int], metric: str) -> float:
    by_own = {own: name for name, (own, _) in PARTS.items()}
    return sum(
        weight * float(published.value("balanced_contrastive", "Table 3", by_own[own],
                                       PRINTED[metric])) / 100
        for own, weight in weights.items()
    )  # fmt: skip


def four_forms(rows: Sequence[Row], metrics: Sequence[str], provenance: str) -> Table:
    """Return how measures go together over all networks: four of them are one quantity."""
    kept = [row for row in rows if all(is_number(row.get(metric)) for metric in metrics)]
    if len(kept) < 4:
        raise NothingToShow("a correlation needs more networks than these")
    values = np.corrcoef(np.array([[row[metric] for metric in metrics] for row in kept]).T)
    lines = [
        [metric_label(metric), *(f"{value:.3f}" for value in line)]
        for metric, line in zip(metrics, values, strict=True)
    ]
    return Table(
        f"Correlation of the measures over {len(kept)} networks",
        ["", *map(metric_label, metrics)], lines, provenance, numeric_from=1,
    )  # fmt: skip


def shifted(
    study: Study, cells: Sequence[Cell], metrics: Sequence[str], part: str, provenance: str
) -> Table:
    """Return each method on the test part and on the official test, taken at other places."""
    by_method: dict[str, list[Cell]] = {}
    for cell in cells:
        if part in cell.trial.evaluate_on:
            by_method.setdefault(cell.method, []).append(cell)
    if not by_method:
        raise NothingToShow("these data have no test of other places")
    lines = []
    for method, of in by_method.items():
        said = []
        for metric in metrics:
            pairs = [[float(study.measures.from_counts(cell, metric, _table(study, cell, where)))
                      for where in ("test", part)] for cell in of]  # fmt: skip
            here, there = zip(*pairs, strict=True)
            lost = float(np.mean(here) - np.mean(there))
            said += [mean_and_spread(list(there)), percent(lost)]
        lines.append([method_label(method), str(len(of)), *said])
    heads = [
        head for metric in metrics for head in (f"{metric_label(metric)}, there", "lost, points")
    ]
    return Table(
        "The official test of ISIC 2018, from other places", ["Method", "n", *heads], lines,
        provenance, numeric_from=1,
        note="Lost: how many points lower than on the test part of the same network.",
    )  # fmt: skip


def _table(study: Study, cell: Cell, part: str) -> np.ndarray:
    return np.asarray(study.measures.confusion(cell, part))
