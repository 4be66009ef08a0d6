"""How sure a counted share is: so many of so many images."""

from math import sqrt

from scipy.stats import norm

from reproduce.errors import UserError


def wilson(right: int, of: int, level: float = 0.95) -> tuple[float, float]:
    """Return Wilson's interval of a share; it stays between 0 and 1, also at 0 of n and n of n.

    Examples
    --------
    >>> tuple(round(end, 3) for end in wilson(8, 10))
    (0.49, 0.943)
    """
    if not 0 <= right <= of or of < 1:
        raise UserError(f"a share is so many of so many, received {right} of {of}")
    z = float(norm.ppf(0.5 + level / 2))
    share, spread = right / of, z * z / of
    centre = (share + spread / 2) / (1 + spread)
    half = z * sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    return max(0.0, centre - half), min(1.0, centre + half)
