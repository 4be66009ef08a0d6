"""A rare class of 5 and 10 percent, whichever of the two it is: what each method gains."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from reproduce.errors import unknown_name
from reproduce.figures.by_seed import Values, by_seed, gains, numbers_along, span
from reproduce.figures.inputs import Observation, not_empty, with_columns
from reproduce.figures.picture import Picture
from reproduce.figures.style import (
    BAND,
    FAINT,
    INK,
    PUBLISHED,
    SMALLEST,
    MethodStyle,
    in_the_look,
    legible,
    new_figure,
    title,
)
from reproduce.figures.wording import (
    mean_and_sd,
    mean_and_spread,
    method_label,
    metric_digits,
    metric_label,
    plain,
    points,
)
from reproduce.papers.dual_head import printed
from reproduce.registry.published import PrintedCell

METRICS = ("accuracy", "macro_precision", "balanced_accuracy", "macro_f1")
READINGS = {"abnormal": MethodStyle("#0072B2", "s"), "normal": MethodStyle("#E69F00", "^")}
_LINE = 0.19

Printed = dict[tuple[float, str, str], tuple[float, float | None]]


def _measured(
    rows: Iterable[Observation], metrics: Sequence[str], reference: str
) -> dict[str, tuple[Values, dict[tuple, list[float]]]]:
    """Return {metric: (values by seed, gains over the reference)}, by method, share and reading."""
    not_empty("metrics", metrics)
    rows, found = with_columns(rows, ("rare",)), {}
    for row in rows:
        if row["rare"] not in READINGS:
            raise unknown_name("rare class", row["rare"], READINGS)
    for metric in metrics:
        values = by_seed(rows, metric, ("method", "rare_share", "rare"))
        found[metric] = values, gains(values, reference)
    return found


class RareBinary(Picture):
    """What each method gains over supervised training, under both readings of what is rare.

    Parameters
    ----------
    rows
        rows with `rare_share` (0.05, 0.1) and `rare` ("abnormal" or "normal").
    metrics
        a row of panels each, in percentage points; a column of panels for each rare share.
    published
        the paper's published cells; its Table 7 is drawn as gains over the same reference.
    reference
        what gains are measured over, paired by seed; its own level stands in the first row.

    Notes
    -----
    The text says of both classes that they are the rare one. A reading is settled by neither, so
    the paper's mark stands beside both.
    """

    def __init__(
        self,
        rows: Iterable[Observation],
        metrics: Sequence[str] = METRICS,
        *,
        published: Iterable[PrintedCell] | None = None,
        reference: str = "supervised",
    ):
        super().__init__(rows)
        self.reference = reference
        self.measured = _measured(self.sources, metrics, reference)
        self.printed: Printed = {} if published is None else printed.rare(published)

    @in_the_look
    def draw(self) -> Figure:
        """Draw a row of panels for each metric, a panel for each share."""
        shares = numbers_along(
            (share for values, _ in self.measured.values() for _, share, _ in values), "rare_share"
        )
        every = [gained for _, gained in self.measured.values()]
        methods = list(dict.fromkeys(method for gained in every for method, _, _ in gained))
        lines, count = 3 if self.printed else 2, len(self.measured)
        height = (_LINE * lines * (len(methods) + 1) + 0.42) * count + 1.1
        figure, axes = new_figure(height, count, len(shares), sharex="row", sharey=True)
        for row, (metric, (values, gained)) in enumerate(self.measured.items()):
            for axis, share in zip(axes[row], shares, strict=True):
                where, paper = (share, metric), self.printed.get((share, self.reference, metric))
                _panel(axis, gained, methods, share, lines)
                _paper(axis, self.printed, methods, where, self.reference)
                _levels(axis, values, paper, where, self.reference)
                title(axis, metric_label(metric), f"rare class {100 * share:g} %")
            _dress(axes[row, 0], methods, lines, self.reference)
        over = method_label(self.reference).lower()
        figure.supxlabel(f"gain over {over} (percentage points)", fontsize=SMALLEST)
        _legend(figure, bool(self.printed))
        return figure

    def message(self) -> str:
        """Count where the paper's method lies above the reference in every seed."""
        every = {
            (metric, *place): gain
            for metric, (_, gained) in self.measured.items()
            for place, gain in gained.items()
            if place[0] == printed.OURS
        }
        if not every:
            return ""
        above = sum(min(gain) > 0 for gain in every.values())
        below = sum(max(gain) < 0 for gain in every.values())
        return (
            f"With a rare class {method_label(printed.OURS)} lies above "
            f"{method_label(self.reference).lower()} in every seed in {above} of {len(every)} "
            f"comparisons, below it in every seed in {below}."
        )

    def seen(self) -> str:
        """Say what the rows are."""
        return (
            f"Gain of each method over {method_label(self.reference).lower()} where one of two "
            "classes is rare in training, for both readings of which, beside what the paper "
            "prints; the test images are as the data set has them."
        )

    def reading(self) -> str:
        """Say what mark and bar are."""
        counts = span(len(gain) for _, gained in self.measured.values() for gain in gained.values())
        return (
            f"Mark: mean of seeds (n = {counts}); bar: lowest to highest seed. The first row "
            "has the reference's own level; the paper's is on its own data."
        )

    def words(self) -> str:
        """Say levels, gains and what the paper prints."""
        sentences = []
        for metric, (values, gained) in self.measured.items():
            for share, rare in dict.fromkeys(place[1:] for place in gained):
                each = [
                    _said(values, gained, self.printed, (method, share, rare), metric,
                          self.reference)
                    for method, at, kind in values
                    if (at, kind) == (share, rare)
                ]  # fmt: skip
                sentences.append(
                    f"{metric_label(metric)} with {100 * share:g} percent {plain(rare)}: "
                    f"{', '.join(each)}."
                )
        return (
            "Levels in percent, mean ± sd over seeds, and gains over "
            f"{method_label(self.reference).lower()} in points, paired by seed. "
            + " ".join(sentences)
        )


def _panel(
    axis: Axes,
    gained: Mapping[tuple, list[float]],
    methods: Sequence[str],
    share: float,
    lines: int,
) -> None:
    """Draw the gains at one share: a block of lines per method, a line per reading."""
    axis.axvline(0, color=INK, lw=1, zorder=1)
    for block, method in enumerate(methods, start=1):
        if block % 2:
            axis.axhspan(block * lines - 0.5, (block + 1) * lines - 0.5, color=BAND, lw=0,
                         zorder=0)  # fmt: skip
        for line, (rare, style) in enumerate(READINGS.items()):
            seeds = 100 * np.array(gained.get((method, share, rare), []))
            if not len(seeds):
                continue
            place = block * lines + line
            axis.plot([seeds.min(), seeds.max()], [place] * 2, color=style.colour, lw=2,
                      solid_capstyle="butt", zorder=2)  # fmt: skip
            axis.plot(seeds.mean(), place, style.marker, color=style.colour, ms=7,
                      mec="white", mew=0.8, zorder=3, label=f"{method}, {rare}")  # fmt: skip


def _paper(
    axis: Axes, printed: Printed, methods: Sequence[str], where: tuple[float, str], reference: str
) -> None:
    """Mark what the paper prints for each method minus what it prints for the reference."""
    share, metric = where
    if (share, reference, metric) not in printed:
        return
    for block, method in enumerate(methods, start=1):
        if (share, method, metric) in printed:
            gap = printed[share, method, metric][0] - printed[share, reference, metric][0]
            axis.plot(100 * gap, 3 * block + 2, "D", mfc="white", mec=PUBLISHED, mew=1.8, ms=6,
                      zorder=3, label=f"{method}, paper")  # fmt: skip


def _levels(
    axis: Axes,
    values: Values,
    paper: tuple[float, float | None] | None,
    where: tuple[float, str],
    reference: str,
) -> None:
    """Write the reference's own level, which the gains start from."""
    share, metric = where
    digits = metric_digits(metric)
    written = [
        (mean_and_spread(list(values[reference, share, rare].values()), digits), line, style.colour)
        for line, (rare, style) in enumerate(READINGS.items())
        if (reference, share, rare) in values
    ]
    if paper:
        sd = "" if paper[1] is None else f" ± {100 * paper[1]:.{digits}f}"
        written.append((f"{100 * paper[0]:.{digits}f}{sd}", 2, PUBLISHED))
    for text, line, colour in written:
        axis.annotate(text, (0, line), xytext=(5, 0), textcoords="offset points", va="center",
                      color=legible(colour))  # fmt: skip


def _dress(axis: Axes, methods: Sequence[str], lines: int, reference: str) -> None:
    """Name the blocks; the other panels of the row share the axis."""
    blocks = len(methods) + 1
    middles = (np.arange(blocks) + 0.5) * lines - 0.5
    axis.set_yticks(middles, [method_label(method) for method in (reference, *methods)])
    axis.set_ylim(blocks * lines - 0.5, -0.75)
    for panel in axis.figure.axes:
        panel.tick_params(axis="y", length=0)
        panel.spines["left"].set_visible(False)
        panel.spines["bottom"].set_color(FAINT)
        panel.grid(False, axis="y")


def _legend(figure: Figure, paper: bool) -> None:
    handles = [
        Line2D([], [], color=style.colour, marker=style.marker, ms=7, lw=2)
        for style in READINGS.values()
    ]
    names = [f"rare: {rare}" for rare in READINGS]
    if paper:
        handles.append(Line2D([], [], marker="D", mfc="white", mec=PUBLISHED, mew=1.8, ms=6, ls=""))
        names.append("paper")
    figure.legend(handles, names, loc="outside upper left", ncols=3, borderpad=0.1)


def _said(
    values: Values, gained: Mapping, printed: Printed, place: tuple, metric: str, reference: str
) -> str:
    method, share, _ = place
    digits = metric_digits(metric)
    text = f"{method_label(method)} {mean_and_spread(list(values[place].values()), digits)}"
    if place not in gained:
        return text
    paper = ""
    if {(share, method, metric), (share, reference, metric)} <= printed.keys():
        gap = printed[share, method, metric][0] - printed[share, reference, metric][0]
        paper = f", paper {points(gap, digits)}"
    return f"{text} ({points(mean_and_sd(gained[place])[0], digits)}{paper})"
