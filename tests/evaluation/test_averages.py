"""Weighted means, the rarest class and confusions of a group, against scikit-learn and by hand."""

import numpy as np
import pytest
import sklearn.metrics as reference

from reproduce.errors import UserError
from reproduce.evaluation import averages
from reproduce.evaluation.averages import class_averages
from reproduce.evaluation.metrics import confusion
from reproduce.evaluation.registry import set_apart

SKIN = ("normal skin", "corn", "wart")
# Rows: truly skin, corn, wart. Of 20 lesions 3 + 4 are taken for the other, 1 + 2 for skin.
TABLE = np.array([[15, 3, 2], [1, 2, 3], [2, 4, 8]])


def images(seed=0, classes=4, number=120):
    random = np.random.default_rng(seed)
    labels = random.choice(classes, p=[0.5, 0.3, 0.15, 0.05], size=number)
    return labels, np.where(
        random.random(number) < 0.5, labels, random.integers(classes, size=number)
    )


@pytest.mark.parametrize("seed", range(5))
def test_weighted_means_are_those_of_scikit_learn(seed):
    labels, found = images(seed)
    measured = class_averages(confusion(labels, found, 4), [9, 5, 3, 2], "abcd")
    for name, function in (
        ("weighted_precision", reference.precision_score),
        ("weighted_f1", reference.f1_score),
    ):
        expected = function(labels, found, average="weighted", zero_division=0)
        assert measured[name] == pytest.approx(expected, abs=1e-12)
    of_classes = reference.precision_score(labels, found, average=None, zero_division=0)
    assert [measured[f"precision_class_{c}"] for c in range(4)] == pytest.approx(of_classes)


def test_a_class_never_predicted_has_precision_zero_in_the_weighted_mean():
    # Class 1 is never predicted; class 0 is right in 6 of 10: 6/10 times its share 6/10.
    found = class_averages([[6, 0], [4, 0]], [3, 1], "ab")
    assert found["weighted_precision"] == pytest.approx(0.36)
    assert found["precision_class_1"] == 0.0


def test_the_rarest_class_is_the_one_with_the_fewest_training_images():
    found = class_averages(TABLE, [50, 9, 20], SKIN)
    assert found["rarest_class_recall"] == pytest.approx(2 / 6)
    assert found["rarest_class_deficit"] == pytest.approx((15 / 20 + 8 / 14) / 2 - 2 / 6)
    assert found["recall_spread"] == pytest.approx(15 / 20 - 2 / 6)
    tied = class_averages(TABLE, [50, 9, 9], SKIN)
    assert not {"rarest_class_recall", "rarest_class_deficit"} & set(tied)


def test_the_excess_of_confusions_counts_lesions_only():
    found = class_averages(TABLE, [50, 9, 20], SKIN)
    assert found["lesion_confusion_excess"] == pytest.approx((3 + 4 - 1 - 2) / 20)
    assert averages.confusion_excess(TABLE, 0) == found["lesion_confusion_excess"]
    # Another order of the same classes says the same.
    order = [2, 0, 1]
    moved = class_averages(
        TABLE[np.ix_(order, order)], [20, 50, 9], tuple(SKIN[place] for place in order)
    )
    assert moved["lesion_confusion_excess"] == pytest.approx(found["lesion_confusion_excess"])
    assert "lesion_confusion_excess" not in class_averages(TABLE, [50, 9, 20], "abc")


def test_iba_and_gmean_have_their_known_values():
    """The first example of imbalanced-learn, unweighted."""
    table = confusion([0, 1, 2, 2, 2], [0, 0, 2, 2, 1], 3)
    found = class_averages(table, [3, 2, 1], "abc")
    known = {"gmean_ovr": 0.56084, "iba_0_1": 0.471065, "iba_0_5": 0.466435, "iba_1": 0.460648}
    assert {name: found[name] for name in known} == pytest.approx(known, abs=5e-6)


def test_leading_axes_are_tables_of_their_own():
    tables = np.stack([confusion(*images(seed), 4) for seed in range(3)])
    names = ("normal skin", "a", "b", "c")
    together = class_averages(tables, [9, 5, 3, 2], names)
    for draw, table in enumerate(tables):
        alone = class_averages(table, [9, 5, 3, 2], names)
        assert set(together) == set(alone)
        for name, values in together.items():
            assert values[draw] == pytest.approx(float(alone[name]), abs=1e-12), name


def test_an_absent_class_has_no_value_of_its_own():
    found = class_averages([[5, 1, 0], [0, 0, 0], [0, 1, 3]], [10, 1, 2], "abc")
    assert "precision_class_1" not in found and "rarest_class_recall" not in found
    assert found["weighted_f1"] == pytest.approx((6 * 10 / 11 + 4 * 6 / 7) / 10)
    assert all(np.isfinite(value) for value in found.values())


def test_counts_and_names_must_fit():
    with pytest.raises(UserError, match="for each of 3 classes, received 2 and 3"):
        class_averages(TABLE, [1, 2], SKIN)


@pytest.mark.parametrize(
    ("names", "place"),
    [
        (("nv (for normal skin)", "mel (for corns)", "bkl (for warts)"), 0),
        (("benign", "malignant", "normal"), 2),
        (("abnormal", "malignant", "benign"), None),  # a word, not a part of one
        (("normal skin", "normal nail", "wart"), None),
        (("normal", "abnormal"), None),
    ],
)
def test_the_class_set_apart_is_the_one_called_normal(names, place):
    assert set_apart(names) == place
    table = TABLE[: len(names), : len(names)]
    found = class_averages(table, [50, 9, 20][: len(names)], names)
    if place is None:
        assert "lesion_confusion_excess" not in found
    else:
        expected = averages.confusion_excess(table, place)
        assert found["lesion_confusion_excess"] == expected
