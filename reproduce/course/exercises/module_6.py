"""Module 6: an interval, the word it gives, and whether a printed number can be."""

from fractions import Fraction
from math import floor

import numpy as np
from scipy import stats

from reproduce.course.exercise import ByCases

WORDS = ("holds", "no practical difference", "opposite", "undecided")


def _differences() -> list[tuple]:
    return [
        (np.array([0.02, 0.01, 0.03]),),
        (np.array([0.5, -0.1, 0.2, 0.05, 0.15, 0.0]),),
        (np.random.default_rng(1).normal(0.1, 0.3, 12),),
    ]


def _reach(d, quantile=None, ddof=1, of_mean=True):
    t = stats.t.ppf(0.975, len(d) - 1) if quantile is None else quantile
    return t * d.std(ddof=ddof) / (np.sqrt(len(d)) if of_mean else 1)


def _around(reach):
    return lambda d: (d.mean() - reach(d), d.mean() + reach(d))


def interval(differences):
    """Return the 95 % t interval of the mean difference."""
    return _around(_reach)(differences)


INTERVAL = ByCases(
    key="6.1",
    title="An interval from pairs",
    asks="interval",
    level=1,
    minutes=10,
    right=interval,
    cases=_differences,
    wrong={
        "1.96 is for a spread that is known; with few pairs it has to be learned from them, too: "
        "which factor then?": _around(lambda d: _reach(d, 1.96)),
        "That is where single differences lie; the *mean* of k of them is more certain":
            _around(lambda d: _reach(d, of_mean=False)),
        "The spread is too small: from a sample it is the sum of squares over k - 1":
            _around(lambda d: _reach(d, ddof=0)),
        "That is one standard error to either side; 95 % reach further":
            _around(lambda d: _reach(d, 1.0)),
        "The ends are in the wrong order: first the lower one": lambda d: interval(d)[::-1],
    },
)  # fmt: skip


def _intervals() -> list[tuple]:
    ends = [(0.02, 0.05), (0.001, 0.06), (-0.02, 0.03), (-0.05, -0.02), (-0.004, 0.008),
            (0.001, 0.008), (-0.3, 0.3), (-0.008, -0.001), (-0.01, 0.08)]  # fmt: skip
    return [(low, high, 0.01) for low, high in ends] + [(0.02, 0.05, 0.1)]


def word(low, high, margin):
    """Return the word for an effect that is claimed to be above zero."""
    if -margin <= low and high <= margin:
        return "no practical difference"
    return "holds" if low > 0 else "opposite" if high < 0 else "undecided"


def _zero_first(low, high, margin):
    if low > 0 or high < 0:
        return "holds" if low > 0 else "opposite"
    return word(low, high, margin)


def _beyond_margin(low, high, margin):
    found = word(low, high, margin)
    return "undecided" if found == "holds" and low <= margin else found


def _by_mean(low, high, margin):
    mean = (low + high) / 2
    small = abs(mean) <= margin
    return "no practical difference" if small else "holds" if mean > 0 else "opposite"


def _nothing_found(low, high, margin):
    return "no practical difference" if low <= 0 <= high else word(low, high, margin)


WORD = ByCases(
    key="6.2",
    title="From an interval to a word",
    asks="word",
    level=2,
    minutes=15,
    right=word,
    cases=_intervals,
    seen=lambda result, *_: WORDS.index(result),
    wrong={
        "An interval inside the margin is of no practical difference, even if it leaves out zero; "
        "ask for that first": _zero_first,
        "An interval that holds zero may hold large differences as well, and rules none of them "
        "out": _nothing_found,
        "You look at the middle of the interval only; where is its uncertainty?": _by_mean,
        "Here *holds* asks that the whole interval lies above zero, not above the margin":
            _beyond_margin,
        "Below zero as a whole is the opposite of what was claimed":
            lambda a, b, m: "undecided" if word(a, b, m) == "opposite" else word(a, b, m),
    },
)  # fmt: skip


def _printed() -> list[tuple]:
    plain = [("79.1", 292), ("79.3", 292), ("79.5", 292), ("50.0", 7), ("33.3", 3), ("66.67", 3),
             ("66.66", 3), ("100.0", 41), ("12.5", 16), ("1.9", 52), ("86", 8)]  # fmt: skip
    # Shares that end in a half, which may have been rounded up or down: 285 of 400 are 71.25 %.
    halves = [("88", 8), ("87", 8), ("63", 8), ("62", 8), ("71.3", 400), ("71.2", 400),
              ("18.8", 16), ("18.7", 16)]  # fmt: skip
    return plain + halves


def possible(printed, n):
    """Say whether a whole number of n images prints as this percentage, halves either way."""
    half = Fraction(1, 2 * 10 ** len(printed.partition(".")[2]))
    shares = (Fraction(100 * right, n) for right in range(n + 1))
    return any(abs(share - Fraction(printed)) <= half for share in shares)


def _formatted(printed, n):
    decimals = len(printed.partition(".")[2])
    return any(f"{100 * right / n:.{decimals}f}" == printed for right in range(n + 1))


def _half_up(printed, n):
    scale = 10 ** len(printed.partition(".")[2])
    shares = (Fraction(100 * right, n) for right in range(n + 1))
    return any(
        floor(share * scale + Fraction(1, 2)) == Fraction(printed) * scale for share in shares
    )


def _in_floats(printed, n):
    half = 0.5 / 10 ** len(printed.partition(".")[2])
    return any(abs(100 * right / n - float(printed)) <= half for right in range(n + 1))


def _cut(printed, n):
    scale = 10 ** len(printed.partition(".")[2])
    wanted = round(float(printed) * scale)
    return any(int(100 * right / n * scale) == wanted for right in range(n + 1))


def _one_decimal(printed, n):
    return any(round(100 * right / n, 1) == float(printed) for right in range(n + 1))


POSSIBLE = ByCases(
    key="6.3",
    title="Can the printed number be?",
    asks="possible",
    level=3,
    minutes=20,
    right=possible,
    cases=_printed,
    wrong={
        "The printed number was rounded; you ask for the exact one":
            lambda p, n: (float(p) / 100 * n).is_integer(),
        "Every number can be rounded to *some* number of images; does that one print as it should?":
            lambda p, n: 0 <= round(float(p) / 100 * n) <= n,
        "Papers round to the nearest, you cut digits off": _cut,
        "Python prints some halves up and others down, and a paper may have done it the other way: "
        "count a half as possible either way": _formatted,
        "You round every half up; a paper may have rounded it down, and that is possible as well":
            _half_up,
        "Nearly: but floats miss a half by a hair. Compare whole numbers, or use `Fraction`":
            _in_floats,
        "Not every paper prints one decimal; read off how many there are": _one_decimal,
        "You have it the wrong way round": lambda p, n: not possible(p, n),
    },
)  # fmt: skip

EXERCISES = (INTERVAL, WORD, POSSIBLE)
