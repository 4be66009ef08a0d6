"""The rows, histories and draws behind the figures of the dual-head page."""

from collections.abc import Sequence

from reproduce.figures.wording import method_label
from reproduce.pages.rows import Row, rows_of
from reproduce.papers.dual_head.printed import OURS
from reproduce.study.study import Study

ENCODER = (
    "alignment_before", "alignment_after", "uniformity_loss", "uniformity_after",
    "knn_before", "knn_after", "probe_before", "probe_after",
)  # fmt: skip
MINORITY = ("macro_precision", "minority_f1", "minority_recall", "majority_recall")


def joint_histories(study: Study) -> dict[str, list]:
    """Return the histories of the method that joins two losses, a list over seeds."""
    cells = study.select(method=OURS, **study.shown)
    return {OURS: [study.result(cell).history for cell in cells]}


def ablation_rows(study: Study, metrics: Sequence[str] = ()) -> list[Row]:
    """Return the changed methods beside those of the grid, which may have more seeds.

    A gap between two methods of the grid is then the same here as elsewhere on the page. What was
    fine-tuned otherwise than the grid stands apart: its four methods compare among themselves.
    """
    own = [row for row in rows_of(study, "ablation", metrics) if "fine_tuning" not in row]
    return [*rows_of(study, "grid", metrics), *own] if own else []


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
