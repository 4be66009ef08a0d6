"""How many images each class has, readable also where the counts differ a thousandfold."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from reproduce.errors import UserError
from reproduce.evaluation.per_class import in_minority
from reproduce.figures.inputs import not_empty
from reproduce.figures.picture import Picture
from reproduce.figures.style import FREQUENT, INK, RARE, SMALLEST, in_the_look, panels

_LOG_FROM = 20
_UPRIGHT_UP_TO, _WRITTEN_UP_TO = 12, 40


def _checked(
    counts: Mapping[str, Sequence[int]], class_names: Sequence[str]
) -> dict[str, np.ndarray]:
    """Return the counts as integer arrays, one number for each class."""
    not_empty("class counts", counts)
    checked = {}
    for condition, values in counts.items():
        array = np.asarray(values)
        if array.shape != (len(class_names),):
            raise UserError(
                f"'{condition}' has counts of shape {array.shape}, expected "
                f"({len(class_names)},): one for each class name"
            )
        if array.dtype.kind not in "iu" or (array < 0).any():
            raise UserError(f"'{condition}' holds counts that are not whole numbers from 0 up")
        if not array.any():
            raise UserError(f"'{condition}' has no image at all, expected at least one class")
        checked[str(condition)] = array
    return checked


class ClassHistogram(Picture):
    """The counts per class, one panel for each condition on a shared axis.

    Parameters
    ----------
    counts
        {"rho 10": [count of each class], ...}.
    class_names
        in the order of the counts.
    unit
        what is counted, for the axis.

    Notes
    -----
    The axis is logarithmic as soon as the largest count is 20 times the smallest, and says so;
    since a bar's length then misleads, every bar carries its number. Rare classes, those with fewer
    images than the average class of their panel, are orange.
    """

    def __init__(
        self, counts: Mapping[str, Sequence[int]], class_names: Sequence[str], unit: str = "images"
    ):
        super().__init__()
        self.counts = _checked(counts, class_names)
        self.class_names, self.unit = class_names, unit

    @in_the_look
    def draw(self) -> Figure:
        """Draw a panel of bars for each condition."""
        together = np.concatenate(list(self.counts.values()))
        smallest, largest = together[together > 0].min(), together.max()
        logarithmic = largest >= _LOG_FROM * smallest
        floor = smallest / 3 if logarithmic else 0
        names = (1.4 if _long(self.class_names) else 0.4) / len(self.counts)
        figure, axes = panels(len(self.counts), 2.1 + names, columns=1, sharex=True, sharey=True)
        for axis, (condition, values) in zip(axes, self.counts.items(), strict=True):
            _bars(axis, values, floor)
            if logarithmic:
                axis.set_yscale("log")
                axis.yaxis.set_major_formatter("{x:g}")
                axis.set_ylim(floor, largest * (largest / floor) ** 0.16)
            else:
                axis.set_ylim(0, largest * 1.18)
            axis.set_title(condition)
            axis.grid(False, axis="x")
            axis.tick_params(axis="x", length=0)
        _name_classes(axes[-1], self.class_names)
        scale = " (log axis)" if logarithmic else ""
        figure.supylabel(f"{self.unit} per class{scale}", fontsize=SMALLEST, color=INK)
        if any(map(np.any, map(in_minority, self.counts.values()))):
            figure.legend(
                [Patch(color=FREQUENT, lw=0), Patch(color=RARE, lw=0)],
                ["frequent", "rare: fewer than the average class"],
                loc="outside upper left", ncols=2, borderpad=0.1,
            )  # fmt: skip
        return figure

    def message(self) -> str:
        """Say how far the most unequal condition goes."""
        ratios = {
            name: values.max() / values.min() if values.min() else np.inf
            for name, values in self.counts.items()
        }
        name = max(ratios, key=ratios.__getitem__)
        values = self.counts[name]
        if values.max() == values.min():
            return f"Every class has {values[0]:,} {self.unit}."
        rare = int(in_minority(values).sum())
        are = "is" if rare == 1 else "are"
        said = f"{rare} of {len(values)} classes {are} rare: the smallest has {values.min():,} "
        said += f"{self.unit}, the largest {values.max():,}."
        return f"At {name}: {said}" if len(self.counts) > 1 else said

    def seen(self) -> str:
        """Say what the bars are."""
        several = f", a panel for each of {len(self.counts)} conditions"
        return (
            f"Bars: number of {self.unit} of each class{several if len(self.counts) > 1 else ''}; "
            "rare classes are orange."
        )

    def words(self) -> str:
        """Say the smallest and the largest count of each condition."""
        return " ".join(
            _sentence(condition, values, self.class_names)
            for condition, values in self.counts.items()
        )


def _sentence(condition: str, values: np.ndarray, class_names: Sequence[str]) -> str:
    if values.min() == values.max():
        return f"{condition}: {values[0]} images in each of {len(values)} classes."
    rare = [str(class_names[place]) for place in np.flatnonzero(values == values.min())]
    ratio = f"{values.max() / values.min():.4g}" if values.min() else "unbounded"
    return (
        f"{condition}: from {values.min()} (class {', '.join(rare)}) to {values.max()} images "
        f"per class, {values.sum()} in all, largest over smallest {ratio}."
    )


def _bars(axis: Axes, values: np.ndarray, floor: float) -> None:
    """Draw one condition's bars and write the counts on them."""
    rare = in_minority(values)
    places = np.arange(len(values))
    axis.bar(places, np.maximum(values - floor, 0), bottom=floor, width=0.78,
             color=np.where(rare, RARE, FREQUENT))  # fmt: skip
    if len(values) > _WRITTEN_UP_TO:
        return
    turned = len(values) > _UPRIGHT_UP_TO
    for place, value in zip(places, values, strict=True):
        axis.annotate(
            _short(value), (place, max(value, floor)), xytext=(0, 2), textcoords="offset points",
            ha="center", va="bottom", rotation=90 * turned,
        )  # fmt: skip


def _short(count: int) -> str:
    """Return a count with as few letters as say it exactly: 5000 is 5k."""
    return f"{count / 1000:g}k" if count >= 1000 and count % 100 == 0 else f"{count}"


def _name_classes(axis: Axes, class_names: Sequence[str]) -> None:
    """Write the class names: turned where they are long, every few where they are many."""
    step = max(1, -(-len(class_names) // _WRITTEN_UP_TO))
    places = np.arange(0, len(class_names), step)
    axis.set_xticks(places, [str(class_names[place]) for place in places])
    if _long(class_names):
        for label in axis.get_xticklabels():
            label.set(rotation=90 if len(places) > 20 else 35, rotation_mode="anchor", ha="right")
            if len(places) > 20:
                label.set_va("center")


def _long(class_names: Sequence[str]) -> bool:
    """Say whether the names together are wider than the figure."""
    shown = min(len(class_names), _WRITTEN_UP_TO)
    return shown * max(len(str(name)) for name in class_names) > 55
