"""What prose claims of printed numbers: differences, rank, repetition, proportions, counts."""

from fractions import Fraction as F

import pytest

from reproduce.audit import best, differences, parameter_counts, places, proportions
from reproduce.errors import UserError


def test_arithmetic_on_intervals():
    ends = differences.interval_of("2.0 * (3.0 - 1.0) / 4")
    assert ends == (F(195, 100) * F(19, 10) / 4, F(205, 100) * F(21, 10) / 4)
    assert differences.interval_of("5,000 / 500") == (10, 10)
    assert differences.interval_of("-0.5 + 1") == (F(45, 100), F(55, 100))
    assert differences.interval_of("85 / 100", exact_whole_numbers=False) == (
        F(845, 10) / F(1005, 10), F(855, 10) / F(995, 10),
    )  # fmt: skip
    assert differences.value_of("0.50 + 0.25") == F(3, 4)


def test_a_difference_claimed():
    assert differences.claimed("7.9", "93.4 - 85.6").status == "consistent"
    assert differences.claimed("8.0", "93.4 - 85.6").inconsistent
    found = differences.claimed("4.1 %", "97.4 - 92.8")
    assert found.inconsistent and found.statement == "97.4 - 92.8 = 4.6, claimed is 4.1"
    assert differences.claimed("9.7", "0.949 - 0.852", times=100).status == "consistent"
    cut = differences.claimed("33", "92.17 - 58.42")
    assert cut.inconsistent and "cut off" in cut.statement
    assert differences.claimed("33", "92.17 - 58.42", mode="any").status == "consistent"


def test_a_change_in_points_or_per_cent():
    either = differences.change("5.0", "80.0", "84.0")
    assert either.status == "consistent"
    assert either.evidence["fits"] == {"difference": False, "relative": True}
    assert differences.change("5.0", "80.0", "84.0", reading="difference").inconsistent
    assert differences.change("4.0", "84.0", "80.0", reading="difference").status == "consistent"
    assert differences.change("6.0", "80.0", "84.0").inconsistent
    assert "difference 4, relative 5" in differences.change("6.0", "80.0", "84.0").statement
    # 4 / 79.95 and 4.1 / 79.95: the ends of the relative change use each number once.
    low, high = either.evidence["intervals"]["relative"]
    assert low == pytest.approx((83.95 / 80.05 - 1) * 100)
    assert high == pytest.approx((84.05 / 79.95 - 1) * 100)
    # From -0.005 to 0.105: a change of either sign, of at most 0.105.
    assert differences.change("0.1", "80.0", "80.05", reading="difference").status == "consistent"
    assert differences.change("0.2", "80.0", "80.05", reading="difference").inconsistent
    assert differences.change("4.0", "0.0", "4.0").evidence["fits"] == {"difference": True}


def test_a_lower_bound():
    values = {"a": "0.927", "b": "0.970"}
    assert differences.at_least("90", values, times=100).status == "consistent"
    low = differences.at_least("95 %", values, times=100)
    assert low.inconsistent and "a is 0.927" in low.statement and "b" not in low.evidence["below"]


def test_best_in_column():
    column = {"ours": "0.88", "theirs": "0.85", "other": "0.88"}
    tied = best.best_in_column("ours", column)
    assert tied.status == "consistent" and tied.evidence["tied"] == ["other"]
    beaten = best.best_in_column("theirs", column)
    assert beaten.evidence["better"] == ["ours", "other"]
    assert beaten.statement == "theirs has 0.85; better: ours 0.88, other 0.88"
    assert tied.statement == "ours has 0.88; no other row is better; printed alike: other"
    assert best.best_in_column("theirs", column, higher=False).status == "consistent"
    assert best.best_in_column("ours", column, higher=False).inconsistent
    # Printed with different numbers of digits: 0.88 may be 0.884.
    assert best.best_in_column("a", {"a": "0.88", "b": "0.884"}).status == "consistent"
    assert best.best_in_column("a", {"a": "0.88", "b": "0.886"}).inconsistent
    assert best.best_in_column("a", {"a": "0.88"}).status == "not_testable"


def test_best_in_every_column():
    columns = {"f1": {"ours": "0.90", "theirs": "0.80"}, "error": {"ours": "10", "theirs": "9"}}
    assert best.best_in_every_column("ours", columns).status == "consistent"
    found = best.best_in_every_column("ours", columns, lower_is_better=["error"])
    assert found.inconsistent and found.evidence["better"] == {"error": ["theirs"]}
    assert found.statement == "ours is best in 1 of 2 columns; error: 10, but theirs 9"


def test_an_order():
    column = {"a": "3.0", "b": "2.0", "c": "2.0", "d": "1.0"}
    assert best.in_order(["a", "b", "c", "d"], column).status == "consistent"
    held = best.in_order(["a", "c", "b"], column)
    assert held.status == "consistent" and held.statement.endswith("as claimed")
    wrong = best.in_order(["a", "d", "b"], column)
    assert wrong.statement == "b 2.0 is better than d 1.0"
    assert wrong.inconsistent and wrong.evidence["wrong"] == [["d", "b"]]
    assert best.in_order(["d", "b", "a"], column, higher=False).status == "consistent"


def test_an_end_that_no_rounding_gives_does_not_save_a_claim():
    """7.76 is no 7.7: only 7.75 would print so, and that only if two halves went two ways."""
    gain = ("7.7", "93.44 - 85.68")
    assert not differences.claimed(*gain).inconsistent, "a half either way, each number for itself"
    assert differences.claimed(*gain, mode="half_up").inconsistent
    assert differences.claimed(*gain, mode="half_even").inconsistent
    # Two times 0.125 is 0.25: to the even digit they print 0.12 and 0.2, upwards 0.13 and 0.3.
    assert not differences.claimed("0.2", "0.12 + 0.12", mode="half_even").inconsistent
    assert differences.claimed("0.3", "0.12 + 0.12", mode="half_even").inconsistent
    assert not differences.claimed("0.3", "0.13 + 0.13", mode="half_up").inconsistent
    assert differences.claimed("0.2", "0.13 + 0.13", mode="half_up").inconsistent
    # A quotient that only touches is let pass, though 0.55 prints as 0.6.
    assert not differences.claimed("0.28", "0.5 / 2", mode="half_up").inconsistent


def test_one_quantity_in_two_places():
    assert places.same_quantity({"A": "0.80", "B": "0.80"}).status == "consistent"
    assert places.same_quantity({"A": "0.80", "B": "0.8"}).status == "consistent"
    assert places.same_quantity({"A": "0.852", "B": "0.85"}).status == "consistent"
    assert places.same_quantity({"A": "0.858", "B": "0.85"}).inconsistent
    # They touch at 0.795, but one number prints in one way.
    assert places.same_quantity({"A": "0.80", "B": "0.79"}).inconsistent
    assert places.same_quantity({"A": "0.80", "B": "0.79"}, mode="any").status == "consistent"
    assert places.same_quantity({"A": "292", "B": "293"}).inconsistent
    assert places.same_quantity({"A": "0.80", "B": "0.79", "C": "0.8"}).inconsistent
    told = places.same_quantity({"A": "0.852", "B": "0.85"}).statement
    assert told == "0.852 in A, 0.85 in B: one number, printed to different digits"
    assert places.same_quantity({"A": "0.80", "B": "0.80"}).statement == "0.80 in A, 0.80 in B"
    assert places.same_quantity({"A": "0.80", "B": "0.7"}).statement == "0.80 in A, 0.7 in B"
    scales = {"A": 100, "B": 1}
    assert places.same_quantity({"A": "79.7", "B": "0.797"}, scales=scales).status == "consistent"
    assert places.same_quantity({"A": "79.8", "B": "0.797"}, scales=scales).inconsistent
    assert places.same_quantity({"A": "0.80"}).status == "not_testable"


def test_percentages_of_counts():
    assert proportions.share_of("437", "2,515", "17.4").status == "consistent"
    assert proportions.share_of("437", "2,515", "17.5 %").inconsistent
    assert proportions.percentages_of_whole({"a": "40.2", "b": "17.4", "c": "42.4"}).status == (
        "consistent"
    )
    wrong = proportions.percentages_of_whole({"a": "40.2", "b": "17.4", "c": "42.9"})
    assert wrong.inconsistent and wrong.statement == "40.2 + 17.4 + 42.9 = 100.5 %, not 100 %"
    assert wrong.evidence["low"] == pytest.approx(100.35)
    assert proportions.size_of_share("1,457", "80", "1,165").status == "consistent"
    assert proportions.size_of_share("1,457", "80", "1,166").status == "consistent"
    assert proportions.size_of_share("1,457", "80", "1,167").inconsistent
    assert proportions.size_of_share("1,000", "80", "801").inconsistent
    assert proportions.size_of_share("1,000", "80", "804", exact=False).status == "consistent"


def test_ratios_either_way_round():
    for stated in ("10", "1:10", "10:1", "1 to 10", "10.0"):
        assert proportions.ratio_of("500", "5000", stated).status == "consistent"
        assert proportions.ratio_of("500", "5100", stated).inconsistent == (stated == "10.0")
    told = "500 to 5100 is 10.2 to 1, stated is 10.0"
    assert proportions.ratio_of("500", "5100", "10.0").statement == told
    assert proportions.ratio_of("800", "200", "8:2").status == "consistent"
    assert proportions.ratio_of("900", "200", "8:2").status == "consistent"
    assert proportions.ratio_of("1000", "200", "8:2").status == "consistent"
    assert proportions.ratio_of("1200", "200", "8:2").inconsistent
    sizes = {"a": "918", "b": "37", "c": "5"}
    assert proportions.imbalance_ratio(sizes, "184").status == "consistent"
    wrong = proportions.imbalance_ratio({**sizes, "c": "6"}, "184")
    assert wrong.inconsistent and "largest a, smallest c: 918 to 6 is 153" in wrong.statement


def test_parameter_counts():
    counted = {"with the classifier": 25_557_032, "without": 23_508_032}
    assert parameter_counts.parameter_count("23,508,032", counted).evidence["fits"] == ["without"]
    wrong = parameter_counts.parameter_count("23,508,033", counted)
    assert wrong.inconsistent and wrong.evidence["difference"] == 1
    assert "1 less" in wrong.statement and "23,508,032 (without)" in wrong.statement
    assert parameter_counts.parameter_count("25.6M", counted).status == "consistent"
    assert parameter_counts.parameter_count("25.5M", counted).inconsistent
    assert parameter_counts.parameter_count("25.5M", counted, mode="any").status == "consistent"
    assert parameter_counts.parameter_count("26M", counted).status == "consistent"
    for text in ("25557K", "25557k", "25.557m", "0.0256B", "0.0256b"):
        assert parameter_counts.parameter_count(text, counted).status == "consistent", text
    far = parameter_counts.parameter_count("24.9M", {**counted, "another": 3_000_000})
    assert far.evidence["nearest"] == "with the classifier"
    assert "25,557,032 (with the classifier), 657,032 more" in far.statement


@pytest.mark.parametrize(
    "call",
    [
        lambda: differences.claimed("4", "__import__('os')"),
        lambda: differences.claimed("4", "2 ** 2"),
        lambda: differences.claimed("4", "8 / (2 - 2)"),
        lambda: differences.claimed("4", "1 +"),
        lambda: differences.claimed("4", "[4]"),
        lambda: differences.claimed("four", "2 + 2"),
        lambda: differences.change("4", "1", "5", reading="percent"),
        lambda: differences.at_least("4", {}),
        lambda: best.best_in_column("a", {"b": "1"}),
        lambda: best.best_in_every_column("a", {"x": {"a": "1"}}, lower_is_better=["y"]),
        lambda: best.in_order(["a"], {"a": "1"}),
        lambda: places.same_quantity({}),
        lambda: proportions.share_of("1", "0", "10"),
        lambda: proportions.percentages_of_whole({}),
        lambda: proportions.ratio_of("0", "5", "1:5"),
        lambda: proportions.ratio_of("1", "5", "1:2:3"),
        lambda: proportions.ratio_of("1", "5", "3:0"),
        lambda: proportions.imbalance_ratio({"a": "5"}, "1"),
        lambda: proportions.imbalance_ratio({"a": "5", "b": "0"}, "1"),
        lambda: parameter_counts.parameter_count("25.6M", {}),
        lambda: parameter_counts.parameter_count("many", {"a": 1}),
    ],
)
def test_wrong_input_is_refused(call):
    with pytest.raises(UserError) as error:
        call()
    assert "\n" not in str(error.value)
