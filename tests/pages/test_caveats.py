"""The gravest caveat comes first, by the written order."""

from types import SimpleNamespace

import pytest

from reproduce.evaluation.significance import Effect
from reproduce.evaluation.verdicts import Contrast, Control, Judgement
from reproduce.evaluation.vocabulary import Verdict
from reproduce.pages import caveats
from reproduce.registry import main_result

UNMET = Control("A probe beats the start.", False, "its control was not run (no encoders)")
DEPARTURES = ["16 epochs of pre-training instead of 200", "network: small_cnn instead of ResNet-50"]


def asked(departures=(), used=("retinamnist",), **changes):
    given = {"data_role": "own", "scale": "laptop", "repeats": (10, 10)}
    verdict = changes.pop("verdict", Verdict.UNDECIDED)
    reason = changes.pop("reason", "none of the others")
    judged = Judgement("improves", "It improves.", verdict, (1,), reason, **given | changes)
    study = SimpleNamespace(departures=list(departures))
    return caveats.Asked(study, main_result.load("dual_head"), [judged], used)


def test_each_caveat_hides_the_lesser_ones():
    worst = {
        "controls": (UNMET,), "data_role": "real stand-in", "verdict": Verdict.ILLUSTRATION,
        "repeats": (5, 10), "by_reading": {"other_one": Verdict.NOT_ATTEMPTED},
    }  # fmt: skip
    seen = [caveats.gravest(asked(DEPARTURES, **worst))[0]]
    for mended in ({"controls": ()}, {"data_role": "own"}):
        worst |= mended
        seen.append(caveats.gravest(asked(DEPARTURES, **worst))[0])
    seen.append(caveats.gravest(asked(DEPARTURES[1:], **worst))[0])
    worst["verdict"] = Verdict.UNDECIDED
    seen.append(caveats.gravest(asked(DEPARTURES[1:], **worst))[0])
    seen.append(caveats.gravest(asked(**worst))[0])
    worst["by_reading"] = None
    seen.append(caveats.gravest(asked(["PyTorch"], **worst))[0])
    assert seen == list(caveats.ORDER)
    assert caveats.gravest(asked(**worst)) == ("", "")


def test_a_control_that_was_not_run_is_told_from_one_that_failed():
    sentence = caveats.test_bed(asked(controls=(UNMET,)))
    assert "control, “A probe beats the start”, was not run on images held out for it." in sentence
    effect = Effect(0.01, -0.1, 0.12, 5, 0.1, 0.04, 0.0, 0.95)
    seen = Contrast("simclr", effect, "greater", 0.0, metric="auc")
    failed = Control("A probe beats the start.", False, "numbers", (seen,))
    assert "was not passed (+1.0 points" in caveats.test_bed(asked(controls=(failed,)))
    passed = Control("A probe beats the start.", True, "numbers", (seen,))
    assert caveats.test_bed(asked(controls=(passed,), conditions=("not met: same steps",))) == ""


@pytest.mark.parametrize(
    ("role", "said"),
    [
        ("real stand-in", "These are not its own data: RetinaMNIST stands in for ACNE04."),
        ("generated", "The images are generated: RetinaMNIST stand in for ACNE04."),
        ("own", ""),
    ],
)
def test_a_stand_in_is_named_with_what_it_stands_in_for(role, said):
    assert caveats.stand_in(asked(data_role=role)) == said


def test_a_shorter_training_and_another_network_are_said_with_the_papers():
    assert caveats.length(asked(DEPARTURES)) == (
        "Training was shorter than in the paper: 16 epochs of pre-training instead of 200."
    )
    assert "small_cnn instead of ResNet-50" in caveats.network(asked(DEPARTURES))


def test_repeats_say_why_there_is_no_verdict():
    few = asked(verdict=Verdict.ILLUSTRATION, repeats=(5, 10))
    assert caveats.repeats(few) == "A verdict needs 10 repeats; there are 5."
    old = asked(verdict=Verdict.ILLUSTRATION, repeats=(0, 10), reason="amended on 2026-11-28 ...")
    assert "10 new seeds" in caveats.repeats(old)
    small = asked(verdict=Verdict.ILLUSTRATION, scale="quick")
    assert "quick scale" in caveats.repeats(small)


def test_a_printed_effect_on_numbers_that_the_audit_calls_impossible_says_so():
    """Of the row that it is the difference of; a paper without such a finding says nothing."""
    said = caveats.as_printed("dual_head")
    assert "Table 5, F1 of Proposed" in said and "at most 0.78465, printed is 0.7920" in said
    assert caveats.as_printed("class_imbalance") == ""


def test_other_departures_stand_beside_the_caveat_but_not_what_it_says_already():
    study = SimpleNamespace(departures=["data: x stands in for y", "64 pixels instead of 128"])
    assert (
        caveats.other_caveats(study, "These are not its own data.") == "64 pixels instead of 128."
    )
    assert caveats.other_caveats(study, "The network: 64 pixels instead of 128.") == ""
    study.departures += ["2 steps instead of 9", "PyTorch", "one network", "no crops"]
    assert caveats.other_caveats(study, "") == (
        "64 pixels instead of 128; 2 steps instead of 9; PyTorch; and 2 more."
    )
    assert caveats.other_caveats(study, "It departs from the paper: PyTorch.") == ""
