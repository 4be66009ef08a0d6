"""The one registry of metrics: every name is said, drawn and measured, or its reason is dated."""

import datetime
import re

import numpy as np
import pytest

from reproduce import tasks
from reproduce.errors import UserError
from reproduce.evaluation import registry
from reproduce.evaluation.compared import Shown
from reproduce.evaluation.families import (
    CLASS_NAMES,
    CONFUSION,
    COUNTS,
    HISTORY,
    LABELS,
    PREDICTIONS,
    SCORES,
)
from reproduce.evaluation.metric import FRACTION, NUMBER, Family
from reproduce.evaluation.metrics import confusion, softmax
from reproduce.evaluation.registry import METRICS, absent_class, is_metric, metric
from tests.evaluation.test_package import HEAVY, loaded_after

NAMES = ("normal skin", "corn", "wart")
DATED = re.compile(r"(\d{4}-\d{2}-\d{2}): needs \w.+")
# Published editions carry values under these names, so they stay.
PUBLISHED = {"curve": "curve", "embeddings": "centres", "logits": "classes", "encoders": "encoders"}
FAMILIES = {id(one.family): one.family for one in METRICS.values() if one.family}.values()
DRAWS = 20


def kept(images=60, classes=3, seed=0) -> dict[str, np.ndarray]:
    """Return every array that a trial may keep, of a network that is right more often than not."""
    random = np.random.default_rng(seed)
    labels = np.arange(images) % classes
    near = np.eye(classes)[labels]
    scores = softmax(random.normal(size=(images, classes)) + 1.2 * near)
    predicted = scores.argmax(axis=1)
    looks = np.where(random.random((4, images)) < 0.6, labels, 0)
    found = {
        COUNTS: np.array([90, 20, 40]), CLASS_NAMES: NAMES, LABELS: labels, SCORES: scores,
        PREDICTIONS: predicted, CONFUSION: confusion(labels, predicted, classes),
        "test/embeddings": near + random.normal(size=(images, 3)),
        "test/embedding_rows": np.arange(images),
        "test/pixels": random.integers(1, 30, size=(images, 3, 3)),
        "curve/phase": np.zeros(4, int), "curve/iteration": np.arange(1, 5),
        "curve/train_labels": labels, "curve/train_predictions": looks,
        "curve/test_labels": labels, "curve/test_predictions": looks[:, ::-1],
        "train/encoder_labels": labels, "test/encoder_labels": labels,
        "gradients/shares": random.random((5, 12, 4)) * [1.0, 0.3, 1.0, 0.3],
    }  # fmt: skip
    told = ((0.3, 0.1, 0.2), (0.9, 0.4, 0.6), (0.5, 0.3, 0.2))
    kinds = ("temperature", "hardest_negative", "negative_push")
    found[HISTORY] = [{
        f"{kind}_class_{c}": value
        for kind, of in zip(kinds, told, strict=True) for c, value in enumerate(of)
    }]  # fmt: skip
    for moment in ("before", "after"):
        for part in ("train", "test"):
            found[f"{moment}/{part}"] = near + random.normal(size=(images, 3))
        found |= {f"{moment}/{v}": random.normal(size=(images, 3)) for v in ("view1", "view2")}
    return found


def scored(task: str) -> tuple[np.ndarray, np.ndarray]:
    """Return scores and truth as a task keeps them."""
    arrays = kept()
    if task == "segmentation":
        return arrays["test/pixels"], arrays[LABELS]
    if task == "verification":
        return arrays["test/embeddings"], Shown(np.arange(len(arrays[LABELS])) // 4)
    return arrays[SCORES], arrays[LABELS]


def measured(family: Family) -> tuple[dict, dict]:
    """Return the values and the draws of a family, of all that can be kept."""
    arrays = kept()
    if family.summary:
        task, (scores, truth) = tasks.named(family.task), scored(family.task)
        values = task.summary(scores, truth, 3)
        return values, {name: task.resampled(scores, truth, name, DRAWS) for name in values}
    if family.prepares:
        arrays |= family.prepared(arrays)
    return family.values(arrays), family.draws(arrays, DRAWS)


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_has_a_function_or_a_dated_reason(name):
    asked = metric(name)
    if asked.waits_for:
        date = DATED.fullmatch(asked.waits_for)
        assert date and datetime.date.fromisoformat(date[1]), name
        assert (asked.family, asked.needs) == (None, "")
        return
    values, draws = measured(asked.family)
    value, drawn = values[asked.measured_as], draws[asked.measured_as]
    assert isinstance(value, float) and np.isfinite(value)
    assert drawn.shape == (DRAWS,) and np.isfinite(drawn).all()
    if asked.family.of_history:
        assert (drawn == value).all(), "no test image plays a part in it"
        return
    assert drawn.std() > 0
    assert abs(drawn.mean() - value) < 4 * drawn.std()


def test_no_metric_waits_for_somebody_to_measure_it():
    assert [name for name, one in METRICS.items() if one.waits_for] == []


def test_every_value_of_a_family_is_registered():
    """A value without words, digits and a unit could be asked for by nobody."""
    for family in FAMILIES:
        values, draws = measured(family)
        assert set(values) == set(draws)
        for name in values:
            assert metric(name).family is family, name


def test_every_metric_says_what_it_is():
    for name, one in METRICS.items():
        assert name == one.name and re.fullmatch(r"[a-z0-9_]+", name)
        assert len(one.words) > 20 and one.label[0].isupper() and "_" not in one.label
        assert one.unit in (FRACTION, NUMBER) and one.digits in (1, 2, 3)
    labels = [one.label for one in METRICS.values()]
    assert len(set(labels)) == len(labels)
    assert (metric("auc").digits, metric("accuracy").digits) == (2, 1)


def test_families_keep_their_values_apart_and_under_the_published_names():
    stored = [family.stored for family in FAMILIES]
    assert len(set(stored)) == len(stored)
    modules = {family.stored: family.module for family in FAMILIES}
    assert PUBLISHED.items() <= modules.items()


def test_a_metric_of_one_class_is_named_by_its_number():
    assert is_metric("f1_class_2") and is_metric("auc") and is_metric("iou_class_0")
    assert not is_metric("f1_class_two") and not is_metric("auc_class_1")
    assert metric("recall_class_3").family is registry.CLASSES
    assert "recall of the class of number 3" in metric("recall_class_3").words
    assert metric("recall_class_3").label == "Recall of class 3"


def test_a_wrong_name_gets_a_suggestion():
    for wrong, right in (
        ("eerr", "eer"),
        ("knn_acuracy", "knn_accuracy"),
        ("recal_class_0", "rec"),
    ):
        with pytest.raises(UserError, match=f"unknown metric '{wrong}'; did you mean '{right}"):
            metric(wrong)


def test_one_measure_under_two_names_is_one():
    """Claims speak of the linear probe; it is that of the encoder at the end of training."""
    arrays = kept()
    values = registry.ENCODERS.values(arrays | registry.ENCODERS.prepared(arrays))
    assert values[metric("linear_probe").measured_as] == values["probe_after"]
    assert metric("linear_probe").family is metric("probe_after").family


def test_a_class_that_the_data_lack_is_named():
    assert absent_class("recall_class_4", "abcd") == "class 4, the classes here are 0 to 3"
    assert absent_class("recall_class_3", "abcd") == absent_class("macro_f1", "abcd") == ""
    assert absent_class("lesion_confusion_excess", NAMES) == ""
    assert "a class 'normal skin'" in absent_class("lesion_confusion_excess", ("a", "b", "c"))


def test_names_load_no_numerical_library():
    statement = "from reproduce.evaluation.registry import metric; metric('eer').digits"
    assert loaded_after(statement, f"{HEAVY} numpy scipy sklearn") == []
