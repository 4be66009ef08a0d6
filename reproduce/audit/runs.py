r"""Two-class scores printed together as means and spreads over runs: on what test set can they be?

Accuracy, macro precision, macro recall and macro F1 of two classes are four functions of three
numbers: the share of the rare class, and the recall of either class. So even where a paper says
nothing of its test set, the four can contradict each other, and where it states the share they
often do.

The proof. Of k numbers with mean m and standard deviation s none is farther from m than
:math:`s \sqrt{k - 1}` (population; with the sample standard deviation even
:math:`s (k - 1) / \sqrt k`). So every run has its four scores in a known box. All four scores grow
with both recalls, and each part of them is monotone in the share, so that their ends over a block
of (share, recall, recall) are known without a search; blocks that cannot hold a run are dropped and
the others halved. If none is left, there is no such run on any test set of any size.
"""

from collections.abc import Mapping
from math import sqrt

import numpy as np

from reproduce.audit.outcome import CONSISTENT, INCONSISTENT, NOT_TESTABLE, Outcome, shown, verdict
from reproduce.audit.printed import Printed, parse_mean_sd, rounding
from reproduce.errors import UserError, unknown_name

# The last three are of the class whose share is meant; the macro scores are alike for both.
ALIKE = ("accuracy", "macro_precision", "macro_recall", "macro_f1")
SCORES = (*ALIKE, "precision", "recall", "f1")
# Blocks are halved until they are so small, or so many that nothing is decided.
SMALLEST = 2.0**-12
MOST_BLOCKS = 400_000
# The range of possible shares is told to about one part in a thousand.
TOLD = 2.0**-10
ROOM = 1e-9


def scores_of_runs(
    printed: Mapping[str, str],
    runs: int,
    *,
    share: str | tuple[int, int] | None = None,
    mode: str = "either",
    scales: Mapping[str, int] | None = None,
) -> Outcome:
    """Is there a two-class test set on which runs can have these scores ("0.6450 ± 0.0119")?

    `printed` maps names of `SCORES` to mean and spread, `scales` names to 100 for percentages.
    `share` is the stated percentage of one class among the test images, taken to be exact, or its
    images and those of both classes: of the class that "precision", "recall" and "f1" are of, or of
    either where only macro scores are printed, which do not tell them apart. Without it every share
    is tried.
    """
    if isinstance(runs, bool) or not isinstance(runs, int) or runs < 2:
        raise UserError(f"runs: expected a whole number of at least 2, got {runs!r}")
    ends = {name: _ends(name, text, runs, mode, scales) for name, text in printed.items()}
    if not ends:
        raise UserError(f"expected at least one score of: {', '.join(SCORES)}")
    stated, asked = _asked(share)
    evidence = {"printed": dict(printed), "runs": runs, "stated_share": share, "of_every_run": ends}
    assumed = _assumptions(ends, runs, mode)
    names = " and ".join(filter(None, (", ".join(list(ends)[:-1]), list(ends)[-1]))).replace(
        "_", " "
    )
    status, run, _ = _search(ends, _everywhere(ends) if stated is None else (stated, stated))
    if status == CONSISTENT:
        evidence["one_such_run"] = run
        said = f"with {asked} of one class among the test images {names} are possible together"
        return Outcome("scores_of_runs", status, said, evidence, assumed)
    if status == NOT_TESTABLE:
        said = f"{names}: not decided for {asked} of one class"
        return Outcome("scores_of_runs", status, said, evidence, assumed)
    shares = None if stated is None else possible_shares(ends)
    if stated is not None:
        evidence["shares_that_may_have_them"] = shares
    said = (
        f"these scores need {_told(shares)} of one class in the test set, not {asked}"
        if shares else f"no test set of two classes gives {names} as printed, whatever its shares"
    )  # fmt: skip
    return Outcome("scores_of_runs", INCONSISTENT, said, evidence, assumed)


def one_test_set(
    rows: Mapping[str, Mapping[str, str]],
    runs: int,
    *,
    mode: str = "either",
    scales: Mapping[str, int] | None = None,
) -> Outcome:
    """Is there one share of the rare class with which all rows of a table are possible?

    `rows` maps a row's name to its scores, as `scores_of_runs` takes them.
    """
    if len(rows) < 2:
        raise UserError(f"expected at least two rows of one test set, got {len(rows)}")
    every = {
        row: {name: _ends(name, text, runs, mode, scales) for name, text in printed.items()}
        for row, printed in rows.items()
    }
    # One row that tells the classes apart makes 20 % and 80 % two test sets, for every row.
    where = _everywhere({name for ends in every.values() for name in ends})
    shares = {row: possible_shares(ends, where) for row, ends in every.items()}
    known = [one for one in shares.values() if one]
    holds = len(known) == len(shares) and max(a for a, _ in known) <= min(b for _, b in known)
    said = (
        "one share of one class allows all rows: " if holds else "no one share allows all rows: "
    ) + ("; ".join(f"{row} {_told(one) if one else 'none'}" for row, one in shares.items()))
    evidence = {"rows": {row: dict(one) for row, one in rows.items()}, "runs": runs,
                "shares": shares}  # fmt: skip
    names = list(dict.fromkeys(name for ends in every.values() for name in ends))
    assumed = ("all rows are of one test set", *_assumptions(names, runs, mode))
    return Outcome("one_test_set", verdict(holds), said, evidence, assumed)


def _asked(share: str | tuple[int, int] | None) -> tuple[float | None, str]:
    """Return a stated share as a fraction, and in words."""
    if share is None:
        return None, "any share"
    if isinstance(share, str):
        part, told = float(Printed(share, 100).exact), f"{share} %"
    else:
        part, told = share[0] / share[1], f"{share[0]} of {share[1]}"
    if not 0 < part < 1:
        raise UserError(f"share: expected a part of the test images, but not all, got {told}")
    return part, told


def possible_shares(
    ends: Mapping[str, tuple[float, float]], where: tuple[float, float] | None = None
) -> tuple[float, float] | None:
    """Return the ends of the shares that may have scores between these ends; none outside has."""
    status, _, left = _search(ends, where or _everywhere(ends), TOLD, find=False)
    if status == INCONSISTENT:
        return None
    return float(left[0][:, 0].min()), float(left[1][:, 0].max())


def _told(shares: tuple[float, float]) -> str:
    return f"{shown(100 * shares[0], 1)} to {shown(100 * shares[1], 1)} %"


def _everywhere(ends) -> tuple[float, float]:
    """Return the shares to try: one half of them, where the classes cannot be told apart."""
    return (0.0, 0.5) if set(ends) <= set(ALIKE) else (0.0, 1.0)


def _assumptions(names, runs: int, mode: str) -> tuple[str, ...]:
    averaged = "over both (macro)" if set(names) <= set(ALIKE) else "as named"
    return (f"two classes; precision, recall and F1 {averaged}",
            f"mean and standard deviation (either kind) of {runs} runs on one test set",
            rounding(mode))  # fmt: skip


def _ends(name, text, runs, mode, scales) -> tuple[float, float]:
    """Return the smallest and the largest score that one of the runs can have."""
    if name not in SCORES:
        raise unknown_name("score", name, SCORES)
    mean, spread = parse_mean_sd(text, (scales or {}).get(name))
    (low, high), widest = mean.interval(mode), spread.interval(mode)[1]
    reach = float(widest) * sqrt(runs - 1) + ROOM
    return max(float(low) - reach, 0.0), min(float(high) + reach, 1.0)


def _search(ends, where: tuple[float, float], smallest: float = SMALLEST, find: bool = True):
    """Halve blocks of (share, recall of that class, recall of the other) until it is decided.

    Return the verdict, a run where one was found, and the blocks left over.
    """
    low, high = np.array([[where[0], 0.0, 0.0]]), np.array([[where[1], 1.0, 1.0]])
    while len(low):
        bottom, top = _scores(low, high)
        keep = np.ones(len(low), dtype=bool)
        for name, (least, most) in ends.items():
            keep &= (top[name] >= least - ROOM) & (bottom[name] <= most + ROOM)
        low, high = low[keep], high[keep]
        if find and len(low):
            middle = (low + high) / 2
            values, _ = _scores(middle, middle)
            fits = np.ones(len(low), dtype=bool)
            for name, (least, most) in ends.items():
                fits &= (values[name] >= least) & (values[name] <= most)
            if fits.any():
                share, one, other = middle[fits][0]
                run = {"share": share, "recall_of_that_class": one, "recall_of_the_other": other}
                return CONSISTENT, {name: float(value) for name, value in run.items()}, None
        width = high - low
        if len(low) and (width.max() <= smallest or len(low) > MOST_BLOCKS):
            return NOT_TESTABLE, None, (low, high)
        low, high = _halved(low, high, width)
    return INCONSISTENT, None, None


def _halved(low, high, width):
    rows = np.arange(len(low))
    side = width.argmax(axis=1)
    middle = (low[rows, side] + high[rows, side]) / 2
    upper, lower = low.copy(), high.copy()
    upper[rows, side], lower[rows, side] = middle, middle
    return np.concatenate([low, upper]), np.concatenate([lower, high])


def _scores(low, high) -> tuple[dict, dict]:
    """Return the least and the largest value of every score over blocks."""
    bottom = _values(low[:, 1], low[:, 2], low[:, 0], high[:, 0], least=True)
    top = _values(high[:, 1], high[:, 2], high[:, 0], low[:, 0], least=False)
    return bottom, top


def _values(one, other, share, opposite, least: bool) -> dict:
    """Return scores from the recall of the rare class and of the other.

    What grows with the share takes `share`, what falls with it takes `opposite`.
    """
    hits, alarms = share * one, (1 - share) * (1 - other)
    right, missed = (1 - opposite) * other, opposite * (1 - one)
    pick = np.minimum if least else np.maximum
    accuracy = pick(share * one + (1 - share) * other, opposite * one + (1 - opposite) * other)
    # Nothing predicted: some print 0, some 1, so neither end may be excluded.
    empty = 0.0 if least else 1.0
    precision = _over(hits, hits + alarms, empty)
    f1 = _over(2 * hits, hits + share + alarms, empty)
    return {
        "accuracy": accuracy, "precision": precision, "recall": one, "f1": f1,
        "macro_precision": (precision + _over(right, right + missed, empty)) / 2,
        "macro_recall": (one + other) / 2,
        "macro_f1": (f1 + _over(2 * right, right + 1 - opposite + missed, empty)) / 2,
    }  # fmt: skip


def _over(over, under, empty: float):
    return np.where(under > 0, over / np.where(under > 0, under, 1.0), empty)
