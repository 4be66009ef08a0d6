"""The spread of k runs, against every combination of counts."""

import math
from fractions import Fraction as F
from itertools import combinations_with_replacement

import pytest

from reproduce.audit import spread
from reproduce.errors import UserError
from tests.audit.generated import written


def pairs_of(n, runs, digits, population):
    """Return every (mean, spread) that runs of n images print, by loops."""
    found = set()
    for counts in combinations_with_replacement(range(n + 1), runs):
        mean = F(sum(counts), runs * n)
        variance = sum((F(c, n) - mean) ** 2 for c in counts) / (runs if population else runs - 1)
        root = math.sqrt(variance)
        found.add((written(mean, digits), written(root, digits)))
    return found


@pytest.mark.parametrize("kind", ["sample", "population"])
@pytest.mark.parametrize(("n", "runs", "digits"), [(6, 2, 2), (5, 3, 2), (4, 4, 2), (3, 5, 2)])
def test_a_pair_is_possible_if_and_only_if_some_runs_print_it(n, runs, digits, kind):
    possible = pairs_of(n, runs, digits, kind == "population")
    means = sorted({mean for mean, _ in possible})
    for mean in [*means, "0.01"]:
        for k in range(0, 72):
            text = f"{mean} ± {k / 100:.2f}"
            outcome = spread.spread_of_runs(text, n, runs, kind=kind, mode="either")
            if (mean, f"{k / 100:.2f}") in possible:
                assert outcome.status == "consistent", text
            elif outcome.status == "consistent":
                # Only where a half was rounded the other way than the reference rounds it.
                runs_found = outcome.evidence["runs_that_print_so"]
                centre = F(sum(runs_found), runs * n)
                squares = sum((F(c, n) - centre) ** 2 for c in runs_found)
                root = math.sqrt(squares / (runs - (kind == "sample")))
                assert abs(float(centre) - float(mean)) <= 0.005 + 1e-12
                assert abs(root - k / 100) <= 0.005 + 1e-12


def test_the_runs_named_have_the_mean_and_the_spread():
    outcome = spread.spread_of_runs("81.30 ± 1.20", 200, 5, kind="sample", scale=100)
    runs = [c / 200 for c in outcome.evidence["runs_that_print_so"]]
    mean = sum(runs) / 5
    root = math.sqrt(sum((one - mean) ** 2 for one in runs) / 4)
    assert len(runs) == 5
    assert f"{100 * mean:.2f} ± {100 * root:.2f}" == "81.30 ± 1.20"


def test_what_cannot_be_is_told_with_the_nearest_spreads():
    # Two runs of 100 images with mean 0.5 differ by an even number of images.
    outcome = spread.spread_of_runs("0.500 ± 0.003", 100, 2, kind="population")
    assert outcome.inconsistent
    assert outcome.evidence["nearest_spreads"] == pytest.approx([0.0, 0.01])
    assert spread.spread_of_runs("0.500 ± 0.010", 100, 2, kind="population").status == "consistent"
    assert spread.spread_of_runs("0.500 ± 0.010", 100, 2, kind="sample").inconsistent
    assert spread.spread_of_runs("0.500 ± 0.014", 100, 2, kind="sample").status == "consistent"
    assert spread.spread_of_runs("0.500 ± 0.014", 100, 2).status == "consistent"
    assert spread.spread_of_runs("0.503 ± 0.010", 100, 2).inconsistent


def test_a_search_too_long_is_no_proof(monkeypatch):
    monkeypatch.setattr(spread, "STEPS", 3)
    outcome = spread.spread_of_runs("0.5000 ± 0.0713", 1000, 5, kind="sample")
    assert outcome.status == "not_testable"


def test_no_numbers_between_0_and_1_spread_so_widely():
    assert spread.largest_spread("0.50 ± 0.50", 2, kind="population").status == "consistent"
    assert spread.largest_spread("0.50 ± 0.51", 2, kind="population").inconsistent
    assert spread.largest_spread("0.50 ± 0.71", 2, kind="sample").status == "consistent"
    assert spread.largest_spread("0.50 ± 0.72", 2, kind="sample").inconsistent
    assert spread.largest_spread("97.0 ± 40.0", 5, scale=100).inconsistent
    assert spread.largest_spread("0.97 ± 0.10", 5).status == "consistent"
    # A mean of 0.9 may be 0.85, whose bound is 0.357; 0.95 would have 0.218.
    assert spread.largest_spread("0.9 ± 0.35", 5, kind="population").status == "consistent"
    assert spread.largest_spread("0.1 ± 0.35", 5, kind="population").status == "consistent"
    assert spread.largest_spread("0.9 ± 0.37", 5, kind="population").inconsistent


@pytest.mark.parametrize(
    "call",
    [
        lambda: spread.spread_of_runs("0.5", 10, 3),
        lambda: spread.spread_of_runs("0.5 ± 0.1", 10, 1),
        lambda: spread.spread_of_runs("0.5 ± 0.1", 0, 3),
        lambda: spread.spread_of_runs("0.5 ± 0.1", 10, 3, kind="error"),
    ],
)
def test_wrong_input_is_refused(call):
    with pytest.raises(UserError):
        call()
