"""What a paper claims, with the effects that it prints."""

import pytest

from reproduce.pages.claimed import claims_table
from reproduce.registry import claims, records


@pytest.mark.parametrize("paper", records.papers())
def test_every_claim_has_a_row_with_who_states_it_and_what_is_printed(paper):
    table, registered = claims_table(paper), claims.load(paper)
    assert [row[0] for row in table.rows] == [one.english for one in registered]
    assert {row[1] for row in table.rows} <= {"paper", "summary", "post"}
    assert all(row[4].startswith(f"{one.repeats} repeats") or not one.contrasts
               for row, one in zip(table.rows, registered, strict=True))  # fmt: skip


def test_effects_are_listed_or_said_by_their_ends():
    rows = {row[0]: row for row in claims_table("metric_learning").rows}
    one = rows["The lifted structured loss raises the accuracy on corns by 9.8 percent to 94 "
               "percent."]  # fmt: skip
    assert one[2:] == ["Recall of the rarest class", "+9.8", "5 repeats"] or one[3] == "+9.8"
    many = next(row for row in rows.values() if row[0].startswith("With InceptionV3 each"))
    assert many[3] == "+4.1 to +7.8\nin 6 comparisons"
    less = next(row for row in rows.values() if "learned more evenly" in row[0])
    assert less[3] == "−8.2"
    none = next(row for row in rows.values() if row[0].startswith("Undersampling loses"))
    assert none[3] == "–" and none[4].startswith("not attempted\n")
