"""Is a published table cell the number that this project finds? Reached through `verdicts`.

Asked only of cells without departures: the paper's own data, split, recipe and metric. Everything
else is compared as an effect, never as a level.
"""

from math import inf, isfinite, sqrt

from reproduce.errors import UserError
from reproduce.evaluation.significance import half_width
from reproduce.evaluation.vocabulary import CellVerdict


def compare_cell(
    ours_mean: float,
    ours_sd: float,
    k_ours: int,
    published: float,
    published_sd: float | None = None,
    k_published: int | None = None,
    *,
    test_variance: float,
    rounding: float,
    gap_to_baseline: float,
) -> CellVerdict:
    """Compare a mean of ours with a published table cell.

    *agrees* if the difference is at most `cell_tolerance` T, *disagrees* if it is larger; but
    *cannot tell* whenever T is wider than half of `gap_to_baseline`, the paper's distance from
    this cell to its baseline: so coarse a comparison could not tell the method from the baseline.
    """
    tolerance = cell_tolerance(
        ours_sd, k_ours, published_sd, k_published, test_variance=test_variance, rounding=rounding
    )
    if not all(isfinite(value) for value in (ours_mean, published, gap_to_baseline)):
        raise UserError(
            "a cell needs finite numbers, received ours "
            f"{ours_mean}, published {published}, gap to baseline {gap_to_baseline}"
        )
    if tolerance > abs(gap_to_baseline) / 2:
        return CellVerdict.CANNOT_TELL
    agrees = abs(ours_mean - published) <= tolerance
    return CellVerdict.AGREES if agrees else CellVerdict.DISAGREES


def cell_tolerance(
    ours_sd: float,
    k_ours: int,
    published_sd: float | None = None,
    k_published: int | None = None,
    *,
    test_variance: float,
    rounding: float,
    level: float = 0.95,
) -> float:
    """Return T = t sqrt(s^2 (1/k_ours + 1/k_published) + v_test) + rounding.

    s pools both spreads if the paper prints its own, else it is ours alone. A paper that does not
    say how many runs a cell averages is taken to print one (`k_published=None`). `rounding` is
    half a unit of the last printed digit. From one run without a published spread, T is infinite.
    """
    runs = 1 if k_published is None else k_published
    if k_ours < 1 or runs < 1:
        raise UserError(f"a cell needs at least one run, received {k_ours} ours, {runs} published")
    theirs_known = published_sd is not None and runs > 1
    degrees = k_ours - 1 + (runs - 1 if theirs_known else 0)
    spreads = [ours_sd if k_ours > 1 else 0.0, published_sd if theirs_known else 0.0]
    given = (*spreads, test_variance, rounding)
    if not all(isfinite(value) and value >= 0 for value in given):
        raise UserError(
            "spreads, test variance and rounding must be finite and at least 0, received "
            f"{spreads}, {test_variance}, {rounding}"
        )
    if degrees == 0:
        return inf
    squares = spreads[0] ** 2 * (k_ours - 1) + spreads[1] ** 2 * (runs - 1)
    variance = squares / degrees * (1 / k_ours + 1 / runs) + test_variance
    return half_width(sqrt(variance), degrees, level) + rounding
