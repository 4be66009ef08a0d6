"""The one place where an interval becomes a word.

A verdict is about a *claim*. A claim is one or more contrasts (parts); each part is an effect with
its interval, judged against a margin that was registered before. `rule` says which interval gives
which word, `guard` how much wider it must be where few repeats could hide a lopsided spread,
`several` what a claim of several parts is called. Together they keep false firm words at about 5 %
(8 % where the spread is lopsided), in the parts and in the whole; the book's page on the rates of
the rule has the numbers.
"""

from collections.abc import Mapping, Sequence
from math import isfinite

from reproduce.errors import UserError, unknown_name
from reproduce.evaluation import several
from reproduce.evaluation.margins import NEED_A_MARGIN
from reproduce.evaluation.robustness import leave_one_out, sign_flip_value
from reproduce.evaluation.rule import WORDS, Multiples, words
from reproduce.evaluation.significance import Effect, cautious_quantile
from reproduce.evaluation.vocabulary import (
    DATA_ROLES,
    EXPECTATIONS,
    FAILING,
    FEWEST_REPEATS,
    HOLDING,
    ILLUSTRATION_SCALES,
    MECHANISM,
    SCALES,
    Contrast,
    Control,
    Judgement,
    Part,
    Verdict,
)

__all__ = [
    "Contrast",
    "Control",
    "Judgement",
    "Part",
    "Verdict",
    "judge_claim",
    "judge_contrast",
    "not_attempted",
    "true_by_construction",
]


def judge_contrast(
    effect: Effect,
    expect: str,
    margin: float,
    published_gain: float | None = None,
    parts: int = 1,
    *,
    size: float | None = None,
    guarded: bool = True,
) -> Verdict:
    """Judge one contrast by `rule.words`; `parts` is the number of contrasts in its claim.

    With more than one part, *no practical difference*, *opposite* and what is said of the upper
    end are read off the interval at level 1 - (1 - level) / parts, *holds* off the plain one.
    `judge_claim` does better where it knows the other parts. `guarded=False` asks for the word of
    the interval alone.
    """
    contrast = Contrast("", effect, expect, margin, published_gain, size=size)
    _check(contrast)
    if parts < 1:
        raise UserError(f"a claim has at least 1 part, received {parts}")
    alone = several.multiples([contrast], guarded=guarded)[0]
    if parts > 1:
        wide = cautious_quantile(effect, 1 - (1 - effect.level) / parts)
        alone = Multiples(alone.plain, wide, wide, alone.guard)
    return _word(contrast, alone, effect.mean, effect.standard_error)


def judge_claim(
    contrasts: Sequence[Contrast],
    *,
    scale: str,
    data_role: str,
    readings: Mapping[str, Sequence[Contrast]] | None = None,
    repeats: int | None = None,
    control: Control | Sequence[Control] | None = None,
    claim_id: str = "",
    english: str = "",
) -> Judgement:
    """Judge a claim from all of its contrasts.

    Parameters
    ----------
    contrasts
        All contrasts of the claim, under the default reading of the paper.
    scale
        smoke, quick, laptop, paper or custom. Smoke and quick runs are an *illustration*: the
        reason says the direction seen, without a verdict.
    data_role
        own, real stand-in or generated. Generated data can only show a *mechanism*: seen, not
        seen (inside the margin), the opposite one, or undecided.
    readings
        The same contrasts under the other plausible readings, by name. Different verdicts make
        the claim *depend on reading*; it fails only if it fails under every one.
    repeats
        How many were registered. Fewer in any part, or fewer than 5, are an illustration.
    control
        The registered positive controls. Where one failed, *this test bed cannot tell*.
    claim_id, english
        Carried into the judgement, for tables and figures.
    """
    if scale not in SCALES:
        raise unknown_name("scale", scale, SCALES)
    if data_role not in DATA_ROLES:
        raise unknown_name("data role", data_role, DATA_ROLES)
    if "default" in (readings or {}):
        raise UserError("a reading is called 'default', which names the contrasts themselves")
    by_name = {"default": contrasts, **(readings or {})}
    needed = max(repeats or 0, FEWEST_REPEATS)
    controls = [control] if isinstance(control, Control) else list(control or [])
    # Judged even where no verdict is given, so that a broken claim is found in the quick run too.
    judged = {name: _judge_reading(reading, data_role) for name, reading in by_name.items()}
    made = min(c.effect.repeats for reading in by_name.values() for c in reading)
    common = {
        "scale": scale, "data_role": data_role, "on_stand_in": data_role == "real stand-in",
        "repeats": (made, needed), "controls": tuple(controls),
    }  # fmt: skip
    withheld = _no_verdict(by_name, scale, made, needed, repeats, controls)
    if withheld:
        verdict, reason = withheld
        parts = _all_parts({name: [_part(c, verdict) for c in r] for name, r in by_name.items()})
        of_readings = dict.fromkeys(by_name, verdict) if readings else None
        return Judgement(claim_id, english, verdict, parts, reason,
                         by_reading=of_readings, **common)  # fmt: skip
    verdict = several.over_readings([found[0] for found in judged.values()])
    reasons = [reason for *_, reason in judged.values()]
    if readings:
        reasons = [f"reading '{name}': {v}; {why}" for name, (v, _, _, why) in judged.items()]
    reasons += [f"control: {found.name}: {found.seen}" for found in controls]
    # The number of parts under the readings that carry the verdict, the least of them.
    counts = [some for found, some, _, _ in judged.values() if found is verdict]
    of_parts = (min(counts), len(contrasts)) if counts else (0, 0)
    return Judgement(
        claim_id, english, verdict,
        _all_parts({name: found[2] for name, found in judged.items()}), " | ".join(reasons),
        by_reading={name: found[0] for name, found in judged.items()} if readings else None,
        of_parts=of_parts, **common,
    )  # fmt: skip


def not_attempted(claim_id: str, english: str, reason: str) -> Judgement:
    """Return the judgement of a claim that was not put to the test, with the reason why."""
    if not reason.strip():
        raise UserError("a claim that is not attempted needs a reason, received an empty one")
    return Judgement(claim_id, english, Verdict.NOT_ATTEMPTED, (), reason)


def true_by_construction(
    claim_id: str, english: str, reason: str, contrasts: Sequence[Contrast] = ()
) -> Judgement:
    """Return the judgement of an identity: whatever is trained, it comes out so.

    Never counted among what holds. `contrasts` show what was measured; see `margins.is_identity`.
    """
    if not reason.strip():
        raise UserError("an identity needs a reason why nothing else can come out, received none")
    parts = tuple(_part(contrast, Verdict.BY_CONSTRUCTION) for contrast in contrasts)
    seen = "".join(f"; {contrast.seen}" for contrast in contrasts)
    return Judgement(claim_id, english, Verdict.BY_CONSTRUCTION, parts, reason + seen)


def _no_verdict(by_name, scale, made, needed, registered, controls) -> tuple[Verdict, str] | None:
    """Return the word and reason where the run or its test bed cannot give a verdict."""
    failed = [f"{found.name}: {found.seen}" for found in controls if not found.passed]
    seen = "; ".join(
        f"{contrast.seen}{'' if name == 'default' else f' (reading: {name})'}"
        for name, reading in by_name.items()
        for contrast in reading
    )
    if scale in ILLUSTRATION_SCALES or made < needed:
        few = f"a verdict needs {needed} repeats"
        few += ", as registered" if registered and registered >= needed else ""
        why = f"{scale} scale gives no verdict" if scale in ILLUSTRATION_SCALES else few
        why += f"; positive control not met: {'; '.join(failed)}" if failed else ""
        return Verdict.ILLUSTRATION, f"seen: {seen} ({why})"
    if failed:
        return Verdict.TEST_BED, f"positive control not met: {'; '.join(failed)} (seen: {seen})"
    return None


def _judge_reading(
    contrasts: Sequence[Contrast], data_role: str
) -> tuple[Verdict, int, tuple[Part, ...], str]:
    if not contrasts:
        raise UserError("a claim needs at least one contrast to be judged; else not_attempted()")
    names = [contrast.name for contrast in contrasts]
    if len(set(names)) < len(names):
        raise UserError(f"contrasts of one claim need different names, received {names}")
    for contrast in contrasts:
        _check(contrast)
    reach = several.multiples(contrasts)
    parts = [_judged(contrast, of) for contrast, of in zip(contrasts, reach, strict=True)]
    verdict, some = several.whole([part.verdict for part in parts])
    reason = "; ".join(f"{part.seen}: {_beside(part, of)}"
                       for part, of in zip(parts, reach, strict=True))  # fmt: skip
    if data_role == "generated":
        if verdict not in HOLDING:
            reason += f" (on real data this would be called {verdict})"
        parts = [_part(part, MECHANISM[part.verdict]) for part in parts]
        verdict = MECHANISM[verdict]
        if verdict is Verdict.MECHANISM_UNDECIDED:
            some = sum(part.verdict is Verdict.MECHANISM_SEEN for part in parts)
    return verdict, some, tuple(parts), reason


def _judged(contrast: Contrast, reach: Multiples) -> Part:
    """Return the part with its word, and what stands beside it."""
    effect = contrast.effect
    word = _word(contrast, reach, effect.mean, effect.standard_error)
    bare = Multiples(reach.plain, reach.failing, reach.upper)
    alone = _word(contrast, bare, effect.mean, effect.standard_error)
    firm = word in HOLDING or word in FAILING
    return Part(
        **vars(contrast), verdict=word, withheld=alone if alone != word else None,
        sign_flip=sign_flip_value(effect.differences) if effect.differences else float("nan"),
        carried_by=leave_one_out(effect, lambda m, e: _word(contrast, reach, m, e)) if firm else (),
    )  # fmt: skip


def _beside(part: Part, reach: Multiples) -> str:
    """Say a part's word and what a reader must know with it."""
    said = []
    if part.withheld:
        effect = part.effect
        said.append(
            f"the {100 * effect.level:.0f} % interval alone would say '{part.withheld}', but "
            f"{effect.repeats} repeats could hide a lopsided spread: the word needs "
            f"{float(reach.to_hold):.1f} standard errors of room"
        )
    if part.verdict in (*HOLDING, *FAILING) and part.sign_flip == part.sign_flip:
        said.append(f"sign-flip value {part.sign_flip:.2g}")
    for repeat, word in part.carried_by:
        said.append(f"without repeat {repeat} it would be '{word}'")
    return f"{part.verdict} ({'; '.join(said)})" if said else str(part.verdict)


def _word(contrast: Contrast, reach: Multiples, mean: float, error: float) -> Verdict:
    code = words(mean, error, reach, contrast.expect, contrast.margin, contrast.published_gain,
                 contrast.size)  # fmt: skip
    return WORDS[int(code)]


def _check(contrast: Contrast) -> None:
    expect, margin, gain = contrast.expect, contrast.margin, contrast.published_gain
    if expect not in EXPECTATIONS:
        raise unknown_name("expectation", expect, EXPECTATIONS)
    if not isfinite(contrast.effect.mean):
        raise UserError(f"an effect must be finite to be judged, received {contrast.effect.mean}")
    if not (isfinite(margin) and margin >= 0) or (expect in NEED_A_MARGIN and margin == 0):
        raise UserError(
            f"the margin must be a number of at least 0, and above 0 to judge '{expect}', "
            f"received {margin}"
        )
    if expect in ("greater", "less") and gain is not None and not gain > 0:
        raise UserError(
            "the published gain is the size of the effect in the claimed direction, so it must "
            f"be above 0, received {gain}; leave it out where none was published"
        )
    size = contrast.size
    if (expect == "size") != (size is not None) or (size is not None and abs(size) <= margin):
        raise UserError(
            "a claim of size, and no other, has a size, further from 0 than its margin; received "
            f"expect '{expect}', size {size}, margin {margin}"
        )


def _part(contrast: Contrast, verdict: Verdict) -> Part:
    return Part(**{**vars(contrast), "verdict": verdict})


def _all_parts(by_reading: Mapping[str, Sequence[Part]]) -> tuple[Part, ...]:
    return tuple(
        part if name == "default"
        else Part(**{**vars(part), "name": f"{part.name} (reading: {name})", "reading": name})
        for name, parts in by_reading.items()
        for part in parts
    )  # fmt: skip
