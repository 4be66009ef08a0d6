"""How confusion matrices are drawn: a panel for each method, and its two groups beside it."""

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reproduce.figures.heat import cells
from reproduce.figures.style import INK, QUIET, RARE, WIDTH
from reproduce.figures.wording import method_label, percent

if TYPE_CHECKING:
    from reproduce.figures.confusion import Confusion

# With more classes a cell is too small for its number.
WRITTEN_UP_TO = 6
# Inches of a cell at most, so that a matrix of few classes stays small.
LARGEST = 0.55
_LETTERS, _TITLE = 12, 20


def drawn(made: "Confusion") -> Figure:
    """Return the figure: two methods beside each other, each with its groups."""
    count, rare = len(made.shares), bool(made.rare.any())
    noun, names = without_common_word(made.class_names)
    columns = 1 if _long(names) else min(2, count)
    rows = -(-count // columns)
    left = 0.32 + 0.095 * max(min(len(name), _LETTERS) for name in _bare(names))
    side = min(2.6, LARGEST * len(names), WIDTH / columns - left - (0.72 if rare else 0.1) - 0.12)
    longest = max(len(textwrap.wrap(method_label(name), _TITLE)) for name in made.shares)
    above, below = 0.42 + 0.2 * longest, 0.32 + (left - 0.2 if _long(names) else 0.12)
    height = rows * (side + above) + below + 0.1
    figure = Figure(figsize=(WIDTH, height))
    for turn, name in enumerate(made.shares):
        row, column = divmod(turn, columns)
        corner = column * WIDTH / columns + left, height - (row + 1) * (side + above)
        box = (corner[0] / WIDTH, corner[1] / height, side / WIDTH, side / height)
        axis = figure.add_axes(box)
        numbers = made.matrices[name] if made.printed else 100 * made.shares[name]
        _matrix(axis, made.shares[name], numbers, made.frequent if rare else 0)
        lowest = turn + columns >= count
        _classes(axis, names, made.rare, lowest)
        axis.set_xlabel(f"predicted {noun}".strip() if lowest else "", color=QUIET)
        axis.set_ylabel(f"true {noun}".strip() if column == 0 else "", color=QUIET, labelpad=1)
        recall = percent(np.nanmean(np.diag(made.shares[name])))
        _title(axis, method_label(name), f"mean recall {recall} %", left)
        if rare:
            right = (corner[0] + side + 0.12) / WIDTH
            small = figure.add_axes((right, corner[1] / height, 0.58 / WIDTH, 0.58 / height))
            _groups(small, made.groups(name))
    return figure


def _title(axis: Axes, name: str, said: str, left: float) -> None:
    """Write the method and its mean recall over the panel, from the names' left edge on."""
    manner = {"xycoords": "axes fraction", "textcoords": "offset points", "va": "bottom"}
    start = -72 * left + 14
    axis.annotate(said, (0, 1), xytext=(start, 5), color=QUIET, **manner)
    axis.annotate(textwrap.fill(name, _TITLE), (0, 1), xytext=(start, 20), fontweight="bold",
                  linespacing=1.05, **manner)  # fmt: skip


def _matrix(axis: Axes, shares: np.ndarray, numbers: np.ndarray, frequent: int) -> None:
    """Draw one matrix, coloured by shares of the row, lines between frequent and rare classes."""
    written = len(shares) <= WRITTEN_UP_TO
    words = [[f"{n:.0f}" if n >= 0.5 else "" for n in row] for row in numbers]
    cells(axis, shares, words if written else None)
    for row in np.flatnonzero(np.isnan(shares).all(axis=1)):
        axis.fill_between([0, len(shares)], row, row + 1, hatch="///", fc="none", ec=QUIET, lw=0)
    if frequent:
        axis.axhline(frequent, color=RARE, lw=1.4)
        axis.axvline(frequent, color=RARE, lw=1.4)


def without_common_word(names: Sequence[str]) -> tuple[str, list[str]]:
    """Return the word that all names begin with, and the names without it: "grade 0" is "0"."""
    parts = [str(name).partition(" ") for name in names]
    first = parts[0][0]
    if len(names) > 1 and all(word == first and rest for word, _, rest in parts):
        return first.lower(), [rest for _, _, rest in parts]
    return "", [str(name) for name in names]


def _bare(names: Sequence[str]) -> list[str]:
    """Return long names without what they say in brackets, if they still differ."""
    bare = [name.partition(" (")[0] for name in names]
    fits = all(len(name) <= _LETTERS for name in names)
    return list(names) if fits or len({*bare}) < len(names) else bare


def _classes(axis: Axes, names: Sequence[str], rare: np.ndarray, lowest: bool) -> None:
    """Name the classes at the left and under the lowest panels, the rare ones in orange."""
    names = _bare(names)
    short = [textwrap.shorten(name, _LETTERS, placeholder="…") for name in names]
    step = -(-len(names) // 12)
    places = np.arange(0, len(names), step)
    axis.set_yticks(places + 0.5, [short[place] for place in places])
    axis.set_xticks(places + 0.5, [short[place] for place in places] if lowest else [])
    axis.tick_params(pad=2)
    if _long(names):
        axis.tick_params(axis="x", rotation=90)
    for labels in (axis.get_yticklabels(), axis.get_xticklabels()):
        _colour(labels, rare[places])


def _colour(labels: Sequence, rare: np.ndarray) -> None:
    for label, is_rare in zip(labels, rare, strict=False):
        label.set(color=RARE if is_rare else INK, fontweight="bold" if is_rare else "normal")


def _groups(axis: Axes, shares: np.ndarray) -> None:
    """Draw the 2 x 2 of frequent and rare classes."""
    cells(axis, shares, [[percent(share, 0) for share in row] for row in shares])
    axis.set_xticks([0.5, 1.5], ["F", "R"])
    axis.set_yticks([])
    axis.xaxis.tick_top()
    axis.tick_params(pad=1)
    axis.get_xticklabels()[1].set(color=RARE, fontweight="bold")


def _long(names: Sequence[str]) -> bool:
    return max(map(len, names)) > 3
