"""What every task says of itself."""

from types import SimpleNamespace

import numpy as np
import pytest

from reproduce import tasks
from reproduce.errors import UserError


def result(task="classification", evaluate_on=("test",), **values):
    trial = SimpleNamespace(task=task, evaluate_on=evaluate_on)
    empty = {"metrics": {}, "confusion": {}, "arrays": {}, "key": "k", "trial": trial}
    return SimpleNamespace(**{**empty, **values})


def test_a_task_has_the_name_it_is_asked_for_by():
    assert tasks.NAMES == ("classification", "segmentation", "verification")
    for name in tasks.NAMES:
        assert tasks.named(name).name == name
        assert tasks.task_of(SimpleNamespace(task=name)).name == name


def test_a_wrong_name_lists_the_right_ones():
    with pytest.raises(UserError, match=r"'segmentaton'; did you mean 'segmentation'"):
        tasks.named("segmentaton")
    with pytest.raises(UserError, match=r"classification, segmentation, verification"):
        tasks.named("regression")


@pytest.mark.parametrize(
    ("task", "metrics", "said"),
    [
        ("classification", {"test/auc": 0.9, "test/accuracy": 0.875}, "accuracy 87.5 %"),
        ("segmentation", {"test/iou_class_0": 0.9, "test/miou": 0.4125}, "mean IoU 41.2 %"),
        (
            "verification",
            {"test/verification_auc": 0.9, "test/eer": 0.07},
            "equal error rate 7.0 %",
        ),
    ],
)
def test_the_headline_is_found_by_its_name_and_not_by_its_place(task, metrics, said):
    assert tasks.named(task).said(result(task, metrics=metrics)) == said


def test_the_headline_is_of_the_test_part_where_there_is_one():
    metrics = {"val/accuracy": 0.5, "test/accuracy": 0.25}
    of = tasks.named("classification")
    assert of.value(result(evaluate_on=("val", "test"), metrics=metrics)) == 0.25
    assert of.value(result(evaluate_on=("val",), metrics=metrics)) == 0.5
    assert of.said(result(metrics={})) == "accuracy not measured"
    replicates = [result(metrics={"test/accuracy": value}) for value in (0.25, 0.5)]
    assert of.said(*replicates, digits=2) == "accuracy 25.00 % / 50.00 %"


def test_measures_of_one_part_come_without_its_name():
    found = result(metrics={"test/accuracy": 0.5, "test/auc": 0.75, "test2/auc": 0.1})
    assert tasks.named("classification").measured(found) == {"accuracy": 0.5, "auc": 0.75}
    assert tasks.named("classification").measured(found, "test2") == {"auc": 0.1}


def test_a_confusion_matrix_that_is_not_there_is_said_to_be_none():
    table = tasks.named("classification").confusion(result(confusion={"test": [[3, 1], [0, 4]]}))
    assert table.tolist() == [[3, 1], [0, 4]]
    with pytest.raises(UserError, match=r"no confusion matrix of part 'test' .*verification"):
        tasks.named("verification").confusion(result("verification"))


@pytest.mark.parametrize(
    ("task", "wanted", "keeps"),
    [("segmentation", "logits", "masks"), ("verification", "curve", "embeddings, gradients"),
     ("classification", "masks", "logits, embeddings, curve, half_way, encoders")],
)  # fmt: skip
def test_arrays_that_a_task_does_not_keep_are_refused(task, wanted, keeps):
    tasks.named(task).require_keeps(keeps.split(", "))
    with pytest.raises(UserError, match=f"keeps {keeps}; received '{wanted}'"):
        tasks.named(task).require_keeps([wanted])


@pytest.mark.parametrize("name", tasks.NAMES)
def test_scores_that_are_not_in_the_store_are_asked_for(name):
    with pytest.raises(UserError, match=r"of trial k are not in this store .* --force"):
        tasks.named(name).scores(result(name))


def test_classification_measures_and_resamples_stored_scores():
    random = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], [30, 20, 10]).astype(np.int16)
    logits = random.normal(size=(60, 3)).astype(np.float32)
    of = tasks.named("classification")
    scores, truth = of.scores(result(arrays={"test/logits": logits, "test/labels": labels}))
    exact = np.exp(logits.astype(float))
    assert scores == pytest.approx(exact / exact.sum(axis=1, keepdims=True))
    right = float(np.mean(logits.argmax(axis=1) == labels))
    assert of.summary(scores, truth, 3)["accuracy"] == right
    drawn = of.resampled(scores, truth, "accuracy", 500)
    assert drawn.shape == (500,) and abs(drawn.mean() - right) < 0.01
    assert (drawn == of.resampled(scores, truth, "accuracy", 500)).all()
