import math

import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.figures.by_seed import (
    alike,
    by_seed,
    contains_zero,
    effect_between,
    effect_ends,
    gain_effects,
    gains,
    has_interval,
    span,
)
from reproduce.figures.line_ends import line_name, spread


def row(method, seed, auc, **factors):
    return {"method": method, "seed": seed, "auc": auc, **factors}


ROWS = [
    row("baseline", 0, 0.80), row("baseline", 1, 0.90), row("baseline", 2, 0.70),
    row("focal", 2, 0.73), row("focal", 0, 0.81), row("focal", 7, 0.10),
]  # fmt: skip


def test_values_are_kept_by_point_and_seed_and_missing_ones_left_out():
    rows = [*ROWS, row("focal", 9, None), row("focal", 10, math.nan)]
    found = by_seed(rows, "auc", ("method",))
    assert list(found) == [("baseline",), ("focal",)]
    assert found["focal",] == {2: 0.73, 0: 0.81, 7: 0.10}


def test_a_seed_that_occurs_twice_is_refused_with_the_factor_that_hides_behind_it():
    rows = [row("focal", 0, 0.5, mu=0.2), row("focal", 0, 0.6, mu=0.8)]
    with pytest.raises(UserError, match="separate mu"):
        by_seed(rows, "auc", ("method",))
    assert len(by_seed(rows, "auc", ("method", "mu"))) == 2


def test_gains_are_method_minus_reference_on_the_same_seed():
    found = gains(by_seed(ROWS, "auc", ("method",)), "baseline")
    assert sorted(found["focal",]) == pytest.approx([0.01, 0.03])
    with pytest.raises(UserError, match="Oversampling"):
        gains(by_seed(ROWS, "auc", ("method",)), "oversampling")


def test_the_interval_of_a_gain_is_the_t_interval_over_seeds():
    effect = gain_effects(ROWS, "auc", "baseline", ())["focal",]
    # Two differences 0.01 and 0.03: the standard error is 0.01, t with one degree 12.7062.
    assert effect.mean == pytest.approx(0.02)
    assert effect.high - effect.mean == pytest.approx(0.127062, rel=1e-5)
    assert contains_zero(effect)


def still(row, metric):
    """Draws of a test set whose choice moves nothing."""
    return np.zeros(50)


def test_whether_an_interval_holds_zero():
    levels = {"baseline": 0.5, "up": 0.52, "same": 0.5}
    steady = [
        row(method, seed, level + 0.1 * seed + 0.001 * seed * (method == "up"))
        for method, level in levels.items()
        for seed in range(4)
    ]
    found = gain_effects(steady, "auc", "baseline", (), still)
    assert not contains_zero(found["up",]) and has_interval(found["up",])
    assert contains_zero(found["same",])
    rounded = [{**r, "auc": r["auc"] + (r["method"] == "same") * 2e-16} for r in steady]
    assert contains_zero(gain_effects(rounded, "auc", "baseline", (), still)["same",])
    alone = [r for r in steady if r["seed"] == 0]
    assert contains_zero(gain_effects(alone, "auc", "baseline", (), still)["up",])


def test_an_interval_over_seeds_alone_is_none():
    """It would be another kind than that of the verdicts on the same page."""
    rows = [row(m, s, 0.5 + 0.02 * (m == "up") + 0.001 * s * (m == "up"))
            for m in ("baseline", "up") for s in range(4)]  # fmt: skip

    def of_three(row, metric):
        return None if row["seed"] == 3 else np.zeros(50)

    for draws in (None, lambda row, metric: None, of_three):
        (effect,) = gain_effects(rows, "auc", "baseline", (), draws).values()
        assert not has_interval(effect) and contains_zero(effect)
        # Differences of 2.0, 2.1, 2.2 and 2.3 points.
        assert effect_ends(effect, 2) == " (spread over seeds 0.13)"


def test_an_effect_takes_in_the_choice_of_test_images():
    """Against the formula: the variance of the mean difference over the draws, beside s^2 / k."""
    random = np.random.default_rng(0)
    drawn = {(m, s): random.normal(scale=0.01, size=60) for m in ("a", "b") for s in (0, 1, 2)}
    ones = [row("a", seed, value) for seed, value in enumerate((0.6, 0.63, 0.61))]
    others = [row("b", seed, value) for seed, value in enumerate((0.5, 0.52, 0.53))]
    effect = effect_between(
        [*ones, row("a", 9, 0.9)], others, "auc", lambda r, _: drawn[r["method"], r["seed"]]
    )
    differences = [0.1, 0.11, 0.08]
    images = np.mean([drawn["a", s] - drawn["b", s] for s in range(3)], axis=0).var(ddof=1)
    assert effect.mean == pytest.approx(np.mean(differences)) and effect.repeats == 3
    assert effect.standard_error**2 == pytest.approx(np.var(differences, ddof=1) / 3 + images)
    assert effect_between(ones, [row("b", 7, 0.5)], "auc") is None


class Divided:
    """Draws without spread, and a split for each seed or one for all."""

    def __init__(self, anew):
        self.anew = anew

    def __call__(self, row, metric):
        return np.full(9, row[metric])

    def split_of(self, row):
        return f"split {row['seed'] if self.anew else 0}"

    def sizes_of(self, row):
        return 80, 20


def test_where_every_seed_divides_the_images_anew_the_interval_is_that_of_the_verdicts():
    """Nadeau and Bengio by hand: variance s^2 (1 / k + tested / trained), k - 1 degrees."""
    ones = [row("focal", 0, 0.81), row("focal", 2, 0.73)]
    found = effect_between(ones, ROWS[:3], "auc", Divided(anew=True))
    error = math.sqrt(0.0002 * (1 / 2 + 20 / 80))
    assert found.mean == pytest.approx(0.02) and has_interval(found)
    assert found.high == pytest.approx(0.02 + 12.7062 * error, rel=1e-4)
    same = effect_between(ones, ROWS[:3], "auc", Divided(anew=False))
    assert same.high == pytest.approx(0.02 + 12.7062 * math.sqrt(0.0002 / 2), rel=1e-4)
    once = effect_between(ones[:1], ROWS[:3], "auc", Divided(anew=True))
    assert not has_interval(once)


def test_methods_are_alike_only_where_every_seed_agrees():
    values = {
        ("a", 1): {0: 0.5, 1: 0.6}, ("b", 1): {0: 0.5, 1: 0.6 + 1e-15}, ("c", 1): {0: 0.5, 1: 0.7},
        ("a", 2): {0: 0.1}, ("b", 2): {0: 0.1}, ("d", 1): {0: 0.5, 1: 0.6},
    }  # fmt: skip
    assert alike(values) == {"a": ["a", "b"], "c": ["c"], "d": ["d"]}


def test_span_says_both_ends_where_they_differ():
    assert span([3, 3]) == "3" and span(iter([5, 3, 4])) == "3 to 5"


def test_names_are_spread_no_more_than_needed_and_keep_their_order():
    assert spread([0.9, 0.1], [0.2, 0.2]) == pytest.approx([0.9, 0.1])
    assert spread([0.5, 0.5], [0.2, 0.4]) == pytest.approx([0.35, 0.65])
    moved = spread([0.31, 0.3, 0.32, 0.9], [0.1, 0.1, 0.1, 0.1])
    assert moved == pytest.approx([0.31, 0.21, 0.41, 0.9])


def test_a_line_of_two_methods_has_both_names():
    assert line_name(["baseline", "thresholding"]) == "Baseline\n= thresholding"
