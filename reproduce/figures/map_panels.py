"""How maps are drawn: frequent classes in greys behind, rare ones in colour, errors as outlines."""

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from scipy.linalg import orthogonal_procrustes

from reproduce.figures.dots import dots
from reproduce.figures.style import CLASS_COLOURS, FREQUENT, GRID, PAPER, QUIET, WIDTH, panels
from reproduce.figures.style import title as panel_title
from reproduce.figures.wording import method_label, percent

if TYPE_CHECKING:
    from reproduce.figures.map import Maps

_INCHES = 2.85


def drawn(made: "Maps") -> Figure:
    """Return the figure: two maps beside each other, the legend under them."""
    count = len(made.maps)
    columns = min(2, count)
    figure, axes = panels(count, _INCHES if columns > 1 else 5.4, columns)
    first = next(iter(made.maps.values())).coordinates
    for axis, (name, found) in zip(axes, made.maps.items(), strict=True):
        _scatter(axis, made, turned(found.coordinates, first), made.wrong.get(name))
        panel_title(
            axis,
            method_label(name),
            f"kNN {percent(found.knn_accuracy, 0)} %, trust {found.trustworthiness:.2f}",
        )
    _legend(figure, made)
    return figure


def turned(coordinates: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Return a map turned and mirrored so that its points lie as near as can be to the first's.

    A map has no up or left: turning it changes no distance, and the eye finds its classes again.
    """
    centred, model = (points - points.mean(axis=0) for points in (coordinates, first))
    rotation, _ = orthogonal_procrustes(centred, model)
    return centred @ rotation


def colours(made: "Maps") -> dict[int, str]:
    """Return {class: colour}: grey for a frequent one where some are rare, the same in each map."""
    shown = sorted(made.rare) if made.rare else range(len(made.class_names))
    bright = {one: CLASS_COLOURS[turn % len(CLASS_COLOURS)] for turn, one in enumerate(shown)}
    return {index: bright.get(index, FREQUENT) for index in range(len(made.class_names))}


def _scatter(axis: Axes, made: "Maps", coordinates: np.ndarray, wrong: np.ndarray | None) -> None:
    """Draw the points of one map, from the most frequent class to the rarest."""
    size = float(np.clip(130 / np.sqrt(len(coordinates)), 3.4, 8))
    wrong = np.zeros(len(coordinates), dtype=bool) if wrong is None else wrong
    colour = colours(made)
    for depth, index in enumerate(made.order):
        here = made.truth == index
        for outlined, chosen in ((False, here & ~wrong), (True, here & wrong)):
            name = f"{made.class_names[index]}, {'wrong' if outlined else 'right'}"
            depth_of_kind = 2 + depth + 0.5 * outlined
            if not chosen.any():
                continue
            dots(axis, coordinates[chosen], colour[index], size, label=name, zorder=depth_of_kind)
            if outlined:
                # A smaller dot of the ground over it makes an outline, in its class's colour.
                dots(axis, coordinates[chosen], PAPER, size - 2.4, zorder=depth_of_kind + 0.1)
    axis.update_datalim(coordinates)
    axis.autoscale_view()
    axis.set_xticks([])
    axis.set_yticks([])
    axis.grid(False)
    axis.spines[:].set_visible(True)
    axis.spines[:].set_color(GRID)
    axis.set_aspect("equal", adjustable="datalim")
    axis.set_box_aspect(1)


def _legend(figure: Figure, made: "Maps") -> None:
    """Explain the colours, frequent classes together, and the outline."""
    colour, manner = colours(made), {"ls": "", "marker": "o", "ms": 7, "mew": 0}
    handles: list[Any] = []
    names: list[str] = []
    for index in made.order:
        if made.rare and index not in made.rare:
            continue
        handles.append(Line2D([], [], color=colour[index], **manner))
        names.append(str(made.class_names[index]))
    if made.rare:
        handles.append(Line2D([], [], color=FREQUENT, **manner))
        names.append("frequent")
    if made.wrong:
        handles.append(Line2D([], [], ls="", marker="o", ms=6, mew=1.3, mfc="none", mec=QUIET))
        names.append("wrong")
    widest = 7.4 * max(map(len, names)) + 30
    columns = max(1, min(len(names), int(72 * WIDTH / widest)))
    figure.legend(
        handles, names, loc="outside lower center", ncols=columns, columnspacing=1.0,
        handletextpad=0.1, alignment="left",
        title="rare classes, in colour:" if made.rare else None,
    )  # fmt: skip
