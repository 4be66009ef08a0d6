"""The sentences of a study's findings say what its rows say, direction included."""

import re
from types import SimpleNamespace

import numpy as np
import pytest

from reproduce.papers.class_imbalance import findings
from reproduce.papers.class_imbalance import rows as experiments

POINT = {"rho": 100.0, "mu": 0.5}


def row(method, auc, accuracy=0.9, *, rho=100.0, seed=0, **more):
    return {
        "method": method, "auc": auc, "accuracy": accuracy, "rho": rho, "mu": 0.5, "seed": seed,
        "imbalance": "step", **more,
    }  # fmt: skip


GRID = [
    row("baseline", 0.99, 0.95, rho=10.0), row("baseline", 0.94, 0.80),
    row("oversampling", 0.992, 0.96, rho=10.0), row("oversampling", 0.96, 0.90),
    row("undersampling", 0.985, 0.93, rho=10.0), row("undersampling", 0.93, 0.85),
    row("thresholding", 0.99, 0.97, rho=10.0), row("thresholding", 0.94, 0.88),
]  # fmt: skip


@pytest.fixture
def study(monkeypatch):
    """A study with a grid and nothing beside it; `rows` fills in experiments."""
    rows = {}
    for name in (
        "size_rows", "level_rows", "learning_rows", "length_rows", "later_rows", "calibration_rows",
        "two_phase_rows",
    ):  # fmt: skip
        monkeypatch.setattr(experiments, name, lambda study, key=name: rows.get(key, []))
    monkeypatch.setattr(
        experiments, "rows_of", lambda study, key, **at: rows.get((key, *at) if at else key, [])
    )
    # Draws of a test set whose choice moves nothing.
    monkeypatch.setattr(findings, "draws_of", lambda study: lambda row, metric: np.zeros(50))
    captioned = SimpleNamespace(captioned=["imbalance", "rho", "mu"], usual={"imbalance": "step"})
    made = SimpleNamespace(
        rows=rows,
        protocol=SimpleNamespace(paper=captioned),
        observations=lambda **wanted: GRID,
        shown=POINT,
        shown_without=lambda factor: {"mu": 0.5},
        at_shown="rho 100, mu 0.5",
        points=["rho 10, mu 0.5", "rho 100, mu 0.5"],
    )
    made.whole = made
    return made


def said(study, about):
    (one,) = [s for s in findings.findings(study) if s.startswith(f"**{about}")]
    return one


def test_what_was_not_run_is_not_spoken_of(study):
    starts = [re.match(r"\*\*(.+?)\*\*", s)[1] for s in findings.findings(study)]
    assert starts == [
        "Imbalance and the plain network.", "Oversampling", "Undersampling", "Thresholding"
    ]  # fmt: skip


def test_the_grid_in_words(study):
    assert "At mu 0.5 its ROC AUC falls from 99.00 % at rho 10 to 94.00 % at rho 100" in said(
        study, "Imbalance"
    )
    assert "+0.20 at rho 10, +2.00 at rho 100" in said(study, "Oversampling")
    assert "−0.50 at rho 10, −1.00 at rho 100" in said(study, "Undersampling")
    assert "baseline 87.5 % to 92.5 %" in said(study, "Thresholding")


def test_a_size_told_from_an_imbalance(study):
    study.rows["size_rows"] = [
        row("baseline", 0.94), {**row("baseline", 0.97), "imbalance": "linear"},
        {**row("baseline", 0.98), "imbalance": "balanced"},
    ]  # fmt: skip
    assert "rho 100: step 94.00 %, linear 97.00 %, balanced 98.00 %" in said(study, "The imbalance")


@pytest.mark.parametrize(("two_phase", "count"), [(0.95, 1), (0.97, 0)])
def test_between_is_counted_by_seed_at_each_rho(study, two_phase, count):
    """The average over rho can lie between where no seed does, so it is not what is said."""
    study.rows["two_phase_rows"] = [
        row("baseline", 0.94), row("oversampling", 0.96), row("undersampling", 0.93),
        row("two_phase_oversampling", two_phase), row("two_phase_undersampling", 0.935),
    ]  # fmt: skip
    sentence = said(study, "Two-phase")
    assert f"with oversampling {100 * two_phase:.2f} %, the sampler alone 96.00 %" in sentence
    assert f"the baseline 94.00 % (between them in {count} of 1 seed at rho 100)" in sentence
    assert "93.00 %, the baseline 94.00 % (between them in 1 of 1 seed at rho 100)" in sentence
    assert sentence.startswith("**Two-phase training** at mu 0.5,")


def test_two_phase_is_averaged_over_the_points_of_what_it_is_set_against(study):
    """The grid may have a rho at which two-phase training is planned and not done."""
    study.rows["two_phase_rows"] = [
        row("baseline", 0.94), row("oversampling", 0.96), row("two_phase_oversampling", 0.95),
        row("baseline", 0.99, rho=10.0), row("oversampling", 0.98, rho=10.0),
    ]  # fmt: skip
    sentence = said(study, "Two-phase")
    assert "averaged over rho 100: with oversampling 95.00 %, the sampler alone 96.00 %" in sentence
    assert "the baseline 94.00 %" in sentence


def test_a_plan_that_is_done_in_part_says_over_which_points_averages_are(study):
    assert not any(one.startswith("**In part.") for one in findings.findings(study))
    study.whole = SimpleNamespace(points=[*study.points, "rho 1000, mu 0.5"])
    assert "averaged over rho 10 and mu 0.5, rho 100 and mu 0.5, and not" in said(study, "In part.")
    study.whole = SimpleNamespace(points=study.points)
    assert said(study, "In part.").endswith("Not every registered step is done; the grid is whole.")


def test_levels_name_the_whole_way_apart(study):
    study.rows["level_rows"] = [
        row("baseline", 0.94), row("oversampling", 0.96), row("undersampling", 0.93),
        row("oversampling", 0.95, level=0.33), row("undersampling", 0.945, level=0.33),
    ]  # fmt: skip
    sentence = said(study, "Sampling part")
    assert "oversampling 95.00 % at 0.33, 96.00 % all the way" in sentence
    assert "undersampling 94.50 % at 0.33, 93.00 % all the way" in sentence
    assert sentence.endswith("without sampling 94.00 %.")


def test_the_gap_at_the_end_and_since_half_way(study):
    study.rows["learning_rows"] = [
        {"method": "oversampling", "seed": 0, "iteration": time,
         "train_balanced_accuracy": train, "test_balanced_accuracy": 0.9}
        for time, train in ((50, 0.92), (100, 0.97))
    ]  # fmt: skip
    sentence = said(study, "Overfitting")
    assert "oversampling +7.0 points at the end, +5.0 since half-way" in sentence


def test_the_order_at_the_shortest_and_the_longest_training(study):
    study.rows["length_rows"] = [
        {"method": method, "seed": 0, "iterations": time, "balanced_accuracy": value}
        for method, time, value in (
            ("baseline", 1, 0.5), ("oversampling", 1, 0.7),
            ("baseline", 8, 0.95), ("oversampling", 8, 0.9),
        )
    ]  # fmt: skip
    sentence = said(study, "Length")
    assert "after 1 step oversampling 70.0 %, baseline 50.0 %" in sentence
    assert "after 8 steps baseline 95.0 %, oversampling 90.0 %" in sentence


def test_later_methods_are_set_against_oversampling(study):
    study.rows["trends", "rho", "mu"] = [
        row("baseline", 0.94), row("oversampling", 0.96), row("focal", 0.97), row("mixup", 0.95),
        row("thresholding", 0.94),
    ]  # fmt: skip
    sentence = said(study, "What came later")
    assert "Focal loss 1.00 points higher; MixUp 1.00 points lower; Baseline 2.00" in sentence
    assert "hresholding" not in sentence


def test_later_methods_on_the_grid_are_counted_point_by_point(study):
    """Ahead or behind counts where the interval, ± 0.25 points here, leaves out 0."""
    gains = {"baseline": (0, 0), "oversampling": (0, 0), "focal": (0.02, 0), "mixup": (-0.04, 0.01)}
    study.rows["later_rows"] = [
        row(method, 0.9 + gain + 0.001 * seed * (method != "oversampling"), rho=rho, seed=seed)
        for method, both in gains.items()
        for rho, gain in zip((10.0, 100.0), both, strict=True)
        for seed in (-1, 0, 1)
    ]  # fmt: skip
    sentence = said(study, "What came later, on 2 points")
    assert "(n = 3 seeds a point): 1 of 2 have a higher ROC AUC than oversampling." in sentence
    assert "Focal loss 1.00 points higher (1 above, 0 below, of 2); Baseline" in sentence
    assert "Baseline 0.00 points higher (0 above, 0 below, of 2)" in sentence
    assert "MixUp 1.50 points lower (1 above, 1 below, of 2)." in sentence
    extra = row("focal", 0.99, rho=1000.0), row("oversampling", 0.5, rho=1000.0)
    study.rows["later_rows"] += extra
    assert said(study, "What came later, on 2 points") == sentence, "not all were run there"
    study.rows["later_rows"] = [
        r for r in study.rows["later_rows"] if r["rho"] == 10.0 or r["method"] != "focal"
    ]
    assert not [s for s in findings.findings(study) if s.startswith("**What came later")]


def test_calibration_is_averaged_over_points_and_not_over_networks(study):
    """Two networks at one point and one at the other: each point counts once."""
    study.rows["calibration_rows"] = [
        {"method": "focal", "rho": rho, "mu": 0.5, "seed": seed, "calibration_error": before,
         "calibration_error_after": after}
        for rho, seed, before, after in (
            (10.0, 0, 0.02, 0.01), (10.0, 1, 0.04, 0.01), (100.0, 0, 0.09, 0.03),
        )
    ]  # fmt: skip
    one = said(study, "Calibration")
    assert one.endswith("(n = 1 to 2 seeds each) that all were run at: Focal loss 6.0 % to 2.0 %.")
    study.rows["calibration_rows"].append(
        {**study.rows["calibration_rows"][-1], "method": "mixup", "calibration_error": 0.05}
    )
    both = said(study, "Calibration")
    assert "the 1 point (n = 1 to 2 seeds each) that all were run at: Focal" in both
    assert "Focal loss 9.0 % to 3.0 %; MixUp 5.0 % to" in both


def without(study, *methods):
    """Leave methods out of everything that was run."""
    for name, rows in study.rows.items():
        study.rows[name] = [row for row in rows if row["method"] not in methods]
    grid = [row for row in GRID if row["method"] not in methods]
    study.observations = lambda **wanted: grid
    return findings.findings(study)


@pytest.fixture
def everything(study):
    """A run in which every sentence has what it needs."""
    study.rows |= {
        "size_rows": [row("baseline", 0.94), {**row("balanced", 0.98), "imbalance": "balanced"}],
        "two_phase_rows": [
            row("baseline", 0.94), row("oversampling", 0.96), row("two_phase_oversampling", 0.95),
        ],
        "level_rows": [
            row("baseline", 0.94), row("oversampling", 0.96),
            row("oversampling", 0.95, level=0.33), row("undersampling", 0.93, level=0.33),
        ],
        ("trends", "rho", "mu"): [
            row("baseline", 0.94), row("oversampling", 0.96), row("focal", 0.97),
        ],
        "later_rows": [
            row(method, 0.9 + 0.01 * seed, rho=rho, seed=seed)
            for method in ("oversampling", "focal") for rho in (10.0, 100.0) for seed in (0, 1)
        ],
        "learning_rows": [
            {"method": "oversampling", "seed": 0, "iteration": time,
             "train_balanced_accuracy": 0.95, "test_balanced_accuracy": 0.9} for time in (50, 100)
        ],
        "calibration_rows": [
            {"method": "focal", "rho": 10.0, "mu": 0.5, "seed": 0, "calibration_error": 0.02,
             "calibration_error_after": 0.01}
        ],
    }  # fmt: skip
    return study


@pytest.mark.parametrize(
    ("absent", "left_out"),
    [
        (("baseline",), {"Imbalance and the plain network.", "Oversampling", "Undersampling",
                         "Thresholding", "The imbalance, not the number of images.",
                         "Two-phase training"}),
        (("oversampling",), {"Oversampling", "Two-phase training", "What came later",
                             "What came later, on 2 points of the grid", "Overfitting."}),
        (("focal",), {"What came later, on 2 points of the grid", "Calibration."}),
        (("thresholding",), {"Thresholding"}),
    ],
)  # fmt: skip
def test_a_sentence_without_its_methods_is_left_out_and_no_other(everything, absent, left_out):
    def starts(sentences):
        return {re.match(r"\*\*(.+?)\*\*", sentence)[1] for sentence in sentences}

    full = starts(findings.findings(everything))
    few = without(everything, *absent)
    assert full - starts(few) == left_out
    assert not any("nan" in sentence for sentence in few)


def test_a_level_is_told_without_its_ends(everything):
    (sentence,) = [s for s in without(everything, "baseline") if s.startswith("**Sampling")]
    assert sentence.endswith(
        "by level: oversampling 95.00 % at 0.33, 96.00 % all the way; "
        "undersampling 93.00 % at 0.33."
    )


def test_learning_seen_once_has_no_half_way(everything):
    rows = everything.rows["learning_rows"]
    everything.rows["learning_rows"] = [row for row in rows if row["iteration"] == 100]
    assert not [s for s in findings.findings(everything) if s.startswith("**Overfitting")]


def test_networks_that_share_no_point_have_no_sentence_on_calibration(everything):
    (one,) = everything.rows["calibration_rows"]
    everything.rows["calibration_rows"] = [one, {**one, "method": "mixup", "rho": 100.0}]
    assert not [s for s in findings.findings(everything) if s.startswith("**Calibration")]
