"""Comparing a published cell: by hand, and its rate of false disagreement."""

from math import inf

import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.evaluation.verdicts import cell_tolerance, compare_cell


def test_the_tolerance_by_hand():
    # Ours alone: t(4) = 2.776445, sqrt(.01^2 (1/5 + 1/1) + .00003) + half a printed unit.
    found = cell_tolerance(0.01, 5, test_variance=0.00003, rounding=0.00005)
    assert found == pytest.approx(2.776445 * np.sqrt(0.00012 + 0.00003) + 0.00005, rel=1e-6)
    # Both spreads: pooled variance (4 .01^2 + 2 .02^2) / 6 = .0002, t(6) = 2.446912.
    found = cell_tolerance(0.01, 5, 0.02, 3, test_variance=0.0, rounding=0.0)
    assert found == pytest.approx(2.446912 * np.sqrt(0.0002 * (1 / 5 + 1 / 3)), rel=1e-6)
    # A spread printed for one run, or for an unstated number of runs, cannot be pooled.
    assert cell_tolerance(0.01, 5, 0.5, 1, test_variance=0, rounding=0) == pytest.approx(
        cell_tolerance(0.01, 5, test_variance=0, rounding=0)
    )
    assert cell_tolerance(0.0, 1, test_variance=0.0, rounding=0.0) == inf


@pytest.mark.parametrize(
    ("published", "gap", "verdict"),
    [
        (0.80, 0.20, "agrees"),
        (0.82, 0.20, "agrees"),
        (0.78, -0.20, "agrees"),
        (0.90, 0.20, "disagrees"),
        (0.70, 0.20, "disagrees"),
        (0.80, 0.01, "cannot tell"),
        (0.90, 0.01, "cannot tell"),
    ],
)
def test_each_rule(published, gap, verdict):
    # T is about .03.
    found = compare_cell(
        0.80, 0.01, 5, published, test_variance=0.0, rounding=0.0, gap_to_baseline=gap
    )
    assert found == verdict


def test_one_run_cannot_tell():
    found = compare_cell(
        0.8, float("nan"), 1, 0.8, test_variance=1e-6, rounding=1e-4, gap_to_baseline=0.5
    )
    assert found == "cannot tell"


@pytest.mark.parametrize(("k_ours", "k_published"), [(5, None), (5, 3), (10, 10)])
def test_a_true_replication_rarely_disagrees(k_ours, k_published):
    random = np.random.default_rng(7)
    spread, shift, simulations = 0.01, 0.008, 4000
    theirs = k_published or 1
    disagreements = 0
    for _ in range(simulations):
        ours = random.normal(size=k_ours) * spread
        runs = random.normal(size=theirs) * spread + random.normal() * shift
        found = compare_cell(
            ours.mean(), ours.std(ddof=1), k_ours, round(runs.mean(), 3),
            runs.std(ddof=1) if k_published else None, k_published,
            test_variance=shift**2, rounding=0.0005, gap_to_baseline=1.0,
        )  # fmt: skip
        disagreements += found == "disagrees"
    assert 0 < disagreements / simulations <= 0.06


def test_bad_input_is_refused():
    with pytest.raises(UserError, match="at least one run, received 0 ours"):
        cell_tolerance(0.01, 0, test_variance=0, rounding=0)
    with pytest.raises(UserError, match="at least 0"):
        cell_tolerance(0.01, 5, test_variance=-1e-9, rounding=0)
    with pytest.raises(UserError, match="finite numbers"):
        compare_cell(0.8, 0.01, 5, float("nan"), test_variance=0, rounding=0, gap_to_baseline=0.5)
