"""Where the spread of repeats comes from: the seed of a network, its test images, or the division.

Repeats that are divided anew each have another seed, other training images and other test images,
so their spread is of all three. Several networks on one division tell them apart.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from reproduce.errors import UserError


@dataclass(frozen=True)
class Components:
    """Variances of one measurement, by where they come from; they add up to all of it.

    An estimate may be below 0: then what it speaks of is too small to be told from nothing.

    Attributes
    ----------
    seed
        Of the weights that a network starts from and the order of its images.
    images
        Of which images it is tested on.
    division
        Of which images it learns from.
    divisions, networks
        Of how many divisions, with how many networks on each.
    """

    seed: float
    images: float
    division: float
    divisions: int
    networks: int

    @property
    def total(self) -> float:
        """Return the variance of one network on one division."""
        return self.seed + self.images + self.division


def components(values: ArrayLike, draws: ArrayLike) -> Components:
    r"""Return where the spread of a measurement comes from, by the analysis of variance.

    With r networks on each division, s^2 the mean variance within a division, m^2 the variance of
    the means of divisions, v the mean variance over resampled test images and c the mean covariance
    of two networks on the same images:

    .. math::

        E\,s^2 = \sigma^2_{seed} + (v - c), \qquad
        E\,m^2 = \sigma^2_{division} + c + E\,s^2 / r

    Two networks that are tested on the same images share c of what these do; the rest, v - c, is
    seen between them and would be taken for the seed's.

    Parameters
    ----------
    values
        The measurement [divisions, networks], of a metric or of a difference of two methods.
    draws
        The same on resampled test images [divisions, networks, draws]; the networks of a division
        on the same resamples.
    """
    measured, drawn = np.asarray(values, dtype=float), np.asarray(draws, dtype=float)
    if measured.ndim != 2 or min(measured.shape) < 2 or drawn.shape[:2] != measured.shape:
        raise UserError(
            "expected values [divisions, networks] of 2 or more each and draws [divisions, "
            f"networks, draws], received {measured.shape} and {drawn.shape}"
        )
    divisions, networks = measured.shape
    within = float(measured.var(axis=1, ddof=1).mean())
    between = float(measured.mean(axis=1).var(ddof=1))
    images = float(drawn.var(axis=2, ddof=1).mean())
    # The variance of a mean of r that share c is c + (v - c) / r.
    of_means = float(drawn.mean(axis=1).var(axis=1, ddof=1).mean())
    shared = (networks * of_means - images) / (networks - 1)
    return Components(
        seed=within - (images - shared),
        images=images,
        division=between - within / networks - shared,
        divisions=divisions,
        networks=networks,
    )
