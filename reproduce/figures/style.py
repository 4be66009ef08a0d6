"""One look for the whole book: fonts, sizes, and the colour and marker of every method.

A figure is 5 inches wide, 480 pixels of a page. A phone shows it at three quarters of that, where
the smallest letters are still 11 pixels high; a wide screen a quarter larger. Panels stand at most
two beside each other. Figures are made without pyplot: nothing needs a display, and none stays
open.
"""

import hashlib
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure

from reproduce.registry.records import looks

P = ParamSpec("P")
R = TypeVar("R")

WIDTH = 5.0
# In points. On a phone of 390 pixels a figure has 350 of its 480.
SMALLEST, TEXT = 11.3, 12.0
INK = "#222222"
FAINT = "#8a8a8a"
QUIET = "#5c5c5c"
PAPER = "#ffffff"
GRID, BAND = "#e3e3e3", "#f2f2f2"
# Letters on strong colours, which stay what they are in the dark.
ON_STRONG = "#fefefe"
# What a printed number may be, shaded; what it cannot be, or went the wrong way.
REGION, WRONG = "#e4eef6", "#882255"
# Rare classes, and what is frequent, in every figure that tells them apart.
RARE, FREQUENT = "#C2410C", "#a9b4be"
# A margin within which a difference does not matter, and what a paper prints.
MARGIN, PUBLISHED = "#dcdcdc", "#D55E00"
LOOK = {
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "savefig.transparent": False,
    "axes.facecolor": "none",
    # A number printed across an axis ("+9.996e1") is read by nobody.
    "axes.formatter.useoffset": False,
    "axes.formatter.limits": (-6, 9),
    # Letters stay letters: small, sharp, found by a search, and in the colour of the page.
    "svg.fonttype": "none",
    "svg.hashsalt": "reproduce",
    "image.composite_image": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.unicode_minus": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "font.family": "DejaVu Sans",
    "font.size": SMALLEST,
    "axes.titlesize": TEXT,
    "axes.labelsize": SMALLEST,
    "xtick.labelsize": SMALLEST,
    "ytick.labelsize": SMALLEST,
    "legend.fontsize": SMALLEST,
    "legend.handletextpad": 0.5,
    "hatch.linewidth": 0.7,
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
OTHER_COLOURS = ("#332288", "#117733", "#999933", "#661100", "#44AA99", "#AA4499", "#6E6E6E")
_OTHER_MARKERS = ("o", "s", "^", "D", "v", "P", "X", ">", "h")

CLASS_COLOURS = (
    "#332288", "#E69F00", "#009E73", "#CC3311", "#56B4E9",
    "#AA4499", "#999933", "#000000", "#0072B2", "#8C564B",
)  # fmt: skip
# Colours of the house beside those of methods and classes.
BLUE, ORANGE, GREEN = "#0072B2", "#E69F00", "#009E73"
FURTHER_COLOURS = (BLUE, ORANGE, GREEN, WRONG)
CLASS_MARKERS = ("o", "s", "^", "D", "v")


def method_style(name: str) -> MethodStyle:
    """Return a method's fixed style; a name unknown here always gets the same one too."""
    look = looks().get(name)
    if look and look.colour and look.marker:
        return MethodStyle(look.colour, look.marker, _LINES[look.line])
    digest = hashlib.sha256(str(name).encode("utf-8")).digest()
    colour = OTHER_COLOURS[digest[0] % len(OTHER_COLOURS)]
    return MethodStyle(colour, _OTHER_MARKERS[digest[1] % len(_OTHER_MARKERS)])


def unlike_styles(methods: Iterable[str]) -> dict[str, MethodStyle]:
    """Return a style for each method, and another colour where two would be alike."""
    found: dict[str, MethodStyle] = {}
    for method in methods:
        style, taken = method_style(method), {style.colour for style in found.values()}
        free = [colour for colour in (style.colour, *CLASS_COLOURS) if colour not in taken]
        found[method] = replace(style, colour=free[0]) if free else style
    return found


def class_style(index: int) -> MethodStyle:
    """Return the colour and marker of a class; they repeat as a pair only after fifty classes."""
    turn = index // len(CLASS_COLOURS)
    marker = CLASS_MARKERS[(index + turn) % len(CLASS_MARKERS)]
    return MethodStyle(CLASS_COLOURS[index % len(CLASS_COLOURS)], marker)


def legible(colour: Any) -> str:
    """Return a colour for letters: yellow ones are hard to read on white, darker ones are not."""
    return to_hex(0.68 * np.array(to_rgb(colour)))


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
    axis.set_title(
        "\n".join(["", *lines]), fontsize=SMALLEST, fontweight="normal", linespacing=1.25
    )
    axis.annotate(
        name,
        (0, 1),
        xycoords="axes fraction",
        xytext=(0, 6 + 15.5 * len(lines)),
        textcoords="offset points",
        fontsize=TEXT,
        fontweight="bold",
        va="bottom",
    )
