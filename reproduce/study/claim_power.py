"""What a registered claim could come out as, if the paper were right, half right, or wrong.

Spreads are those of trials already made, under today's contrasts; repeats are the registered ones.
"""

from dataclasses import dataclass
from math import isfinite, sqrt

from reproduce.evaluation.power import power
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
    claim, english, metric
        Which claim, and the metric of the part that decides.
    repeats, parts
        As registered.
    effect, printed
        The effect that stands for the paper being right, and whether the text prints it.
    sd, image_sd
        Spread over repeats, and of the mean over test images, of the hardest part.
    right, half, wrong
        Probability that it is said to hold if the effect is that size, half of it; and that a firm
        word is false if there is none.
    """

    claim: str
    english: str
    metric: str
    repeats: int
    parts: int
    effect: float
    printed: bool
    sd: float
    image_sd: float
    right: float
    half: float
    wrong: float


def claim_powers(study: Study) -> list[ClaimPower]:
    """Return the chances of every claim of direction that the study's trials say a spread of."""
    judged = {one.claim_id: one for one in judge(study, enforced=False)}
    found = []
    for claim in registry.load(study.paper):
        parts = [part for part in judged[claim.id].parts if _measured(part)]
        if not parts:
            continue
        # The part with the least room between what is claimed and what chance does.
        hardest = min(parts, key=lambda part: abs(_effect(part)) / part.effect.standard_error)
        found.append(_of_part(claim, hardest, len(judged[claim.id].parts)))
    return found


def _measured(part: Part) -> bool:
    effect = part.effect
    return (
        part.expect in ("greater", "less")
        and isfinite(effect.standard_error)
        and effect.standard_error > 0
        and _effect(part) != 0
    )


def _effect(part: Part) -> float:
    """Return the effect if the paper is right, with its sign."""
    size = part.published_gain or MARGINS * part.margin
    return size if part.expect == "greater" else -size


def _of_part(claim: registry.Claim, part: Part, parts: int) -> ClaimPower:
    effect, truth = part.effect, _effect(part)
    image_sd = sqrt(max(effect.share_of_images, 0.0)) * effect.standard_error

    def said(share: float) -> dict[Verdict, float]:
        return power(
            effect.sd, image_sd, claim.repeats, part.margin, parts, share * truth,
            expect=part.expect, published_gain=part.published_gain, simulations=SIMULATIONS,
        )  # fmt: skip

    right, half, none = (said(share) for share in (1.0, 0.5, 0.0))
    # Without an effect "no practical difference" is right, every other firm word is false.
    false = [word for word in FIRM if word is not Verdict.NO_DIFFERENCE]
    return ClaimPower(
        claim.id, claim.english, claim.metric, claim.repeats, parts, truth,
        part.published_gain is not None, effect.sd, image_sd,
        sum(right.get(word, 0.0) for word in SAYS_IT_HOLDS),
        sum(half.get(word, 0.0) for word in SAYS_IT_HOLDS),
        sum(none.get(word, 0.0) for word in {*false, Verdict.HOLDS_IN_PART}),
    )  # fmt: skip
