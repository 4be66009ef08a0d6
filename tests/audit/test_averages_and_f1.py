"""Averages against their rows, and F1 against precision and recall."""

from fractions import Fraction as F
from itertools import product

import numpy as np
import pytest

from reproduce.audit import averages, f1_bound, overlap
from reproduce.errors import UserError

RNG = np.random.default_rng(11)


def test_macro_and_weighted_averages():
    rows = ["0.80", "0.71", "0.61"]
    assert averages.macro_average(rows, "0.71").status == "consistent"
    # The mean of the rows is 0.70667 and their rounding allows 0.70167 to 0.71167.
    assert averages.macro_average(rows, "0.70").status == "consistent"
    assert averages.macro_average(rows, "0.696").inconsistent
    assert averages.macro_average(rows, "0.72").inconsistent
    found = averages.macro_average(rows, "0.72")
    assert "is 0.7067" in found.statement and "0.7017 to 0.7117" in found.statement
    assert averages.weighted_average(rows, ["1", "1", "8"], "0.64").status == "consistent"
    assert averages.weighted_average(rows, ["1", "1", "8"], "0.71").inconsistent
    assert averages.some_average(rows, "0.80").status == "consistent"
    assert averages.some_average(rows, "0.82").inconsistent
    assert "is not between" in averages.some_average(rows, "0.82").statement
    assert "is between" in averages.some_average(rows, "0.80").statement
    percent = averages.macro_average(["80.0", "71.0"], "77.5", scale=100).statement
    assert "75.5 (rounding allows 75.45 to 75.55)" in percent
    assert averages.macro_average(["80.0", "71.0"], "75.5", scale=100).status == "consistent"


def test_weighted_recall_is_accuracy():
    assert averages.weighted_recall_is_accuracy("0.7968", "79.68", accuracy_scale=100).status == (
        "consistent"
    )
    assert averages.weighted_recall_is_accuracy("0.797", "79.68", accuracy_scale=100).status == (
        "consistent"
    )
    apart = averages.weighted_recall_is_accuracy("0.7958", "79.68", accuracy_scale=100)
    assert apart.inconsistent and apart.evidence["difference"] == pytest.approx(-0.001)


def test_the_accuracy_lies_between_the_recalls():
    assert averages.accuracy_of_recalls(["0.50", "0.90"], "0.90").status == "consistent"
    assert averages.accuracy_of_recalls(["0.50", "0.90"], "0.92").inconsistent
    assert averages.accuracy_of_recalls(["0.50", "0.90"], "0.47").inconsistent


def test_accuracy_against_mean_recall_is_the_best_possible_bound():
    sizes = (7, 2, 3)
    for k in range(0, 101, 4):
        target = F(k, 100)
        reached = [
            F(sum(hits), sum(sizes))
            for hits in product(*(range(n + 1) for n in sizes))
            if abs(sum(F(h, n) for h, n in zip(hits, sizes, strict=True)) / 3 - target) <= F(1, 200)
        ]
        # Recalls need not be whole numbers of images here, so the bound may be wider, never less.
        found = averages.accuracy_against_macro_recall(
            "0.5", f"{k / 100:.2f}", [str(n) for n in sizes]
        )
        if reached:
            assert found.evidence["low"] <= min(reached) and max(reached) <= found.evidence["high"]
    extreme = averages.accuracy_against_macro_recall("0.5", "0.3333", ["7", "2", "3"])
    # One class wholly right and the others wholly wrong: the smallest, or the largest.
    assert extreme.evidence["low"] == pytest.approx(2 / 12, abs=1e-3)
    assert extreme.evidence["high"] == pytest.approx(7 / 12, abs=1e-3)
    sizes = ["70", "20", "30"]
    assert averages.accuracy_against_macro_recall("0.60", "0.333", sizes).inconsistent
    assert averages.accuracy_against_macro_recall("0.15", "0.333", sizes).inconsistent
    assert averages.accuracy_against_macro_recall("0.17", "0.333", sizes).status == "consistent"
    percent = averages.accuracy_against_macro_recall("60.0", "0.3335", sizes, accuracy_scale=100)
    assert "between 16.675417 and 58.349583" in percent.statement
    assert averages.accuracy_against_macro_recall("0.50", "1.40", sizes).inconsistent


def test_the_bound_on_the_macro_f1_holds_and_cannot_be_less():
    for _ in range(2000):
        classes = RNG.integers(1, 7)
        p, r = RNG.random((2, classes))
        weights = RNG.dirichlet(np.ones(classes))
        f1 = (weights * 2 * p * r / (p + r)).sum()
        low = max(0.0, (weights * p).sum() + (weights * r).sum() - 1)
        mean_p, mean_r = (weights * p).sum(), (weights * r).sum()
        assert low - 1e-12 <= f1 <= 2 * mean_p * mean_r / (mean_p + mean_r) + 1e-12
    # Proportional classes reach the bound; classes at the corners of the square the lower one.
    p = np.array([0.9, 0.45])
    assert (2 * p * p / 3 / (p + p / 3)).mean() == pytest.approx(
        2 * p.mean() * p.mean() / 3 / (p.mean() + p.mean() / 3)
    )
    found = f1_bound.macro_f1_bound("0.80", "0.60", "0.40")
    assert found.evidence["low"] == pytest.approx(0.39) and found.status == "consistent"


def test_an_f1_beyond_its_precision_and_recall():
    high = f1_bound.macro_f1_bound("0.800", "0.600", "0.690")
    assert high.inconsistent and "at most" in high.statement and "0.690" in high.statement
    assert high.evidence["harmonic_mean_as_printed"] == pytest.approx(0.96 / 1.4)
    assert f1_bound.macro_f1_bound("0.800", "0.600", "0.686").status == "consistent"
    assert f1_bound.macro_f1_bound("0.800", "0.600", "0.500").status == "consistent"
    low = f1_bound.macro_f1_bound("0.95", "0.95", "0.80")
    assert low.inconsistent and "at least" in low.statement
    assert f1_bound.macro_f1_bound("1.2", "0.6", "0.7").inconsistent
    assert f1_bound.macro_f1_bound("80.0", "60.0", "69.0", scale=100).inconsistent


def test_the_f1_of_one_class_is_the_harmonic_mean():
    assert f1_bound.f1_of_class("0.800", "0.600", "0.686").status == "consistent"
    assert f1_bound.f1_of_class("0.800", "0.600", "0.680").inconsistent
    assert f1_bound.f1_of_class("0.8", "0.6", "0.680").status == "consistent"
    assert f1_bound.f1_of_class("0.00", "0.00", "0.00").status == "consistent"
    assert f1_bound.f1_of_class("0.00", "1.00", "0.50").inconsistent


def test_the_other_definition_is_told_and_is_no_contradiction():
    assert f1_bound.f1_of_means("0.800", "0.600", "0.686").evidence["fits"]
    other = f1_bound.f1_of_means("0.800", "0.600", "0.650")
    assert other.status == "not_testable" and not other.evidence["fits"]


def test_iou_and_dice():
    assert overlap.mean_iou(["90.0", "80.0"], "85.0", scale=100).status == "consistent"
    wrong = overlap.mean_iou(["90.0", "80.0"], "85.2", scale=100)
    assert wrong.inconsistent and "the mean IoU of 90.0, 80.0 is 85" in wrong.statement
    assert overlap.dice_of_iou("0.50", "0.67").status == "consistent"
    assert overlap.dice_of_iou("0.50", "0.60").inconsistent
    assert overlap.mean_dice_bound("0.50", "0.60").status == "consistent"
    percent = overlap.mean_dice_bound("50.0", "48.0", scale=100)
    assert percent.inconsistent and "49.95 to 66.711096" in percent.statement
    percent = overlap.dice_of_iou("50.0", "60.0", scale=100).statement
    assert "66.622207 to 66.711096" in percent
    assert overlap.mean_dice_bound("0.50", "0.48").inconsistent
    assert overlap.mean_dice_bound("0.50", "0.69").inconsistent
    for _ in range(300):
        iou = RNG.random(4)
        dice = (2 * iou / (1 + iou)).mean()
        assert iou.mean() <= dice <= 2 * iou.mean() / (1 + iou.mean())


@pytest.mark.parametrize(
    "call",
    [
        lambda: averages.macro_average([], "0.5"),
        lambda: averages.weighted_average(["0.5"], ["1", "2"], "0.5"),
        lambda: averages.weighted_average(["0.5"], ["0"], "0.5"),
        lambda: averages.accuracy_against_macro_recall("0.5", "0.5", []),
    ],
)
def test_wrong_input_is_refused(call):
    with pytest.raises(UserError):
        call()
