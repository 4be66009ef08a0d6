"""The page at the scale of an edition, with made-up results: what it says, and that it stands."""

import pytest

from reproduce.evaluation.verdicts import Verdict
from reproduce.figures.table import Table
from reproduce.papers.difficulty_aware import findings, further_pictures, pictures
from reproduce.papers.difficulty_aware.search import search_table, speed_ups
from tests.notebooks import page
from tests.papers.difficulty_aware.made_up import study_of


def test_every_claim_that_can_be_is_put_to_the_test(judged):
    left = {name for name, of in judged.items() if of.verdict is Verdict.NOT_ATTEMPTED}
    assert left == {"reported_eer_and_auc", "faiss_is_three_times_faster"}


def test_an_arm_that_brings_people_apart_is_found_to_do_so(judged):
    """The made-up difficulty-aware arm verifies better; as printed it is like the plain one."""
    found = judged["difficulty_aware_verifies_better"]
    assert found.by_reading["intended"] is Verdict.HOLDS
    assert found.by_reading["printed"] is not Verdict.HOLDS
    assert found.verdict is Verdict.DEPENDS
    assert judged["gradient_goes_to_hard_negatives"].by_reading["intended"] is Verdict.HOLDS


def test_claims_on_real_devices_cannot_be_told_here(judged):
    for name in ("sup_con_suffers_across_domains", "difficulty_aware_is_robust_across_domains"):
        assert judged[name].verdict is Verdict.TEST_BED
        assert "two real devices" in judged[name].reason
        assert judged[name].parts, (
            "what was measured across simulated devices is shown all the same"
        )


def test_registered_conditions_are_checked_and_none_is_passed_over(judged):
    said = [one for of in judged.values() for one in of.conditions]
    assert not any(one.startswith(("not checked", "not met")) for one in said), said


def test_the_answer_says_by_how_much_and_with_which_reading(whole):
    gain, across, letter, relative, classes = findings.plain(whole)
    assert "points lower" in gain and "never seen" in gain
    assert "Across two devices" in across and "read to the letter" in letter
    assert "hard negatives" in relative and "cross-entropy" in classes


def test_the_numbers_stand_with_their_intervals(whole):
    said = findings.findings(whole)
    assert [one.split("**")[1] for one in said] == [
        "Equal error rate", "Over the plain loss", "Two devices", "Open set",
        "Gradient on the hardest tenth", "Other readings", "Omniglot",
    ]  # fmt: skip
    assert "[" in said[1] and "]" in said[1]


@pytest.mark.parametrize(
    "name",
    ["losses", "changes", "det", "scores", "devices", "weights", "hard_positives",
     "hard_negatives", "numbers"],
)  # fmt: skip
def test_pictures_and_tables_can_be_made(whole, name):
    made = getattr(pictures, name).of(whole)
    assert not isinstance(made, str), made
    if not isinstance(made, Table):
        assert len(made.alt()) <= 250 and made.words()
        made.draw()


@pytest.mark.parametrize(
    "name",
    ["thresholds", "templates", "seen", "any_digit", "population", "characters", "unseen_classes",
     "lengths", "alphas", "betas", "positive_thresholds", "negative_thresholds", "people",
     "readings", "printed_pair"],
)  # fmt: skip
def test_further_pictures_and_tables_can_be_made(whole, name):
    made = getattr(further_pictures, name).of(whole)
    assert not isinstance(made, str), made
    if not isinstance(made, Table):
        assert len(made.alt()) <= 250 and made.words()
        made.draw()


def test_the_search_says_what_three_times_faster_depends_on():
    assert "names neither the number of vectors" in search_table().note
    rows = [{"vectors": "10", "how": how, "together": str(time)} for how, time in
            (("matrix product", 6), ("Faiss, exact (flat)", 2),
             ("one query at a time, all sorted", 8))]  # fmt: skip
    assert speed_ups(rows) == {10: (3.0, 4.0)}


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({}, marks=pytest.mark.thorough),
        {"methods": ["sup_con"], "experiments": "none", "seeds": [0]},
        pytest.param(
            {"methods": ["sup_con", "difficulty_aware_sup_con"], "experiments": ["devices", "seen"],
             "seeds": [0, 1]}, marks=pytest.mark.thorough),
        {"methods": ["cross_entropy", "triplet"], "experiments": "none", "seeds": [0]},
    ],
    ids=["whole", "one loss", "two losses", "no baseline"],
)  # fmt: skip
def test_the_page_stands_with_part_of_it(tmp_path, monkeypatch, given):
    """Nothing is trained: the store has every result already, and no image is at hand."""
    study_of(tmp_path / "store", **given)
    monkeypatch.setenv("REPRODUCE_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("REPRODUCE_DATA", str(tmp_path / "none"))
    shown = page.execute("difficulty_aware", profile="laptop", **given)
    silent = [name for name, texts in shown.shown.items() if not texts]
    assert set(silent) <= {"launch", "parameters", "open"}
    assert "0 of them run by this cell" in shown.text
