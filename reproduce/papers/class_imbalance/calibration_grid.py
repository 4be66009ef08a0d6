"""Calibration before and after thresholding on the whole grid of rho and mu, a panel per method."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from reproduce.figures.by_seed import by_seed, span
from reproduce.figures.grid import Grid, Square, diverging, with_factor
from reproduce.figures.inputs import Observation
from reproduce.figures.picture import NothingToShow
from reproduce.figures.reliability import BINS
from reproduce.figures.wording import in_sentence, percent
from reproduce.papers.class_imbalance.factors import MU, RHO

BEFORE, AFTER = "calibration_error", "calibration_error_after"


@dataclass(frozen=True)
class Change:
    """The calibration error of one method at one point, before and after, means over seeds."""

    before: float
    after: float
    seeds: int

    @property
    def taken_off(self) -> float:
        """Return what thresholding takes off the error; below 0 where it adds to it."""
        return self.before - self.after


def changes(observations: Iterable[Observation]) -> dict[tuple, Change]:
    """Return {(method, rho, mu): change}, in the order of first sight."""
    rows = with_factor(observations, MU)
    before, after = (by_seed(rows, name, ("method", "rho", "mu")) for name in (BEFORE, AFTER))
    return {
        point: Change(
            float(np.mean(list(seeds.values()))),
            float(np.mean(list(after[point].values()))),
            len(seeds),
        )
        for point, seeds in before.items()
    }


class CalibrationGrid(Grid):
    """The calibration error over rho and mu, a panel per method: before, and below it after.

    Parameters
    ----------
    rows
        `method`, `rho`, `mu`, `seed`, `calibration_error` (the network as trained) and
        `calibration_error_after` (its probabilities divided by the class shares of the training
        set and made to sum to 1).

    Notes
    -----
    Blue: thresholding takes off some of the error; orange: it adds to it.
    """

    def __init__(self, rows: Iterable[Observation]):
        rows = list(rows)
        if not rows:
            raise NothingToShow("it needs a method without a step after training")
        found = changes(rows)
        counts = span(change.seeds for change in found.values())
        better = sum(change.taken_off > 0 for change in found.values())
        super().__init__(
            rows,
            {point: _cell(change) for point, change in found.items()},
            RHO,
            MU,
            colours=diverging(change.taken_off for change in found.values()),
            label="calibration error (ECE, %) before → after thresholding, means over seeds "
            f"(n = {counts})",
            opening=f"Calibration error (ECE, {BINS} bins of equal width) in percent before and "
            f"after thresholding, means over seeds; thresholding lowers it in {better} of "
            f"{len(found)} cells.",
        )

        self.changes = found

    def message(self) -> str:
        """Say in how many cells thresholding lowers the error, and where it does most."""
        found = self.changes
        better = sum(change.taken_off > 0 for change in found.values())
        (method, rho, mu), most = max(found.items(), key=lambda item: abs(item[1].taken_off))
        return (
            f"Thresholding lowers the calibration error in {better} of {len(found)} cells; it "
            f"moves most for {in_sentence(method)} at {self.place(rho, mu)}: "
            f"{percent(most.before)} to {percent(most.after)} %."
        )

    def reading(self) -> str:
        """Say what the colours mean."""
        return "Blue: thresholding takes error off; orange: it adds to it."


def _cell(change: Change) -> Square:
    before, after = percent(change.before), percent(change.after)
    return Square(change.taken_off, before, f"→ {after}", said=f"{before} to {after}")
