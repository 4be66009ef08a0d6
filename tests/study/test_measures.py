"""Measures of a study's cells: of classes from scores, of encoders from what was kept."""

from dataclasses import replace

import numpy as np
import pytest
import sklearn.metrics as reference

from reproduce.errors import UserError
from reproduce.evaluation import representation
from reproduce.evaluation.families import encoders
from reproduce.evaluation.metrics import confusion
from reproduce.evaluation.registry import ENCODERS, METRICS
from reproduce.evaluation.resampling import resample_counts
from reproduce.study.judging import judge_one
from reproduce.trials import arrays as array_files
from tests.study.conftest import HOPED_FOR
from tests.study.test_judging import BETTER, claim

ONE_POINT = {"rho": 100, "mu": 0.5, "seeds": [0, 1]}
DRAWS = 200
REPRESENTATION = {name for name, one in METRICS.items() if one.family is ENCODERS} - {
    "linear_probe"
}


def predicted(study, cell) -> tuple[np.ndarray, np.ndarray]:
    scores, labels = study.measures.scores(cell)
    return labels, scores.argmax(axis=1)


def by_hand(labels, guesses, counts) -> dict[str, float]:
    """Return some measures by scikit-learn, of a list of images that may repeat."""
    rare = np.asarray(counts) < np.mean(counts)
    recall = reference.recall_score(labels, guesses, average=None, zero_division=0)
    f1 = reference.f1_score(labels, guesses, average=None, zero_division=0)
    precision = reference.precision_score(labels, guesses, average="macro", zero_division=0)
    return {
        "macro_precision": precision,
        "minority_recall": recall[rare].mean(),
        "majority_recall": recall[~rare].mean(),
        "minority_f1": f1[rare].mean(),
        "f1_spread": f1.max() - f1.min(),
        "recall_class_3": recall[3],
        "f1_class_9": f1[9],
        "quadratic_kappa": reference.cohen_kappa_score(labels, guesses, weights="quadratic"),
        "mean_absolute_error": np.abs(labels - guesses).mean(),
    }


# -- of classes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["baseline", "thresholding"])
def test_measures_of_classes_follow_from_the_scores_after_posthoc_steps(study_of, method):
    study = study_of(**ONE_POINT)
    for cell in study.select(method=method):
        labels, guesses = predicted(study, cell)
        expected = by_hand(labels, guesses, study.result(cell).counts)
        found = {name: study.measures.value(cell, name) for name in expected}
        assert found == pytest.approx(expected, abs=1e-12)
        assert all(type(value) is float for value in found.values())


@pytest.mark.parametrize("method", ["baseline", "thresholding"])
def test_their_draws_are_those_of_images_drawn_again(study_of, method):
    study = study_of(**ONE_POINT)
    cell = study.select(method=method)[0]
    labels, guesses = predicted(study, cell)
    drawn = resample_counts(labels, DRAWS)
    for draw in (0, DRAWS - 1):
        images = np.repeat(np.arange(len(labels)), drawn[:, draw].astype(int))
        expected = by_hand(labels[images], guesses[images], study.result(cell).counts)
        found = {name: study.measures.resampled(cell, name)[draw] for name in expected}
        assert found == pytest.approx(expected, abs=1e-12)


def test_methods_that_share_a_trial_have_draws_of_their_own(study_of):
    """Thresholding is a step after the baseline's training."""
    study = study_of(**ONE_POINT)
    plain, after = (study.select(method=m, seed=0)[0] for m in ("baseline", "thresholding"))
    assert plain.trial.key == after.trial.key
    assert study.measures.value(plain, "minority_recall") < study.measures.value(
        after, "minority_recall"
    )
    draws = [study.measures.resampled(cell, "minority_recall") for cell in (plain, after)]
    assert (draws[0] <= draws[1]).all() and (draws[0] < draws[1]).any()


def test_draws_pair_with_those_of_the_stored_metrics(study_of):
    """The mean over the ten recalls is the balanced accuracy, in every draw."""
    study = study_of(**ONE_POINT)
    cell = study.select(method="baseline")[0]
    recalls = [study.measures.resampled(cell, f"recall_class_{c}") for c in range(10)]
    whole = study.measures.resampled(cell, "balanced_accuracy")
    assert np.mean(recalls, axis=0) == pytest.approx(whole, abs=1e-12)


def test_values_of_classes_need_no_scores(study_of):
    """A merged edition carries few scores; what the confusion matrix says is known all the same."""
    study = study_of(**ONE_POINT)
    cell = study.select(method="baseline")[0]
    expected = study.measures.value(cell, "f1_spread")
    for file in study.store.arrays_folder.iterdir():
        np.savez(file, nothing=np.zeros(1))
    assert study.measures.value(cell, "f1_spread") == expected
    with pytest.raises(UserError, match="are not in this store"):
        study.measures.resampled(cell, "f1_spread")


def test_a_class_that_the_data_lack_gets_one_line(study_of):
    study = study_of(**ONE_POINT)
    cell = study.select(method="baseline")[0]
    result = study.result(cell)
    table = np.array(result.confusion["test"])
    table[9] = 0
    study.store.put(replace(result, confusion={"test": table.tolist()}, counts=[5] * 10))
    for name, message in (
        ("f1_class_10", "it asks for class 10, the classes here are 0 to 9"),
        ("f1_class_9", "that class has no test image"),
        ("minority_f1", r"the training images by class are \[5, 5, 5, 5, 5, 5, 5, 5, 5, 5\]"),
        ("lesion_confusion_excess", "it asks for a class 'normal skin' beside two others, the cl"),
    ):
        with pytest.raises(UserError, match=f"{name} has no value here: {message}") as caught:
            study.measures.value(cell, name)
        assert "\n" not in str(caught.value)


def test_a_claim_is_not_put_to_the_test_where_its_measure_has_no_value(study_of):
    study = study_of(**ONE_POINT)
    for result in study.results():
        study.store.put(replace(result, counts=[5] * 10))
    judged = judge_one(study, claim(*BETTER, metric="minority_f1"))
    assert not judged.parts
    assert judged.reason.startswith("minority_f1 has no value here: the training images by class")


def test_a_metric_of_another_task_or_of_none_is_refused(study_of, monkeypatch):
    monkeypatch.setitem(METRICS, "hoped_for", HOPED_FOR)
    study = study_of(**ONE_POINT)
    cell = study.select(method="baseline")[0]
    for ask in (study.measures.value, study.measures.resampled):
        with pytest.raises(UserError, match=r"eer is measured in verification, trial .* classif"):
            ask(cell, "eer")
        with pytest.raises(UserError, match="is not measured, as of 2026-11-28: needs what none"):
            ask(cell, "hoped_for")
        with pytest.raises(UserError, match="temperature_count_correlation has no value here"):
            ask(cell, "temperature_count_correlation")
        with pytest.raises(UserError, match="unknown metric 'acuracy'; did you mean 'accuracy'"):
            ask(cell, "acuracy")


def test_further_averages_follow_from_scores_and_counts(study_of):
    study = study_of(**ONE_POINT)
    cell = study.select(method="thresholding")[0]
    labels, guesses = predicted(study, cell)
    expected = reference.f1_score(labels, guesses, average="weighted")
    assert study.measures.value(cell, "weighted_f1") == pytest.approx(expected, abs=1e-12)
    images = np.repeat(np.arange(len(labels)), resample_counts(labels, DRAWS)[:, 3].astype(int))
    expected = reference.f1_score(labels[images], guesses[images], average="weighted")
    draws = study.measures.resampled(cell, "weighted_f1")
    assert draws[3] == pytest.approx(expected, abs=1e-12)


# -- of encoders ----------------------------------------------------------------------------------


def encoded(seed=0, classes=4, images=80, viewed=30) -> dict[str, np.ndarray]:
    """Return what a trial keeps of its encoder: after fine-tuning the classes lie apart."""
    random = np.random.default_rng(seed)
    labels = {part: (np.arange(images) % classes).astype(np.int16) for part in ("train", "test")}
    found = {f"{part}/encoder_labels": values for part, values in labels.items()}
    for moment, apart in (("before", 0.4), ("after", 3.0)):
        for part, values in labels.items():
            points = random.normal(size=(images, 6)) + apart * np.eye(6)[values]
            found[f"{moment}/{part}"] = points.astype(np.float32)
        middle = random.normal(size=(viewed, 6))
        for view in ("view1", "view2"):
            noise = random.normal(size=(viewed, 6)) / apart
            found[f"{moment}/{view}"] = (middle + noise).astype(np.float32)
    return found


@pytest.fixture
def with_encoders(study_of):
    """Return a study one of whose trials has kept its encoder's embeddings, and that cell."""
    study = study_of(**ONE_POINT)
    cell = study.select(method="baseline")[0]
    result = study.result(cell)
    arrays = {**result.arrays, **encoded()}
    file = array_files.write(study.store.arrays_folder, result.key, arrays)
    study.store.put(
        replace(
            result,
            array_names=tuple(sorted(arrays)),
            array_file=study.store.arrays_folder / file,
        )
    )
    return study, cell


def measured_by_hand(arrays) -> dict[str, float]:
    found = {}
    labels = {part: arrays[f"{part}/encoder_labels"] for part in ("train", "test")}
    for moment, uniformity in (("before", "uniformity_loss"), ("after", "uniformity_after")):
        train, test = arrays[f"{moment}/train"], arrays[f"{moment}/test"]
        guesses = representation.neighbour_classes(train, labels["train"], test, k=20)
        probe = representation.linear_probe(train, labels["train"], test, labels["test"])
        views = arrays[f"{moment}/view1"], arrays[f"{moment}/view2"]
        found |= {
            f"alignment_{moment}": representation.alignment(*views),
            uniformity: representation.uniformity_loss(test),
            f"knn_{moment}": (guesses == labels["test"]).mean(),
            f"probe_{moment}": probe,
        }
    return found


def test_measures_of_encoders_are_those_of_the_arrays_named_so(with_encoders):
    study, cell = with_encoders
    expected = measured_by_hand(encoded())
    found = {name: study.measures.value(cell, name) for name in expected}
    assert set(found) == REPRESENTATION
    assert found == pytest.approx(expected, abs=1e-12)
    assert found["probe_after"] > found["probe_before"] + 0.2
    assert found["knn_after"] > found["knn_before"] + 0.2
    assert found["alignment_after"] < found["alignment_before"]


def test_their_draws_scatter_round_the_value(with_encoders):
    study, cell = with_encoders
    for name in sorted(REPRESENTATION):
        draws, value = study.measures.resampled(cell, name), study.measures.value(cell, name)
        assert draws.shape == (DRAWS,) and np.isfinite(draws).all() and draws.std() > 0, name
        assert abs(draws.mean() - value) < draws.std(), name


def test_the_first_draw_of_each_is_that_of_images_drawn_again(with_encoders):
    study, cell = with_encoders
    arrays = encoded()
    labels = arrays["test/encoder_labels"].astype(int)
    images = np.repeat(np.arange(80), resample_counts(labels, DRAWS)[:, 0].astype(int))
    train = arrays["before/train"], arrays["train/encoder_labels"]
    guesses = representation.neighbour_classes(*train, arrays["before/test"])
    right = (guesses == labels)[images].mean()
    assert study.measures.resampled(cell, "knn_before")[0] == pytest.approx(right, abs=1e-12)
    probe = representation.probe_classes(*train, arrays["before/test"])
    balanced = reference.balanced_accuracy_score(labels[images], probe[images])
    assert study.measures.resampled(cell, "probe_before")[0] == pytest.approx(balanced, abs=1e-12)
    drawn = resample_counts(np.zeros(30, int), DRAWS, seed=2)[:, 0].astype(int)
    pairs = np.repeat(np.arange(30), drawn)
    views = arrays["after/view1"][pairs], arrays["after/view2"][pairs]
    found = study.measures.resampled(cell, "alignment_after")[0]
    assert found == pytest.approx(representation.alignment(*views), abs=1e-12)


def test_neighbours_and_probes_are_computed_once(with_encoders, monkeypatch):
    study, cell = with_encoders
    value = study.measures.value(cell, "probe_after")
    monkeypatch.setattr(encoders, "probe_classes", None)
    monkeypatch.setattr(encoders, "neighbour_classes", None)
    assert study.measures.resampled(cell, "probe_after").mean() == pytest.approx(value, abs=0.1)


def test_encoders_that_were_not_kept_are_named(study_of):
    study = study_of(**ONE_POINT)
    cell = study.select(method="baseline")[0]
    for ask in (study.measures.value, study.measures.resampled):
        with pytest.raises(UserError, match=r"knn_before needs the encoders of trial .* not kept"):
            ask(cell, "knn_before")


def test_the_confusion_matrix_of_the_made_up_scores_is_the_stored_one(study_of):
    """Values come from the stored matrix and draws from the scores: they must be of one kind."""
    study = study_of(**ONE_POINT)
    cell = study.select(method="baseline")[0]
    labels, guesses = predicted(study, cell)
    assert study.measures.confusion(cell).tolist() == confusion(labels, guesses, 10).tolist()


def test_the_remaining_error_is_made_of_the_auc_and_of_its_draws(study_of):
    study = study_of(**ONE_POINT)
    (cell, *_) = study.select(method="baseline")
    measures = study.measures
    value, draws = (f(cell, "auc_log_error") for f in (measures.value, measures.resampled))
    assert value == pytest.approx(np.log(1 - measures.value(cell, "auc")))
    assert draws == pytest.approx(np.log(1 - measures.resampled(cell, "auc")))
    assert len(draws) == DRAWS and draws.std() > 0
