"""Claims of several parts: at which level each word is read, and what the whole is called.

*Holds* needs every part at its plain level: for the whole to hold falsely, the one part that is
wrong must hold falsely (intersection-union), so nothing needs correcting. Failing is the other way
round: the whole fails if one part does, and every part is a chance to fail falsely. Whether any
part fails is read off the maximum statistic where the parts share seeds and images (see `joint`),
else off Bonferroni's level; Holm's steps then name further parts, never fewer.
"""

from collections.abc import Sequence

import numpy as np

from reproduce.evaluation.guard import guarded_multiple
from reproduce.evaluation.joint import joint_level
from reproduce.evaluation.rule import Multiples, failing_multiple
from reproduce.evaluation.significance import (
    RESPLIT,
    Effect,
    cautious_quantile,
    t_quantile,
)
from reproduce.evaluation.vocabulary import FAILING, HOLDING, OPEN, Contrast, Verdict


def multiples(contrasts: Sequence[Contrast], *, guarded: bool = True) -> list[Multiples]:
    """Return how many standard errors the intervals of each part reach."""
    parts, level = len(contrasts), contrasts[0].effect.level
    together = joint_level([contrast.effect for contrast in contrasts])
    if together is None:
        together = 1 - (1 - level) / parts
    found = []
    for contrast, step in zip(contrasts, holm_levels(contrasts), strict=True):
        effect = contrast.effect
        plain = t_quantile(level, effect.degrees) if effect.degrees > 0 else np.inf
        upper, stepped = plain, plain
        if parts > 1:
            upper, stepped = (cautious_quantile(effect, at) for at in (together, step))
        guard = guard_of(effect) if guarded else 0.0
        found.append(Multiples(plain, min(upper, stepped), upper, guard))
    return found


def guard_of(effect: Effect) -> np.ndarray:
    """Return how many standard errors a firm word on an effect needs at least.

    Where each repeat has a split of its own, what stands beside the spread is the overlap of the
    training parts. A collapse hides behind it as well as behind none; behind test images it cannot.
    """
    share = 0.0 if effect.design == RESPLIT else effect.share_of_images
    return guarded_multiple(effect.repeats, share)


def holm_levels(contrasts: Sequence[Contrast]) -> list[float]:
    """Return the level at which Holm's procedure reads the failing word of each part.

    The parts are tried from the one that fails most clearly: at 1 - a / n, then 1 - a / (n - 1),
    and so on while each fails; all that is left is read at the level where it stopped.
    """
    parts, chance = len(contrasts), 1 - contrasts[0].effect.level
    room = [
        failing_multiple(c.effect.mean, c.effect.standard_error, c.expect, c.margin, c.size)
        for c in contrasts
    ]
    strictest = [cautious_quantile(contrast.effect, 1 - chance / parts) for contrast in contrasts]
    clearest = np.argsort([-r / q for r, q in zip(room, strictest, strict=True)], kind="stable")
    levels, left, going = [0.0] * parts, parts, True
    for place in clearest:
        levels[place] = 1 - chance / left
        going = going and room[place] > cautious_quantile(contrasts[place].effect, levels[place])
        left -= going and left > 1
    return levels


def whole(verdicts: Sequence[Verdict]) -> tuple[Verdict, int]:
    """Return the verdict of a conjunction, and of how many parts it speaks.

    Parts that hold and a part that fails: *holds in part*, never the failing word over all. A part
    that is open and none that fails: *undecided*, with the number that hold; where an open part
    excludes the published size, the conjunction as published is excluded, and that is said.
    """
    holding = [verdict for verdict in verdicts if verdict in HOLDING]
    failing = [verdict for verdict in verdicts if verdict in FAILING]
    if len(holding) == len(verdicts):
        smaller = Verdict.HOLDS_SMALLER in holding
        return (Verdict.HOLDS_SMALLER if smaller else Verdict.HOLDS), len(verdicts)
    if holding and failing:
        return Verdict.HOLDS_IN_PART, len(holding)
    for worst in (*reversed(FAILING), *reversed(OPEN[1:])):
        if worst in verdicts:
            return worst, verdicts.count(worst)
    return Verdict.UNDECIDED, len(holding)


def over_readings(verdicts: Sequence[Verdict]) -> Verdict:
    """Return what is true under every reading, or that it depends on the reading."""
    found = set(verdicts)
    if len(found) == 1:
        return verdicts[0]
    if Verdict.ILLUSTRATION in found:
        return Verdict.ILLUSTRATION
    # Of verdicts on the same side the mildest one is what all readings support.
    if found <= set(HOLDING):
        return Verdict.HOLDS_SMALLER
    if found <= set(FAILING):
        return next(verdict for verdict in FAILING if verdict in found)
    return next(v for v in OPEN if v in found) if found <= set(OPEN) else Verdict.DEPENDS
