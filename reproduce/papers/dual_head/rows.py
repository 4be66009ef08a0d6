"""The rows, histories and draws behind the figures of the dual-head page."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from reproduce.evaluation.detectability import gaps, smallest_detectable, true_gap
from reproduce.figures.picture import NothingToShow
from reproduce.figures.wording import method_label
from reproduce.pages.rows import Row, rows_of
from reproduce.papers.dual_head.printed import METRIC, OURS, RIVALS
from reproduce.study.cell import Cell
from reproduce.study.study import Study

ENCODER = (
    "alignment_before", "alignment_after", "uniformity_loss", "uniformity_after",
    "knn_before", "knn_after", "probe_before", "probe_after",
)  # fmt: skip
MINORITY = ("macro_precision", "minority_f1", "minority_recall", "majority_recall")
LARGE = "balanced"
DRAWS = 2000


def joint_histories(study: Study) -> dict[str, list]:
    """Return the histories of the method that joins two losses, a list over seeds."""
    cells = study.select(method=OURS, **study.shown)
    return {OURS: [study.result(cell).history for cell in cells]}


def ablation_rows(study: Study, metrics: Sequence[str] = ()) -> list[Row]:
    """Return the changed methods beside those of the grid, at the seeds that both have.

    What was fine-tuned otherwise than the grid stands apart: its four methods compare among
    themselves.
    """
    own = [row for row in rows_of(study, "ablation", metrics) if "fine_tuning" not in row]
    seeds = {row["seed"] for row in own}
    grid = rows_of(study, "grid", metrics)
    return [*(row for row in grid if row["seed"] in seeds), *own] if own else []


def other_fine_tuning_rows(study: Study) -> list[Row]:
    """Return the four methods fine-tuned in the way that the grid does not."""
    return [row for row in rows_of(study, "ablation") if "fine_tuning" in row]


def otherwise_rows(study: Study) -> list[Row]:
    """Return what was warmed up, fine-tuned or started otherwise, each named by what it is."""
    words = {"none": "fine-tuned on images as they are", "as_pretraining": "fine-tuned on views"}
    warmed = {0: "without warm-up", 20: "with warm-up"}
    found = [(row, warmed[row["warm_up_epochs"]]) for row in rows_of(study, "warm_up", MINORITY)]
    found += [(row, words[row["fine_tuning"]]) for row in other_fine_tuning_rows(study)]
    found += [(row, "from another encoder") for row in rows_of(study, "initialisation")]
    return [{**row, "method": f"{method_label(row['method'])}, {what}"} for row, what in found]


def gap_draws(
    study: Study, per_class: Sequence[int], printed: Mapping[str, float], metric: str = METRIC
) -> dict[str, Any]:
    """Return what test sets of the paper's size would show of each gap.

    `gaps` are draws from the large generated test set with as many images of each class as the
    paper tests on. Those of each seed are moved to the mean over seeds, so that their spread is
    that of test images alone. The others are the arguments of `Detectable` beside them.
    """
    by_arm = _on_the_large_set(study, per_class)
    rivals = [
        rival for rival in RIVALS
        if all({(OURS, seed), (rival, seed)} <= set(by_arm) for seed in study.seeds)
    ]  # fmt: skip
    if not rivals:
        raise NothingToShow(f"it sets {method_label(OURS)} against the other methods of the paper")
    found: dict[str, Any] = {name: {} for name in ("gaps", "true", "smallest", "published")}
    for rival in rivals:
        known = [
            _gaps(study, by_arm[OURS, seed], by_arm[rival, seed], per_class, metric)
            for seed in study.seeds
        ]
        pair, true = (OURS, rival), float(np.mean([gap for gap, _ in known]))
        drawn = [of_seed for _, of_seed in known]
        found["gaps"][pair] = np.concatenate([of_seed - of_seed.mean() for of_seed in drawn])
        found["gaps"][pair] += float(np.mean(drawn))
        found["true"][pair] = true
        found["smallest"][pair] = float(np.mean([smallest_detectable(one) for one in drawn]))
        found["published"][pair] = printed[rival]
    return {**found, "metric": metric, "images": int(sum(per_class))}


def _on_the_large_set(study: Study, per_class: Sequence[int]) -> dict[tuple[str, int], Cell]:
    """Return {(method, seed): cell} of the second data, if draws fit into its large part."""
    cells = [cell for cell in study.beside("second") if LARGE in cell.trial.evaluate_on]
    if not cells:
        raise NothingToShow("the second data set has no large test part to draw small ones from")
    records = {record.name: record for record in study.records}
    held = records[cells[0].trial.dataset].counts[LARGE]
    if len(held) != len(per_class) or any(h < n for h, n in zip(held, per_class, strict=True)):
        raise NothingToShow(
            f"the paper tests on {', '.join(map(str, per_class))} images of its grades, which the "
            f"large test part of {cells[0].trial.dataset} does not have"
        )
    return {(cell.method, cell.seed): cell for cell in cells}


def _gaps(study: Study, ours: Cell, theirs: Cell, per_class: Sequence[int], metric: str):
    """Return the true gap of one pair of networks, and those of draws; derived once and kept."""

    def compute():
        labels, *said = _large_arrays(study, ours, theirs)
        drawn = gaps(labels, *said, per_class, DRAWS, metric, seed=ours.seed)
        return {"true": true_gap(labels, *said, per_class, metric)}, {"gaps": drawn}

    sizes = "-".join(map(str, per_class))
    name = f"gaps/{metric}/{DRAWS}/{sizes}/{ours.method}/{theirs.method}"
    value, arrays = study.measures.derived(name, [ours, theirs], compute)
    return value["true"], arrays["gaps"]


def _large_arrays(study: Study, ours: Cell, theirs: Cell) -> list[np.ndarray]:
    """Return the labels of the large test part, and what both networks say of its images."""
    of_both = [study.result(cell).arrays for cell in (ours, theirs)]
    if any(f"{LARGE}/logits" not in arrays for arrays in of_both):
        raise NothingToShow(
            "the scores on the large test part are not in this store; "
            f"`reproduce run {study.paper} --force` makes them again"
        )
    labels = of_both[0][f"{LARGE}/labels"].astype(np.int64)
    return [
        labels, *(arrays[f"{LARGE}/logits"].argmax(axis=1).astype(np.int64) for arrays in of_both)
    ]  # fmt: skip
