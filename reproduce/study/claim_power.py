"""What a registered claim could come out as, if the paper were right, half right, or wrong.

Spreads are those of trials already made, under today's contrasts; repeats are the registered ones.
A claim of no difference is right at 0 and wrong at the edge of its margin, and has no half.
"""

from dataclasses import dataclass
from math import isfinite, sqrt

from reproduce.evaluation.power import power
from reproduce.evaluation.significance import RESPLIT
from reproduce.evaluation.verdicts import Part, Verdict
from reproduce.evaluation.vocabulary import FIRM, HOLDING
from reproduce.registry import claims as registry
from reproduce.study.judging import judge
from reproduce.study.study import Study

SIMULATIONS = 2000
# Where the text prints no number, an effect of so many margins stands in for one.
MARGINS = 4.0
SAYS_IT_HOLDS = (*HOLDING, Verdict.HOLDS_IN_PART)


@dataclass(frozen=True)
class ClaimPower:
    """The chances of one claim at its registered repeats.

    Attributes
    ----------
    claim, english
        Which claim.
    metric, over, expect, margin
        Of its hardest part: what is measured, whether points are averaged or counted, what it
        expects and the smallest difference that matters.
    repeats, parts
        As registered; the parts are those of the reading that the deciding part is of.
    effect, printed
        The effect that stands for the paper being right, and whether the text prints it.
    sd, image_sd
        Spread over repeats, and of the mean over test images, of the hardest part.
    right, half, wrong
        Probability that it is said to hold if the effect is that size, half of it (None where
        there is no half); and that a firm word is false if there is none.
    """

    claim: str
    english: str
    metric: str
    over: str
    expect: str
    margin: float
    repeats: int
    parts: int
    effect: float
    printed: bool
    sd: float
    image_sd: float
    right: float
    half: float | None
    wrong: float


def claim_powers(study: Study) -> list[ClaimPower]:
    """Return the chances of every claim that the study's trials say a spread of."""
    judged = {one.claim_id: one for one in judge(study, enforced=False)}
    found = []
    for claim in registry.load(study.paper):
        parts = [part for part in judged[claim.id].parts if _measured(part)]
        if parts and not claim.identity:
            # The part with the least room between what is claimed and what chance does.
            hardest = min(parts, key=lambda part: _room(part) / part.effect.standard_error)
            found.append(_of_part(claim, hardest))
    return found


def _measured(part: Part) -> bool:
    effect = part.effect
    spread = isfinite(effect.standard_error) and effect.standard_error > 0
    return spread and _room(part) > 0


def _room(part: Part) -> float:
    """Return how far chance may stray before the word is another, if the paper is right."""
    return abs(_effect(part)) if part.expect in ("greater", "less") else part.margin


def _effect(part: Part) -> float:
    """Return the effect if the paper is right, with its sign."""
    if part.expect in ("equal", "at_most"):
        return 0.0
    if part.size is not None:
        return part.size
    size = part.published_gain or MARGINS * part.margin
    return size if part.expect == "greater" else -size


def _parts_beside(claim: registry.Claim, part: Part) -> int:
    """Return how many parts the reading has that this one is of."""
    return len(claim.under_readings().get(part.reading) or claim.contrasts)


def _of_part(claim: registry.Claim, part: Part) -> ClaimPower:
    effect, truth, parts = part.effect, _effect(part), _parts_beside(claim, part)
    image_sd = sqrt(max(effect.share_of_images, 0.0)) * effect.standard_error

    def said(at: float) -> dict[Verdict, float]:
        return power(
            effect.sd, image_sd, claim.repeats, part.margin, parts, at, expect=part.expect,
            published_gain=part.published_gain, size=part.size, simulations=SIMULATIONS,
            resplit=effect.design == RESPLIT,
        )  # fmt: skip

    equal = part.expect in ("equal", "at_most")
    right, none = said(truth), said(part.margin if equal else 0.0)
    # Without an effect "no practical difference" is right, every other firm word is false.
    false = {word for word in FIRM if word is not Verdict.NO_DIFFERENCE}
    return ClaimPower(
        claim.id, claim.english, part.metric, part.over, part.expect, part.margin, claim.repeats,
        parts, truth, part.published_gain is not None or part.size is not None,
        effect.sd, image_sd, holding(right), None if equal else holding(said(truth / 2)),
        sum(none.get(word, 0.0) for word in false),
    )  # fmt: skip


def holding(said: dict[Verdict, float]) -> float:
    """Return how probable it is that a claim is said to hold."""
    return sum(said.get(word, 0.0) for word in SAYS_IT_HOLDS)
