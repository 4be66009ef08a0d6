"""What a run found: plain sentences, and a table of the numbers."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from reproduce.data.records import Record
from reproduce.figures.picture import NothingToShow
from reproduce.pages.found import MOST, in_plain_words, numbers_table

RECORD = Record(
    name="d", fingerprint="ab" * 32, task="classification", class_names=("a", "b"),
    counts={"train": (9, 9), "test": (4, 2)}, shape=(2, 2), title="D", licence="-", source="-",
    images_publishable=True,
)  # fmt: skip


def of(record: Record) -> SimpleNamespace:
    return SimpleNamespace(record=record)


def test_plain_words_are_a_few_sentences_and_leave_out_what_was_not_run():
    assert in_plain_words(["One.", "", "Two."]) == "One. Two."
    assert in_plain_words([f"{n}." for n in range(9)]).count(".") == MOST
    with pytest.raises(NothingToShow):
        in_plain_words(["", ""])


def test_numbers_of_another_part_than_the_answers_say_so():
    counts = {"train": (9, 9), "test": (4, 2), "balanced": (600, 600)}
    said = in_plain_words([f"{n}." for n in range(9)], of(replace(RECORD, counts=counts)))
    assert said == (
        "0. 1. 2. 3. These sentences are about the 6 test images; the answer above is judged on "
        "1,200 further ones in the same class shares, so its numbers differ."
    )
    assert in_plain_words(["One."], of(RECORD)) == "One."


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
