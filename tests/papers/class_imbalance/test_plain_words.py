"""The plain sentences say what the rows say, direction included."""

from types import SimpleNamespace

import numpy as np
import pytest

from reproduce.papers.class_imbalance import plain_words
from reproduce.papers.class_imbalance import rows as experiments


def row(method, auc, accuracy, *, rho=1000.0, **more):
    return {"method": method, "auc": auc, "accuracy": accuracy, "rho": rho, "seed": 0, **more}


GRID = [
    row("baseline", 0.99, 0.97, rho=10.0), row("baseline", 0.95, 0.57),
    row("oversampling", 0.99, 0.97, rho=10.0), row("oversampling", 0.98, 0.80),
    row("thresholding", 0.99, 0.97, rho=10.0), row("thresholding", 0.95, 0.86),
]  # fmt: skip


@pytest.fixture
def said(monkeypatch):
    """Return the sentences of these rows."""

    def of(grid=GRID, learning=(), trends=()):
        monkeypatch.setattr(experiments, "rows_over_rho", lambda study: list(grid))
        monkeypatch.setattr(experiments, "learning_rows", lambda study: list(learning))
        monkeypatch.setattr(experiments, "rows_of", lambda study, name, **at: list(trends))
        study = SimpleNamespace(shown={}, at_shown="rho 100, mu 0.5", cells=[], references=[])
        return list(plain_words.plain_words(study))

    return of


def test_the_grid_in_plain_words(said):
    harm, best, sampling, *others = said()
    assert "instead of 10 times, the accuracy of the plain network falls from 97 % to 57 %" in harm
    assert (
        "at 1000 to 1 the most accurate on average is thresholding (+29 points over doing nothing)"
        in best
    )
    assert best.endswith("asks only for the right ranking, it is oversampling.")
    assert sampling.endswith("0.0 at 10 to 1 and +3.0 at 1000 to 1.")
    assert others == ["", ""]


def test_the_most_accurate_is_named_with_those_that_cannot_be_told_apart_from_it(said, monkeypatch):
    def still(row, metric):
        return np.zeros(20)

    monkeypatch.setattr(plain_words, "draws_of", lambda study: still)
    repeats = [
        {**one, "seed": seed, "accuracy": one["accuracy"] + 0.01 * seed * luck}
        for one in GRID if one["rho"] == 1000
        for seed in range(3)
        for luck in [{"oversampling": 10, "baseline": 0, "thresholding": 1}[one["method"]]]
    ]  # fmt: skip
    low = [one for one in GRID if one["rho"] == 10]
    # Oversampling: 80, 90, 100 %; thresholding: 86, 87, 88 %.
    assert (
        "is oversampling (+33 points over doing nothing; thresholding cannot be told apart"
        in (said([*low, *repeats])[1])
    )


def test_directions_follow_from_the_rows(said):
    turned = [{**r, "accuracy": 1 - r["accuracy"]} for r in GRID]
    assert "rises from 3 % to 43 %" in said(turned)[0]
    alike = [{**r, "auc": 0.9} for r in GRID]
    assert said(alike)[1].endswith(
        "and it ranks images best, level with baseline and oversampling."
    )
    alone = [r if r["method"] == "thresholding" else {**r, "auc": 0.9} for r in GRID]
    assert said(alone)[1].endswith("and it ranks images best as well.")
    # How many classes are rare is part of the sentence where the rows say it.
    half = [{**r, "mu": 0.5} for r in GRID]
    assert "as the rare ones (50 % of the classes) instead of 10 times" in said(half)[0]


def test_one_ratio_or_one_method_is_not_compared(said):
    assert said([GRID[1]])[:3] == ["", "", ""]
    assert said([])[:3] == ["", "", ""]


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (0.95, "widens by 5.0 points and ends at 15.0 points"),
        (0.85, "narrows by 5.0 points and ends at 5.0 points"),
        (0.901, "moves by less than half a point and ends at 10.1 points"),
    ],
)
def test_a_gap_that_grows_is_told_from_one_that_shrinks(said, end, words):
    curve = [
        {"method": "oversampling", "iteration": time, "train_balanced_accuracy": there,
         "test_balanced_accuracy": 0.8}
        for time, there in ((50, 0.90), (100, end))
    ]  # fmt: skip
    assert f"new images {words} (at rho 100, mu 0.5)." in said(learning=curve)[3]
    plain = {**curve[1], "method": "baseline", "train_balanced_accuracy": 0.93}
    beside = f"new images {words}, beside 13.0 with nothing done (at rho 100, mu 0.5)."
    assert beside in said(learning=[*curve, plain])[3]


def test_the_gain_over_the_grid_is_told_from_its_least_to_its_largest(said):
    """A mean may be carried by one corner."""
    gains = {(10.0, 0.2): 0.0, (10.0, 0.8): 0.001, (1000.0, 0.2): 0.002, (1000.0, 0.8): 0.05}
    grid = [
        row(method, 0.9 + gain * (method == "oversampling"), 0.9, rho=rho, mu=mu)
        for (rho, mu), gain in gains.items() for method in ("baseline", "oversampling")
    ]  # fmt: skip
    middle = [{**one, "mu": 0.5} for one in GRID]
    sampling = said(grid=middle, trends=grid)[2]
    assert "over doing nothing (50 % of the classes rare): 0.0 at 10 to 1" in sampling
    assert sampling.endswith(
        "; over the 4 points of the grid it is from 0.0 to +5.0, and +0.2 at the middle one."
    )


def test_later_methods_are_counted_against_oversampling(said):
    trends = [row("oversampling", 0.98, 0.9), row("focal", 0.97, 0.9), row("mixup", 0.99, 0.9)]
    # A step after training is no method that came later.
    trends.append(row("undersampling_thresholding", 0.97, 0.9))
    assert said(trends=trends)[4] == (
        "1 of 2 later methods has a higher mean ROC AUC than oversampling at rho 100, mu 0.5, the "
        "best of them MixUp by 1.00 points; none was tuned."
    )
    assert said(trends=trends[:2])[4].startswith("None of 1 later method has a higher")
