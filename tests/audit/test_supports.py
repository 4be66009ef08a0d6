"""Class sizes that rates imply, against every way to fill a row."""

from fractions import Fraction as F
from itertools import product

import pytest

from reproduce.audit import supports
from reproduce.audit.printed import numbers
from reproduce.errors import UserError
from tests.audit.generated import written


def compositions(n, cells):
    """Return every row of whole numbers that add up to n."""
    return [row for row in product(range(n + 1), repeat=cells) if sum(row) == n]


ROWS = (
    ("0.25", "0.75"), ("0.33", "0.67"), ("0.33", "0.33", "0.33"), ("0.1", "0.9"),
    ("0.50", "0.51"), ("0.14", "0.29", "0.57"),
)  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
def test_the_sizes_of_a_row_are_those_that_some_counts_give(row):
    cells = numbers(row)

    def prints(counts, n):
        return all(
            abs(F(c, n) - one.exact) <= one.unit / 2 for c, one in zip(counts, cells, strict=True)
        )

    for n in range(1, 22):
        rows = [one for one in compositions(n, len(row)) if prints(one, n)]
        assert (n in supports.row_sizes(row, 21)) == bool(rows), n


def test_rates_that_are_no_row_need_no_sum():
    rates = numbers(("0.50", "0.75", "0.25"))
    assert supports.fits_rates(rates, 4) and not supports.fits_row(rates, 4)
    assert not supports.fits_rates(rates, 6)
    assert supports.implied_size(["0.50", "0.75"], stated=8, whole_row=False).status == "consistent"
    assert supports.implied_size(["0.50", "0.75"], stated=6, whole_row=False).inconsistent


def test_the_statement_names_the_sizes_that_would_do():
    row = [written(F(c, 131), 4) for c in (100, 30, 1)]
    found = supports.implied_size(row, stated=125)
    assert found.inconsistent and "sizes that give them: 131" in found.statement
    assert found.evidence["possible_sizes"] == [131]
    assert supports.implied_size(row, stated=131).status == "consistent"
    assert supports.implied_size(row, largest=131).evidence["possible_sizes"] == [131]
    assert supports.implied_size(row, largest=130).inconsistent
    assert supports.implied_size(row).status == "consistent"
    assert supports.implied_size(["0.5", "0.5"], stated=40).status == "not_testable"
    assert supports.implied_size(["0.5000", "0.5003"]).inconsistent


def test_a_row_adds_up_to_one_as_far_as_it_is_printed():
    assert supports.row_is_whole(["0.333", "0.333", "0.333"]).status == "consistent"
    assert supports.row_is_whole(["0.333", "0.333", "0.331"]).inconsistent
    percent = supports.row_is_whole(["33.3", "33.3", "33.3"], scale=100)
    assert percent.status == "consistent"
    assert "adds up to 99.9, rounding allows 99.75 to 100.05" in percent.statement
    assert supports.row_is_whole(["0.33", "0.33", "0.33"], mode="truncated").status == "consistent"
    assert supports.row_is_whole(["0.34", "0.34", "0.34"], mode="truncated").inconsistent


def rows_of(matrix):
    return {
        f"class {i}": [written(F(cell, sum(row)), 4) for cell in row]
        for i, row in enumerate(matrix)
    }


def test_two_tables_of_one_test_set():
    first, second = [[101, 26], [12, 55]], [[90, 37], [3, 64]]
    tables = {"one": rows_of(first), "other": rows_of(second)}
    agreed = supports.sizes_agree(tables, 194)
    assert agreed.status == "consistent" and agreed.evidence["sizes"] == [127, 67]
    assert "exactly 194 images" in agreed.assumptions
    assert supports.sizes_agree(tables, 195).inconsistent
    assert supports.sizes_agree(tables, 200, exact_total=False).status == "consistent"


def test_two_tables_of_two_test_sets():
    tables = {"one": rows_of([[101, 26], [12, 55]]), "other": rows_of([[90, 41], [3, 60]])}
    found = supports.sizes_agree(tables, 194)
    assert found.inconsistent
    assert found.evidence["sizes_by_table"] == {"one": [127, 67], "other": [131, 63]}
    assert "127 + 67" in found.statement and "131 + 63" in found.statement


@pytest.mark.parametrize(
    "call",
    [
        lambda: supports.row_sizes([], 10),
        lambda: supports.row_sizes(["0.5", "-0.5"], 10),
        lambda: supports.row_sizes(["0.5", "0.5"], 0),
        lambda: supports.implied_size(["0.5", "0.5"], stated=-3),
    ],
)
def test_wrong_input_is_refused(call):
    with pytest.raises(UserError):
        call()
