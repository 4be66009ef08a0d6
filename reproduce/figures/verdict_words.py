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
        said.append(f"withheld: the interval alone would say {part.withheld}")
    by_word: dict[str, list[int]] = {}
    for seed, word in getattr(part, "carried_by", ()):
        by_word.setdefault(str(word), []).append(seed)
    for word, seeds in by_word.items():
        of = " or ".join(map(str, seeds))
        said.append(f"single seeds carry it: {word} without seed {of}")
    return said


def _marked(verdict: str, said: str) -> str:
    return f"{MARKS[Verdict(verdict)]} {said}" if verdict in set(Verdict) else said
