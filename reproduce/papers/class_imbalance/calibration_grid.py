"""Calibration before and after thresholding on the whole grid of rho and mu, a panel per method."""

from collections.abc import Iterable
from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from reproduce.figures.by_seed import by_seed, span
from reproduce.figures.heatmaps import DIVERGING, draw_cells, sentences_of, with_shares
from reproduce.figures.inputs import Observation
from reproduce.figures.reliability import BINS
from reproduce.figures.style import in_the_look
from reproduce.figures.wording import MISSING, percent

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
    rows = with_shares(observations)
    before, after = (by_seed(rows, name, ("method", "rho", "mu")) for name in (BEFORE, AFTER))
    return {
        point: Change(
            float(np.mean(list(seeds.values()))),
            float(np.mean(list(after[point].values()))),
            len(seeds),
        )
        for point, seeds in before.items()
    }


@in_the_look
def calibration_grid(observations: Iterable[Observation]) -> Figure:
    """Draw the calibration error over rho and mu, a panel per method: before, and below it after.

    Parameters
    ----------
    observations
        `method`, `rho`, `mu`, `seed`, `calibration_error` (the network as trained) and
        `calibration_error_after` (its probabilities divided by the class shares of the training
        set and made to sum to 1).

    Notes
    -----
    Orange: thresholding takes off some of the error; purple: it adds to it.
    """
    found = changes(observations)

    def text(change: Change | None) -> tuple[str, str]:
        if change is None:
            return MISSING, ""
        return percent(change.before), f"→ {percent(change.after)}"

    reach = max(abs(100 * change.taken_off) for change in found.values()) or 1.0
    colour = matplotlib.colormaps[DIVERGING], Normalize(-reach, reach)
    label = (
        f"what thresholding takes off the calibration error (points)\ncells: ECE (%) before → "
        f"after, means over seeds (n = {span(change.seeds for change in found.values())})"
    )
    return draw_cells(found, colour, lambda change: change.taken_off, text, label)[0]


def calibration_grid_numbers(observations: Iterable[Observation]) -> str:
    """Say in words what `calibration_grid` draws."""
    found = changes(observations)
    said = {
        point: (change.before, f"{percent(change.before)} to {percent(change.after)}")
        for point, change in found.items()
    }
    better = sum(change.taken_off > 0 for change in found.values())
    return (
        f"Calibration error (ECE, {BINS} bins of equal width) in percent before and after "
        f"thresholding, means over seeds; thresholding lowers it in {better} of {len(found)} "
        "cells. " + sentences_of(said)
    )
