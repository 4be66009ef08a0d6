"""What is not stated is unknown: honest tables of every form, and what the answer says."""

import random

import pytest

from benchmarks.audit_forms import FORMS, line, misprinted, table
from reproduce.audit.judging import judge, said
from reproduce.audit.misprints import power
from reproduce.audit.printed_rows import Row
from reproduce.audit.readings import Open, readings
from reproduce.audit.stated import Stated
from reproduce.audit.table_checks import accused, check_lines

SLOW = ("two classes, sizes stated, runs", "folds as equal as can be", "folds of any sizes")


@pytest.mark.parametrize("form", FORMS)
def test_no_honest_table_is_accused(form):
    for seed in range(500_000, 500_002 if form in SLOW else 500_004):
        assert not accused(*table(form, seed)), seed


@pytest.mark.parametrize("form", [form for form in FORMS if form not in SLOW])
def test_the_short_way_to_the_verdict_says_what_the_long_one_says(form):
    made = misprinted(table(form, 7), random.Random(7))
    told = any(one.outcome.inconsistent for one in check_lines(*made))
    assert accused(*made) == told


def row(scores, stated=None, **more):
    return Row("a", scores, {}, stated or Stated(), **more)


def test_precision_recall_and_f1_under_those_headings_may_be_any_average():
    """A row of deep metric learning: no harmonic mean, and an honest macro or weighted average."""
    scores = {"precision": "85.97", "recall": "84.29", "f1": "84.29"}
    judged = judge(row(scores))
    assert not judged.accused and judged.fits("averaging") == {
        "macro",
        "weighted",
        "micro",
        "class",
    }
    assert judge(row(scores, Stated(averaging="class", runs=1, rounding="half_up"))).accused
    beside = judge(row({**scores, "accuracy": "85.68"}, Stated(n=503, runs=1)))
    assert "weighted" not in beside.fits("averaging") and "macro" in beside.fits("averaging")


def test_only_the_spread_that_fits_survives():
    judged = judge(row({"accuracy": "74.54% ± 0.41%"}, Stated(n=292, runs=3)))
    assert judged.fits("spread") == {"se", "ci95"} and "standard error" in said(judged)
    assert judge(row({"accuracy": "74.54% ± 0.41%"}, Stated(n=292, runs=3, spread="sd"))).accused


def test_a_number_that_may_be_a_mean_is_ambiguous_and_one_that_is_not_is_accused():
    judged = judge(row({"accuracy": "64.81%"}, Stated(n=502)))
    assert judged.ambiguous and not judged.accused
    assert judge(row({"accuracy": "64.81%"}, Stated(n=502, runs=1))).accused
    assert not judge(row({"accuracy": "64.81%"}, Stated(n=503, runs=1))).accused


def test_folds_of_any_sizes_let_a_mean_pass_that_equal_ones_do_not():
    judged = judge(row({"accuracy": "0.8031"}, Stated(n=20, folds=5)))
    assert judged.ambiguous and judged.fits("design") == {"unequal_folds"}


@pytest.mark.parametrize(("one", "other"), [("rows_true", False), ("rows_predicted", True)])
def test_what_is_stated_is_the_only_reading(one, other):
    made = table("confusion matrix, rows true", 3)
    assert accused(made[0], Stated(orientation=one)) is other


def test_stated_facts_leave_one_reading():
    said_of = Stated(averaging="macro", spread="sd", runs=3, rounding="truncated", unit="percent")
    assert len(readings(said_of, Open(True, True, True))) == 1
    assert len(readings(Stated(runs=3), Open(True, True, True))) == 4 * 4 * 4 * 2


def test_the_power_of_a_table_is_the_share_of_misprints_found():
    lines, stated = table("confusion matrix, rows true", 3)
    found = power(lines, stated)
    assert 0.8 < found.found / found.tried <= 1 and "would have found" in found.told()


def test_an_accused_row_says_what_refutes_it_once():
    """A row of which only a mean over an unknown number of runs can be read, too."""
    one = line(1, {"macro_precision": "0.7841 ± 0.0100", "macro_recall": "0.7851 ± 0.0100",
                   "macro_f1": "0.7920 ± 0.0100"})  # fmt: skip
    found = [each for each in check_lines([one]) if each.outcome.inconsistent]
    assert [(each.outcome.check, each.severity) for each in found] == [
        ("macro_f1_bound", "impossible"),
    ]  # fmt: skip
    weighted = {"weighted_recall": "92.84%", "accuracy": "92.84%"}
    two = line(2, weighted, {"n": 502, "runs": 1})
    assert sum(each.outcome.inconsistent for each in check_lines([two])) == 1
