"""How often a verdict is false, on simulated repeats and images whose truth is known.

A false verdict is one of the four firm ones that the truth contradicts; the nominal rate is 5 %,
and 6 % is that plus three standard errors of 4,000 simulations. Each case runs for several k and
several shares of the test images in the squared standard error.
"""

from collections import Counter

import numpy as np
import pytest

from reproduce.evaluation.significance import paired_effect
from reproduce.evaluation.verdicts import Contrast, judge_claim, judge_contrast

SIMULATIONS = 4000
LIMIT = 0.06
SHARES = [0.0, 0.5, 0.9]
settings = pytest.mark.parametrize(("k", "share"), [(k, s) for k in (5, 10) for s in SHARES])


def effects(truth, k, share, seed):
    """Simulate experiments of k repeats whose mean has standard error 1, `share` due to images."""
    random = np.random.default_rng([seed, k, int(100 * share)])
    repeats = random.normal(size=(SIMULATIONS, k)) * np.sqrt((1 - share) * k)
    images = random.normal(size=(SIMULATIONS, 1)) * np.sqrt(share)
    # The bootstrap knows the image variance within about 10 %, as 200 draws do.
    known = share * random.chisquare(199, size=SIMULATIONS) / 199
    rows = truth + repeats + images
    return [paired_effect(row, variance) for row, variance in zip(rows, known, strict=True)]


def rates(truth, expect, margin, k, share, gain=None, seed=0):
    found = Counter(
        judge_contrast(effect, expect, margin, gain) for effect in effects(truth, k, share, seed)
    )
    return {verdict: number / SIMULATIONS for verdict, number in found.items()}


def total(found, *verdicts):
    return sum(found.get(verdict, 0.0) for verdict in verdicts)


@settings
@pytest.mark.parametrize("expect", ["greater", "less"])
def test_without_a_difference(expect, k, share):
    found = rates(0.0, expect, 0.5, k, share)
    assert total(found, "holds", "holds, smaller", "opposite") <= LIMIT
    if share == 0:  # there the t interval is exact, so the rate is near 5 % and not just below
        assert total(found, "holds", "opposite") >= 0.04


@settings
@pytest.mark.parametrize(("expect", "truth"), [("greater", 3.0), ("less", -3.0)])
def test_with_a_true_difference_of_three_standard_errors(expect, truth, k, share):
    found = rates(truth, expect, 1.0, k, share)
    assert total(found, "opposite", "no practical difference") <= LIMIT
    assert found["holds"] > (0.35 if k == 5 else 0.7)
    turned = rates(-truth, expect, 1.0, k, share)
    assert total(turned, "holds", "no practical difference") <= LIMIT
    assert turned["opposite"] > (0.35 if k == 5 else 0.7)


@settings
@pytest.mark.parametrize("edge", [-1.0, 1.0])
def test_at_the_edge_of_the_margin(edge, k, share):
    margin = 4.0
    found = rates(edge * margin, "greater", margin, k, share)
    assert total(found, "no practical difference") <= LIMIT
    wrong = "opposite" if edge > 0 else "holds"
    assert total(found, "no practical difference", wrong) <= LIMIT
    assert total(rates(edge * margin, "equal", margin, k, share), "holds", "opposite") <= LIMIT


@settings
def test_well_inside_the_margin(k, share):
    assert rates(0.5, "greater", 9.0, k, share)["no practical difference"] > 0.95
    found = rates(0.5, "equal", 9.0, k, share)
    assert found["holds"] > 0.95
    assert total(found, "opposite") == 0


@settings
def test_wholly_outside_the_margin(k, share):
    found = rates(-9.0, "equal", 1.0, k, share)
    assert found["opposite"] > 0.95
    assert total(found, "holds") == 0


@settings
def test_holds_smaller_when_the_truth_is_half_the_published_gain(k, share):
    found = rates(4.0, "greater", 0.1, k, share, gain=8.0)
    assert total(found, "holds, smaller", "opposite", "no practical difference") <= LIMIT


CONJUNCTIONS = {
    # truths of the three parts, margin, published gain, verdicts that would be false
    "all null": ((0, 0, 0), 0.0, None, ("holds", "opposite")),
    "one null among true ones": ((0, 6, 6), 0.0, None, ("holds", "opposite")),
    "all against": ((-1, -1, -1), 0.0, None, ("holds",)),
    "all at the edge": ((3, 3, 3), 3.0, None, ("opposite", "no practical difference")),
    "one at the edge": ((3, 9, 9), 3.0, None, ("opposite", "no practical difference")),
    "all at half the gain": ((5, 5, 5), 0.0, 10.0, ("holds, smaller", "opposite")),
}


def conjunction(truths, margin, gain, k, share, expect="greater"):
    arms = [effects(truth, k, share, seed) for seed, truth in enumerate(truths)]
    found = Counter(
        judge_claim(
            [
                Contrast(f"part {number}", effect, expect, margin, gain)
                for number, effect in enumerate(row)
            ],
            scale="laptop",
            data_role="own",
        ).verdict
        for row in zip(*arms, strict=True)
    )
    return {verdict: number / SIMULATIONS for verdict, number in found.items()}


@pytest.mark.parametrize(("k", "share"), [(5, 0.0), (10, 0.0), (10, 0.5)])
@pytest.mark.parametrize("case", CONJUNCTIONS)
def test_conjunctions_of_three_parts(case, k, share):
    truths, margin, gain, false = CONJUNCTIONS[case]
    assert total(conjunction(truths, margin, gain, k, share), *false) <= LIMIT


def test_a_true_conjunction_is_found_and_its_opposite_too():
    assert conjunction((7, 7, 7), 0.5, None, 10, 0.0)["holds"] > 0.95
    assert conjunction((7, 7, -7), 0.5, None, 10, 0.0)["opposite"] > 0.95
    assert conjunction((-7, -7, -7), 0.5, None, 10, 0.0, "less")["holds"] > 0.95
