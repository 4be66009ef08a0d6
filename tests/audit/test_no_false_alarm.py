"""No false alarm: tables printed from real confusion matrices are never called inconsistent."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reproduce.audit import runs
from reproduce.audit.questions import questions
from tests.audit.generated import Study, scores_of
from tests.audit.sound import FAMILIES

# Every study is put to two of the six families, some 16 checks, so that ten thousand are quick.
TEN_THOUSAND = settings(max_examples=10_000, deadline=None, database=None)
A_THOUSAND = settings(max_examples=1_000, deadline=None, database=None)
SOME = settings(max_examples=60, deadline=None, database=None)
SEEDS = st.integers(0, 2**48)


@pytest.mark.thorough
@TEN_THOUSAND
@given(SEEDS)
def test_no_false_alarm_in_ten_thousand_tables(seed):
    _no_false_alarm(seed)


@A_THOUSAND
@given(SEEDS)
def test_no_false_alarm_in_a_thousand_tables(seed):
    _no_false_alarm(seed)


def _no_false_alarm(seed):
    study = Study(seed)
    for family in study.dice.sample(FAMILIES, 2):
        for outcome in family(study):
            assert not outcome.inconsistent, f"seed {seed}, {family.__name__}: {outcome.statement}"


@SOME
@given(SEEDS)
def test_every_outcome_is_one_line_with_evidence_that_json_knows(seed):
    study = Study(seed)
    for family in FAMILIES:
        for outcome in family(study):
            told = json.loads(json.dumps(outcome.to_json(), allow_nan=False))
            assert set(told) == {"check", "status", "statement", "evidence", "assumptions"}
            assert told["statement"] and "\n" not in told["statement"]
            assert told["evidence"]


def test_the_families_hold_every_check_that_numbers_can_contradict():
    """A check that is in no family was never shown a true table."""
    seen = {outcome.check for seed in range(60) for f in FAMILIES for outcome in f(Study(seed))}
    elsewhere = {
        # Never called inconsistent, of no table, or too slow a search: tested on their own.
        "eer_against_auc", "f1_of_means", "parameter_count", "scores_of_runs", "one_test_set",
        # Sets of matrices and tests by their names: against every set of numbers.
        "set_of_matrices", "mean_over_sets", "mean_of_sizes", "recalls_and_hits", "grim",
        "grimmer", "debit",
        # Of this field, notable at most; and a p-value, against known ones.
        "below_majority", "under_one_image", "validation_part", "single_beside_means",
        "repeated_rows", "repeated_columns", "terminal_digits", "copied_decimals",
        "difference_of_means", "p_of_statistic",
        # Of sentences without a number, which a paper of one's own registers.
        "goes_so", "stays_within",
    }  # fmt: skip
    assert set(questions()) - seen - elsewhere == set()


def test_rows_that_name_a_class_and_rows_that_do_not_may_share_a_test_set():
    """80 of 100 images are positive; macro scores alone cannot tell that from 20 of 100."""
    matrix = [[12, 8], [8, 72]]
    one = scores_of(matrix)

    def printed(value):
        return f"{float(value):.4f} ± 0.0010"

    macro = {
        "accuracy": printed(one["accuracy"]), "macro_precision": printed(one["macro precision"]),
        "macro_recall": printed(one["macro recall"]), "macro_f1": printed(one["macro f1"]),
    }  # fmt: skip
    named = {"accuracy": macro["accuracy"]} | {
        name: printed(one[name][1]) for name in ("precision", "recall", "f1")
    }
    assert runs.one_test_set({"macro": macro, "one class": named}, 3).status == "consistent"
