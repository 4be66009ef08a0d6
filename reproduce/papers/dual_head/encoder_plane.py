"""What an encoder has learned before and after fine-tuning: alignment, uniformity, neighbours."""

import dataclasses
from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from reproduce.figures.by_seed import Values, by_seed, span
from reproduce.figures.inputs import Observation
from reproduce.figures.picture import NothingToShow, Picture
from reproduce.figures.style import INK, in_the_look, method_style, new_figure
from reproduce.figures.table import Table
from reproduce.figures.wording import mean_and_sd, method_label, plural
from reproduce.pages.tables import summary_table

BEFORE, AFTER = "before", "after"
# {moment: the columns of alignment and of uniformity}
_PLANE = {
    BEFORE: ("alignment_before", "uniformity_loss"),
    AFTER: ("alignment_after", "uniformity_after"),
}
_TABLE = {
    "knn_before": "Neighbours, before",
    "knn_after": "Neighbours, after",
    "probe_before": "Linear probe, before",
    "probe_after": "Linear probe, after",
}
_START = "supervised"

# {method: {moment: {seed: (alignment, uniformity)}}}
Places = dict[str, dict[str, dict]]


def _places(observations: Iterable[Observation]) -> Places:
    rows, found = list(observations), {}
    for moment, columns in _PLANE.items():
        along, up = (by_seed(rows, column, ("method",)) for column in columns)
        for (method,), seeds in along.items():
            both = _both(seeds, up, method)
            if both:
                found.setdefault(method, {})[moment] = both
    if not found:
        raise NothingToShow(
            "no trial of this run has both alignment and uniformity; it needs those whose encoders "
            "were kept"
        )
    return found


def _both(seeds: dict, up: Values, method: str) -> dict:
    others = up.get((method,), {})
    return {seed: (value, others[seed]) for seed, value in seeds.items() if seed in others}


class EncoderPlane(Picture):
    """Uniformity against alignment of the encoders, before and after fine-tuning.

    Parameters
    ----------
    rows
        rows of a study with `method`, `seed`, `alignment_before`, `alignment_after`,
        `uniformity_loss` (before) and `uniformity_after`; those of one experiment on one data set.

    Notes
    -----
    Filled marks are encoders before fine-tuning, hollow ones the same after it, one for each seed;
    the arrow goes from mean to mean. Both axes are better when low: two views of a picture lie
    close, all pictures spread over the sphere.
    """

    def __init__(self, rows: Iterable[Observation]):
        super().__init__(rows)
        self.found = _places(self.sources)

    @in_the_look
    def draw(self) -> Figure:
        """Draw the plane with a mark for each encoder."""
        figure, axes = new_figure(4.6)
        axis = axes[0, 0]
        for method, moments in self.found.items():
            _marks(axis, method, moments)
        axis.margins(0.09)
        axis.set_xlabel("alignment (low: two views lie close)")
        axis.set_ylabel("uniformity (low: spread out evenly)")
        figure.legend(handles=_legend(self.found), loc="outside lower center", handletextpad=0.3,
                      ncols=3)  # fmt: skip
        return figure

    def message(self) -> str:
        """Say which encoder spreads its pictures most evenly before fine-tuning."""
        means = {
            method: mean_and_sd([up for _, up in moments[BEFORE].values()])[0]
            for method, moments in self.found.items()
            if BEFORE in moments
        }
        if len(means) < 2:
            return ""
        best, worst = min(means, key=means.__getitem__), max(means, key=means.__getitem__)
        return (
            f"Before fine-tuning {_at_first(best)} spreads pictures most evenly: uniformity "
            f"{means[best]:.2f} against {means[worst]:.2f} ({_at_first(worst)}).".replace(
                " -", " −"
            )
        )

    def seen(self) -> str:
        """Say what the marks are."""
        return (
            "Uniformity against alignment of the encoders, a mark for each seed, before (filled) "
            "and after fine-tuning (hollow)."
        )

    def reading(self) -> str:
        """Say what the arrows and the axes mean."""
        counts = span(len(seeds) for moments in self.found.values() for seeds in moments.values())
        return f"Arrows go from mean to mean (n = {counts} seeds). Lower is better on both axes."

    def words(self) -> str:
        """Say the means, and their spread, of each method."""
        sentences = []
        for method, moments in self.found.items():
            said = []
            for moment, seeds in moments.items():
                along, up = (_number(values) for values in zip(*seeds.values(), strict=True))
                said.append(
                    f"{moment} fine-tuning alignment {along}, uniformity {up} "
                    f"({plural(len(seeds), 'seed')})"
                )
            sentences.append(f"{method_label(method)}: {'; '.join(said)}.")
        return (
            "Alignment (mean squared distance of two views of a picture) and uniformity of the "
            "encoders, mean ± sd over seeds, lower is better in both. " + " ".join(sentences)
        )


def _marks(axis: Axes, method: str, moments: dict[str, dict]) -> None:
    style, means = method_style(method), {}
    for moment, seeds in moments.items():
        table = np.array(list(seeds.values()))
        means[moment] = table.mean(axis=0)
        face = style.colour if moment == BEFORE else "white"
        axis.plot(*table.T, linestyle="", marker=style.marker, color=style.colour, markersize=8.5,
                  markerfacecolor=face, markeredgewidth=1.4, alpha=0.9,
                  label=f"{method} {moment}", zorder=3)  # fmt: skip
    if len(means) == 2:
        axis.annotate("", means[AFTER], means[BEFORE], zorder=2, arrowprops={
            "arrowstyle": "-|>", "color": style.colour, "lw": 1.6, "alpha": 0.75,
            "shrinkA": 5, "shrinkB": 8, "mutation_scale": 14,
        })  # fmt: skip


def _legend(found: Places) -> list[Line2D]:
    handles = []
    for method in found:
        style = method_style(method)
        handles.append(Line2D([], [], linestyle="", marker=style.marker, color=style.colour,
                              markersize=8.5, label=method_label(method)))  # fmt: skip
    for moment, face in ((BEFORE, INK), (AFTER, "white")):
        if any(moment in moments for moments in found.values()):
            handles.append(Line2D([], [], linestyle="", marker="o", color=INK, markersize=8.5,
                                  markerfacecolor=face, markeredgewidth=1.6,
                                  label=f"{moment} fine-tuning"))  # fmt: skip
    return handles


def _number(values: tuple[float, ...]) -> str:
    mean, spread = mean_and_sd(values)
    said = f"{mean:.3f}" if spread is None else f"{mean:.3f} ± {spread:.3f}"
    return said.replace("-", "−")


def encoder_table(
    rows: Iterable[Observation],
    *,
    provenance: str,
    caption: str = "What the frozen encoder knows of the classes, in percent",
) -> Table:
    """Return what neighbours and a linear probe reach on each encoder, before and after.

    Parameters
    ----------
    rows
        rows of a study with `knn_before`, `knn_after`, `probe_before` and `probe_after`.
    provenance
        see `reproduce.figures.provenance.provenance_line`.
    caption
        what the table shows.
    """
    rows = list(rows)
    table = summary_table(rows, tuple(_TABLE), provenance=provenance, caption=caption)
    columns = [*table.columns[: -len(_TABLE)], *_TABLE.values()]
    note = (
        "Before and after fine-tuning, mean ± sd over seeds. Neighbours: accuracy of the votes of "
        "the nearest training images. Linear probe: balanced accuracy of a linear classifier on "
        "the encoder as it is."
    )
    if any(row["method"] == _START for row in rows):
        note += (
            " Before fine-tuning the supervised encoder has its initial weights: that is what "
            "any encoder starts from."
        )
    note = f"{note} {table.note}".strip()
    return dataclasses.replace(table, columns=columns, note=note)


def _at_first(method: str) -> str:
    """Name an encoder before fine-tuning: nobody has trained the supervised one by then."""
    return "the start of all" if method == _START else method_label(method)
