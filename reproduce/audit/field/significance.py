"""Significance from what is printed: mean, spread and k, or a statistic and its p-value.

Means and spreads of two methods do not tell whether their runs were paired, and a paired test can
find what an unpaired one does not. So a claim of significance is called notable at most. A p-value
beside its own statistic is arithmetic, and can be inconsistent.
"""

import re
from math import sqrt

from reproduce.audit.outcome import CONSISTENT, NOT_TESTABLE, NOTABLE, Outcome, shown, verdict
from reproduce.audit.printed import Printed, parse_mean_sd, rounding
from reproduce.errors import UserError

STATISTICS = ("t", "F", "chi2", "z", "r")
_COMPARED = re.compile(r"\s*p?\s*(<|>|=|≤|≥)?\s*([0-9.,]+(?:[eE]-?\d+)?)\s*")


def difference_of_means(
    one: str, other: str, k: int, *, level: float = 0.05, kind: str = "sample",
    mode: str = "either", scale: int | None = None,
) -> Outcome:  # fmt: skip
    """Do two means with their spreads over k runs differ at this level, by Welch's test?

    Every number is taken where it speaks most for a difference, as far as rounding allows.
    """
    from scipy.special import stdtr

    if kind not in ("sample", "population", "se"):
        raise UserError(f"kind: expected sample, population or se, got {kind!r}")
    if k < 2:
        raise UserError(f"difference_of_means: expected two runs or more, got {k}")
    pairs = [parse_mean_sd(text, scale) for text in (one, other)]
    (low, high), (bottom, top) = (mean.interval(mode) for mean, _ in pairs)
    apart = max(float(high - bottom), float(top - low))
    to_sample = {"sample": 1.0, "population": sqrt(k / (k - 1)), "se": sqrt(k)}[kind]
    spreads = [max(0.0, float(s.interval(mode)[0])) * to_sample for _, s in pairs]
    errors = [spread**2 / k for spread in spreads]
    evidence = {"one": one, "other": other, "k": k, "level": level}
    assumed = (f"{k} unpaired runs each; ± is {kind}", rounding(mode))
    told = f"{one} and {other} over {k} runs"
    if not sum(errors):
        said = f"{told}: with spreads that may be 0 any difference is significant"
        return Outcome("difference_of_means", NOT_TESTABLE, said, evidence, assumed)
    t = apart / sqrt(sum(errors))
    # Welch's degrees of freedom are 2 (k - 1) at most; more of them speak for a difference.
    degrees = 2 * (k - 1)
    p = float(2 * stdtr(degrees, -t))
    evidence |= {"t": t, "degrees": degrees, "smallest_p": p}
    holds = p <= level
    said = f"{told}: p is at least {shown(p, 4)} by Welch's test" + (
        "" if holds else f", above {level:g}; only a paired test could find a difference"
    )
    return Outcome("difference_of_means", CONSISTENT if holds else NOTABLE, said, evidence, assumed)


def p_of_statistic(
    statistic: str, value: str, p: str, *, df: int | None = None, df2: int | None = None,
    mode: str = "either",
) -> Outcome:  # fmt: skip
    """Is the printed p-value that of the printed statistic ("t", "F", "chi2", "z", "r")?

    `p` is as printed: "0.034", "p < .001". Two-sided and one-sided tests are both tried.
    """
    if statistic not in STATISTICS:
        raise UserError(f"statistic: expected one of {', '.join(STATISTICS)}, got {statistic!r}")
    number, (sign, wanted) = Printed(value), _stated(p)
    ends = sorted(abs(float(end)) for end in number.interval(mode))
    if number.interval(mode)[0] <= 0 <= number.interval(mode)[1]:
        ends[0] = 0.0
    # p falls as the statistic grows.
    high, low = (_p(statistic, end, df, df2) for end in ends)
    sides = {"two-sided": 1.0} | ({"one-sided": 0.5} if statistic in "tzr" else {})
    fits = [name for name, half in sides.items() if _agrees(sign, wanted, low * half, high * half)]
    name = statistic + (f"({', '.join(str(d) for d in (df, df2) if d)})" if df else "")
    between = f"{shown(low, 5)} to {shown(high, 5)}"
    said = f"{name} = {value} has p = {between}, printed is {p}" + (
        f" ({fits[0]})" if fits and fits[0] != "two-sided" else ""
    )
    evidence = {"statistic": statistic, "value": value, "df": df, "df2": df2, "p": p,
                "low": low, "high": high, "fits": fits}  # fmt: skip
    return Outcome("p_of_statistic", verdict(bool(fits)), said, evidence, (rounding(mode),))


def _stated(p: str) -> tuple[str, Printed]:
    found = _COMPARED.fullmatch(p)
    if not found:
        raise UserError(f"expected a p-value such as 0.034 or p < .001, got {p!r}")
    return found[1] or "=", Printed(found[2].replace(",", "."))


def _agrees(sign: str, wanted: Printed, low: float, high: float) -> bool:
    if sign in ("<", "≤"):
        return low <= float(wanted.exact)
    if sign in (">", "≥"):
        return high >= float(wanted.exact)
    least, most = (float(end) for end in wanted.interval())
    return low <= most and high >= least


def _p(statistic: str, value: float, df: int | None, df2: int | None) -> float:
    from scipy import special

    if statistic == "z":
        return float(2 * special.ndtr(-value))
    if not df or (statistic == "F" and not df2):
        raise UserError(f"p_of_statistic: {statistic} needs its degrees of freedom")
    if statistic == "r":
        if value >= 1:
            return 0.0
        statistic, value = "t", value * sqrt(df / (1 - value**2))
    if statistic == "t":
        return float(2 * special.stdtr(df, -value))
    if statistic == "F":
        return float(special.fdtrc(df, df2, value))
    return float(special.chdtrc(df, value))
