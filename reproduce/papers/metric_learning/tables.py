"""Tables of the metric-learning page: levels by network, and effects over cross-entropy."""

from collections.abc import Sequence
from functools import partial

from reproduce.figures.by_seed import Draws
from reproduce.figures.picture import NothingToShow
from reproduce.figures.table import Table
from reproduce.figures.wording import method_label, metric_label
from reproduce.models.parameter_table import parameter_table
from reproduce.pages import levels as shared
from reproduce.pages.rows import Row
from reproduce.papers.metric_learning.rows import BASELINE, METRIC_LOSSES

# The methods here are losses, and cross-entropy is what they are measured over.
levels = partial(shared.levels, what="Loss")
effects = partial(shared.effects, what="Loss", reference=BASELINE)


def remaining(
    rows: Sequence[Row], controls: Sequence[str], metrics: Sequence[str], provenance: str,
    draws: Draws | None = None,
) -> Table:  # fmt: skip
    """Return what each metric loss gains over each control that is given what it is given."""
    lines: list[Sequence[str]] = []
    for name in controls:
        kept = [row for row in rows if row["method"] in (*METRIC_LOSSES, name)]
        try:
            found = effects(
                {method_label(name): kept}, metrics, head="Over", caption="for the lines alone",
                provenance=provenance, draws=draws, reference=name,
            )  # fmt: skip
        except NothingToShow:
            continue
        lines += found.rows
    if not lines:
        raise NothingToShow("no metric loss stands beside these controls")
    columns = ["Over", "Loss", "n", *(f"{metric_label(metric)}, points" for metric in metrics)]
    caption = "What a metric loss gains over cross-entropy with the same batches, or phases"
    return Table(caption, columns, lines, provenance, numeric_from=2)


def networks(provenance: str) -> Table:
    """Return Table 3 of the paper beside our counts: learned numbers, and as Keras counts them."""
    rows = [
        [row.backbone, f"{row.printed:,}", f"{row.as_keras:,}", f"{row.without_classifier:,}",
         f"{row.with_head:,}"]
        for row in parameter_table()
    ]  # fmt: skip
    columns = ["Network", "Printed", "Ours, counted as Keras does", "Learned", "With both layers"]
    caption = "Table 3, parameters without the classifier, and what of them is learned"
    return Table(caption, columns, rows, provenance, numeric_from=1)
