import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.figures.reliability import (
    ReliabilityDiagrams,
    classwise_calibration_error,
    normalised,
)

LABELS = np.array([0, 0, 1, 1])
# Confidences 0.9, 0.9, 0.6 (wrong), 0.8 (wrong).
BEFORE = np.array([[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.8, 0.2]])
PAIRS = {"baseline": "thresholding"}
COUNTS = np.array([0.8, 0.2])


def rows(seeds=1):
    return [
        {"method": method, "seed": seed, "scores": scores, "labels": LABELS}
        for seed in range(seeds)
        for method, scores in (("baseline", BEFORE), ("thresholding", BEFORE / COUNTS))
    ]


def slow_classwise(probabilities, labels, bins):
    total, (images, classes) = 0.0, probabilities.shape
    for c in range(classes):
        for b in range(bins):
            inside = [
                i for i in range(images)
                if b / bins < probabilities[i, c] <= (b + 1) / bins
                or (b == 0 and probabilities[i, c] == 0)
            ]  # fmt: skip
            if inside:
                share = sum(labels[i] == c for i in inside) / len(inside)
                stated = sum(probabilities[i, c] for i in inside) / len(inside)
                total += len(inside) / images * abs(share - stated)
    return total / classes


def test_classwise_error_against_loops_and_by_hand():
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.full(5, 0.4), size=300)
    labels = rng.integers(0, 5, 300)
    expected = slow_classwise(probabilities, labels, 10)
    assert classwise_calibration_error(probabilities, labels) == pytest.approx(expected)
    assert classwise_calibration_error(np.eye(3), [0, 1, 2]) == 0
    # One bin: class 0 is stated 0.8 of the time and is there half of it.
    assert classwise_calibration_error(BEFORE, LABELS, bins=1) == pytest.approx(0.3)


def test_divided_scores_are_made_probabilities_again():
    after = normalised(BEFORE / COUNTS)
    assert after.sum(axis=1) == pytest.approx(1)
    # 0.6 / 0.8 = 0.75 against 0.4 / 0.2 = 2.
    assert after[2] == pytest.approx([0.75 / 2.75, 2 / 2.75])
    for wrong in (np.log(BEFORE), np.zeros((2, 2))):
        with pytest.raises(UserError, match="softmax"):
            normalised(wrong)


def test_both_curves_are_drawn_and_the_title_says_both_errors(written):
    figure = ReliabilityDiagrams(rows(), PAIRS).draw()
    lines = {line.get_label(): line for line in figure.axes[0].get_lines()}
    assert lines["baseline"].get_xdata() == pytest.approx([60, 80, 90])
    assert lines["baseline"].get_ydata() == pytest.approx([0, 0, 100])
    assert lines["thresholding"].get_linestyle() == "--"
    # Before: (0.1 + 0.1 + 0.6 + 0.8) / 4.
    assert "ECE 40.0 → " in written(figure)


def test_marks_grow_with_the_images_of_their_bin():
    before = ReliabilityDiagrams(rows(), PAIRS).draw().axes[0].collections[0]
    assert np.diff(before.get_sizes()) == pytest.approx([0, 160 / 4])


def test_numbers_by_hand_and_over_seeds():
    # After: twice 1 - 0.692, then 1 - 0.727, and a wrong 0.5; over 4 images.
    assert (
        "Baseline: ECE 40.0 before and 34.7 after thresholding;"
        in ReliabilityDiagrams(rows(), PAIRS).words()
    )
    said = ReliabilityDiagrams(rows(2), PAIRS).words()
    assert "ECE 40.0 ± 0.0 before" in said
    assert "(2 seeds); before, too sure by 30.0 points on average." in said


def test_rows_that_do_not_pair_are_refused():
    with pytest.raises(UserError, match="pair"):
        ReliabilityDiagrams(rows()[:1], PAIRS).draw()
    with pytest.raises(UserError, match="once"):
        ReliabilityDiagrams(rows() + rows(), PAIRS).draw()
