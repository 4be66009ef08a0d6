"""Every word has a mark and a rule, and what hangs on one seed is said."""

from types import SimpleNamespace

import pytest

from reproduce.evaluation.vocabulary import FAILING, HOLDING, OPEN, Verdict
from reproduce.figures.verdict_words import (
    MARKS,
    RULES,
    beside_word,
    claim_word,
    is_firm,
    marked,
    verdict_word,
)


def test_every_word_has_a_mark_and_a_rule():
    assert set(MARKS) == set(RULES) == set(Verdict)
    # Right, wrong, neither and nothing are told apart without colour and without reading.
    sides = [{MARKS[v] for v in group} for group in (HOLDING, (Verdict.OPPOSITE,), OPEN)]
    assert not sides[0] & sides[1] and not sides[1] & sides[2] and not sides[0] & sides[2]


@pytest.mark.parametrize("verdict", Verdict)
def test_a_stored_word_has_the_mark_of_the_living_one(verdict):
    assert marked(str(verdict)) == verdict_word(verdict) == f"{MARKS[verdict]} {verdict}"


def test_numbers_behind_a_word_stay():
    assert marked("holds in part (2 of 3)") == "◐ holds in part (2 of 3)"
    assert marked("illustration (5 of 10 repeats)") == "○ illustration (5 of 10 repeats)"
    assert marked("undecided, but less than half of it (in 2 of 3 parts)").startswith("? undecided")
    judged = SimpleNamespace(verdict=Verdict.HOLDS_IN_PART, word="holds in part (2 of 3)")
    assert claim_word(judged) == "◐ holds in part (2 of 3)"


def test_open_words_are_not_firm():
    assert all(map(is_firm, (*HOLDING, *FAILING, "mechanism not seen")))
    assert not any(map(is_firm, (*OPEN, Verdict.TEST_BED, Verdict.BY_CONSTRUCTION, "illustration")))


def test_beside_a_firm_word_stand_its_rarity_and_the_seeds_that_carry_it():
    part = SimpleNamespace(verdict="holds", sign_flip=0.0625,
                           carried_by=((1, "undecided"), (4, "undecided")))  # fmt: skip
    assert beside_word(part) == [
        "sign-flip value 0.062", "single seeds carry it: undecided without seed 1 or 4",
    ]  # fmt: skip
    assert beside_word(SimpleNamespace(verdict="undecided", sign_flip=0.0625)) == []
