"""A number as printed, and which true values print so."""

from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction as F

import pytest

from reproduce.audit.outcome import Outcome, shown
from reproduce.audit.printed import MODES, Printed, count, parse_count_share, parse_mean_sd
from reproduce.errors import UserError

ROUNDINGS = {
    "half_even": (ROUND_HALF_EVEN,),
    "half_up": (ROUND_HALF_UP,),
    "either": (ROUND_HALF_EVEN, ROUND_HALF_UP),
    "truncated": (ROUND_DOWN,),
    "ceiling": (ROUND_CEILING,),
    "any": (ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_DOWN),
    # The mean of rounded numbers may be off by half a step more than a rounded mean.
    "rounded_twice": (ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_CEILING, ROUND_FLOOR),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("text", ["0.80", "0.8", "12", "0.05", "0.0", "-0.3", "-1.25"])
def test_the_values_allowed_are_those_that_python_prints_so(text, mode):
    number = Printed(text)
    step = Decimal(1).scaleb(-number.digits)
    for eighths in range(-24, 25):
        true = Decimal(text) + step * eighths / 8
        prints = {true.quantize(step, rounding) for rounding in ROUNDINGS[mode]}
        if Decimal(text) in prints:
            assert number.allows(F(true), mode), (text, mode, true)
        elif mode in ("half_even", "half_up") or F(true) not in number.interval(mode):
            assert not number.allows(F(true), mode), (text, mode, true)


def test_trailing_zeros_are_a_statement():
    assert Printed("0.8").interval() == (F(3, 4), F(17, 20))
    assert Printed("0.80").interval() == (F(159, 200), F(161, 200))
    assert Printed("0.80").digits == 2 and Printed("0.80").value == Decimal("0.80")


def test_a_half_goes_the_way_the_mode_says():
    assert not Printed("0.5").allows(F(45, 100), "half_even")
    assert Printed("0.4").allows(F(45, 100), "half_even")
    assert Printed("0.5").allows(F(45, 100), "half_up")
    assert not Printed("0.4").allows(F(45, 100), "half_up")
    assert Printed("0.5").allows(F(45, 100)) and Printed("0.4").allows(F(45, 100))


def test_truncation_cuts_towards_zero():
    assert Printed("0.79").interval("truncated") == (F(79, 100), F(80, 100))
    assert Printed("-0.79").interval("truncated") == (F(-80, 100), F(-79, 100))
    assert Printed("0.0").interval("truncated") == (F(-1, 10), F(1, 10))
    assert Printed("0.79").interval("any") == (F(785, 1000), F(80, 100))


def test_percentages_are_divided_by_the_scale():
    for number in (Printed("97.41%"), Printed("97.41", scale=100), Printed(" 97.41 % ")):
        assert number.exact == F(9741, 10000) and number.value == Decimal("0.9741")
        assert number.unit == F(1, 10000) and number.digits == 2
        assert number.interval() == (F(97405, 100000), F(97415, 100000))
    assert Printed("1,010").exact == 1010 and Printed("−0.5").exact == F(-1, 2)
    assert Printed(".792").exact == F(792, 1000)


def test_pairs_are_taken_apart():
    for text in ("74.54 ± 0.40", "74.54±0.40", "74.54 +/- 0.40", "(74.54 ± 0.40)"):
        mean, spread = parse_mean_sd(text, scale=100)
        assert (mean.text, spread.text) == ("74.54", "0.40") and mean.scale == spread.scale == 100
    assert parse_mean_sd("74.54 ± 0.40 %")[0].exact == F(7454, 10000)
    images, percent = parse_count_share("1,010 (40.2)")
    assert images.exact == 1010 and percent.exact == F(402, 1000)
    assert count("2,515") == 2515 and count("0") == 0


@pytest.mark.parametrize("text", ["", "abc", "1.2.3", "1e-3", "nan", "10,10", "-", ".", "1 2", "٣"])
def test_what_is_no_number_is_refused_in_one_line(text):
    with pytest.raises(UserError) as error:
        Printed(text)
    assert "\n" not in str(error.value) and "0.80" in str(error.value)


@pytest.mark.parametrize(
    "call",
    [
        lambda: Printed(0.8),
        lambda: Printed("0.8", scale=0),
        lambda: Printed("0.8", scale=1.5),
        lambda: Printed("0.8").interval("up"),
        lambda: count("0.5"),
        lambda: count("-3"),
        lambda: count("3 %"),
        lambda: parse_mean_sd("74.54"),
        lambda: parse_count_share("1,010"),
    ],
)
def test_wrong_input_is_refused(call):
    with pytest.raises(UserError):
        call()


def test_an_outcome_holds_what_json_knows():
    outcome = Outcome(
        "a", "consistent", "said", {"a": F(1, 4), "b": (F(3), Decimal("0.80"))}, ["c"]
    )
    assert outcome.to_json()["evidence"] == {"a": 0.25, "b": [3, "0.80"]}
    assert outcome.assumptions == ("c",) and not outcome.inconsistent
    with pytest.raises(ValueError, match="status"):
        Outcome("a", "wrong", "said")
    assert shown(F(1, 3)) == "0.333333" and shown(230) == "230" and shown(F(1, 2)) == "0.5"
