"""A cell as it was printed: no digit more, no digit less."""

import pytest

from reproduce.audit.cells import NoNumber, number_of, uses_comma


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("0.80", "0.80"), (".7945", ".7945"), ("**79.45**", "79.45"), ("79.45*", "79.45"),
        ("79.45†", "79.45"), ("97.4²", "97.4"), ("79.45 a", "79.45"), ("(0.85)", "0.85"),
        (r"\textbf{0.910}", "0.910"), ("<b>0.9</b>", "0.9"), ("$0.79^{*}$", "0.79"),
        ("1e-3", "0.001"), ("9.50e-1", "0.950"), ("1.20E-02", "0.0120"), ("−0.5", "-0.5"),
        ("97.41 %", "97.41"), ("1 457", "1457"), ("≈0.5", "0.5"), ("０.８５", "0.85"),
        ("74.54 ± 0.40", "74.54 ± 0.40"), ("74.54±0.40", "74.54 ± 0.40"),
        ("74.54 (0.40)", "74.54 ± 0.40"), ("74.54 [SD 0.40]", "74.54 ± 0.40"),
        ("74.54+/-0.40", "74.54 ± 0.40"), (r"$74.54 \pm 0.40$", "74.54 ± 0.40"),
        (r"$\mathbf{74.54}_{\pm 0.40}$", "74.54 ± 0.40"), ("74.54$_{0.40}$", "74.54 ± 0.40"),
        ("97.41% ± 0.40%", "97.41 ± 0.40"),
    ],
)  # fmt: skip
def test_marks_go_and_digits_stay(text, read):
    assert number_of(text).text == read


@pytest.mark.parametrize(
    "text", ["", "-", "–", "—", "N/A", "n/a", "NaN", "#N/A", "*", "없음", "..."]
)
def test_nothing_printed_is_no_number(text):
    assert number_of(text).mean is None


@pytest.mark.parametrize(
    ("text", "mean", "left"),
    [
        ("85.2 (3)", "85.2", "(3)"),
        ("0.85 (0.80-0.90)", "0.85", "(0.80-0.90)"),
        ("97.4 (+1.2)", "97.4", "(+1.2)"),
        ("0.97 (490/503)", "0.97", "(490/503)"),
    ],
)  # fmt: skip
def test_what_is_no_spread_is_not_taken_for_one(text, mean, left):
    found = number_of(text)
    assert (found.mean, found.spread, found.left_out) == (mean, None, left)


@pytest.mark.parametrize(
    "text", ["about 0.5", "0.8.1", "1e999", "1E+2", "1e-9999999", "0.5/0.6", "1,45", "9" * 40]
)
def test_what_is_no_number_is_not_guessed(text):
    with pytest.raises(NoNumber):
        number_of(text, share=False)


def test_a_decimal_comma_is_told_from_thousands():
    assert uses_comma(["a", "97,41", "1.457"]) and uses_comma(["0,785"])
    assert not uses_comma(["1,457", "97.41"]) and not uses_comma(["1,457"])
    assert number_of("97,41", comma=True).mean == "97.41"
    assert number_of("1.457", comma=True, share=False).mean == "1457"
    assert number_of("1,457", share=False).mean == "1457"
    assert number_of("74,541").mean == "74.541", "no share has thousands"
