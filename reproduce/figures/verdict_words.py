"""How the book writes verdicts: the word, a mark that is not colour alone, what stands beside."""

import math
from typing import Any

from reproduce.evaluation.vocabulary import FIRM, Verdict

# A column of verdicts can be read at a glance, in black and white too.
MARKS = {
    Verdict.HOLDS: "✓", Verdict.HOLDS_SMALLER: "✓", Verdict.HOLDS_IN_PART: "◐",
    Verdict.NO_DIFFERENCE: "≈", Verdict.ANOTHER_SIZE: "≠", Verdict.OPPOSITE: "✗",
    Verdict.UNDECIDED: "?", Verdict.SIZE_EXCLUDED: "?", Verdict.LESS_THAN_HALF: "?",
    Verdict.DEPENDS: "⇄", Verdict.TEST_BED: "∅", Verdict.ILLUSTRATION: "○",
    Verdict.MECHANISM_SEEN: "✓", Verdict.MECHANISM_IN_PART: "◐", Verdict.MECHANISM_NOT_SEEN: "≈",
    Verdict.MECHANISM_OPPOSITE: "✗", Verdict.MECHANISM_UNDECIDED: "?",
    Verdict.BY_CONSTRUCTION: "≡", Verdict.NOT_ATTEMPTED: "–",
}  # fmt: skip


# When a word is said, exactly: [low, high] is the interval, turned so that positive is as claimed;
# m is the margin, and "guarded" asks the same of the interval at the guarded multiple of its error.
RULES = {
    Verdict.HOLDS: "low > 0, guarded, and the interval does not lie inside ± m. Of a claim of "
    "equality or size: the whole interval, guarded, lies within m of it. Of several parts: each.",
    Verdict.HOLDS_SMALLER: "as holds, and high, guarded, lies below half of the published gain",
    Verdict.HOLDS_IN_PART: "some parts hold and another fails; the word says how many hold",
    Verdict.NO_DIFFERENCE: "the interval, guarded, lies inside ± m",
    Verdict.ANOTHER_SIZE: "of a claim of size: the interval, guarded, lies on the claimed side of "
    "0 and wholly outside size ± m",
    Verdict.OPPOSITE: "high < 0, guarded, and the interval does not lie inside ± m. Of a claim of "
    "equality: the interval lies wholly outside ± m",
    Verdict.UNDECIDED: "none of the others",
    Verdict.SIZE_EXCLUDED: "undecided, but high, guarded, lies below the published gain",
    Verdict.LESS_THAN_HALF: "undecided, but high, guarded, lies below half of the published gain",
    Verdict.DEPENDS: "readings of the text give verdicts on different sides; a claim fails only if "
    "it fails under each plausible one",
    Verdict.TEST_BED: "a registered positive control failed or was not run: nothing of this kind "
    "could have been seen here",
    Verdict.ILLUSTRATION: "scale smoke or quick, or fewer repeats than registered (never fewer "
    "than 5); of an amended claim only seeds that no edition used count",
    Verdict.MECHANISM_SEEN: "on generated data, where holds would be said",
    Verdict.MECHANISM_IN_PART: "on generated data, where holds in part would be said",
    Verdict.MECHANISM_NOT_SEEN: "on generated data, where no practical difference would be said",
    Verdict.MECHANISM_OPPOSITE: "on generated data, where opposite would be said",
    Verdict.MECHANISM_UNDECIDED: "on generated data, where another size or undecided would be said",
    Verdict.BY_CONSTRUCTION: "an identity: nothing else can come out, so nothing is counted",
    Verdict.NOT_ATTEMPTED: "not put to the test; the reason is given",
}


def verdict_word(verdict: Any) -> str:
    """Return a verdict as the book's word for it, with its mark: "✓ holds"."""
    word = str(getattr(verdict, "value", verdict))
    return _marked(word, word)


def claim_word(judgement: Any) -> str:
    """Return a judgement's word with its numbers and its mark: "◐ holds in part (2 of 3)"."""
    verdict = str(getattr(judgement.verdict, "value", judgement.verdict))
    return _marked(verdict, getattr(judgement, "word", verdict))


def is_firm(verdict: Any) -> bool:
    """Say whether a verdict says something of the claim, right or wrong."""
    return str(getattr(verdict, "value", verdict)) in set(FIRM)


def beside_word(part: Any) -> list[str]:
    """Return what a reader must know with a part's word: its rarity, and what hangs on one seed."""
    said = []
    value = getattr(part, "sign_flip", math.nan)
    if is_firm(part.verdict) and not math.isnan(value):
        said.append(f"sign-flip value {value:.2g}")
    if getattr(part, "withheld", None):
        said.append(f"withheld from so few repeats: otherwise {part.withheld}")
    by_word: dict[str, list[int]] = {}
    for seed, word in getattr(part, "carried_by", ()):
        by_word.setdefault(str(word), []).append(seed)
    for word, seeds in by_word.items():
        of = " or ".join(map(str, seeds))
        said.append(f"single seeds carry it: {word} without seed {of}")
    return said


def marked(said: str) -> str:
    """Return a stored word with its mark, numbers as they are: "◐ holds in part (2 of 3)"."""
    if said.startswith("illustration"):
        return _marked(str(Verdict.ILLUSTRATION), said)
    # Words begin alike: "holds", "holds in part".
    known = [str(verdict) for verdict in Verdict if said.startswith(verdict)]
    return _marked(max(known, key=len, default=""), said)


def _marked(verdict: str, said: str) -> str:
    return f"{MARKS[Verdict(verdict)]} {said}" if verdict in set(Verdict) else said
