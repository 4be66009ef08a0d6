"""The page at the scale of an edition, with made-up results: what it says, and that it stands."""

import pytest

from reproduce.evaluation.verdicts import Verdict
from reproduce.papers.metric_learning import findings, pictures
from tests.notebooks import page
from tests.papers.metric_learning.made_up import study_of


def test_every_claim_but_one_is_put_to_the_test(judged):
    left = {name for name, of in judged.items() if of.verdict is Verdict.NOT_ATTEMPTED}
    assert left == {"sampling_loses_information_or_overfits"}


def test_claims_on_mobilenet_have_ten_repeats_and_both_starts(judged):
    found = judged["lifted_raises_corns"]
    assert found.repeats == (10, 10)
    assert set(found.by_reading) == {"imagenet", "random"}


def test_a_smaller_network_is_named_where_it_stands_for_a_large_one(judged):
    found = judged["ce_is_lowest_on_resnet"]
    assert any("resnet10 stands for resnet50" in one for one in found.conditions)
    assert found.repeats == (5, 5)
    assert not any("stands for" in one for one in judged["lifted_raises_corns"].conditions)


def test_controls_that_claims_need_are_passed_on_images_of_their_own(judged):
    assert Verdict.TEST_BED not in {of.verdict for of in judged.values()}
    assert not any("positive control" in one for of in judged.values() for one in of.conditions)


def test_registered_conditions_are_checked_and_none_is_passed_over(judged):
    said = [one for of in judged.values() for one in of.conditions]
    assert not any(one.startswith("not checked") for one in said)


def test_the_answer_says_how_much_remains(whole):
    gain, remains, phases, rare, start = findings.plain(whole)
    assert "more" in gain and "points" in gain
    assert "each class equally often" in remains and "no rule judges" in phases
    assert "that of balanced batches alone is" in rare and "random numbers" in start


def test_the_numbers_stand_with_their_intervals(whole):
    said = findings.findings(whole)
    assert [one.split("**")[1] for one in said] == [
        "Accuracy", "Over cross-entropy", "Over cross-entropy, balanced batches", "The embedding",
        "Steps taken", "Other readings",
    ]  # fmt: skip
    assert "[" in said[1] and "lifted structured, recall of the rarest class" in said[1]


def test_tables_never_mix_starts(whole):
    table = pictures.equal_starts.of(whole)
    assert {row[0] for row in table.rows} == {
        "mobilenet", "inception small", "resnet10", "mobilenet half", "mobilenet quarter",
    }  # fmt: skip
    assert all(row["start"] == "random" for row in pictures.rows_here.from_random(whole))


def test_what_remains_is_set_against_each_control(whole):
    table = pictures.remaining.of(whole)
    assert [row[0] for row in table.rows] == [
        *["Cross-entropy, balanced batches"] * 3, *["Cross-entropy, then again"] * 3,
    ]  # fmt: skip
    assert {row[2] for row in table.rows} == {"10", "5"}


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({}, marks=pytest.mark.thorough),
        {"losses": ["ce"], "experiments": "none", "seeds": [0]},
        pytest.param(
            {
                "losses": ["ce", "lifted_structured"],
                "backbones": ["mobilenet"],
                "experiments": "none",
            },
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            {"losses": ["triplet", "contrastive"], "experiments": ["controls", "readings"]},
            marks=pytest.mark.thorough,
        ),
        {"losses": ["ce", "crt"], "start": "random", "experiments": "none", "seeds": [0, 1]},
    ],
    ids=["whole", "one loss", "two losses", "no baseline", "another method"],
)
def test_the_page_stands_with_part_of_it(tmp_path, monkeypatch, given):
    """Nothing is trained: the store has every result already, and no image is at hand."""
    study_of(tmp_path / "store", **given)
    monkeypatch.setenv("REPRODUCE_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("REPRODUCE_DATA", str(tmp_path / "none"))
    shown = page.execute("metric_learning", profile="laptop", **given)
    silent = [name for name, texts in shown.shown.items() if not texts]
    assert set(silent) <= {"launch", "parameters", "open"}
    assert "0 of them run by this cell" in shown.text
    if given.get("losses") == ["ce", "lifted_structured"]:
        # What was not asked for stands in the tables as not run.
        assert "not run" in shown.text
