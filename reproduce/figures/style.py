"""One look for the whole book: fonts, sizes, and the colour and marker of every method.

Figures are 7 inches wide and a phone shows them at about half that size, so the base font is 12
points and panels stand at most two beside each other. Figures are made without pyplot: nothing
needs a display, and none stays open.
"""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reproduce.registry.records import looks

P = ParamSpec("P")
R = TypeVar("R")

WIDTH = 7.0
INK = "#222222"
FAINT = "#8a8a8a"
QUIET = "#5c5c5c"
SEQUENTIAL = "Blues"
# A margin within which a difference does not matter, and what a paper prints.
MARGIN, PUBLISHED = "#dcdcdc", "#D55E00"
LOOK = {
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "savefig.transparent": False,
    "axes.facecolor": "white",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.unicode_minus": True,
    "grid.color": "#e3e3e3",
    "grid.linewidth": 0.8,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "font.family": "DejaVu Sans",
    "font.size": 12,
    "axes.titlesize": 12,
    "axes.labelsize": 12,
    "xtick.labelsize": 11,
    "ytick.labelsize": 11,
    "legend.fontsize": 11,
    "legend.frameon": False,
    "lines.linewidth": 2.0,
    "lines.markersize": 6.5,
}


@dataclass(frozen=True)
class MethodStyle:
    """How one method is drawn, in every figure of the book."""

    colour: str
    marker: str
    line: Any = "-"


# Okabe and Ito's colours and one wine red, told apart with every common colour blindness; kin
# share a hue, and the marker and the dashes say the same once more without colour. Which method
# has which stands in the record of its paper.
_LINES = {"solid": "-", "dashed": (0, (4, 1.6)), "dotted": (0, (1.2, 1.4))}
_OTHER_COLOURS = ("#332288", "#117733", "#999933", "#661100", "#44AA99", "#AA4499", "#6E6E6E")
_OTHER_MARKERS = ("o", "s", "^", "D", "v", "P", "X", ">", "h")

CLASS_COLOURS = (
    "#332288", "#E69F00", "#009E73", "#CC3311", "#56B4E9",
    "#AA4499", "#999933", "#000000", "#0072B2", "#8C564B",
)  # fmt: skip
CLASS_MARKERS = ("o", "s", "^", "D", "v")


def method_style(name: str) -> MethodStyle:
    """Return a method's fixed style; a name unknown here always gets the same one too."""
    look = looks().get(name)
    if look and look.colour and look.marker:
        return MethodStyle(look.colour, look.marker, _LINES[look.line])
    digest = hashlib.sha256(str(name).encode("utf-8")).digest()
    colour = _OTHER_COLOURS[digest[0] % len(_OTHER_COLOURS)]
    return MethodStyle(colour, _OTHER_MARKERS[digest[1] % len(_OTHER_MARKERS)])


def class_style(index: int) -> MethodStyle:
    """Return the colour and marker of a class; they repeat as a pair only after fifty classes."""
    turn = index // len(CLASS_COLOURS)
    marker = CLASS_MARKERS[(index + turn) % len(CLASS_MARKERS)]
    return MethodStyle(CLASS_COLOURS[index % len(CLASS_COLOURS)], marker)


def in_the_look(draw: Callable[P, R]) -> Callable[P, R]:
    """Run a drawing function with the book's settings and leave the user's as they were."""

    @wraps(draw)
    def drawn(*arguments: P.args, **named: P.kwargs) -> R:
        with matplotlib.rc_context(LOOK):
            return draw(*arguments, **named)

    return drawn


def new_figure(
    height: float, rows: int = 1, columns: int = 1, **layout: Any
) -> tuple[Figure, np.ndarray]:
    """Return a figure of the book's width and its axes [rows, columns]."""
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, **layout)
    return figure, axes


def panels(count: int, height: float, columns: int = 2, **layout: Any) -> tuple[Figure, list[Axes]]:
    """Return a figure with `count` panels in rows of at most `columns`, and no empty ones."""
    columns = min(count, columns)
    rows = math.ceil(count / columns)
    figure, axes = new_figure(height * rows, rows, columns, **layout)
    flat = list(axes.flat)
    for unused in flat[count:]:
        unused.remove()
    return figure, flat[:count]


def title(axis: Axes, name: str, *lines: str) -> None:
    """Write a panel's name in bold and what belongs to it in plain lines under the name."""
    # The empty first line keeps the room for the name: the layout counts titles for certain.
    axis.set_title("\n".join(["", *lines]), fontsize=11, fontweight="normal", linespacing=1.25)
    axis.annotate(
        name,
        (0, 1),
        xycoords="axes fraction",
        xytext=(0, 6 + 15.5 * len(lines)),
        textcoords="offset points",
        fontsize=12,
        fontweight="bold",
        va="bottom",
    )
