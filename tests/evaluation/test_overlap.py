"""Intersection over union against scikit-learn's, pixel by pixel."""

import numpy as np
import pytest
from sklearn.metrics import jaccard_score

from reproduce.errors import UserError
from reproduce.evaluation import overlap
from reproduce.evaluation.metrics import confusion
from reproduce.evaluation.metrics import f1_scores as dice


def pixels(seed=0, classes=3, number=400):
    random = np.random.default_rng(seed)
    truth = random.integers(classes, size=number)
    return truth, np.where(
        random.random(number) < 0.6, truth, random.integers(classes, size=number)
    )


@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_jaccard_index_of_each_class(seed):
    truth, found = pixels(seed)
    table = confusion(truth, found, 3)
    expected = jaccard_score(truth, found, average=None)
    assert overlap.intersections_over_unions(table) == pytest.approx(expected, abs=1e-12)
    assert overlap.miou(table) == pytest.approx(expected.mean(), abs=1e-12)


def test_two_known_tables():
    # 6 pixels rightly class 1, 2 missed, 2 too many: 6 / 10; class 0: 10 / 14.
    assert overlap.overlaps([[10, 2], [2, 6]]) == pytest.approx(
        {"miou": (10 / 14 + 0.6) / 2, "iou_class_0": 10 / 14, "iou_class_1": 0.6}
    )
    assert overlap.miou([[5, 0], [0, 3]]) == 1.0


def test_iou_follows_from_dice():
    table = confusion(*pixels(7), 3)
    of_dice = dice(table) / (2 - dice(table))
    assert overlap.intersections_over_unions(table) == pytest.approx(of_dice, abs=1e-12)


def test_a_class_without_a_pixel_has_no_value_but_its_alarms_count():
    found = overlap.overlaps([[8, 1, 2], [0, 4, 0], [0, 0, 0]])
    assert found == pytest.approx({"iou_class_0": 8 / 11, "iou_class_1": 4 / 5,
                                   "miou": (8 / 11 + 4 / 5) / 2})  # fmt: skip


def test_leading_axes_are_tables_of_their_own():
    tables = np.stack([confusion(*pixels(seed), 3) for seed in range(4)])
    expected = [overlap.miou(table) for table in tables]
    assert overlap.overlaps(tables)["miou"] == pytest.approx(expected, abs=1e-15)


def test_what_is_no_table_of_counts_is_refused():
    with pytest.raises(UserError, match="a confusion matrix must"):
        overlap.miou(np.ones((2, 3)))
