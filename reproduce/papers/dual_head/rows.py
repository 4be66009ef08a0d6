"""The rows, histories and draws behind the figures of the dual-head page."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from reproduce.evaluation.detectability import gaps, smallest_detectable, true_gap
from reproduce.figures.inputs import Observation
from reproduce.figures.wording import method_label

Row = dict[str, Any]
ENCODER = (
    "alignment_before", "alignment_after", "uniformity_loss", "uniformity_after",
    "knn_before", "knn_after", "probe_before", "probe_after",
)  # fmt: skip
MINORITY = ("macro_precision", "minority_f1", "minority_recall", "majority_recall")
RIVALS = ("supervised", "simclr", "auc_cl")
DRAWS = 2000


def rows_of(study: Any, experiment: str, metrics: Sequence[str] = (), **wanted: Any) -> list[Row]:
    """Return an experiment's rows with measures beyond the usual ones; [] if it was not run."""
    cells = study.beside(experiment, **wanted)
    found = study.rows(cells)
    for row, cell in zip(found, cells, strict=True):
        row |= {name: study.measures.value(cell, name) for name in metrics}
    return found


def joint_histories(study: Any) -> dict[str, list]:
    """Return the histories of the method that joins two losses, a list over seeds."""
    cells = study.select(method="dual_head", **study.shown)
    return {"dual_head": [study.result(cell).history for cell in cells]}


def ablation_rows(study: Any, metrics: Sequence[str] = ()) -> list[Row]:
    """Return the changed methods beside those of the grid, at the seeds that both have.

    What was fine-tuned otherwise than the grid stands apart: its four methods compare among
    themselves.
    """
    own = [row for row in rows_of(study, "ablation", metrics) if "fine_tuning" not in row]
    seeds = {row["seed"] for row in own}
    grid = rows_of(study, "grid", metrics)
    return [*(row for row in grid if row["seed"] in seeds), *own] if own else []


def other_fine_tuning_rows(study: Any) -> list[Row]:
    """Return the four methods fine-tuned in the way that the grid does not."""
    return [row for row in rows_of(study, "ablation") if "fine_tuning" in row]


def otherwise_rows(study: Any) -> list[Row]:
    """Return what was warmed up, fine-tuned or started otherwise, each named by what it is."""
    words = {"none": "fine-tuned on images as they are", "as_pretraining": "fine-tuned on views"}
    warmed = {0: "without warm-up", 20: "with warm-up"}
    found = [(row, warmed[row["warm_up_epochs"]]) for row in rows_of(study, "warm_up", MINORITY)]
    found += [(row, words[row["fine_tuning"]]) for row in other_fine_tuning_rows(study)]
    found += [(row, "from another encoder") for row in rows_of(study, "initialisation")]
    return [{**row, "method": f"{method_label(row['method'])}, {what}"} for row, what in found]


def published_confusions(cells: Iterable[Any]) -> tuple[dict[str, np.ndarray], list[str]]:
    """Return the confusion matrices of Tables 1 to 3 as printed, and the names of the grades."""
    found: dict[str, dict[tuple[str, str], int]] = {}
    for cell in cells:
        if cell.metric.startswith("count[pred="):
            column = cell.metric.removeprefix("count[pred=").rstrip("]")
            found.setdefault(cell.method, {})[cell.class_name, column] = int(cell.value)
    grades = sorted({grade for counts in found.values() for grade, _ in counts})
    return {
        method: np.array([[counts[row, column] for column in grades] for row in grades])
        for method, counts in found.items()
    }, grades


def printed_gaps(cells: Iterable[Any], table: str = "Table 5") -> dict[str, float]:
    """Return by how much the paper's method is printed to exceed each rival in F1."""
    names = {"Supervised": "supervised", "SimCLR": "simclr", "AUC-CL": "auc_cl"}
    f1 = {c.method: Decimal(c.value) for c in cells if (c.table, c.metric) == (table, "F1-score")}
    return {name: float(f1["Proposed"] - f1[method]) for method, name in names.items()}


def gap_draws(
    study: Any, per_class: Sequence[int], printed: Mapping[str, float], metric: str = "macro_f1"
) -> dict[str, Any]:
    """Return what test sets of the paper's size would show of each gap; {} if that was not run.

    `gaps` are draws from the large generated test set with as many images of each class as the
    paper tests on. Those of each seed are moved to the mean over seeds, so that their spread is
    that of test images alone. The others are the arguments of `detectable` beside them.
    """
    cells = [c for c in study.beside("second") if "balanced" in c.trial.evaluate_on]
    if not cells:
        return {}
    by_arm = {(cell.method, cell.seed): cell for cell in cells}
    found: dict[str, Any] = {name: {} for name in ("gaps", "true", "smallest", "published")}
    for rival in RIVALS:
        known = [
            _gaps(study, by_arm["dual_head", seed], by_arm[rival, seed], per_class, metric)
            for seed in study.seeds
        ]
        pair, true = ("dual_head", rival), float(np.mean([gap for gap, _ in known]))
        drawn = [of_seed for _, of_seed in known]
        found["gaps"][pair] = np.concatenate([of_seed - of_seed.mean() for of_seed in drawn])
        found["gaps"][pair] += float(np.mean(drawn))
        found["true"][pair] = true
        found["smallest"][pair] = float(np.mean([smallest_detectable(one) for one in drawn]))
        found["published"][pair] = printed[rival]
    return {**found, "metric": metric, "images": int(sum(per_class))}


def _gaps(study: Any, ours: Any, theirs: Any, per_class: Sequence[int], metric: str):
    """Return the true gap of one pair of networks, and those of draws; derived once and kept."""

    def compute():
        labels = study.result(ours).arrays["balanced/labels"].astype(np.int64)
        said = [
            study.result(cell).arrays["balanced/logits"].argmax(axis=1).astype(np.int64)
            for cell in (ours, theirs)
        ]
        drawn = gaps(labels, *said, per_class, DRAWS, metric, seed=ours.seed)
        return {"true": true_gap(labels, *said, per_class, metric)}, {"gaps": drawn}

    sizes = "-".join(map(str, per_class))
    name = f"gaps/{metric}/{DRAWS}/{sizes}/{ours.method}/{theirs.method}"
    value, arrays = study.measures.derived(name, [ours, theirs], compute)
    return value["true"], arrays["gaps"]


def halves(judgements: Iterable[Any]) -> tuple[list[Any], list[Any]]:
    """Return the judgements in two lists with about as many comparisons, a figure each."""
    judgements = list(judgements)
    ends = np.cumsum([len(judgement.parts) for judgement in judgements])
    cut = int(np.searchsorted(ends, ends[-1] / 2)) + 1 if len(ends) else 0
    return judgements[:cut], judgements[cut:]


def shares(rows: Iterable[Observation], **wanted: Any) -> list[Observation]:
    """Return the rows at these values."""
    return [row for row in rows if all(row.get(k) == v for k, v in wanted.items())]
