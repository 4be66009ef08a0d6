"""Sums of confusion matrices, and the single cell that would mend them."""

import pytest

from reproduce.audit import repair, sums
from reproduce.errors import UserError

RIGHT = [["40", "5", "1"], ["3", "30", "0"], ["2", "4", "15"]]
WRONG = [["40", "5", "1"], ["3", "30", "9"], ["2", "4", "15"]]
SIZES = ["46", "33", "21"]


def test_cells_rows_and_matrices_add_up():
    assert sums.matrix_total(RIGHT, "100").status == "consistent"
    assert sums.matrix_rows(RIGHT, SIZES).status == "consistent"
    assert sums.matrices_agree({"A": RIGHT, "B": RIGHT}).status == "consistent"


def test_what_does_not_add_up_is_told_with_its_numbers():
    assert sums.matrix_total(WRONG, "100").statement == (
        "the cells add up to 46 + 42 + 21 = 109, stated are 100"
    )
    rows = sums.matrix_rows(WRONG, SIZES, classes=["a", "b", "c"])
    assert rows.inconsistent and rows.statement == "b: 3 + 30 + 9 = 42, stated are 33"
    assert rows.evidence["wrong"] == ["b"]
    agree = sums.matrices_agree({"A": RIGHT, "B": WRONG}, classes=["a", "b", "c"])
    assert agree.inconsistent
    assert agree.statement == "b: 33 in A, 42 in B (in all 100 in A, 109 in B)"


def test_columns_do_not_count():
    moved = [["40", "1", "5"], ["3", "30", "0"], ["2", "4", "15"]]
    assert sums.matrices_agree({"A": RIGHT, "B": moved}).status == "consistent"
    assert sums.matrix_rows(list(map(list, zip(*RIGHT, strict=True))), SIZES).inconsistent


def test_parts_of_a_sum():
    assert sums.sum_of_parts(["1,010", "437", "1,068"], "2,515").status == "consistent"
    assert sums.sum_of_parts(["1,010", "437", "1,068"], "2,516").inconsistent
    assert sums.sum_of_parts(["33.3", "33.3", "33.3"], "100.0").status == "consistent"
    assert sums.sum_of_parts(["33.3", "33.3", "33.2"], "100.0").status == "consistent"
    assert sums.sum_of_parts(["33.3", "33.3", "33.1"], "100.0").inconsistent
    percent = sums.sum_of_parts(["33.3%", "33.3%", "33.1%"], "100.0%")
    assert percent.statement == "33.3% + 33.3% + 33.1% = 99.7, printed is 100.0%"
    assert sums.matrix_rows(WRONG, SIZES).evidence["wrong"] == ["row 2"]
    # Whole percentages may be rounded; whole counts may not.
    assert sums.sum_of_parts(["33%", "33%", "33%"], "100%").status == "consistent"
    assert sums.sum_of_parts(["33", "33", "33"], "100").inconsistent


def test_the_only_cell_that_mends_the_scores_too():
    free = repair.one_cell(WRONG, row_sums=SIZES)
    assert [(one["row"], one["column"], one["mended"]) for one in free.evidence["repairs"]] == [
        (1, 2, 0), (1, 1, 21),
    ]  # fmt: skip
    assert free.inconsistent and "row 2, column 3: 9 → 0 would mend it (2 single cells" in (
        free.statement
    )
    bound = repair.one_cell(WRONG, row_sums=SIZES, scores={"accuracy": "0.85"})
    assert "the only single cell" in bound.statement
    assert bound.evidence["repairs"] == [
        {"row": 1, "column": 2, "printed": 9, "mended": 0, "one_digit": True}
    ]
    other = repair.one_cell(WRONG, row_sums=SIZES, scores={"accuracy": "0.76"})
    assert [one["mended"] for one in other.evidence["repairs"]] == [21]


def test_repairs_from_a_total_or_from_scores_alone():
    by_total = repair.one_cell(WRONG, total="100")
    assert {(one["row"], one["column"]) for one in by_total.evidence["repairs"]} == {
        (0, 0), (1, 1), (1, 2), (2, 2),
    }  # fmt: skip
    scores = {"accuracy": "0.8500", "recall 1": "0.9091", "macro precision": "0.8652"}
    by_scores = repair.one_cell(WRONG, scores=scores)
    assert [one["mended"] for one in by_scores.evidence["repairs"]] == [0]


def test_a_repair_may_use_either_definition_of_the_macro_f1():
    for text in ("0.8411", "0.8477"):
        found = repair.one_cell(WRONG, row_sums=SIZES, scores={"macro f1": text})
        assert [one["mended"] for one in found.evidence["repairs"]] == [0]


def test_what_needs_no_repair_and_what_one_cell_cannot_mend():
    assert repair.one_cell(RIGHT, row_sums=SIZES).status == "consistent"
    hopeless = repair.one_cell(WRONG, row_sums=["45", "33", "21"])
    assert hopeless.inconsistent and hopeless.evidence["repairs"] == []
    assert "no change of one cell" in hopeless.statement


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [(24, 26, True), (24, 42, False), (9, 0, True), (24, 2, True), (12, 112, True), (8, 18, True),
     (118, 126, False), (5, 123, False), (24, 135, False)],
)  # fmt: skip
def test_misprints_of_one_digit(one, other, alike):
    assert repair._one_digit(one, other) == repair._one_digit(other, one) == alike


@pytest.mark.parametrize(
    "call",
    [
        lambda: sums.matrix_total([["1", "2"]], "3"),
        lambda: sums.matrix_total([], "3"),
        lambda: sums.matrix_total([["1", "0.5"], ["1", "1"]], "3"),
        lambda: sums.matrix_rows(RIGHT, ["46", "33"]),
        lambda: sums.matrix_rows(RIGHT, SIZES, classes=["a"]),
        lambda: sums.matrices_agree({"A": RIGHT}),
        lambda: sums.matrices_agree({"A": RIGHT, "B": [["1"]]}),
        lambda: sums.sum_of_parts([], "3"),
        lambda: repair.one_cell(RIGHT),
        lambda: repair.one_cell(RIGHT, row_sums=["1"]),
        lambda: repair.one_cell(RIGHT, scores={"beauty": "0.5"}),
    ],
)
def test_wrong_input_is_refused(call):
    with pytest.raises(UserError) as error:
        call()
    assert "\n" not in str(error.value)
