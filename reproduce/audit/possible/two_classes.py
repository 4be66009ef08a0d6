"""Two classes: is there a set of confusion matrices with all printed means and spreads at once?

Three steps, each a proof by itself. What one run or fold can have been (`candidates`); whether the
hull of those can have the printed means and spreads together (`hull`); and where few enough are
left, whether any k of them have (`multisets`). The squared deviations from the printed mean are
coordinates like the scores, so that spreads are held together with means.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from importlib import import_module
from time import monotonic

import numpy as np

from reproduce.audit.outcome import CONSISTENT, INCONSISTENT, NOT_TESTABLE, Outcome
from reproduce.audit.possible.candidates import (
    Asked,
    Candidates,
    TooMany,
    candidates,
    checked_names,
)
from reproduce.audit.possible.hull import apart
from reproduce.audit.possible.multisets import Box, TooManyChoices, search
from reproduce.audit.printed import Printed, parse_mean_sd, rounding
from reproduce.audit.whole_runs import multiples, widened
from reproduce.errors import UserError

ROOM = 1e-9
# Matrices that the linear program is given, and seconds after which nothing more is begun.
MOST_POINTS, SECONDS = 400_000, 1.0
CHECK = "set_of_matrices"


def set_of_matrices(
    printed: Mapping[str, str],
    sets: Sequence[tuple[int, int, int]],
    *,
    kind: str = "either",
    mode: str = "either",
    scales: Mapping[str, int] | None = None,
    called: str = "runs",
) -> Outcome:
    """Are there confusion matrices of two classes with these mean scores and spreads?

    `sets` lists (how many, positives, negatives): three runs on one test set are [(3, 15, 285)],
    ten folds [(8, 12, 43), (2, 13, 42)], two test sets [(1, 10, 90), (1, 20, 30)]. `printed` maps
    names of `reproduce.audit.binary.SCORES` to a mean, or to a mean with its spread.
    """
    checked_names(printed)
    if not printed or not sets or any(min(one) < 1 for one in sets):
        raise UserError("set_of_matrices: expected a score, and how many sets of which sizes")
    k = sum(times for times, _, _ in sets)
    told = ", ".join(f"{name.replace('_', ' ')} {text}" for name, text in printed.items())
    sizes = "; ".join(f"{times} {called if k > 1 else 'run'} of {p} + {n}" for times, p, n in sets)
    evidence = {"printed": dict(printed), "sets": [list(one) for one in sets]}
    assumed = (f"{sizes} images of the two classes", rounding(mode), "two classes")
    if k > 1:
        # Loaded now, or the first table of all would pay for it out of its own time.
        import_module("scipy.optimize")
    started = monotonic()
    for way in _ways(printed, k, kind, mode, scales):
        status, proof = _decided(way, sets, k, started)
        if status != INCONSISTENT:
            evidence |= proof
            possible = status == CONSISTENT
            word = "are possible together" if possible else "are not decided"
            why = "" if possible else f": {proof['because']}"
            return Outcome(CHECK, status, f"{told} {word} ({sizes}){why}", evidence, assumed)
    evidence |= proof
    said = f"no confusion matrices ({sizes}) have {told}: {proof['because']}"
    return Outcome(CHECK, INCONSISTENT, said, evidence, assumed)


def _ways(printed, k: int, kind: str, mode: str, scales) -> list[dict[str, Asked]]:
    """Return the printed scores as numbers, once for each reading of their spreads."""
    with_spread = k > 1 and any(_spread(text) for text in printed.values())
    divisors = multiples(kind, k) if with_spread else [(Fraction(1), Fraction(1))]
    found = []
    for smallest, largest in divisors:
        way = {}
        for name, text in printed.items():
            scale = (scales or {}).get(name)
            if not _spread(text):
                low, high = Printed(text, scale).interval(mode)
                way[name] = Asked(name, float(low) - ROOM, float(high) + ROOM)
                continue
            mean, spread = parse_mean_sd(text, scale)
            low, high = mean.interval(mode)
            if k == 1:
                way[name] = Asked(name, float(low) - ROOM, float(high) + ROOM)
                continue
            ends = spread.interval(mode)
            if mode == "rounded_twice":
                ends = widened(spread.interval(), mean.unit, k, smallest)
            least, most = (max(0.0, float(end)) for end in ends)
            squares = (max(0.0, least - ROOM) ** 2 * float(smallest) / k,
                       (most + ROOM) ** 2 * float(largest) / k)  # fmt: skip
            way[name] = Asked(name, float(low) - ROOM, float(high) + ROOM, squares)
        found.append(way)
    return found


def _decided(asked: dict[str, Asked], sets, k: int, started: float) -> tuple[str, dict]:
    """Return the verdict under one reading of the spreads, with what proves it."""
    try:
        groups = [candidates(asked, p, n, k) for _, p, n in sets]
    except TooMany:
        return NOT_TESTABLE, {"because": "too many matrices to look at"}
    for (_, p, n), group in zip(sets, groups, strict=True):
        if not len(group):
            return INCONSISTENT, {"because": f"no single matrix of {p} + {n} images comes near"}
    if k == 1:
        return CONSISTENT, {"matrices": [groups[0].matrix(0)]}
    if sum(map(len, groups)) > MOST_POINTS or monotonic() - started > SECONDS:
        return NOT_TESTABLE, {"because": "too many matrices to hold together"}
    names = list(asked)
    points = [_coordinates(group, asked) for group in groups]
    low, high = _box(asked)
    direction = apart(points, [times / k for times, _, _ in sets], low, high)
    if direction is not None:
        return INCONSISTENT, {
            "because": "their means and spreads cannot be had together",
            "direction": dict(zip(_names(asked), direction.tolist(), strict=True)),
        }
    if len(groups) > 1:
        return NOT_TESTABLE, {"because": "bounds allow it; whole numbers were not searched"}
    return _searched(groups[0], points[0], asked, names, k, (low, high), started)


def _searched(group: Candidates, points, asked, names, k: int, ends, started) -> tuple[str, dict]:
    """Search every k matrices, where there are few enough."""
    low, high = ends
    centre = np.array([asked[name].middle for name in names])
    bound = Box(low * k - ROOM * k, high * k + ROOM * k)

    def fits(choices: np.ndarray) -> np.ndarray:
        scores = group.scores[choices] - centre
        mean = scores.mean(axis=1)
        hold = np.ones(len(choices), dtype=bool)
        for j, name in enumerate(names):
            one = asked[name]
            hold &= (mean[:, j] + centre[j] >= one.low) & (mean[:, j] + centre[j] <= one.high)
            if one.squares is not None:
                square = (scores[:, :, j] ** 2).mean(axis=1) - mean[:, j] ** 2
                hold &= (square >= one.squares[0] - ROOM**2) & (square <= one.squares[1] + ROOM**2)
        return hold

    if monotonic() - started > SECONDS:
        return NOT_TESTABLE, {"because": "out of time"}
    try:
        found = search(points, k, bound, fits)
    except TooManyChoices:
        return NOT_TESTABLE, {"because": f"too many choices of {k} among {len(group)} matrices"}
    if found is None:
        return INCONSISTENT, {"because": f"no {k} of the {len(group)} matrices that come near do"}
    return CONSISTENT, {"matrices": [group.matrix(i) for i in found]}


def _coordinates(group: Candidates, asked: dict[str, Asked]) -> np.ndarray:
    """Return the scores, and the squared deviations of those whose spread is printed."""
    centre = np.array([one.middle for one in asked.values()])
    spread = [j for j, one in enumerate(asked.values()) if one.squares is not None]
    return np.hstack([group.scores, (group.scores[:, spread] - centre[spread]) ** 2])


def _box(asked: dict[str, Asked]) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of the mean of those coordinates.

    About the printed mean c the mean square is the variance plus (mean - c)^2, and the mean is at
    most half the interval's width from c.
    """
    low = [one.low for one in asked.values()]
    high = [one.high for one in asked.values()]
    for one in asked.values():
        if one.squares is not None:
            low.append(one.squares[0] - ROOM**2)
            high.append(one.squares[1] + ((one.high - one.low) / 2) ** 2 + ROOM**2)
    return np.array(low), np.array(high)


def _names(asked: dict[str, Asked]) -> list[str]:
    return [*asked, *(f"spread of {name}" for name, one in asked.items() if one.squares)]


def _spread(text: str) -> bool:
    return any(sign in text for sign in ("±", "+-", "+/-", "\\pm"))
