"""Positive controls: a test bed that can see nothing gives no verdict."""

import numpy as np
import pytest

from reproduce.evaluation.verdicts import Verdict
from reproduce.registry import controls as registry
from reproduce.registry.controls import PositiveControl
from reproduce.study import controls
from reproduce.study.judging import judge_one
from reproduce.trials import arrays as array_files
from tests.study.conftest import IMAGES
from tests.study.test_judging import BETTER, ONE_POINT, claim, term

METHODS = ["baseline", "oversampling", "undersampling"]


def control(*terms, **changed) -> PositiveControl:
    contrast = {"name": "seen", "expect": "greater", "terms": list(terms)}
    return PositiveControl.model_validate({
        "paper": "class_imbalance", "id": "sees", "english": "It sees something.", "why": "w",
        "metric": "auc", "contrasts": [contrast], "data": ["mnist"], "part": "test", **changed,
    })  # fmt: skip


@pytest.fixture
def study(study_of, same_scores):
    """Oversampling is better by 3 points, undersampling worse by 2."""

    def planted(cell):
        gains = {"oversampling": 0.03, "undersampling": -0.02}
        return {"auc": 0.8 + gains.get(cell.method, 0.0) + cell.seed / 1e4}

    return study_of(planted, same_scores, **{**ONE_POINT, "methods": METHODS})


@pytest.fixture
def registered(monkeypatch):
    """Return a function that registers controls for the length of a test."""

    def register(*found):
        monkeypatch.setattr(registry, "load", lambda paper: list(found))

    return register


SEES = [term(1, "oversampling"), term(-1, "baseline")]
BLIND = [term(1, "undersampling"), term(-1, "baseline")]


def test_a_claim_is_judged_where_its_control_is_passed(study, registered):
    registered(control(*SEES))
    judgement = judge_one(study, claim(*BETTER, needs=["sees"]))
    assert judgement.verdict == Verdict.HOLDS
    assert "control: It sees something." in judgement.reason


def test_no_verdict_where_the_control_failed(study, registered):
    registered(control(*BLIND))
    judgement = judge_one(study, claim(*BETTER, needs=["sees"]))
    assert judgement.verdict == Verdict.TEST_BED
    assert "-0.0200" in judgement.reason, "the control's numbers are said"


def test_no_verdict_where_the_control_was_not_run(study, registered):
    registered(control(term(1, "smote_embeddings"), term(-1, "baseline")))
    judgement = judge_one(study, claim(*BETTER, needs=["sees"]))
    assert judgement.verdict == Verdict.TEST_BED
    assert "its control was not run (smote_embeddings" in judgement.reason


def test_a_claim_that_needs_no_control_is_not_asked_for_one(study, registered):
    registered(control(*BLIND))
    assert judge_one(study, claim(*BETTER)).verdict == Verdict.HOLDS


def test_the_interval_must_lie_beyond_the_margin(study):
    assert controls.run(study, control(*SEES, margin=0.02)).passed
    assert not controls.run(study, control(*SEES, margin=0.04)).passed


def test_all_or_any_of_the_contrasts(study):
    both = [{"name": name, "expect": "greater", "terms": terms}
            for name, terms in (("a", SEES), ("b", BLIND))]  # fmt: skip
    assert not controls.run(study, control(contrasts=both)).passed
    assert controls.run(study, control(contrasts=both, passes="any")).passed


def test_a_turned_contrast_is_read_in_its_direction(study):
    less = [{"name": "a", "expect": "less", "terms": BLIND}]
    assert controls.run(study, control(contrasts=less)).passed


def test_a_control_on_data_that_are_not_here_was_not_run(study):
    found = controls.run(study, control(*SEES, data=["cifar10"]))
    assert not found.passed and "none of cifar10 is in this run" in found.seen


def test_what_was_not_run_is_told_from_what_failed(study):
    found = (control(*SEES), control(*BLIND), control(*SEES, data=["cifar10"]))
    said = [controls.outcome(controls.run(study, one)) for one in found]
    assert said == ["met", "not met", "not run"]


def test_held_out_counts_are_those_of_a_part_that_no_verdict_uses(study):
    """Recall on the part `val`, which only the control looks at."""
    for cell in study.trained():
        result = study.result(cell)
        good = IMAGES if cell.method == "oversampling" else 3
        labels = np.repeat(np.arange(10), IMAGES)
        predicted = np.where(np.tile(np.arange(IMAGES), 10) < good, labels, (labels + 1) % 10)
        table = np.zeros((10, 10), int)
        np.add.at(table, (labels, predicted), 1)
        arrays = {**result.arrays, "val/true": labels.astype(np.uint8),
                  "val/predicted/none": predicted.astype(np.uint8)}  # fmt: skip
        file = array_files.write(study.store.arrays_folder, result.key, arrays)
        study.store.put(
            type(result)(**{
                **{name: getattr(result, name) for name in result.__dataclass_fields__},
                "confusion": {**result.confusion, "val": table.tolist()},
                "array_file": study.store.arrays_folder / file,
            })
        )  # fmt: skip
    found = controls.run(study, control(*SEES, metric="balanced_accuracy", part="held_out"))
    assert found.passed and "+0.7500" in found.seen
    blind = controls.run(study, control(*BLIND, metric="balanced_accuracy", part="held_out"))
    assert not blind.passed


def test_without_held_out_images_the_control_was_not_run(study):
    found = controls.run(study, control(*SEES, metric="balanced_accuracy", part="held_out"))
    assert not found.passed and "was evaluated on test only" in found.seen


def test_a_failed_control_is_said_where_repeats_are_too_few_as_well(study, registered):
    registered(control(*BLIND))
    judgement = judge_one(study, claim(*BETTER, needs=["sees"], repeats=10))
    assert judgement.verdict == Verdict.ILLUSTRATION
    assert any(
        "positive control not met: It sees something (" in said for said in judgement.conditions
    )
