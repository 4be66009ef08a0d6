"""The index of balanced accuracy, against imbalanced-learn and a linear program."""

import numpy as np
import pytest
from imblearn.metrics import geometric_mean_score, make_index_balanced_accuracy
from scipy.optimize import linprog

from reproduce.audit import iba
from reproduce.errors import UserError

RNG = np.random.default_rng(5)


def line_exists(points, half):
    """Ask a linear program for a line through all intervals."""
    rows = [[sign, sign * alpha] for alpha, _ in points for sign in (1, -1)]
    ends = [sign * value + half for _, value in points for sign in (1, -1)]
    return linprog([0, 0], A_ub=rows, b_ub=ends, bounds=[(None, None)] * 2).status == 0


@pytest.mark.parametrize("seed", range(30))
def test_a_line_through_all_intervals(seed):
    random = np.random.default_rng(seed)
    alphas = sorted(random.choice([0.0, 0.1, 0.2, 0.5, 0.7, 1.0], 4, replace=False))
    values = np.round(0.6 - 0.2 * np.array(alphas) + random.normal(0, 0.006, 4), 2)
    points = list(zip(alphas, values, strict=True))
    found = iba.linear_in_alpha({str(a): f"{v:.2f}" for a, v in points})
    assert (found.status == "consistent") == line_exists(points, 0.005), points


def labels():
    true = RNG.integers(0, 4, 400)
    return true, np.where(RNG.random(400) < 0.6, true, RNG.integers(0, 4, 400))


@pytest.mark.parametrize(
    ("averaging", "average"), [("multiclass", "multiclass"), ("of_means", "macro"), ("mean", None)]
)
def test_the_averagings_of_imbalanced_learn(averaging, average):
    true, predicted = labels()
    printed = {}
    for alpha in (0.1, 0.5, 1):
        index = make_index_balanced_accuracy(alpha=alpha, squared=True)(geometric_mean_score)
        printed[str(alpha)] = f"{np.mean(index(true, predicted, average=average)):.5f}"
    mean = f"{np.mean(geometric_mean_score(true, predicted, average=average)):.5f}"
    assert iba.linear_in_alpha(printed).status == "consistent"
    assert iba.slope_within_intercept(printed).status == "consistent"
    assert iba.intercept_against_g_mean(printed, mean, averaging).status == "consistent"
    if averaging == "mean":
        for other in ("multiclass", "of_means"):
            assert iba.intercept_against_g_mean(printed, mean, other).inconsistent


def test_the_ends_of_intercept_and_slope():
    (low, high), (least, most) = iba.intercept_and_slope({"0": "0.60", "1": "0.40"})
    assert (float(low), float(high)) == pytest.approx((0.595, 0.605))
    assert (float(least), float(most)) == pytest.approx((-0.21, -0.19))
    printed = {"0": "0.60", "0.5": "0.50", "1": "0.41"}
    (low, high), _ = iba.intercept_and_slope(printed)
    half = 0.005
    rows = [[s, s * a] for a in (0, 0.5, 1) for s in (1, -1)]
    ends = [s * v + half for v in (0.60, 0.50, 0.41) for s in (1, -1)]
    for sign, end in ((1, low), (-1, high)):
        best = linprog([sign, 0], A_ub=rows, b_ub=ends, bounds=[(None, None)] * 2).fun
        assert sign * best == pytest.approx(float(end))


def test_what_is_no_line():
    printed = {"0.1": "60.17", "0.5": "53.15", "1": "44.63"}
    found = iba.linear_in_alpha(printed, scale=100)
    assert found.inconsistent
    assert "through 60.17 and 44.63 has 53.263333, printed is 53.15" in found.statement
    kinked = {"0": "0.600", "0.2": "0.580", "0.5": "0.500", "1": "0.500"}
    assert "at alpha 0.5 the line through 0.600 and 0.500 has 0.55, printed is 0.500" in (
        iba.linear_in_alpha(kinked).statement
    )
    assert iba.intercept_against_g_mean(printed, "78.49", "mean", scale=100).status == (
        "not_testable"
    )
    assert iba.slope_within_intercept(printed, scale=100).status == "not_testable"
    assert iba.linear_in_alpha({"0.1": "0.6", "1": "0.5"}).status == "not_testable"


def test_the_slope_is_at_most_the_intercept():
    assert iba.slope_within_intercept({"0": "0.30", "1": "0.61"}).status == "consistent"
    assert iba.slope_within_intercept({"0": "0.30", "1": "0.63"}).inconsistent
    assert iba.slope_within_intercept({"0": "0.300", "1": "-0.010"}).inconsistent


def test_a_g_mean_above_or_below_what_the_intercept_allows():
    printed = {"0": "0.600", "1": "0.400"}
    assert iba.intercept_against_g_mean(printed, "0.775", "mean").status == "consistent"
    assert iba.intercept_against_g_mean(printed, "0.790", "mean").inconsistent
    assert iba.intercept_against_g_mean(printed, "0.590", "mean").inconsistent
    assert iba.intercept_against_g_mean(printed, "0.605", "mean").status == "consistent"
    assert iba.intercept_against_g_mean(printed, "0.775", "of_means").status == "consistent"
    assert iba.intercept_against_g_mean(printed, "0.765", "of_means").inconsistent


def test_the_weighted_g_mean_is_bounded_by_the_accuracy():
    for _ in range(200):
        true, predicted = labels()
        shares = np.bincount(true) / len(true)
        mean = (shares * geometric_mean_score(true, predicted, average=None)).sum()
        accuracy = (true == predicted).mean()
        found = iba.weighted_g_mean_bound(f"{accuracy:.4f}", f"{mean:.4f}", shares.max())
        assert found.status == "consistent"
    low = iba.weighted_g_mean_bound("0.90", "0.80", 0.2)
    assert low.inconsistent and low.evidence["bound"] == pytest.approx(0.895 - 0.105 / 4)
    percent = iba.weighted_g_mean_bound("90.0", "80.0", 0.2, scale=100)
    assert "at least 87.4375; printed is 80.0" in percent.statement


@pytest.mark.parametrize(
    "call",
    [
        lambda: iba.intercept_and_slope({"0.1": "0.5"}),
        lambda: iba.linear_in_alpha({"0.1": "0.5", "0.10": "0.5", "1": "0.4"}),
        lambda: iba.intercept_against_g_mean({"0": "0.5", "1": "0.4"}, "0.7", "weighted"),
        lambda: iba.weighted_g_mean_bound("0.9", "0.8", 1.0),
    ],
)
def test_wrong_input_is_refused(call):
    with pytest.raises(UserError):
        call()
