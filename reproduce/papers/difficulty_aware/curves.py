"""Curves of the difficulty-aware page: errors against each other, scores, weights and gradients."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.stats import norm

from reproduce.evaluation.operating import RATES
from reproduce.figures.picture import Picture
from reproduce.figures.style import BLUE, INK, ORANGE, in_the_look, method_style, new_figure, panels
from reproduce.figures.wording import method_label, percent
from reproduce.papers.difficulty_aware.rows import EDGES

WIDEST = 5.5
TICKS = (0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)


class Det(Picture):
    """False rejections against false acceptances, both on normal quantiles, a line a loss.

    Parameters
    ----------
    rejected
        by method, the FRR at each of `RATES`, a row a seed.
    """

    def __init__(self, rejected: Mapping[str, np.ndarray]):
        super().__init__()
        self.rejected = {name: np.asarray(rows) for name, rows in rejected.items()}

    @in_the_look
    def draw(self) -> Figure:
        """Draw a line for each loss, the mean over seeds."""
        figure, axes = new_figure(4.2)
        axis = axes[0, 0]
        across = norm.ppf(RATES)
        # The first lines are the widest, so that one which others cover is seen on both sides.
        widths = np.linspace(WIDEST, 1.4, len(self.rejected))
        for width, (name, rows) in zip(widths, self.rejected.items(), strict=True):
            style = method_style(name)
            inside = np.clip(rows.mean(axis=0), 1e-4, 1 - 1e-4)
            axis.plot(across, norm.ppf(inside), color=style.colour, linestyle=style.line,
                      lw=width, label=method_label(name))  # fmt: skip
        ends = norm.ppf([0.001, 0.9])
        axis.plot(ends, ends, color=INK, lw=0.8, linestyle=":")
        places = norm.ppf(TICKS)
        names = [f"{100 * tick:g}" for tick in TICKS]
        axis.set_xticks(places, names)
        axis.set_yticks(places, names)
        axis.set_xlim(*ends)
        axis.set_ylim(*norm.ppf([0.01, 0.95]))
        axis.set_xlabel("false acceptances (% of impostor pairs)")
        axis.set_ylabel("false rejections (%)")
        axis.legend(loc="lower left", frameon=False)
        return figure

    def message(self) -> str:
        """Say what each loss rejects where a hundredth of the impostors is accepted."""
        at = int(np.argmin(abs(RATES - 0.01)))
        ends = {name: rows[:, at].mean() for name, rows in self.rejected.items()}
        best, worst = min(ends, key=ends.__getitem__), max(ends, key=ends.__getitem__)
        return (
            f"Where 1 % of impostors is let in, {method_label(best)} rejects {percent(ends[best])} "
            f"% of genuine pairs, {method_label(worst)} {percent(ends[worst])} %."
        )

    def seen(self) -> str:
        """Say what is drawn."""
        return "False rejections against false acceptances on normal axes, a line for each loss."

    def reading(self) -> str:
        """Say how to read it."""
        seeds = max(len(rows) for rows in self.rejected.values())
        return (
            f"Lower is better; means over {seeds} seeds. On the dotted line both errors are equal. "
            "Normal scores would be a straight line."
        )

    def words(self) -> str:
        """Say the rates at some points."""
        wanted = [int(np.argmin(abs(RATES - rate))) for rate in (0.001, 0.01, 0.1)]
        each = [
            f"{method_label(name)}: " + ", ".join(
                f"{percent(rows[:, at].mean())} % at {100 * RATES[at]:g} %" for at in wanted
            )
            for name, rows in self.rejected.items()
        ]  # fmt: skip
        return f"False rejections at false acceptances. {'; '.join(each)}."


class Scores(Picture):
    """How cosines of genuine and of impostor pairs are spread, a panel a loss.

    Parameters
    ----------
    counts
        by method, pairs by kind and cosine [2, bins] of one seed.
    rates
        by method, the equal error rate.
    """

    def __init__(self, counts: Mapping[str, np.ndarray], rates: Mapping[str, float]):
        super().__init__()
        self.counts, self.rates = counts, rates

    @in_the_look
    def draw(self) -> Figure:
        """Draw both histograms of each loss."""
        figure, axes = panels(len(self.counts), 1.5, 1, sharex=True)
        for axis, (name, of) in zip(axes, self.counts.items(), strict=True):
            for row, colour, label in zip(of, (BLUE, ORANGE), ("genuine", "impostor"), strict=True):
                axis.stairs(
                    row / row.sum(), EDGES, fill=True, color=colour, alpha=0.45, label=label
                )
                axis.stairs(row / row.sum(), EDGES, color=colour, lw=1.2)
            axis.set_title(f"{method_label(name)}, EER {percent(self.rates[name])} %")
            axis.set_yticks([])
        axes[0].legend(frameon=False, loc="upper left")
        axes[-1].set_xlabel("cosine of a pair")
        return figure

    def message(self) -> str:
        """Say how far apart both kinds lie."""
        centres = (EDGES[1:] + EDGES[:-1]) / 2
        said = []
        for name, of in self.counts.items():
            means = [(row * centres).sum() / row.sum() for row in of]
            said.append(f"{method_label(name)} {means[0]:.2f} and {means[1]:.2f}")
        return f"Mean cosine of genuine and of impostor pairs: {'; '.join(said)}."

    def seen(self) -> str:
        """Say what is drawn."""
        return "Histograms of the cosines of genuine and of impostor pairs, a panel for each loss."

    def reading(self) -> str:
        """Say how to read it."""
        return "Each kind has the same area. Where they overlap, errors are made at any threshold."

    def words(self) -> str:
        """Say the same in words."""
        return self.message()


class Weights(Picture):
    """What a pair weighs, and what its gradient becomes, against its cosine.

    Parameters
    ----------
    alpha, beta, positive, negative, temperature
        the numbers of the loss.
    """

    def __init__(self, alpha: float, beta: float, positive: float, negative: float,
                 temperature: float):  # fmt: skip
        super().__init__()
        self.alpha, self.beta, self.temperature = alpha, beta, temperature
        self.positive, self.negative = positive, negative
        self.cosines = np.linspace(-1, 1, 401)

    def weights(self, kind: str, gated: bool) -> np.ndarray:
        """Return the weight at each cosine, of positives or negatives."""
        if kind == "positive":
            bracket, scale = (self.positive - self.cosines) / self.positive, self.alpha
        else:
            bracket, scale = (self.cosines - self.negative) / (1 - self.negative), self.beta
        return 1 + scale * (np.maximum(0, bracket) if gated else bracket)

    @in_the_look
    def draw(self) -> Figure:
        """Draw weights above and the gradient of a negative below."""
        figure, axes = new_figure(6.2, 3, 1, sharex=True)
        for axis, kind in zip(axes[:2, 0], ("positive", "negative"), strict=True):
            axis.plot(self.cosines, self.weights(kind, True), color=ORANGE, label="as intended")
            axis.plot(self.cosines, self.weights(kind, False), color=ORANGE, linestyle="--",
                      label="as printed")  # fmt: skip
            axis.axhline(1, color=BLUE, lw=1.4, label="plain loss")
            axis.set_ylabel("weight")
            axis.set_title(f"Weight of a {kind} pair")
        axes[0, 0].legend(frameon=False, loc="upper right")
        self._pushed(axes[2, 0])
        axes[2, 0].set_xlabel("cosine of the pair")
        return figure

    def pushed(self, weights: np.ndarray | float) -> np.ndarray:
        """Return the share of the push on one negative, among 120 others of cosine zero."""
        term = weights * np.exp(self.cosines / self.temperature)
        return term / (term + 120 + 3 * np.exp(0.5 / self.temperature))

    def _pushed(self, axis: Axes) -> None:
        intended = self.pushed(self.weights("negative", True))
        axis.plot(self.cosines, intended, color=ORANGE, label="as intended")
        axis.plot(self.cosines, self.pushed(1.0), color=BLUE, label="plain loss, and as printed")
        axis.set_ylabel("share of the push")
        axis.set_title("What pushes one negative away")
        axis.legend(frameon=False, loc="upper left")

    def message(self) -> str:
        """Say what the printed loss does with negatives."""
        most = float((self.pushed(self.weights("negative", True)) - self.pushed(1.0)).max())
        return (
            "As printed, the weight of a negative multiplies zero: its push is that of the plain "
            f"loss. As intended it is up to {percent(most, 0)} points of an anchor's push more."
        )

    def seen(self) -> str:
        """Say what is drawn."""
        return "Weights of positive and negative pairs and the push on a negative, against cosine."

    def reading(self) -> str:
        """Say what stands behind it."""
        return (
            f"alpha {self.alpha:g}, beta {self.beta:g}, thresholds {self.positive:g} and "
            f"{self.negative:g}, temperature {self.temperature:g}; the anchor has three positives "
            "of cosine .5 and 120 other negatives of cosine 0."
        )

    def words(self) -> str:
        """Say some values."""
        at = [int(np.argmin(abs(self.cosines - x))) for x in (-1, 0, 0.5, 0.9)]
        said = [
            f"{kind} pairs, {name}: " + ", ".join(f"{self.weights(kind, gated)[k]:.2f}" for k in at)
            for kind in ("positive", "negative")
            for name, gated in (("as intended", True), ("as printed", False))
        ]  # fmt: skip
        return f"Weights at cosines -1, 0, .5 and .9. {'; '.join(said)}."
