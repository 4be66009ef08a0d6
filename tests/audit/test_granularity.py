"""GRIM: published cases, and loops over every count as a reference."""

from fractions import Fraction as F
from itertools import product

import pytest

from reproduce.audit import granularity
from reproduce.errors import UserError
from tests.audit.generated import written


@pytest.mark.parametrize(
    ("printed", "n", "items", "possible"),
    [
        # Brown and Heathers 2017: the mean of 28 whole-number answers.
        ("5.19", 28, 1, False), ("5.18", 28, 1, True), ("5.21", 28, 1, True),
        # The same paper: a mean of three items each of 20 people moves in steps of 1/60.
        ("3.45", 20, 1, True), ("3.47", 20, 1, False), ("3.47", 20, 3, True),
    ],
)  # fmt: skip
def test_published_cases_of_grim(printed, n, items, possible):
    outcome = granularity.mean_of_whole_numbers(printed, n, items=items)
    assert outcome.status == ("consistent" if possible else "inconsistent")


def test_the_nearest_possible_means_are_told():
    outcome = granularity.mean_of_whole_numbers("5.19", 28)
    assert outcome.evidence["nearest"] == {"145/28": pytest.approx(145 / 28),
                                           "146/28": pytest.approx(146 / 28)}  # fmt: skip
    assert "145/28 = 5.178571" in outcome.statement
    assert granularity.proportion("0.010", 7).evidence["nearest"].keys() == {"0/7", "1/7"}
    assert granularity.proportion("0.990", 7).evidence["nearest"].keys() == {"6/7", "7/7"}
    assert granularity.proportion("1.010", 7).evidence["nearest"].keys() == {"7/7"}
    found = granularity.proportion("0.71", 70)
    assert found.evidence["counts_that_print_so"] == [50, 50] and found.statement == (
        "0.71 is 50 over 70"
    )


@pytest.mark.parametrize("mode", ["half_even", "half_up", "truncated"])
@pytest.mark.parametrize(("n", "runs", "digits"), [(7, 1, 2), (8, 1, 2), (40, 1, 3), (9, 3, 2)])
def test_a_share_is_possible_if_and_only_if_some_count_prints_so(n, runs, digits, mode):
    steps = n * runs
    prints = {written(F(c, steps), digits, mode) for c in range(steps + 1)}
    for k in range(10**digits + 1):
        text = written(F(k, 10**digits), digits)
        outcome = granularity.proportion(text, n, runs=runs, mode=mode)
        if mode == "truncated":
            # An end that floating point may reach is allowed.
            reached = any(F(c, steps) == F(k + 1, 10**digits) for c in range(steps + 1))
            assert outcome.inconsistent == (text not in prints and not reached), text
        else:
            assert outcome.inconsistent == (text not in prints), text


def test_too_many_images_for_the_digits_cannot_be_tested():
    assert granularity.proportion("0.79", 292).status == "not_testable"
    assert granularity.proportion("0.791", 292).status == "consistent"
    assert granularity.proportion("0.792", 292).status == "inconsistent"
    assert granularity.proportion("79.2", 292, scale=100).status == "inconsistent"
    assert granularity.proportion("0.792", 292, runs=5).status == "not_testable"


def test_a_share_above_one_is_impossible_and_a_mean_of_answers_is_not():
    assert granularity.proportion("1.02", 10).inconsistent
    assert granularity.mean_of_whole_numbers("2.30", 10).status == "consistent"


@pytest.mark.parametrize("sizes", [(3, 4), (2, 5, 7), (6,), (4, 4)])
def test_a_mean_of_rates_against_every_combination_of_counts(sizes):
    reached = {
        sum((F(c, n) for c, n in zip(counts, sizes, strict=True)), F(0)) / len(sizes)
        for counts in product(*(range(n + 1) for n in sizes))
    }
    for k in range(1001):
        text, printed = written(F(k, 1000), 3), F(k, 1000)
        possible = any(abs(value - printed) <= F(1, 2000) for value in reached)
        found = granularity.mean_of_rates(text, sizes)
        assert found.inconsistent == (not possible), text
        below = max(value for value in reached if value <= printed)
        above = min(value for value in reached if value >= printed)
        assert found.evidence["nearest"] == pytest.approx(sorted({float(below), float(above)}))


def test_a_mean_of_rates_over_runs_adds_their_images():
    # (1/3 + 0) / 2 of one run is a mean rate of 0.0833 over two runs only.
    assert granularity.mean_of_rates("0.0833", [3, 3]).inconsistent
    assert granularity.mean_of_rates("0.0833", [3, 3], runs=2).status == "consistent"
    assert granularity.mean_of_rates("0.5", [10**5 + 3, 10**5 + 1]).status == "not_testable"


def test_the_size_that_all_shares_fit():
    shares = {f"row {c}": written(F(c, 127), 4) for c in (31, 64, 90, 101)}
    found = granularity.shared_size(shares, range(120, 135), stated=127)
    assert found.status == "consistent" and found.evidence["sizes_that_fit_all"] == [127]
    wrong = granularity.shared_size(shares, range(120, 135), stated=128)
    assert wrong.inconsistent and "on 127" in wrong.statement
    assert wrong.evidence["do_not_fit_the_stated"]
    assert granularity.shared_size(shares, range(128, 135)).inconsistent
    assert granularity.shared_size({"a": "0.5"}, range(120, 135)).status == "not_testable"


@pytest.mark.parametrize(
    "call",
    [
        lambda: granularity.proportion("0.5", 0),
        lambda: granularity.proportion("0.5", 10.0),
        lambda: granularity.proportion("0.5", 10, runs=0),
        lambda: granularity.proportion("half", 10),
        lambda: granularity.shared_size({}, range(1, 5)),
        lambda: granularity.shared_size({"a": "0.5"}, []),
    ],
)
def test_wrong_input_is_refused(call):
    with pytest.raises(UserError):
        call()
