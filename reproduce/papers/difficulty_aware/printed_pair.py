"""The printed pair of error rate and AUC: is it possible, and how usual is it?"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from scipy.stats import norm

from reproduce.figures.picture import Picture
from reproduce.figures.style import INK, in_the_look, new_figure
from reproduce.figures.wording import percent


class PrintedPair(Picture):
    """Equal error rate and AUC of every network, the printed pair, and what normal scores have.

    Parameters
    ----------
    found
        pairs (EER, AUC) by what was verified.
    eer, auc
        as printed.
    """

    def __init__(self, found: Mapping[str, Sequence[tuple[float, float]]], eer: float, auc: float):
        super().__init__()
        self.found = {name: np.array(of, dtype=float) for name, of in found.items()}
        self.eer, self.auc = eer, auc

    @staticmethod
    def beyond(eer: np.ndarray | float, auc: np.ndarray | float) -> np.ndarray:
        """Return by how much an AUC exceeds that of normal scores of one width with this EER."""
        return np.asarray(auc) - norm.cdf(-norm.ppf(eer) * np.sqrt(2))

    @in_the_look
    def draw(self) -> Figure:
        """Draw how far each pair lies from normal scores, against its error rate."""
        figure, axes = new_figure(3.4)
        axis = axes[0, 0]
        marks = ("o", "s", "^", "D", "v", "P")
        for mark, (name, of) in zip(marks, self.found.items(), strict=False):
            axis.plot(100 * of[:, 0], 100 * self.beyond(*of.T), mark, ms=5, alpha=0.75, label=name)
        axis.plot(100 * self.eer, 100 * self.beyond(self.eer, self.auc), "*", color=INK, ms=15,
                  label="the post")  # fmt: skip
        axis.axhline(0, color=INK, lw=1)
        axis.set_xlabel("equal error rate (%)")
        axis.set_ylabel("AUC beyond normal (points)")
        axis.legend(frameon=False, loc="best")
        return figure

    def above(self) -> tuple[int, int]:
        """Return how many of the networks lie as far above normal scores as the post, and all."""
        every = np.concatenate(list(self.found.values()))
        far = self.beyond(*every.T) >= self.beyond(self.eer, self.auc)
        return int(far.sum()), len(every)

    def message(self) -> str:
        """Say how usual the printed pair is."""
        high, count = self.above()
        least, most = 100 * (1 - self.eer), 100 * (1 - 2 * self.eer**2)
        return (
            f"The printed pair is possible (an AUC from {least:.1f} to {most:.1f} % is) and lies "
            f"{100 * float(self.beyond(self.eer, self.auc)):.2f} points above normal scores; "
            f"{high} of {count} measured ones lie as far."
        )

    def seen(self) -> str:
        """Say what is drawn."""
        return (
            "By how much the AUC exceeds that of normal scores with the same equal error rate, "
            "for every network and the printed pair."
        )

    def reading(self) -> str:
        """Say what the line is."""
        return "On the line: genuine and impostor scores that are normal and equally wide."

    def words(self) -> str:
        """Say the spread of each group."""
        said = []
        for name, of in self.found.items():
            far = 100 * self.beyond(*of.T)
            said.append(
                f"{name}: EER {percent(of[:, 0].mean())} %, beyond normal {far.mean():+.2f} "
                f"({far.min():+.2f} to {far.max():+.2f})"
            )
        return "; ".join(said) + "."
