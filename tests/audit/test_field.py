"""Checks of this field: baselines, margins, significance, repeats, and tests by their names."""

import itertools
import math
from fractions import Fraction as F

import pytest
from scipy import stats

from reproduce.audit.field import baselines, named, repeats, significance


def test_an_accuracy_below_the_largest_class_is_notable():
    assert baselines.below_majority("0.899", [90, 10]).status == "notable"
    assert baselines.below_majority("0.90", [90, 10]).status == "consistent"
    assert baselines.below_majority("89.9%", [10, 90]).status == "notable"


def test_a_margin_of_less_than_one_image_is_notable():
    three = {"ours": "0.903", "theirs": "0.901", "third": "0.7"}
    assert baselines.under_one_image(three, 100).status == "notable"
    assert baselines.under_one_image({"a": "0.91", "b": "0.90"}, 200).status == "consistent"
    assert baselines.under_one_image({"a": "0.90", "b": "0.90"}, 200).status == "not_testable"


def test_what_was_selected_needs_images_to_select_on():
    assert baselines.validation_part(100, 80, 20, selected=["the weight"]).status == "notable"
    assert baselines.validation_part(100, 70, 20, selected=["the weight"]).status == "consistent"
    assert baselines.validation_part(100, 80, 20).status == "not_testable"


def test_a_single_number_beside_means_is_notable():
    assert baselines.single_beside_means({"a": "0.9 ± 0.1", "b": "0.8"}).status == "notable"
    assert baselines.single_beside_means({"a": "0.9 ± 0.1"}).status == "consistent"


def test_a_difference_is_notable_if_no_unpaired_test_finds_it():
    """The p-value bounds that of Welch's test from below, as scipy computes it."""
    for one, other, k in (("74.54 ± 0.41", "75.10 ± 0.50", 3), ("70.0 ± 1.0", "75.0 ± 1.0", 5)):
        outcome = significance.difference_of_means(one, other, k, scale=100)
        (m, s), (n, t) = (tuple(map(float, text.split(" ± "))) for text in (one, other))
        p = stats.ttest_ind_from_stats(m, s, k, n, t, k, equal_var=False).pvalue
        assert outcome.evidence["smallest_p"] <= p
        assert outcome.status == ("notable" if p > 0.1 else "consistent")


@pytest.mark.parametrize(
    ("statistic", "value", "df", "p", "status"),
    [
        ("t", "4.93", (37,), "p < .001", "consistent"),
        ("t", "2.10", (37,), "0.003", "inconsistent"),
        ("t", "2.10", (37,), "0.043", "consistent"),
        ("t", "2.10", (37,), "0.021", "consistent"),
        ("F", "3.20", (2, 40), "0.051", "consistent"),
        ("F", "3.20", (2, 40), "0.5", "inconsistent"),
        ("chi2", "3.84", (1,), "0.05", "consistent"),
        ("z", "1.96", (None,), "p > .10", "inconsistent"),
        ("r", "0.50", (18,), "0.025", "consistent"),
    ],
)  # fmt: skip
def test_a_p_value_is_that_of_its_statistic(statistic, value, df, p, status):
    facts = dict(zip(("df", "df2"), df, strict=False))
    assert significance.p_of_statistic(statistic, value, p, **facts).status == status


def test_repeats_are_notable_and_copied_decimals_a_hint():
    rows = {
        "a": ["0.812", "0.745", "0.791"],
        "b": ["0.812", "0.745", "0.791"],
        "c": ["0.1", "0.2", "0.3"],
    }
    assert repeats.repeated_rows(rows).status == "notable"
    assert repeats.repeated_columns({"a": rows["a"], "c": ["0.812", "0.745", "0.792"]}).status == (
        "consistent"
    )
    copied = {"a": ["71.25", "64.18", "80.37"], "b": ["73.25", "66.18", "82.37"]}
    assert repeats.copied_decimals(copied).status == "hint"
    assert (
        repeats.copied_decimals({**copied, "b": ["73.25", "66.19", "82.37"]}).status == "consistent"
    )


def test_last_digits_are_a_hint_only_where_there_are_many():
    assert repeats.terminal_digits(["0.15"] * 20).status == "not_testable"
    assert repeats.terminal_digits(["0.15"] * 60).status == "hint"
    even = [f"0.{i % 10}{(i // 10) % 10}" for i in range(100)]
    assert repeats.terminal_digits(even).status == "consistent"


# -- GRIM, GRIMMER, DEBIT -------------------------------------------------------------------------


def test_grim_on_its_own_example():
    """5.19 of 28 people (Brown and Heathers 2017)."""
    assert named.grim("5.19", 28).inconsistent
    assert named.grim("5.18", 28).status == "consistent"


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_grimmer_says_what_trying_all_numbers_says(n):
    possible = set()
    for numbers in itertools.combinations_with_replacement(range(1, 6), n):
        mean = F(sum(numbers), n)
        square = sum((x - mean) ** 2 for x in numbers) / (n - 1)
        possible.add((f"{float(mean):.2f}", f"{math.sqrt(square):.2f}"))
    for mean in sorted({mean for mean, _ in possible})[:8]:
        for sd in (f"{i / 100:.2f}" for i in range(0, 240, 7)):
            found = named.grimmer(mean, sd, n, low=1, high=5)
            assert (found.status == "consistent") == ((mean, sd) in possible), (mean, sd)


def test_grimmer_of_many_numbers_is_no_recursion():
    assert named.grimmer("3.44", "2.48", 1683).status == "consistent"
    assert named.grimmer("3.44", "2.47", 18).inconsistent


@pytest.mark.parametrize("n", [5, 12, 20])
def test_debit_says_what_every_number_of_ones_says(n):
    possible = set()
    for ones in range(n + 1):
        sd = math.sqrt(ones * (n - ones) / n / (n - 1))
        possible.add((f"{ones / n:.2f}", f"{sd:.2f}"))
    for mean, sd in itertools.product(
        (f"{i / n:.2f}" for i in range(n + 1)), ("0.11", "0.49", "0.51")
    ):
        assert (named.debit(mean, sd, n).status == "consistent") == ((mean, sd) in possible)
