"""The answer as data: kept in a stamp, read again without a study, and told of what was not run."""

import json
import subprocess
import sys
from math import isnan

import pytest

from reproduce.evaluation.vocabulary import Verdict
from reproduce.figures.verdict_words import MARKS
from reproduce.pages import answered
from reproduce.pages.answered import Answer, Ends, MainRow
from reproduce.registry import records


def row(**changes):
    given = {
        "claim": "improves", "contrast": "Dual-head minus SimCLR", "words": "over SimCLR",
        "metric": "macro_f1", "margin": 0.02, "paper": Ends(0.0588, 0.042, 0.075),
        "ours": Ends(0.013, -0.008, 0.034), "apart": Ends(-0.0458, -0.08, -0.01),
        "verdict": "undecided", "word": "undecided", "repeats": 10, "data": "RetinaMNIST",
    }  # fmt: skip
    return MainRow(**given | changes)


def answer(**changes):
    given = {
        "paper": "dual_head", "claim": "It is better.", "sentence": "Cannot tell.", "short": "?",
        "verdict": "undecided", "word": "undecided", "rows": (row(), row(paper=None, apart=None)),
        "registered": 27, "tested": 7,
        "by_verdict": {"holds": 5, "undecided": 2, "illustration, no verdict": 1,
                       "true by construction": 1},
    }  # fmt: skip
    return Answer(**given | changes)


def test_what_a_stamp_keeps_is_read_again_as_it_was():
    kept = json.loads(json.dumps(answer().to_json(), allow_nan=False))
    assert answered.from_json(kept) == answer()
    assert answered.stored({"answer": kept}) == answer()
    assert answered.stored({"verdicts": []}) is None and answered.stored(None) is None


def test_an_effect_without_an_interval_survives_the_stamp_and_a_younger_field_is_passed_over():
    one = answer(rows=(row(ours=Ends(0.013)),)).to_json()
    one["rows"][0]["later"], one["later"] = 1, 2
    again = answered.from_json(json.loads(json.dumps(one, allow_nan=False)))
    assert isnan(again.rows[0].ours.low) and again.rows[0].said(again.rows[0].ours) == "+1.3"


def test_a_row_says_its_effects_in_the_unit_of_its_metric():
    assert row().said(row().ours) == "+1.3 [−0.8, +3.4]"
    assert row().said(None) == "–"
    cosine = row(metric="class_centre_cosine", ours=Ends(-0.071, -0.1, -0.04))
    assert (cosine.unit, cosine.said(cosine.ours)) == ("", "−0.071 [−0.1, −0.04]")
    assert row().measure == "macro F1" and row(metric="auc").measure == "ROC AUC"
    assert row(metric="minority_f1").measure == "F1 of the rarer classes"


def test_claims_are_counted_in_words_and_what_judges_nothing_stands_apart():
    assert answer().counted == (
        "27 claims are registered; 7 are judged: 5 hold, 2 undecided. 1 is shown as illustration "
        "only. 1 is true by construction. 18 are not attempted."
    )
    none = answer(tested=0, by_verdict={"illustration, no verdict": 26})
    assert none.counted.startswith("27 claims are registered; none has been judged yet. 26 are")


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_has_a_mark_in_an_answer_and_in_a_row(verdict):
    assert answer(verdict=str(verdict)).mark == row(verdict=str(verdict)).mark == MARKS[verdict]


@pytest.mark.parametrize("paper", records.papers())
def test_a_paper_that_was_not_run_has_an_answer_from_its_registries(paper):
    found = answered.not_run(paper)
    assert found.sentence.startswith("Not run yet") and found.claim.endswith(".")
    assert found.registered > 5 and found.tested == 0 and not found.data
    assert all(one.ours is None and one.words for one in found.rows)
    assert "none has been judged yet" in found.counted


def test_the_published_effect_of_a_paper_that_was_not_run_stands_in_its_answer():
    assert answered.not_run("dual_head").sentence == (
        "Not run yet: the paper prints +5.9 points of macro F1 over SimCLR."
    )
    assert "the summary prints +2.6 points" in answered.not_run("balanced_contrastive").sentence


def test_it_is_read_without_torch_or_matplotlib():
    code = (
        "from reproduce.pages.answered import not_run; not_run('metric_learning')\n"
        "import sys; print({'torch', 'matplotlib'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "set()", done.stdout + done.stderr
