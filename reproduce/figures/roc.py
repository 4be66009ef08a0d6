"""One-vs-rest ROC curves of one result, a curve per class."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reproduce.errors import UserError
from reproduce.figures.inputs import class_labels
from reproduce.figures.style import FAINT, class_style, in_the_look, new_figure
from reproduce.figures.wording import percent

_CORNER_FROM = 0.95


@dataclass(frozen=True)
class ClassCurve:
    """The ROC curve of one class against all others, ties counted by half."""

    index: int
    name: str
    false_positives: np.ndarray
    true_positives: np.ndarray
    area: float


def class_curves(scores: Any, labels: Any, class_names: Sequence[str]) -> list[ClassCurve]:
    """Return a curve for each class that has both positives and negatives."""
    from sklearn.metrics import roc_curve

    scores = np.asarray(scores, dtype=np.float64)
    if scores.ndim != 2 or scores.shape[1] != len(class_names):
        raise UserError(
            f"scores have shape {scores.shape}, expected (n, {len(class_names)}): "
            "one column for each class name"
        )
    if not np.isfinite(scores).all():
        raise UserError("scores hold NaN or infinity, expected numbers; the training diverged")
    labels = class_labels(labels, len(scores), class_names)
    curves = []
    for index, name in enumerate(class_names):
        positive = labels == index
        if positive.any() and not positive.all():
            false, true, _ = roc_curve(positive, scores[:, index], drop_intermediate=True)
            area = float(np.trapezoid(true, false))
            curves.append(ClassCurve(index, str(name), false, true, area))
    if not curves:
        raise UserError("labels hold a single class, expected two or more to draw an ROC curve")
    return curves


@in_the_look
def roc_curves(scores: Any, labels: Any, class_names: Sequence[str]) -> Figure:
    """Draw the one-vs-rest ROC curves of one result.

    Where every class has an area over 0.95, the curves crowd in the upper left corner and a
    second panel shows that corner enlarged. The macro mean counts each drawn class equally.
    """
    curves = class_curves(scores, labels, class_names)
    worst = min(curve.area for curve in curves)
    crowded = worst > _CORNER_FROM
    figure, axes = new_figure(4.9 if crowded else 6.2, 1, 2 if crowded else 1)
    for axis in axes.flat:
        _draw(axis, curves)
    axes[0, 0].set_ylabel("true positives (% of the class)")
    mean = np.mean([curve.area for curve in curves])
    axes[0, 0].set_title(f"macro AUC {percent(float(mean), 2)} %")
    if crowded:
        reach = 100 * _corner(curves)
        axes[0, 1].set(xlim=(-0.02 * reach, reach), ylim=(100 - reach, 100 + 0.02 * reach))
        axes[0, 1].set_title("upper left corner")
    handles, names = axes[0, 0].get_legend_handles_labels()
    longest = max(map(len, names))
    figure.legend(
        handles, names, loc="outside lower center", ncols=max(1, min(4, 66 // (longest + 6))),
        title="area per class, in percent", columnspacing=1.3,
    )  # fmt: skip
    return figure


def _corner(curves: Sequence[ClassCurve]) -> float:
    """Return the size of a corner that holds the bend of every curve."""
    bends = [np.maximum(c.false_positives, 1 - c.true_positives).min() for c in curves]
    return float(np.clip(2.5 * max(bends), 0.01, 0.5))


def _draw(axis: Axes, curves: Sequence[ClassCurve]) -> None:
    axis.plot([0, 100], [0, 100], color=FAINT, lw=1, linestyle=":")
    for curve in curves:
        style = class_style(curve.index)
        axis.plot(
            100 * curve.false_positives, 100 * curve.true_positives, color=style.colour, lw=1.8,
            linestyle=("-", "--", "-.")[curve.index % 3],
            label=f"{curve.name}: {percent(curve.area, 2)}",
        )  # fmt: skip
    axis.set(xlim=(-1, 101), ylim=(-1, 101), box_aspect=1)
    axis.set_xlabel("false positives (% of the others)")


def roc_numbers(scores: Any, labels: Any, class_names: Sequence[str]) -> str:
    """Say in words what `roc_curves` draws."""
    curves = class_curves(scores, labels, class_names)
    mean = float(np.mean([curve.area for curve in curves]))
    each = ", ".join(f"{curve.name} {percent(curve.area, 2)}" for curve in curves)
    return f"Macro one-vs-rest ROC AUC {percent(mean, 2)} percent; per class: {each}."
