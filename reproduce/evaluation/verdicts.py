"""The one place where an interval becomes a word.

A verdict is about a *claim*. A claim is one or more contrasts (parts); each part is an effect with
its interval, judged against a margin that was registered before. The rules keep false verdicts at
5 % or below, in the parts and in the whole:

- a claim of several parts **holds** only if every part holds, each at the plain level: for the
  whole to hold falsely, the one part that is wrong must hold falsely (intersection-union), so
  nothing needs correcting;
- it **fails** if any part fails, and every part is one more chance to fail falsely, so failing
  verdicts (and "smaller") need the interval at the Bonferroni-corrected level.
"""

from collections.abc import Mapping, Sequence
from math import isfinite

from reproduce.errors import UserError, unknown_name
from reproduce.evaluation.cells import cell_tolerance, compare_cell
from reproduce.evaluation.significance import Effect
from reproduce.evaluation.vocabulary import (
    DATA_ROLES,
    EXPECTATIONS,
    FAILING,
    FEWEST_REPEATS,
    HOLDING,
    ILLUSTRATION_SCALES,
    SCALES,
    CellVerdict,
    Contrast,
    Judgement,
    Part,
    Verdict,
)

__all__ = [
    "CellVerdict",
    "Contrast",
    "Judgement",
    "Part",
    "Verdict",
    "cell_tolerance",
    "compare_cell",
    "judge_claim",
    "judge_contrast",
    "not_attempted",
]


def judge_contrast(
    effect: Effect,
    expect: str,
    margin: float,
    published_gain: float | None = None,
    parts: int = 1,
) -> Verdict:
    """Judge one contrast; `parts` is the number of contrasts in its claim.

    greater, less (the effect is first turned into the claimed direction): inside +-margin is *no
    practical difference*, even where the interval excludes zero; above zero *holds*, and *holds,
    smaller* where the upper bound is below half of the published gain; below zero *opposite*.
    equal: inside +-margin *holds*; wholly outside *opposite*. All else is *undecided*.

    With more than one part, *no practical difference*, *opposite* and *smaller* are read off the
    interval at level 1 - (1 - level) / parts, *holds* off the plain one.
    """
    _check_contrast(effect, expect, margin, published_gain, parts)
    wide = effect if parts == 1 else effect.at(1 - (1 - effect.level) / parts)
    if expect == "equal":
        if _inside(effect.low, effect.high, margin):
            return Verdict.HOLDS
        outside = wide.low > margin or wide.high < -margin
        return Verdict.OPPOSITE if outside else Verdict.UNDECIDED
    low, high = _turned(effect, expect)
    wide_low, wide_high = _turned(wide, expect)
    if _inside(wide_low, wide_high, margin):
        return Verdict.NO_DIFFERENCE
    if low > 0 and not _inside(low, high, margin):
        smaller = published_gain is not None and wide_high < published_gain / 2
        return Verdict.HOLDS_SMALLER if smaller else Verdict.HOLDS
    return Verdict.OPPOSITE if wide_high < 0 else Verdict.UNDECIDED


def judge_claim(
    contrasts: Sequence[Contrast],
    *,
    scale: str,
    data_role: str,
    readings: Mapping[str, Sequence[Contrast]] | None = None,
    claim_id: str = "",
    english: str = "",
) -> Judgement:
    """Judge a claim from all of its contrasts.

    Parameters
    ----------
    contrasts
        All contrasts of the claim, under the default reading of the paper.
    scale
        smoke, quick, laptop, paper or custom. Smoke and quick runs, and fewer than 5 repeats in
        any part, are an *illustration*: the reason says the direction seen, without a verdict.
    data_role
        own, real stand-in or generated. Generated data can only show a *mechanism*, seen or not;
        undecided counts as not seen.
    readings
        The same contrasts under the other plausible readings, by name. Different verdicts make
        the claim *depend on reading*; it fails only if it fails under every one.
    claim_id, english
        Carried into the judgement, for tables and figures.
    """
    if scale not in SCALES:
        raise unknown_name("scale", scale, SCALES)
    if data_role not in DATA_ROLES:
        raise unknown_name("data role", data_role, DATA_ROLES)
    if "default" in (readings or {}):
        raise UserError("a reading is called 'default', which names the contrasts themselves")
    judged = {
        name: _judge_reading(reading, scale, data_role)
        for name, reading in {"default": contrasts, **(readings or {})}.items()
    }
    verdict = _over_readings([verdict for verdict, _, _ in judged.values()])
    reasons = [reason for _, _, reason in judged.values()]
    if readings:
        reasons = [f"reading '{name}': {v}; {why}" for name, (v, _, why) in judged.items()]
    parts = tuple(
        part if name == "default" else _renamed(part, name)
        for name, (_, found, _) in judged.items()
        for part in found
    )
    return Judgement(
        claim_id, english, verdict, parts, " | ".join(reasons), scale, data_role,
        on_stand_in=data_role == "real stand-in",
        by_reading={name: found[0] for name, found in judged.items()} if readings else None,
    )  # fmt: skip


def not_attempted(claim_id: str, english: str, reason: str) -> Judgement:
    """Return the judgement of a claim that was not put to the test, with the reason why."""
    if not reason.strip():
        raise UserError("a claim that is not attempted needs a reason, received an empty one")
    return Judgement(claim_id, english, Verdict.NOT_ATTEMPTED, (), reason)


def _judge_reading(
    contrasts: Sequence[Contrast], scale: str, data_role: str
) -> tuple[Verdict, tuple[Part, ...], str]:
    if not contrasts:
        raise UserError("a claim needs at least one contrast to be judged; else not_attempted()")
    names = [contrast.name for contrast in contrasts]
    if len(set(names)) < len(names):
        raise UserError(f"contrasts of one claim need different names, received {names}")
    # Judged even where no verdict is given, so that a broken claim is found in the quick run too.
    verdicts = [
        judge_contrast(c.effect, c.expect, c.margin, c.published_gain, len(contrasts))
        for c in contrasts
    ]
    fewest = min(contrast.effect.repeats for contrast in contrasts)
    if scale in ILLUSTRATION_SCALES or fewest < FEWEST_REPEATS:
        few = f"a verdict needs {FEWEST_REPEATS} repeats"
        why = f"{scale} scale gives no verdict" if scale in ILLUSTRATION_SCALES else few
        seen = "; ".join(contrast.seen for contrast in contrasts)
        parts = tuple(_part(contrast, Verdict.ILLUSTRATION) for contrast in contrasts)
        return Verdict.ILLUSTRATION, parts, f"seen: {seen} ({why})"
    whole = _whole(verdicts)
    parts = tuple(
        _part(contrast, _for_data(verdict, data_role))
        for contrast, verdict in zip(contrasts, verdicts, strict=True)
    )
    reason = "; ".join(f"{part.seen}: {part.verdict}" for part in parts)
    if data_role == "generated" and whole not in HOLDING:
        reason += f" (on real data this would be called {whole})"
    return _for_data(whole, data_role), parts, reason


def _for_data(verdict: Verdict, data_role: str) -> Verdict:
    """Generated data never make a claim hold or fail; they show a mechanism or do not."""
    if data_role != "generated":
        return verdict
    return Verdict.MECHANISM_SEEN if verdict in HOLDING else Verdict.MECHANISM_NOT_SEEN


def _whole(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the verdict of a conjunction: the worst of its parts, from failing to holding."""
    worst_first = (
        Verdict.OPPOSITE, Verdict.NO_DIFFERENCE, Verdict.UNDECIDED, Verdict.HOLDS_SMALLER,
    )  # fmt: skip
    return next((verdict for verdict in worst_first if verdict in verdicts), Verdict.HOLDS)


def _over_readings(verdicts: Sequence[Verdict]) -> Verdict:
    """Return what is true under every reading, or that it depends on the reading."""
    found = set(verdicts)
    if len(found) == 1:
        return verdicts[0]
    if Verdict.ILLUSTRATION in found:
        return Verdict.ILLUSTRATION
    # Of two verdicts on the same side the milder one is what all readings support.
    if found <= set(HOLDING):
        return Verdict.HOLDS_SMALLER
    return Verdict.NO_DIFFERENCE if found <= set(FAILING) else Verdict.DEPENDS


def _check_contrast(
    effect: Effect, expect: str, margin: float, published_gain: float | None, parts: int
) -> None:
    if expect not in EXPECTATIONS:
        raise unknown_name("expectation", expect, EXPECTATIONS)
    if not isfinite(effect.mean):
        raise UserError(f"an effect must be finite to be judged, received {effect.mean}")
    if not (isfinite(margin) and margin >= 0) or (expect == "equal" and margin == 0):
        raise UserError(
            f"the margin must be a number of at least 0, and above 0 to judge 'equal', "
            f"received {margin}"
        )
    if expect != "equal" and published_gain is not None and not published_gain > 0:
        raise UserError(
            "the published gain is the size of the effect in the claimed direction, so it must "
            f"be above 0, received {published_gain}; leave it out where none was published"
        )
    if parts < 1:
        raise UserError(f"a claim has at least 1 part, received {parts}")


def _turned(effect: Effect, expect: str) -> tuple[float, float]:
    return (effect.low, effect.high) if expect == "greater" else (-effect.high, -effect.low)


def _inside(low: float, high: float, margin: float) -> bool:
    return -margin <= low and high <= margin


def _part(contrast: Contrast, verdict: Verdict) -> Part:
    return Part(**vars(contrast), verdict=verdict)


def _renamed(part: Part, reading: str) -> Part:
    return Part(**{**vars(part), "name": f"{part.name} (reading: {reading})"})
