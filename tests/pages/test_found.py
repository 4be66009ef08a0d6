"""What a run found: plain sentences, and a table of the numbers."""

import pytest

from reproduce.figures.picture import NothingToShow
from reproduce.pages.found import MOST, in_plain_words, numbers_table


def test_plain_words_are_a_few_sentences_and_leave_out_what_was_not_run():
    assert in_plain_words(["One.", "", "Two."]) == "One. Two."
    assert in_plain_words([f"{n}." for n in range(9)]).count(".") == MOST
    with pytest.raises(NothingToShow):
        in_plain_words(["", ""])


def test_each_finding_is_a_row_with_a_line_for_each_clause():
    table = numbers_table(
        ["**Batch size**, macro F1: SimCLR 36.2 (2 of 16; 20 printed); dual-head 35.8. One arm.",
         "**Warm-up.** With it 35.6."],
        "retinamnist, laptop scale",
    )  # fmt: skip
    assert table.rows == [
        ["Batch size",
         "Macro F1:\nSimCLR 36.2 (2 of 16; 20 printed)\nDual-head 35.8\nOne arm"],
        ["Warm-up", "With it 35.6"],
    ]  # fmt: skip


def test_a_run_that_found_nothing_says_so():
    with pytest.raises(NothingToShow):
        numbers_table([], "digits, quick scale")
