"""An edition carries what a new contrast needs: no training, no scores."""

import pytest

from reproduce.study.carried import everything_predicted, resample_registered
from reproduce.study.judging import judge_one
from reproduce.study.measures import NotMeasured
from reproduce.study.study import Study
from reproduce.trials import edition as editions
from reproduce.trials.edition import Edition
from reproduce.trials.store import Store
from tests.study.conftest import measured
from tests.study.test_judging import BETTER, ONE_POINT, claim, term

METHODS = ["baseline", "oversampling", "thresholding"]


@pytest.fixture
def study(study_of):
    return study_of(measured, **{**ONE_POINT, "methods": METHODS})


@pytest.fixture
def again(study, tmp_path):
    """Return the study on a store that only knows what the edition carries."""
    resample_registered(study)
    edition = Edition(tmp_path / "book")
    results = study.store.results()
    stamp = {"paper": study.paper, "verdicts": []}
    editions.write(
        edition, study.paper, results, study.store.derived_from(study.keys()), study.records,
        stamp, with_scores=set(), predicted=everything_predicted(study),
    )  # fmt: skip
    away = Store(tmp_path / "away")
    editions.merge(away, edition, study.paper)
    return Study(study.protocol, study.parameters, away)


def test_each_trial_and_post_hoc_step_has_its_classes(study):
    found = everything_predicted(study)
    by_steps = {(one.key, one.steps): one for one in found}
    assert len(found) == len(by_steps) == 5 * 3 + 1, "and the untrained network"
    cell = study.select(method="thresholding", seed=0)[0]
    plain, after = (by_steps[cell.trial.key, steps] for steps in ("none", "divide_by_prior"))
    assert (plain.classes != after.classes).any()
    assert (after.classes == study.measures.predicted(cell)[0]).all()


@pytest.mark.parametrize(
    ("terms", "metric"),
    [
        (BETTER, "macro_f1"),
        (BETTER, "minority_recall"),
        ([term(1, "thresholding"), term(-1, "oversampling")], "quadratic_kappa"),
        (BETTER, "auc"),
    ],
)
def test_a_new_contrast_needs_no_training(study, again, terms, metric):
    """With its interval: images are resampled together, as if the scores were here."""
    asked = claim(*terms, metric=metric)
    assert all("test/logits" not in result.arrays for result in again.store.results())
    (then,), (now,) = (judge_one(one, asked).parts for one in (study, again))
    assert now.effect.mean == pytest.approx(then.effect.mean, abs=1e-12)
    assert now.effect.standard_error == pytest.approx(then.effect.standard_error, rel=1e-9)
    assert now.effect.share_of_images > 0.05


def test_what_is_not_carried_is_said_not_guessed(again):
    cell = again.select(method="baseline")[0]
    with pytest.raises(NotMeasured, match="--force"):
        again.measures.scores(cell)
    judgement = judge_one(again, claim(*BETTER, metric="knn_after"))
    assert not judgement.parts and "encoders" in judgement.reason


def test_an_older_edition_has_nothing_to_carry_on(again, tmp_path):
    """Merged from one without predicted classes, values are known and resamples are not."""
    for result in again.store.results():
        if result.array_file:
            result.array_file.unlink()
    bare = Store(tmp_path / "bare")
    for result in again.store.results():
        bare.put(type(result)(**{
            **{name: getattr(result, name) for name in result.__dataclass_fields__},
            "array_file": None,
        }))  # fmt: skip
    for record in again.records:
        bare.put_record(record)
    old = Study(again.protocol, again.parameters, bare)
    assert everything_predicted(old) == []
    judgement = judge_one(old, claim(*BETTER, metric="minority_recall"))
    assert not judgement.parts and "--force" in judgement.reason
