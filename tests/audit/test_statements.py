"""Sentences without a number, on the cells that they stand on."""

import pytest

from reproduce.audit.statements import goes_so, stays_within
from reproduce.errors import UserError


def test_a_sentence_is_contradicted_by_a_cell_that_goes_the_other_way():
    assert goes_so(["0.91", "0.80"], ["0.90", "0.79"]).status == "consistent"
    found = goes_so(["0.91", "0.78"], ["0.90", "0.79"], places=["cat", "dog"])
    assert found.inconsistent and "dog: 0.78 against 0.79" in found.statement
    assert goes_so(["0.91", "0.78"], ["0.90", "0.79"], of="any").status == "consistent"
    assert goes_so(["0.77", "0.78"], ["0.90", "0.79"], of="any").inconsistent


def test_less_can_be_better_and_a_tie_contradicts_nothing():
    assert goes_so(["3.1"], ["3.2"], higher=False).status == "consistent"
    assert goes_so(["3.3"], ["3.2"], higher=False).inconsistent
    assert goes_so(["3.2"], ["3.2"]).status == "consistent"
    assert goes_so(["0.8"], ["0.79"]).status == "consistent"
    assert goes_so(["0.7"], ["0.82"]).inconsistent
    assert goes_so(["0.8"], ["0.82"]).status == "consistent", "0.8 may be 0.84"


def test_what_is_called_robust_varies_by_no_more_than_is_said():
    values = {"a": "90.0", "b": "92.0"}
    assert stays_within(values, within="2").status == "consistent"
    assert stays_within(values, within="1.0").inconsistent
    assert stays_within({"a": "90.0%", "b": "92.0%"}, within="1.0").inconsistent
    assert stays_within({"a": "90.0%", "b": "92.0%"}, within="2.0").status == "consistent"
    told = stays_within(values)
    assert told.status == "not_testable" and "2 apart" in told.statement


def test_sides_of_unequal_length_are_refused():
    with pytest.raises(UserError, match="as many cells on both sides, got 1 and 2"):
        goes_so(["1"], ["1", "2"])
