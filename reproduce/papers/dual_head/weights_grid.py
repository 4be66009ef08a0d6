"""A metric over the weight of the similarity loss and the number of hard negatives."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from reproduce.errors import UserError
from reproduce.figures.by_seed import Values, by_seed, numbers_along, span
from reproduce.figures.forest import PUBLISHED
from reproduce.figures.inputs import Observation
from reproduce.figures.style import INK, SEQUENTIAL, WIDTH, in_the_look, new_figure
from reproduce.figures.wording import (
    MISSING,
    mean_and_sd,
    mean_and_spread,
    metric_digits,
    metric_label,
    percent,
    plain,
    plural,
    points,
)

FACTORS = ("sim_weight", "hard_negatives")
TABLE = "Table 6"
_SETTING = re.compile(r"lambda=(?P<weight>[\d.]+); k=(?P<count>\d+)")
_GROUND = "#f2f2f2"


def printed_points(cells: Iterable[Any]) -> dict[tuple[float, int], float]:
    """Return {(lambda, k): the printed metric as a fraction} from a paper's published cells."""
    found = {}
    for cell in cells:
        setting = _SETTING.search(cell.method) if cell.table == TABLE else None
        if setting:
            found[float(setting["weight"]), int(setting["count"])] = float(cell.value)
    if not found:
        raise UserError(f"no published cell of '{TABLE}' names lambda and k; expected its rows")
    return found


@in_the_look
def weights_grid(
    rows: Iterable[Observation],
    metric: str = "macro_f1",
    published: Iterable[Any] | None = None,
) -> Figure:
    """Draw a metric over lambda and k as coloured cells, the paper's points framed.

    Parameters
    ----------
    rows
        rows of one method with `sim_weight` (lambda) and `hard_negatives` (k).
    metric
        what is drawn: the mean over seeds, and below it their sd and number, in percent.
    published
        the paper's published cells; those of its Table 6 are framed, each with the value it prints.
        That value stands on other data, so only its differences from point to point compare.
    """
    found = by_seed(rows, metric, FACTORS)
    printed = printed_points(published) if published is not None else {}
    weights, counts = _along(found)
    tall = 0.92
    figure, axes = new_figure(tall * len(counts) + (2.15 if printed else 1.75))
    axis = axes[0, 0]
    means = {place: 100 * _mean(seeds) for place, seeds in found.items()}
    palette, norm = _colours(means.values())
    size = min(13.0, 72 * 0.75 * WIDTH / len(weights) / 4.2)
    for place in ((weight, count) for weight in weights for count in counts):
        column, row = weights.index(place[0]), counts.index(place[1])
        ground = palette(norm(means[place])) if place in means else _GROUND
        axis.add_patch(Rectangle((column, row), 1, 1, facecolor=ground, edgecolor="white", lw=2))
        dark = np.dot(matplotlib.colors.to_rgb(ground), (0.299, 0.587, 0.114)) <= 0.5
        text = _texts(found.get(place), printed.get(place), metric_digits(metric))
        _write(axis, (column, row), text, "white" if dark else INK, size)
    for weight, count in printed:
        if weight in weights and count in counts:
            corner = weights.index(weight) + 0.025, counts.index(count) + 0.035
            axis.add_patch(
                Rectangle(corner, 0.95, 0.93, fill=False, edgecolor=PUBLISHED, lw=2.6, zorder=5)
            )
    _dress(axis, weights, counts)
    _explain(figure, axis, (palette, norm), metric, found, bool(printed))
    return figure


def _along(found: Values) -> tuple[list[Any], list[Any]]:
    """Return the values of lambda and those of k."""
    return (
        numbers_along((weight for weight, _ in found), FACTORS[0]),
        numbers_along((count for _, count in found), FACTORS[1]),
    )


def _mean(seeds: Mapping[Any, float]) -> float:
    return mean_and_sd(list(seeds.values()))[0]


def _colours(means: Iterable[float]) -> tuple[LinearSegmentedColormap, Normalize]:
    """Return the blues without their palest tones, which would look like a missing cell."""
    blues = matplotlib.colormaps[SEQUENTIAL](np.linspace(0.12, 0.95, 64))
    means = list(means)
    low, high = min(means), max(means)
    norm = Normalize(low if high > low else low - 1, high)
    return LinearSegmentedColormap.from_list("measured", blues), norm


def _texts(
    seeds: Mapping[Any, float] | None, printed: float | None, digits: int
) -> tuple[str, str, str]:
    """Return a cell's mean, what is known of its spread, and what the paper prints."""
    paper = "" if printed is None else f"paper {percent(printed, 0)}"
    if seeds is None:
        return MISSING, "not measured", paper
    mean, spread = mean_and_sd(list(seeds.values()))
    known = "" if spread is None else f"± {percent(spread, digits)}, "
    return percent(mean, digits), f"{known}n = {len(seeds)}", paper


def _write(
    axis: Axes, place: tuple[int, int], texts: tuple[str, str, str], ink: str, size: float
) -> None:
    x, y = place[0] + 0.5, place[1] + 0.5
    lifted = 0.12 if texts[2] else 0
    manner = {"ha": "center", "va": "center", "color": ink, "zorder": 6}
    axis.text(x, y + 0.12 + lifted, texts[0], fontsize=size, fontweight="bold", **manner)
    axis.text(x, y - 0.16 + lifted, texts[1], fontsize=0.74 * size, **manner)
    axis.text(x, y - 0.29, texts[2], fontsize=0.8 * size, fontstyle="italic", **manner)


def _dress(axis: Axes, weights: list[Any], counts: list[Any]) -> None:
    axis.set_xticks(np.arange(len(weights)) + 0.5, [plain(weight) for weight in weights])
    axis.set_yticks(np.arange(len(counts)) + 0.5, [plain(count) for count in counts])
    axis.set(xlim=(0, len(weights)), ylim=(0, len(counts)))
    axis.set_xlabel("λ, the weight of the similarity loss")
    axis.set_ylabel("k, hard negatives per anchor")
    axis.tick_params(length=0)
    axis.grid(False)
    for side in axis.spines.values():
        side.set_visible(False)


def _explain(figure: Figure, axis: Axes, colour, metric: str, found: Values, framed: bool) -> None:
    palette, norm = colour
    bar = figure.colorbar(
        ScalarMappable(norm, palette), ax=axis, location="bottom", shrink=0.6, aspect=32, pad=0.02
    )
    counts = span(map(len, found.values()))
    bar.set_label(f"{metric_label(metric)} (%), mean ± sd over seeds (n = {counts})", fontsize=11)
    bar.outline.set_visible(False)
    if framed:
        frame = Patch(facecolor="white", edgecolor=PUBLISHED, lw=2.6)
        figure.legend([frame], ["a point of the paper, with what it prints for its own data"],
                      loc="outside upper left", borderpad=0.1)  # fmt: skip


def weights_grid_numbers(
    rows: Iterable[Observation],
    metric: str = "macro_f1",
    published: Iterable[Any] | None = None,
) -> str:
    """Say in words what `weights_grid` draws, and the paper's steps beside the same steps here."""
    found, digits = by_seed(rows, metric, FACTORS), metric_digits(metric)
    printed = printed_points(published) if published is not None else {}
    order = sorted(found, key=lambda place: _mean(found[place]))
    low, high = (
        f"{mean_and_spread(list(found[place].values()), digits)} at {_place(place)}"
        for place in (order[0], order[-1])
    )
    text = (
        f"{metric_label(metric)} in percent over lambda and k, {plural(len(found), 'point')}, "
        f"mean ± sd over seeds (n = {span(map(len, found.values()))}): from {low} to {high}."
    )
    if not printed:
        return text
    said = "; ".join(
        f"{_place(place)} {_ours(found.get(place), digits)} (paper {percent(value, 0)})"
        for place, value in printed.items()
    )
    return f"{text} The paper's points: {said}.{_steps(found, printed, digits)}"


def _place(place: tuple[Any, Any]) -> str:
    return f"lambda {plain(place[0])}, k {plain(place[1])}"


def _ours(seeds: Mapping[Any, float] | None, digits: int) -> str:
    return mean_and_spread(list(seeds.values()), digits) if seeds else "not measured"


def _steps(found: Values, printed: Mapping[tuple, float], digits: int) -> str:
    """Compare what each printed point loses to the paper's best, on the seeds that both have."""
    best, steps = max(printed, key=printed.__getitem__), []
    for place, value in printed.items():
        here, there = found.get(place, {}), found.get(best, {})
        both = [seed for seed in here if seed in there]
        if place != best and both:
            ours = sum(here[seed] - there[seed] for seed in both) / len(both)
            paper = points(value - printed[best], 0)
            steps.append(f"to {_place(place)} {points(ours, digits)} (paper {paper})")
    return f" Steps in points from {_place(best)}: {'; '.join(steps)}." if steps else ""
