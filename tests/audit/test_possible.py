"""Sets of confusion matrices, against every set of matrices of a few images."""

import itertools
import random
from fractions import Fraction as F

import numpy as np
import pytest

from reproduce.audit.binary import values
from reproduce.audit.possible import hull
from reproduce.audit.possible.sets_of_images import (
    fold_sizes,
    mean_over_sets,
    recalls_and_hits,
    stratified,
)
from reproduce.audit.possible.two_classes import set_of_matrices
from reproduce.audit.possible.whole_solutions import solution

NAMES = ("accuracy", "precision", "recall", "f1", "macro_f1", "specificity", "mcc")


def every_run(names, p, n):
    """Return the scores of every matrix, once for each convention for 0 / 0."""
    found = []
    for tp, tn in itertools.product(range(p + 1), range(n + 1)):
        each = [values(name, np.array([tp]), p, np.array([tn]), n) for name in names]
        ways = {tuple(float(one[min(w, len(one) - 1)][0]) for one in each) for w in range(3)}
        found += [way for way in ways if np.isfinite(way).all()]
    return np.array(found)


def exists(printed, names, p, n, k, ddof, digits):
    """Whether any k runs have these means and spreads, by trying all."""
    runs = every_run(names, p, n)
    picks = np.array(list(itertools.combinations_with_replacement(range(len(runs)), k)))
    scores = runs[picks]
    mean, spread = scores.mean(axis=1), scores.std(axis=1, ddof=ddof)
    half = 0.5 * 10**-digits + 1e-9
    fits = np.ones(len(picks), dtype=bool)
    for j, name in enumerate(names):
        middle, *rest = printed[name].split(" ± ")
        fits &= abs(mean[:, j] - float(middle)) <= half
        if rest:
            fits &= abs(spread[:, j] - float(rest[0])) <= half
    return fits.any()


@pytest.mark.parametrize("seed", range(30))
def test_runs_are_possible_if_and_only_if_some_matrices_are(seed):
    dice = random.Random(seed)
    p, n, k, digits = (
        dice.randint(2, 3),
        dice.randint(2, 5),
        dice.choice((2, 3)),
        dice.choice((2, 3)),
    )
    names, ddof = dice.sample(NAMES, 2), dice.choice((0, 1))
    runs = every_run(names, p, n)
    picked = runs[[dice.randrange(len(runs)) for _ in range(k)]]
    printed = {}
    for j, name in enumerate(names):
        shift = dice.choice((0, 0, 1, -1, 3)) * 10**-digits
        middle = max(0.0, picked[:, j].mean() + shift)
        printed[name] = f"{middle:.{digits}f} ± {picked[:, j].std(ddof=ddof):.{digits}f}"
    outcome = set_of_matrices(printed, [(k, p, n)], kind=("population", "sample")[ddof])
    expected = exists(printed, names, p, n, k, ddof, digits)
    assert outcome.status == ("consistent" if expected else "inconsistent"), outcome.statement


@pytest.mark.parametrize("seed", range(40))
def test_folds_and_test_sets_are_possible_if_and_only_if_some_counts_are(seed):
    dice = random.Random(seed)
    sets = [(dice.randint(1, 2), dice.randint(1, 3), dice.randint(1, 3)) for _ in range(2)]
    flat = [(p, n) for times, p, n in sets for _ in range(times)][:3]
    sets = [(1, p, n) for p, n in flat]
    every = set()
    for counts in itertools.product(
        *(itertools.product(range(p + 1), range(n + 1)) for p, n in flat)
    ):
        pairs = list(zip(counts, flat, strict=True))
        every.add((
            sum(F(tp + tn, p + n) for (tp, tn), (p, n) in pairs) / len(flat),
            sum(F(tp, p) for (tp, _), (p, _) in pairs) / len(flat),
            sum(F(tn, n) for (_, tn), (_, n) in pairs) / len(flat),
        ))  # fmt: skip
    scores = dice.choice(sorted(every))
    texts = [f"{float(one) + dice.choice((0, 0, 0.001, 0.01)):.3f}" for one in scores]
    used = dice.sample(range(3), dice.randint(1, 3))
    printed = {("accuracy", "recall", "specificity")[i]: texts[i] for i in used}
    expected = any(all(abs(one[i] - F(texts[i])) <= F(1, 2000) for i in used) for one in every)
    outcome = mean_over_sets(printed, sets)
    assert outcome.status == ("consistent" if expected else "inconsistent")


@pytest.mark.parametrize("seed", range(40))
def test_accuracy_and_mean_recall_are_possible_if_and_only_if_some_hits_are(seed):
    dice = random.Random(seed)
    sizes = [dice.randint(1, 6) for _ in range(dice.randint(2, 4))]
    every = {
        (F(sum(hits), sum(sizes)), sum(map(F, hits, sizes)) / len(sizes))
        for hits in itertools.product(*(range(n + 1) for n in sizes))
    }  # fmt: skip
    accuracy, recall = dice.choice(sorted(every))
    texts = (
        f"{float(accuracy):.3f}",
        f"{min(1.0, float(recall) + dice.choice((0, 0.001, 0.1))):.3f}",
    )
    expected = any(
        abs(one - F(texts[0])) <= F(1, 2000) and abs(other - F(texts[1])) <= F(1, 2000)
        for one, other in every
    )
    outcome = recalls_and_hits(*texts, sizes)
    assert outcome.status == ("consistent" if expected else "inconsistent")


def test_a_mean_recall_that_no_hits_give_is_refuted():
    assert recalls_and_hits("0.6000", "0.9917", [10, 100, 80]).inconsistent
    assert recalls_and_hits("0.6000", "0.7383", [10, 100, 80]).status == "consistent"


def test_a_certificate_is_refused_that_does_not_tell_apart():
    points, box = [np.array([[0.0, 0.0], [1.0, 1.0]])], (np.array([0.4, 0.6]), np.array([0.5, 0.7]))
    assert hull.certified(points, [1.0], *box, np.array([1.0, -1.0]))
    assert not hull.certified(points, [1.0], *box, np.array([-1.0, 1.0]))
    assert not hull.certified(points, [1.0], *box, np.array([1.0, 0.0]))
    assert hull.apart(points, [1.0], *box) is not None
    inside = (np.array([0.4, 0.4]), np.array([0.5, 0.5]))
    assert hull.apart(points, [1.0], *inside) is None


def test_whole_solutions_are_within_their_limits():
    weights = np.array([[1.0, 1.0, 1.0], [1 / 3, 1 / 5, 1 / 7]])
    found = solution([3, 5, 7], weights, np.array([9, 1.9]), np.array([9, 2.0]))
    assert sum(found) == 9 and 1.9 <= sum(x / n for x, n in zip(found, (3, 5, 7), strict=True)) <= 2
    assert solution([3, 5, 7], weights, np.array([9, 2.9]), np.array([9, 3.0])) is None


def test_folds_hold_all_images():
    assert fold_sizes(292, 5) == [(2, 59), (3, 58)] and fold_sizes(10, 5) == [(5, 2)]
    for way in stratified(38, 262, 5):
        assert sum(times for times, _, _ in way) == 5
        assert (sum(t * p for t, p, _ in way), sum(t * n for t, _, n in way)) == (38, 262)
