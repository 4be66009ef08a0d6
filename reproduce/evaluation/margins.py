"""Checks of a claim before anything is trained: can its test come out the way the paper says?"""

from collections.abc import Iterable
from math import isfinite

from reproduce.errors import UserError, unknown_name

# What a claim may expect of an effect. Here, since claims are read without a numerical library.
EXPECTATIONS = ("greater", "less", "equal", "size", "at_most")
# These speak of the margin itself: what is near zero, near a size, no more than zero.
NEED_A_MARGIN = ("equal", "size", "at_most")


def check_margin(
    headroom: float | None, margin: float, published_gain: float | None, expect: str, name: str = ""
) -> None:
    """Refuse a margin that decides the claim before the run.

    Parameters
    ----------
    headroom
        How far the metric can move in the claimed direction at all, see `headroom_of`; None if
        it has no end.
    margin
        The smallest difference that matters, in the unit of the metric.
    published_gain
        The published effect in the claimed direction; for expect="size" the claimed size.
    expect
        greater and less: at most half the published gain, and less than the headroom. Else the
        paper could be right to the last digit and the verdict be *no practical difference*.
        size: less than half the size, else no difference would do. equal, at_most: less than the
        headroom.
    name
        Of the claim or part, for the message.
    """
    if expect not in EXPECTATIONS:
        raise unknown_name("expectation", expect, EXPECTATIONS)
    of = f" of {name}" if name else ""
    if not (isfinite(margin) and margin >= 0):
        raise UserError(f"the margin{of} must be a number of at least 0, received {margin}")
    if expect == "size" and not published_gain:
        raise UserError(f"a claim of size needs its size{of}, received {published_gain}")
    most = None if published_gain is None else abs(published_gain) / 2
    # Registered decimals are rarely exact in binary: half of .0006 may be a hair below .0003.
    if expect not in ("equal", "at_most") and most is not None and margin > most * (1 + 1e-9):
        raise UserError(
            f"the margin{of} is {margin:g}, more than half of the published effect "
            f"{abs(published_gain):g}; register at most {most:g}, or expect 'equal'"
        )
    if headroom is not None and margin >= headroom:
        raise UserError(
            f"the margin{of} is {margin:g}, but the metric can move by {headroom:g} at most; take "
            "a smaller margin, or a measure with room (the remaining error, or a ratio)"
        )


def headroom_of(level: float, expect: str, least: float = 0.0, most: float = 1.0) -> float:
    """Return how far a metric at `level` can move the claimed way (equal and size: either)."""
    if expect not in EXPECTATIONS:
        raise unknown_name("expectation", expect, EXPECTATIONS)
    if not least <= level <= most:
        raise UserError(f"the level must lie between {least} and {most}, received {level}")
    up, down = most - level, level - least
    return {"greater": up, "less": down, "at_most": up}.get(expect, max(up, down))


def is_identity(differences: Iterable[float], tolerance: float = 1e-9) -> bool:
    """Say whether every repeat gave no difference but rounding.

    Chance does not do that: the two arms are one by construction (dividing scores by a constant
    keeps each class's AUC), and the claim is *true by construction*, not one that holds.
    """
    return all(abs(difference) <= tolerance for difference in differences)
