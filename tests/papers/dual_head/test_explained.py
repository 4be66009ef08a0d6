"""What explains the outcome of the dual-head study, in sentences."""

from types import SimpleNamespace

import numpy as np
import pytest

from reproduce.papers.dual_head.explained import small_test_set
from tests.papers.dual_head.found import Study, grid, rows_of, said

# -- what explains it ----------------------------------------------------------------------------


def test_encoders_in_words():
    measured = {"alignment_before": 0.5, "uniformity_loss": -2.0, "knn_before": 0.4,
                "probe_before": 0.3}  # fmt: skip
    rows = [
        {**r, **measured, "knn_before": 0.4 + 0.1 * r["seed"]}
        for r in grid() if r["method"] in ("simclr", "dual_head")
    ]  # fmt: skip
    sentence = said(Study(grid=rows), "Encoders")
    assert "SimCLR 0.50, -2.00, 50.0 %, 30.0 %; dual-head 0.50" in sentence
    assert "over those weights:" not in sentence


@pytest.mark.parametrize(("probe", "shown"), [(0.4, True), (0.3, False)])
def test_encoders_are_set_against_what_all_start_from(probe, shown):
    """Learned features are compared with random ones: else a test of pre-training tests nothing."""
    measured = {"alignment_before": 0.5, "uniformity_loss": -2.0, "knn_before": 0.4}
    rows = [
        {**r, **measured, "probe_before": probe if r["method"] == "simclr" else 0.3}
        for r in grid() if r["method"] in ("simclr", "supervised")
    ]  # fmt: skip
    sentence = said(Study(grid=rows), "Encoders")
    gain = f"+{100 * (probe - 0.3):.1f}" if shown else "0.0"
    assert f"over those weights: SimCLR {gain} [" in sentence
    assert ("No interval lies above 0" in sentence) == (not shown)


@pytest.mark.parametrize(("mined", "words"), [(0.6, "more"), (0.2, "fewer")])
def test_where_the_gradient_comes_from(mined, words):
    study = Study()
    study.history = [
        {"phase": 0, "gradient_similarity": 2.0},
        {"phase": 1, "gradient_similarity": 1.0, "gradient_ranking": 9.0,
         "same_class_mined": mined, "same_class_all": 0.4},
        {"phase": 1, "gradient_similarity": 2.0, "gradient_ranking": 2.0,
         "same_class_mined": mined, "same_class_all": 0.4},
        {"phase": 2, "loss": 1.0},
    ]  # fmt: skip
    sentence = said(study, "Where the gradient")
    assert "ranking loss makes 50.0 to 90.0 %" in sentence and "70.0 % on average" in sentence
    assert f"Of the mined negatives {100 * mined:.1f} % carry" in sentence
    assert f"of all candidates 40.0 %: mining picks {words} of them" in sentence


def test_readings_of_the_text():
    rows = [
        *(
            r
            for s in ("no", "yes")
            for r in rows_of("simclr", 0.5, 0.5, solarize=s, similarity="printed")
        ),
        *(r for s in ("no", "yes") for r in rows_of("auc_cl", 0.4, 0.4, solarize=s)),
    ]
    effects = {("printed", "no"): 0.01, ("printed", "yes"): 0.02, ("saddle", "no"): -0.09,
               ("saddle", "yes"): -0.11}  # fmt: skip
    for number, ((reading, solarize), effect) in enumerate(effects.items()):
        chosen = {
            "combination": number,
            "reading": reading,
            "solarize": solarize,
            "similarity": "printed",
        }
        rows += rows_of("dual_head", 0.5 + effect, 0.5 + effect, **chosen)
    sentence = said(Study(choices=rows), "Readings")
    assert "over SimCLR in 2 of 4 (50 %), from −11.0 to +2.0 points, moved most by reading" in (
        sentence
    )
    assert "over AUC-CL in 3 of 4 (75 %), from −1.0 to +12.0 points" in sentence
    # -4.25: a half is rounded away from zero.
    assert "; their mean is −4.3 [−4.3, −4.3]; over AUC-CL" in sentence
    assert "share 2 seeds and one test set, so they are not so many results" in sentence


def test_what_a_small_test_set_can_tell():
    pair = ("dual_head", "simclr")
    # From -7 to +13 points in even steps, the true gap is 3: 35 in 100 draws are below 0.
    draws = np.linspace(-0.07, 0.13, 1001)
    spread = SimpleNamespace(runs=3, smallest=0.06, single=0.09, retrained=0.07)
    found = {"gaps": {pair: draws}, "true": {pair: 0.03}, "spreads": {pair: spread}, "runs": 3,
             "published": {pair: 0.0588}, "metric": "macro_f1", "images": 292}  # fmt: skip
    sentence = small_test_set(found)
    assert sentence.startswith(
        "**What 292 test images can tell**, gap in macro F1 of means of 3 runs, as the paper "
        "prints them, told from none in 80 % of draws at the 5 % level: "
    )
    assert (
        "over SimCLR +3.0 points on the large test set, −6.5 to +12.5 in 95 % of draws" in sentence
    )
    assert (
        "of the other sign in 35 %; a gap of 6.0 points would be told from none (7.0 if the runs "
        "were trained anew, 9.0 of one run)"
    ) in sentence
    spread.runs, found["runs"] = 1, 1
    single = small_test_set(found)
    assert "gap in macro F1 of single runs," in single and "of means of 3 at least 5.2" in single
    assert sentence.endswith("the paper's is 5.9.")
    assert small_test_set({}) == ""
