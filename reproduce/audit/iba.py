r"""The index of balanced accuracy: a straight line in alpha, with an intercept bound to the G-mean.

:math:`IBA_\alpha = (1 + \alpha (S - P)) M^2` of recall S, specificity P and :math:`M^2 = S P` is
:math:`I_0 + \alpha I_1` under every averaging, so three printed values lie on one line. What the
intercept says of the G-mean depends on the averaging:

- `multiclass` (geometric mean of all recalls) and `of_means` (:math:`\sqrt{\bar S \bar P}`):
  :math:`I_0 = G^2`;
- `mean` (over classes, with whatever weights, of each class's own value):
  :math:`I_0 - G^2` is the variance of :math:`\sqrt{S_c P_c}` over classes, so
  :math:`G^2 \le I_0 \le G`.
"""

from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations

from reproduce.audit.outcome import NOT_TESTABLE, Outcome, shown, verdict
from reproduce.audit.printed import Printed, rounding
from reproduce.errors import UserError, unknown_name

AVERAGINGS = ("multiclass", "of_means", "mean")


def linear_in_alpha(
    printed: Mapping[str, str], *, mode: str = "either", scale: int | None = None
) -> Outcome:
    """Do the values printed for three or more alpha (as text: "0.1") lie on one line?

    The statement gives how far the middle one is from the line through its neighbours.
    """
    points = _points(printed, scale)
    evidence = {"printed": dict(printed)}
    assumed = ("IBA = (1 + alpha (recall - specificity)) times recall times specificity",
               rounding(mode))  # fmt: skip
    if len(points) < 3:
        said = f"{len(points)} values of alpha lie on a line whatever they are"
        return Outcome("linear_in_alpha", NOT_TESTABLE, said, evidence, assumed)
    (a, first), (b, middle), (c, last) = max(combinations(points, 3), key=_bend)
    expected = first.exact + (last.exact - first.exact) * (b - a) / (c - a)
    corners = _lines(points, mode)
    said = (
        f"at alpha {shown(b)} the line through {first.text} and {last.text} has "
        f"{shown(expected * middle.scale)}, printed is {middle.text}"
    )
    evidence["expected_at_middle"] = expected
    return Outcome("linear_in_alpha", verdict(bool(corners)), said, evidence, assumed)


def intercept_and_slope(
    printed: Mapping[str, str], *, mode: str = "either", scale: int | None = None
) -> tuple[tuple[Fraction, Fraction], tuple[Fraction, Fraction]] | None:
    """Return the ends of I0 and of I1 that the printed values allow; None where they allow none."""
    points = _points(printed, scale)
    if len(points) < 2:
        raise UserError(f"a line needs two values of alpha at least, got {len(points)}")
    corners = _lines(points, mode)
    if not corners:
        return None
    bases, slopes = zip(*corners, strict=True)
    return (min(bases), max(bases)), (min(slopes), max(slopes))


def intercept_against_g_mean(
    printed: Mapping[str, str],
    g_mean: str,
    averaging: str,
    *,
    mode: str = "either",
    scale: int | None = None,
) -> Outcome:
    """Can IBA and G-mean of one row be of the averaging named (one of `AVERAGINGS`)?

    Inconsistent for one averaging only says that another was used; for all, that the numbers
    cannot all hold.
    """
    if averaging not in AVERAGINGS:
        raise unknown_name("averaging", averaging, AVERAGINGS)
    mean = Printed(g_mean, scale)
    ends = intercept_and_slope(printed, mode=mode, scale=scale)
    evidence = {"g_mean": mean.text, "averaging": averaging, "iba": dict(printed)}
    assumed = (f"averaging: {averaging}; G-mean and IBA are of the same run", rounding(mode))
    if ends is None:
        said = "the printed IBA lie on no line in alpha, so they have no intercept"
        return Outcome("intercept_against_g_mean", NOT_TESTABLE, said, evidence, assumed)
    (low, high), _ = ends
    least, most = (max(Fraction(0), end) for end in mean.interval(mode))
    top = most if averaging == "mean" else most**2
    holds = low <= top and least**2 <= high
    evidence |= {"intercept": [low, high], "allowed": [least**2, top]}
    squared = "" if averaging == "mean" else " squared"
    said = (
        f"the IBA lead to {shown(low, 5)} to {shown(high, 5)} at alpha 0, G-mean {mean.text}"
        f"{squared} to {shown(least**2, 5)} to {shown(top, 5)}"
    )
    return Outcome("intercept_against_g_mean", verdict(holds), said, evidence, assumed)


def slope_within_intercept(
    printed: Mapping[str, str], *, mode: str = "either", scale: int | None = None
) -> Outcome:
    """Is the slope no steeper than the intercept, as |recall - specificity| is at most 1?"""
    ends = intercept_and_slope(printed, mode=mode, scale=scale)
    evidence, assumed = {"iba": dict(printed)}, ("any averaging", rounding(mode))
    if ends is None:
        said = "the printed IBA lie on no line in alpha"
        return Outcome("slope_within_intercept", NOT_TESTABLE, said, evidence, assumed)
    (_, base), (low, high) = ends
    holds = low <= base and high >= -base
    evidence |= {"intercept": ends[0], "slope": ends[1]}
    said = f"the slope {shown(low)} to {shown(high)} is at most the intercept {shown(base)} in size"
    return Outcome("slope_within_intercept", verdict(holds), said, evidence, assumed)


def weighted_g_mean_bound(
    accuracy: str,
    g_mean: str,
    largest_share: Fraction | float,
    *,
    mode: str = "either",
    scale: int | None = None,
) -> Outcome:
    r"""Can the G-mean be an average over classes weighted by class size?

    With shares w of the test set, :math:`\sum w \sqrt{S P} \ge \sum w (S + P - 1) =`
    accuracy :math:`- \sum w (1 - P)`. The false alarms of class c are :math:`(1 - P_c)` of the
    others' images, and all of them are the errors, so the last sum is at most
    (1 - accuracy) w / (1 - w) of the largest w.
    """
    share = Fraction(largest_share)
    if not 0 < share < 1:
        raise UserError(f"largest_share: expected a share between 0 and 1, got {largest_share!r}")
    hits, mean = Printed(accuracy, scale), Printed(g_mean, scale)
    right = max(Fraction(0), min(Fraction(1), hits.interval(mode)[0]))
    bound = right - (1 - right) * share / (1 - share)
    holds = mean.interval(mode)[1] >= bound
    said = (
        f"weighted by class size, accuracy {hits.text} forces a G-mean of at least "
        f"{shown(bound * mean.scale)}; printed is {mean.text}"
    )
    evidence = {"accuracy": hits.text, "g_mean": mean.text, "bound": bound, "largest": share}
    assumed = ("the mean over classes of sqrt(recall times specificity), weighted by class size",
               rounding(mode))  # fmt: skip
    return Outcome("weighted_g_mean_bound", verdict(holds), said, evidence, assumed)


def _points(printed: Mapping[str, str], scale: int | None) -> list[tuple[Fraction, Printed]]:
    points = [(Printed(a, 1).exact, Printed(text, scale)) for a, text in printed.items()]
    points.sort(key=lambda point: point[0])
    if len({alpha for alpha, _ in points}) < len(points):
        raise UserError(f"expected each alpha once, got {', '.join(printed)}")
    return points


def _bend(triple) -> Fraction:
    (a, first), (b, middle), (c, last) = triple
    return abs(first.exact + (last.exact - first.exact) * (b - a) / (c - a) - middle.exact)


def _lines(points, mode: str) -> list[tuple[Fraction, Fraction]]:
    """Return the corners (intercept, slope) of all lines through every printed interval."""
    ends = [(alpha, *one.interval(mode)) for alpha, one in points]
    corners = []
    for (a, *first), (b, *second) in combinations(ends, 2):
        for low in first:
            for high in second:
                slope = (high - low) / (b - a)
                base = low - slope * a
                if all(bottom <= base + slope * x <= top for x, bottom, top in ends):
                    corners.append((base, slope))
    return corners
