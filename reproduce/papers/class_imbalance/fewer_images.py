"""Imbalance told from having fewer images: step, linear and no imbalance at one total."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes

from reproduce.errors import unknown_name
from reproduce.figures.by_seed import numbers_along
from reproduce.figures.factor import Factor
from reproduce.figures.inputs import Observation, with_columns
from reproduce.figures.lines import Line, Lines
from reproduce.figures.picture import NothingToShow
from reproduce.figures.style import MethodStyle
from reproduce.figures.wording import (
    in_sentence,
    mean_and_sd,
    mean_and_spread,
    method_label,
    metric_digits,
    metric_label,
    plain,
    plural,
    points,
)

KINDS = {
    "balanced": MethodStyle("#009E73", "D", (0, (4, 1.6))),
    "linear": MethodStyle("#E69F00", "^"),
    "step": MethodStyle("#0072B2", "s"),
}
_NAMES = {"balanced": "balanced,\nas few images", "linear": "linear\nimbalance",
          "step": "step\nimbalance"}  # fmt: skip
_SHADED = ("step", "balanced")


class ImbalanceOrFewer(Lines):
    """Step, linear and no imbalance over rho, at the same number of training images.

    Parameters
    ----------
    rows
        observations with `images`, the size of the training set, and `imbalance`: "step",
        "linear" or "balanced" (the control, a baseline on balanced sets as small as the others).
    metric
        what is drawn, in percent.

    Notes
    -----
    The control falls along the axis because there are fewer images; the shaded distance from it
    down to step imbalance is what being unequal does besides. Dots are seeds. The control of every
    panel is the same, and is a baseline.
    """

    aside = 0.2

    def __init__(self, rows: Iterable[Observation], metric: str = "auc"):
        rows = with_columns(rows, ("imbalance", "rho", "method", "images"))
        for row in rows:
            if row["imbalance"] not in KINDS:
                raise unknown_name("imbalance", row["imbalance"], KINDS)
        control = [row for row in rows if row["imbalance"] == "balanced"]
        others = [row for row in rows if row["imbalance"] != "balanced"]
        if not control or not others:
            raise NothingToShow(
                "it needs balanced controls beside imbalanced sets of as many images, here are "
                f"{plural(len(control), 'control')} and {plural(len(others), 'other set')}"
            )
        # The imbalanced sets first: the controls come as near to them as equal classes can.
        self.images = {
            rho: _total([row["images"] for row in (*others, *control) if row["rho"] == rho])
            for rho in numbers_along((row["rho"] for row in rows), "rho")
        }
        methods = dict.fromkeys(row["method"] for row in others)
        # Lines are in the order of the kinds; the control belongs to every method.
        ordered = sorted(others, key=lambda row: list(KINDS).index(row["imbalance"]))
        super().__init__(
            [*({**row, "method": name} for name in methods for row in control), *ordered],
            metric,
            Factor(
                "rho",
                "rho, and training images in all",
                "even",
                tick=lambda rho: f"{plain(rho)}\n{self.images[rho]}",
            ),
            line="imbalance",
            panel=Factor("method", scale="names", say=method_label),
            spread=None,
            dots=True,
            inches=2.5,
        )

    def style(self, line: str) -> MethodStyle:
        """Return how a kind of imbalance is drawn."""
        return KINDS[line]

    def label(self, line: str) -> str:
        """Return a kind of imbalance in words."""
        return line

    def end(self, lines: Sequence[str]) -> str:
        """Return what is written at the end of a line."""
        first, *others = lines
        return "\n".join([_NAMES[first], *(f"= {kind}" for kind in others)])

    def message(self) -> str:
        """Say what step imbalance costs beyond having fewer images, where it is largest."""
        method, lines = next(iter(self.found.items()))
        there = [rho for rho in self.places if all(rho in lines.get(k, {}) for k in _SHADED)]
        if not there:
            return ""
        rho = there[-1]
        step, control = (_mean(lines[kind][rho]) for kind in _SHADED)
        label = metric_label(self.metric).partition(" (")[0]
        words = "costs" if step < control else "adds"
        size = points(abs(step - control), metric_digits(self.metric)).lstrip("+")
        seeds = "one seed" if set(self.seeds) == {1} else "means over seeds"
        return (
            f"At rho {plain(rho)} being unequal {words} {in_sentence(method)} {size} points "
            f"of {label} beyond having fewer images ({seeds})."
        )

    def reading(self) -> str:
        """Return what line, dots and shade are."""
        return f"{super().reading()} Shaded: what is lost to step imbalance alone."

    def draw_panel(self, axis: Axes, lines: Mapping[Any, Line]) -> None:
        """Draw the lines, and the shade between step imbalance and the control."""
        places = self.along.places(self.places)
        there = [rho for rho in self.places if all(rho in lines.get(k, {}) for k in _SHADED)]
        step, control = ([100 * _mean(lines[kind][rho]) for rho in there] for kind in _SHADED)
        axis.fill_between([places[rho] for rho in there], step, control, color="#0072B2",
                          alpha=0.1, lw=0)  # fmt: skip
        super().draw_panel(axis, lines)

    def words(self) -> str:
        """Say every kind of imbalance at every rho, and what step imbalance costs."""
        totals = ", ".join(f"{total} at rho {plain(rho)}" for rho, total in self.images.items())
        sentences = [
            f"{method_label(method)}: {'; '.join(self._at(rho, lines) for rho in self.places)}."
            for method, lines in self.found.items()
        ]
        return (
            f"{metric_label(self.metric)} in percent, mean ± sd over seeds, training images: "
            f"{totals}. " + " ".join(sentences)
        )

    def _at(self, rho: Any, lines: Mapping[Any, Line]) -> str:
        digits = metric_digits(self.metric)
        here = {kind: lines[kind][rho] for kind in KINDS if rho in lines.get(kind, {})}
        said = [f"{k} {mean_and_spread(list(s.values()), digits)}" for k, s in here.items()]
        lost = ""
        if all(kind in here for kind in _SHADED):
            step, control = (_mean(here[kind]) for kind in _SHADED)
            lost = f" (step minus balanced {points(step - control, digits)})"
        return f"at rho {plain(rho)} {', '.join(said)}{lost}"


def _mean(seeds: Mapping[Any, float]) -> float:
    return mean_and_sd(list(seeds.values()))[0]


def _total(images: Sequence[float]) -> str:
    """Return a number of images: the first where all are within 2 %, else from least to most."""
    low, high = min(images), max(images)
    near = high - low <= 0.02 * high
    return f"{images[0]:,.0f}" if near else f"{low:,.0f} to {high:,.0f}"
