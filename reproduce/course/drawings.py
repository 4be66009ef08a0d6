"""The few shapes that a lesson draws, in the look of the book, each with a text of what is seen.

A lesson gives the numbers, a title that says what they tell, and what is seen in words: the title
becomes the caption, the words the alt text, on the page as on the slides. Who runs the lesson sees
the title over the figure.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from reproduce.figures import heat, present, style

Series = Mapping[str, Sequence[float]]
COLOURS = (style.BLUE, style.ORANGE, style.GREEN, "#AA4499", "#56B4E9")
MARKERS = ("o", "s", "^", "D", "v")
LETTERS_OF_A_LEGEND = 30


def bars(
    names: Sequence[Any], series: Series, *, title: str, alt: str, label: str = "", rare: Any = ()
) -> None:
    """Draw a group of bars for each name; the names that are rare are written in colour."""
    _show(_bars(names, series, label, rare), title, alt)


@style.in_the_look
def _bars(names: Sequence[Any], series: Series, label: str, rare: Any) -> Figure:
    figure, axis = _panel()
    wide = 0.8 / len(series)
    for turn, (name, values) in enumerate(series.items()):
        places = np.arange(len(names)) - 0.4 + wide * (turn + 0.5)
        axis.bar(places, _plain(values), 0.92 * wide, color=COLOURS[turn], label=name)
    axis.set_xticks(range(len(names)), [str(name) for name in names])
    for tick, name in zip(axis.get_xticklabels(), names, strict=True):
        if name in rare:
            tick.set(color=style.RARE, fontweight="bold")
    axis.grid(axis="x", visible=False)
    axis.set_ylabel(label)
    return _with_legend(figure, axis, len(series))


def lines(
    x: Sequence[float], series: Series, *, title: str, alt: str, across: str = "", label: str = "",
    logarithmic: bool = False, diagonal: bool = False,
) -> None:  # fmt: skip
    """Draw a line for each series over the same x, or over its own where it is [(x, y), ...]."""
    _show(_lines(x, series, across, label, logarithmic, diagonal), title, alt)


@style.in_the_look
def _lines(
    x: Sequence[float], series: Series, across: str, label: str, logarithmic: bool, diagonal: bool
) -> Figure:
    figure, axis = _panel()
    for turn, (name, values) in enumerate(series.items()):
        own = _plain(values)
        at, height = own.T if own.ndim == 2 else (_plain(x), own)
        marker = MARKERS[turn] if len(at) < 15 else None
        axis.plot(at, height, color=COLOURS[turn], marker=marker, label=name)
    if diagonal:
        axis.plot([0, 1], [0, 1], color=style.FAINT, linewidth=1, linestyle="--")
    if logarithmic:
        axis.set_xscale("log")
    axis.set_xlabel(across)
    axis.set_ylabel(label)
    return _with_legend(figure, axis, len(series))


def points(panels: Mapping[str, tuple[Any, Any]], *, title: str, alt: str, rare: Any = ()) -> None:
    """Draw points [N, 2] in the colours of their classes, a panel for each entry."""
    _show(_points(panels, rare), title, alt)


@style.in_the_look
def _points(panels: Mapping[str, tuple[Any, Any]], rare: Any) -> Figure:
    figure, axes = style.panels(len(panels), 2.5)
    for axis, (name, (places, labels)) in zip(axes, panels.items(), strict=True):
        places, labels = _plain(places), _plain(labels).astype(int)
        for number in np.unique(labels):
            of_class, look = places[labels == number], style.class_style(int(number))
            axis.scatter(
                of_class[:, 0],
                of_class[:, 1],
                s=10,
                color=look.colour,
                marker=look.marker,
                linewidths=0,
            )
            middle = np.median(of_class, axis=0)
            colour, weight = (style.RARE, "bold") if number in rare else (style.INK, "normal")
            axis.annotate(str(number), middle, fontsize=style.TEXT, ha="center", va="center",
                          bbox={"boxstyle": "circle,pad=0.15", "fc": style.PAPER, "ec": "none",
                                "alpha": 0.85}, color=colour,
                          fontweight=weight)  # fmt: skip
        axis.set(xticks=[], yticks=[], title=name)
    return figure


def matrix(counts: Any, *, title: str, alt: str, rare: Any = ()) -> None:
    """Draw a confusion matrix: a row for each true class, a column for each predicted one."""
    _show(_matrix(counts, rare), title, alt)


@style.in_the_look
def _matrix(counts: Any, rare: Any) -> Figure:
    figure, axis = _panel(3.6)
    counts = _plain(counts)
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    heat.cells(axis, shares, [[f"{count:.0f}" if count else "" for count in row] for row in counts])
    for axis_of in (axis.xaxis, axis.yaxis):
        axis_of.set_ticks(np.arange(len(counts)) + 0.5, map(str, range(len(counts))))
        for number, tick in enumerate(axis_of.get_ticklabels()):
            if number in rare:
                tick.set(color=style.RARE, fontweight="bold")
    axis.set(xlabel="predicted", ylabel="true class")
    return figure


def images(rows: Mapping[str, Any], *, title: str, alt: str) -> None:
    """Draw rows of images [N, 64] or [N, 8, 8], each row with its name over it."""
    _show(_images(rows), title, alt)


@style.in_the_look
def _images(rows: Mapping[str, Any]) -> Figure:
    most = max(len(row) for row in rows.values())
    figure, axes = style.new_figure(0.95 * len(rows), len(rows), most)
    for line, (name, pictures) in zip(axes, rows.items(), strict=True):
        for axis in line:
            axis.axis("off")
        for axis, picture in zip(line, _plain(pictures), strict=False):
            axis.imshow(picture.reshape(8, 8), cmap="gray", vmin=0, vmax=1)
        # The empty title keeps the room; a name in it would push the first image from the others.
        line[0].set_title(" ", fontsize=style.SMALLEST)
        over = {"xycoords": "axes fraction", "textcoords": "offset points", "va": "bottom"}
        said = line[0].annotate(name, (0, 1), xytext=(0, 4), fontsize=style.SMALLEST, **over)
        said.set_in_layout(False)
    return figure


def _panel(height: float = 2.7) -> tuple[Figure, Any]:
    figure, axes = style.new_figure(height)
    return figure, axes[0, 0]


def _with_legend(figure: Figure, axis: Any, series: int) -> Figure:
    handles, names = axis.get_legend_handles_labels()
    # Letters of a browser are wider than those that the layout is measured with.
    long = series > 3 or sum(map(len, names)) > LETTERS_OF_A_LEGEND
    if series > 1:
        figure.legend(handles, names, loc="outside upper left", ncols=2 if long else series)
    return figure


def _plain(values: Any) -> np.ndarray:
    """Return tensors, lists of them, or numbers as an array."""
    if hasattr(values, "detach"):
        values = values.detach().numpy()
    return np.asarray([float(v) if np.ndim(v) == 0 else np.asarray(v) for v in values])


def _show(figure: Figure, title: str, alt: str) -> None:
    """Display a title, then its figure with title and alt text in the output's metadata."""
    from IPython import display

    over = {"text/markdown": f"**{title}**", "text/plain": title}
    display.display(over, raw=True, metadata={"reproduce": {"in_a_notebook": True}})
    said = {"caption": f"**{title}** {alt}", "alt": alt}
    bundle = {**present.drawing(figure), "text/plain": f"{title} {alt}"}
    display.display(bundle, raw=True, metadata={"reproduce": said})
    present.close(figure)
