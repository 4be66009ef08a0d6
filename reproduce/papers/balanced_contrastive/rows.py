"""The rows behind the figures and tables of BDCL's page."""

from collections.abc import Sequence

from reproduce.pages.rows import Row, rows_of
from reproduce.papers.balanced_contrastive.readings import READINGS
from reproduce.study.study import Study

BASELINE, OURS = "sup_con", "bdcl"
# The columns of the paper's tables, in their order.
COLUMNS = ("accuracy", "gmean_ovr", "macro_f1", "iba_0_1", "iba_0_5", "iba_1")
MAIN = ("accuracy", "macro_f1", "gmean_ovr")
# Stored with every result; the others are measured for a page.
MEASURED = ("gmean_ovr", "iba_0_1", "iba_0_5", "iba_1")
RARE = ("minority_recall", "rarest_class_recall")
EMBEDDED = ("knn_accuracy", "silhouette", "class_centre_cosine", "linear_probe")


def shown_rows(study: Study, metrics: Sequence[str] = ()) -> list[Row]:
    """Return the methods of the grid."""
    return rows_of(study, "grid", metrics, **study.shown)


def with_parts(study: Study, metrics: Sequence[str] = ()) -> list[Row]:
    """Return the same with BDCL's ablation, and with its mean prototypes."""
    found = shown_rows(study, metrics)
    for experiment in ("ablation", "prototypes"):
        found += rows_of(study, experiment, metrics)
    return found


def common(study: Study, metrics: Sequence[str] = ()) -> list[Row]:
    """Return every arm of the common recipe on the main data."""
    return with_parts(study, metrics) + rows_of(study, "rivals", metrics)


def compared(study: Study, metrics: Sequence[str] = ()) -> list[Row]:
    """Return the methods of the paper's table in the common recipe, BDCL's parts left out."""
    return shown_rows(study, metrics) + rows_of(study, "rivals", metrics)


def reading_rows(study: Study, metrics: Sequence[str] = ()) -> dict[str, list[Row]]:
    """Return, for each other reading, the methods it touches beside the baseline and BDCL."""
    found: dict[str, list[Row]] = {}
    for name, change in READINGS.items():
        rows = rows_of(study, "readings", metrics, reading=name)
        kept = [row for row in rows if row["method"] in (*change.methods, BASELINE, OURS)]
        # Without an arm that it touches there is nothing under it but the grid once more.
        if any(row["method"] in change.methods for row in kept):
            found[name] = kept
    return found


def elsewhere(study: Study, metrics: Sequence[str] = ()) -> dict[str, list[Row]]:
    """Return the contrastive arms of the grid, and where they start or last otherwise."""
    found = {"as in the grid": shown_rows(study, metrics)}
    for experiment, words in (
        ("random_start", "from random numbers"), ("longer", "three times as long"),
        ("second", "on the second data set"), ("own_recipe", "own recipes"),
    ):  # fmt: skip
        rows = rows_of(study, experiment, metrics)
        if rows:
            found[words] = rows
    return found
