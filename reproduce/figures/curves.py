"""Loss and accuracy during training, over the iterations of all phases."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from reproduce.errors import UserError
from reproduce.figures.inputs import not_empty
from reproduce.figures.picture import Picture
from reproduce.figures.style import FAINT, in_the_look, method_style, new_figure
from reproduce.figures.wording import in_sentence, method_label, percent, plural

History = Sequence[Mapping[str, Any]]
_PARTS = ("phase", "iteration", "loss")


def _joined(name: str, history: History) -> tuple[np.ndarray, dict[str, np.ndarray], list[float]]:
    """Return iterations that go on across phases, the values, and where new phases begin."""
    not_empty(f"entries in the history of '{name}'", history)
    for part in _PARTS:
        if any(part not in entry for entry in history):
            raise UserError(f"the history of '{name}' lacks '{part}', expected {', '.join(_PARTS)}")
    iterations, starts, offset = [], [], 0
    for before, entry in zip([history[0], *history], history, strict=False):
        if entry["phase"] != before["phase"]:
            starts.append(iterations[-1])
            # A phase may count its iterations afresh or go on counting.
            offset = iterations[-1] if entry["iteration"] + offset <= iterations[-1] else offset
        iterations.append(entry["iteration"] + offset)
    # Images of mixed classes have no accuracy, and their histories do not say one.
    values = {
        part: np.array([np.nan if e.get(part) is None else e[part] for e in history], dtype=float)
        for part in ("loss", "training_accuracy")
    }
    return np.array(iterations), values, starts


class TrainingCurves(Picture):
    """The loss (log axis) and the training accuracy of each method.

    Parameters
    ----------
    histories
        {method: [history of each seed]}; thin lines are seeds. A dotted upright line marks where
        a method of several phases begins a new one. Losses of different objectives are not on
        one scale: compare their shapes. Where images of several classes are mixed there is no
        accuracy, and no line of it.
    sources
        the results they are of.
    """

    def __init__(self, histories: Mapping[str, Sequence[History]], sources: Iterable[Any] = ()):
        super().__init__(sources)
        not_empty("histories", histories)
        for name, runs in histories.items():
            not_empty(f"histories of '{name}'", runs)
        self.runs = {
            name: [_joined(name, history) for history in runs] for name, runs in histories.items()
        }

    @in_the_look
    def draw(self) -> Figure:
        """Draw the loss above and the accuracy below."""
        figure, axes = new_figure(5.6, 2, 1, sharex=True)
        loss, accuracy = axes[:, 0]
        for name, runs in self.runs.items():
            for turn, (iterations, values, starts) in enumerate(runs):
                line = _line_of(name, turn, len(runs))
                label = None if turn else method_label(name)
                loss.plot(iterations, values["loss"], label=label, **line)
                accuracy.plot(iterations, 100 * values["training_accuracy"], **line)
                for start in starts:
                    for axis in (loss, accuracy):
                        axis.axvline(start, color=FAINT, lw=1, linestyle=":")
        loss.set_ylabel("training loss")
        drawn = [line.get_ydata() for line in loss.get_lines() if len(line.get_xdata()) > 2]
        if all(np.nanmin(values) > 0 for values in drawn):
            loss.set_yscale("log")
            loss.set_ylabel("training loss (log axis)")
        accuracy.set_ylabel("training accuracy (%)")
        accuracy.set_xlabel("iteration")
        figure.legend(loc="outside lower center", ncols=3, columnspacing=1.0)
        return figure

    def seen(self) -> str:
        """Say what the lines are."""
        return (
            "Training loss above and training accuracy below, against the iterations, a line for "
            f"each seed of {plural(len(self.runs), 'method')}."
        )

    def reading(self) -> str:
        """Say what must not be compared."""
        return (
            "Dotted: a new phase begins. Losses of different objectives are not on one scale: "
            "compare their shapes."
        )

    def message(self) -> str:
        """Say between which accuracies training ends."""
        ends = {
            name: float(np.mean([values["training_accuracy"][-1] for _, values, _ in runs]))
            for name, runs in self.runs.items()
        }
        ends = {name: end for name, end in ends.items() if np.isfinite(end)}
        if not ends:
            return ""
        best, worst = (pick(ends, key=ends.__getitem__) for pick in (max, min))
        said = f"Training ends at {percent(ends[best])} % accuracy on the images shown"
        if best == worst:
            return f"{said} ({in_sentence(best)})."
        return (
            f"{said} for {in_sentence(best)}, at {percent(ends[worst])} % for {in_sentence(worst)}."
        )

    def words(self) -> str:
        """Say in words where the curves end."""
        sentences = []
        for name, runs in self.runs.items():
            losses = [values["loss"][-1] for _, values, _ in runs]
            accuracies = [values["training_accuracy"][-1] for _, values, _ in runs]
            accuracy = float(np.mean(accuracies))
            known = f" and training accuracy {percent(accuracy)} percent"
            sentences.append(
                f"{method_label(name)}: after {max(i[-1] for i, _, _ in runs)} iterations loss "
                f"{np.mean(losses):.3g}{known if np.isfinite(accuracy) else ''} "
                f"(mean of {plural(len(runs), 'seed')})."
            )
        return " ".join(sentences)


def _line_of(name: str, turn: int, runs: int) -> dict[str, Any]:
    """Return how one seed's line is drawn; only the first has markers and a name."""
    style = method_style(name)
    return {
        "color": style.colour, "linestyle": style.line, "lw": 1.6,
        "alpha": 1.0 if runs == 1 else 0.7,
        "marker": None if turn else style.marker, "markersize": 7, "markevery": (0.1, 0.3),
    }  # fmt: skip
