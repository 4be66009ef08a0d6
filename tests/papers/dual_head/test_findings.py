"""The sentences of the dual-head study's findings say what its results say, direction included."""

import re
from types import SimpleNamespace

import numpy as np
import pytest

from reproduce.papers.dual_head import findings
from reproduce.papers.dual_head.explained import small_test_set
from reproduce.registry import published
from reproduce.study.measures import NotMeasured

METHODS = ("supervised", "simclr", "auc_cl", "dual_head")
DATASET = "lesions?size=28"
# Draws of a test set whose choice moves nothing.
STILL = np.zeros(50)


class Study:
    """What the sentences ask of a study; a cell is its row."""

    def __init__(self, **experiments):
        self.shown = {"dataset": DATASET}
        self.experiments = {"grid": grid(), **experiments}
        self.history = []
        self.measures = self
        self.draws, self.table = STILL, np.diag([5, 5])
        self.record = SimpleNamespace(class_names=("mild", "severe"))

    @property
    def cells(self):
        return [cell for experiment in self.experiments for cell in self.beside(experiment)]

    references = ()

    def beside(self, experiment, **wanted):
        return [
            SimpleNamespace(
                method=row["method"], seed=row["seed"], keep=("logits", "encoders"), row=row,
                factors=row, trial=SimpleNamespace(
                    evaluate_on=("test",), key=row["key"], phases=row.get("phases", ())
                ),
            )
            for row in self.experiments.get(experiment, [])
        ]  # fmt: skip

    def select(self, **wanted):
        return [c for c in self.beside("grid") if wanted.get("method") in (None, c.method)]

    def rows(self, cells):
        return [{**cell.row} for cell in cells]

    def value(self, cell, name):
        return cell.row.get(name, 0.25)

    def resampled(self, cell, metric):
        if self.draws is None:
            raise NotMeasured("not kept")
        return self.draws

    def confusion(self, cell):
        return self.table

    def role_of(self, dataset):
        return "generated" if dataset.startswith("lesions") else "real stand-in"

    def result(self, cell):
        return SimpleNamespace(history=self.history)


def row(method, value, seed=0, **more):
    return {
        "method": method, "macro_f1": value, "accuracy": value + 0.1, "seed": seed,
        "key": f"{seed:016x}", "dataset": DATASET, **more,
    }  # fmt: skip


def rows_of(method, *values, **more):
    return [row(method, value, seed, **more) for seed, value in enumerate(values)]


def grid(dual_head=(0.50, 0.52, 0.54), dataset=DATASET):
    levels = {"supervised": (0.40, 0.42, 0.44), "simclr": (0.48, 0.49, 0.50),
              "auc_cl": (0.46, 0.46, 0.46), "dual_head": dual_head}  # fmt: skip
    return [r for name, values in levels.items() for r in rows_of(name, *values, dataset=dataset)]


def said(study, about, printed=()):
    (one,) = [s for s in findings.findings(study, printed) if s.startswith(f"**{about}")]
    return one


@pytest.fixture(scope="module")
def printed():
    return published.load("dual_head")


def test_what_was_not_run_is_not_spoken_of():
    starts = [re.match(r"\*\*(.+?)\*\*", s)[1] for s in findings.findings(Study())]
    assert starts == [DATASET, "Encoders before fine-tuning"]


# -- the four methods ----------------------------------------------------------------------------


def test_the_grid_in_words():
    sentence = said(Study(), DATASET)
    assert sentence.startswith(
        f"**{DATASET}** (generated, 10 test images), macro F1 and accuracy in percent"
    )
    assert "over 3 seeds: supervised 42.0 ± 2.0, 52.0 ± 2.0; SimCLR 49.0 ± 1.0, 59.0" in sentence
    assert "dual-head 52.0 ± 2.0, 62.0 ± 2.0." in sentence
    # Differences of 2, 3 and 4 points: 3 +- 4.3027 / sqrt(3).
    # Every rival, since the interval of the gap to one picked as the best would be too narrow.
    assert "In macro F1, dual-head minus supervised +10.0 points [+10.0, +10.0]" in sentence
    assert ", minus SimCLR +3.0 points [+0.5, +5.5], 0 excluded (n = 3), minus AUC-CL" in sentence
    assert "best" not in sentence
    assert "ACNE04" not in sentence


def test_a_loss_is_said_as_one():
    sentence = said(Study(grid=grid((0.47, 0.46, 0.48))), DATASET)
    assert "minus SimCLR −2.0 points [−4.5, +0.5], 0 not excluded (n = 3)" in sentence


def test_the_papers_own_gap_stands_beside_where_it_is_given(printed):
    sentence = said(Study(), DATASET, printed)
    assert sentence.endswith(
        "The paper prints +6.1 points over supervised, +5.9 points over SimCLR, +3.7 points over "
        "AUC-CL, on ACNE04."
    )


def test_one_seed_has_no_interval():
    one = [r for r in grid() if r["seed"] == 0]
    assert "minus SimCLR +2.0 points (no interval) (n = 1)" in said(Study(grid=one), DATASET)


def test_without_draws_of_the_test_images_there_is_no_interval_and_no_word_on_zero():
    study = Study(
        warm_up=[
            *rows_of("dual_head", 0.5, 0.52, warm_up_epochs=0),
            *rows_of("dual_head", 0.52, 0.55, warm_up_epochs=20),
        ]
    )
    study.draws = None
    sentence = said(study, "Warm-up")
    # Differences of 2 and 3 points: sd 0.7.
    assert sentence.endswith(
        "without it 51.0 ± 1.4 %: +2.5 points (spread over seeds 0.7) (n = 2)."
    )
    assert "[" not in "".join(findings.findings(study)) and "excluded" not in sentence


def test_a_class_that_no_network_recognises_is_named():
    study = Study()
    assert not [s for s in findings.findings(study) if s.startswith("**Never")]
    study.table = np.array([[9, 1], [3, 0]])
    sentence = said(study, "Never recognised")
    assert "Of class severe (3 test images) no network of any method recognises" in sentence


def test_the_second_data_set_is_named_as_what_it_is():
    study = Study(second=grid((0.40, 0.40, 0.40), dataset="retinamnist"))
    sentence = said(study, "retinamnist")
    assert "(real stand-in, 10 test images)" in sentence and "−9.0 points" in sentence


def test_the_gap_is_paired_by_seed():
    """Of seeds that only one method has nothing is said."""
    few = [r for r in grid() if (r["method"], r["seed"]) != ("simclr", 2)]
    sentence = said(Study(grid=few), DATASET)
    assert "minus SimCLR +2.5 points" in sentence and "(n = 2), minus AUC-CL" in sentence
    assert "over 2 to 3 seeds" in sentence


# -- experiments ---------------------------------------------------------------------------------


def weights(at_ten=0.40):
    found = []
    for weight, k, values in (
        (0.1, 5, (0.50, 0.52)), (0.2, 5, (0.48, 0.50)), (0.2, 10, (at_ten, at_ten + 0.02)),
        (1.0, 40, (0.30, 0.30)),
    ):  # fmt: skip
        found += rows_of("dual_head", *values, sim_weight=weight, hard_negatives=k)
    return found


def test_lambda_and_k(printed):
    sentence = said(Study(table_6=weights()), "Lambda and k", printed)
    assert "Of 4 points, macro F1 is highest at lambda 0.1, k 5 (51.0 ± 1.4 %, 2 seeds)" in sentence
    assert "lowest at lambda 1, k 40 (30.0 ± 0.0 %, 2 seeds)" in sentence
    assert "From k 5 to k 10 at lambda 0.2: −8.0 points [−8.0, −8.0], 0 excluded" in sentence
    assert sentence.endswith("; the paper prints −20.0 points.")
    plain = said(Study(table_6=weights(0.55)), "Lambda and k")
    assert "+7.0 points" in plain and "paper" not in plain


@pytest.mark.parametrize(("gain", "words"), [(0.02, "+2.0 points"), (-0.02, "−2.0 points")])
def test_the_warm_up(gain, words):
    rows = rows_of("dual_head", 0.5, 0.52, warm_up_epochs=0)
    rows += rows_of("dual_head", 0.5 + gain, 0.52 + gain, warm_up_epochs=20)
    sentence = said(Study(warm_up=rows), "Warm-up")
    assert f"without it 51.0 ± 1.4 %: {words}" in sentence
    assert f"With it {51 + 100 * gain:.1f}" in sentence


def test_the_warm_up_is_said_with_the_epochs_that_were_run():
    phases = [SimpleNamespace(epochs=number) for number in (2, 14, 12)]
    rows = [
        *rows_of("dual_head", 0.5, 0.52, warm_up_epochs=0, phases=phases[1:]),
        *rows_of("dual_head", 0.5, 0.52, warm_up_epochs=20, phases=phases),
    ]
    assert "With it (2 of 16 epochs; 20 of 200 in the paper)" in said(
        Study(warm_up=rows), "Warm-up"
    )


def test_the_smallest_batch_against_the_largest():
    rows = [
        r for method, small in (("simclr", 0.40), ("auc_cl", 0.47))
        for size, value in ((256, 0.45), (32, small), (128, 0.9))
        for r in rows_of(method, value, value, batch_size=size)
    ]  # fmt: skip
    sentence = said(Study(batch_size=rows), "Batch size")
    assert "SimCLR 40.0 ± 0.0 % at 32, 45.0 ± 0.0 % at 256 (−5.0 points" in sentence
    assert "AUC-CL 47.0 ± 0.0 % at 32, 45.0 ± 0.0 % at 256 (+2.0 points" in sentence
    assert "The small batch takes 8 times as many steps at the same rate" in sentence


def test_two_classes_each_share_and_reading_by_itself():
    rows = []
    for rare, share, gain in (
        ("abnormal", 0.05, 0.1),
        ("abnormal", 0.1, -0.2),
        ("normal", 0.05, 0),
    ):
        for r in grid((0.49 + gain,) * 3, dataset="pneumoniamnist"):
            rows.append({**r, "rare": rare, "rare_share": share})
    sentence = said(Study(binary=rows), "Two classes (pneumoniamnist)")
    assert "5 % abnormal: dual-head 59.0 ± 0.0 %, minus supervised +17.0 points" in sentence
    assert ", minus SimCLR +10.0 points" in sentence
    assert "10 % abnormal: dual-head 29.0 ± 0.0 %, minus supervised −13.0 points" in sentence
    assert ", minus SimCLR −20.0 points" in sentence and ", minus SimCLR 0.0 points" in sentence


def test_components_are_set_against_what_they_change():
    rows = [
        *rows_of("ranking_alone", 0.49, 0.51, 0.53), *rows_of("all_negatives", 0.56, 0.58, 0.60),
        *rows_of("auc_cl_warm_up", 0.36, 0.36, 0.36),
        *rows_of("supervised_longer", 0.5, 0.52, 0.54),
    ]  # fmt: skip
    sentence = said(Study(ablation=rows), "Components")
    assert "ranking loss alone against dual-head −1.0 points" in sentence
    assert "all negatives, none mined against dual-head +6.0 points" in sentence
    assert "AUC-CL after a warm-up against AUC-CL −10.0 points" in sentence
    assert "supervised, as long in all against supervised +10.0 points" in sentence
    assert sentence.endswith("moves it most: all negatives, none mined.")


@pytest.mark.parametrize(
    ("how", "words"),
    [("none", "the images as they are"), ("as_pretraining", "views of the images")],
)
def test_fine_tuned_in_the_other_way(how, words):
    rows = [{**r, "fine_tuning": how} for r in grid((0.44, 0.44, 0.44))]
    sentence = said(Study(ablation=rows), "Fine-tuned")
    assert sentence.startswith(f"**Fine-tuned on {words}**")
    assert "in macro F1 dual-head minus supervised +2.0 points" in sentence
    assert ", minus SimCLR −5.0 points" in sentence
    # 42, 49, 46 and 44 % macro F1 and ten points more in accuracy; half of the images are of one.
    assert (
        "Accuracy is 52.0 to 59.0 %, where the largest class alone would give 50.0 %." in sentence
    )
    assert "collapsed" not in sentence


def test_networks_that_answer_with_one_class_are_not_ranked_in_silence():
    study = Study(ablation=[{**r, "fine_tuning": "none"} for r in grid((0.44, 0.44, 0.44))])
    study.table = np.array([[11, 0], [9, 0]])
    assert said(study, "Fine-tuned").endswith(
        "would give 55.0 %. These networks hardly left it: what separates them is how far they "
        "collapsed."
    )


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
    assert "untrained encoder:" not in sentence


@pytest.mark.parametrize(("probe", "shown"), [(0.4, True), (0.3, False)])
def test_encoders_are_set_against_the_untrained_one(probe, shown):
    """Learned features are compared with random ones: else a test of pre-training tests nothing."""
    measured = {"alignment_before": 0.5, "uniformity_loss": -2.0, "knn_before": 0.4}
    rows = [
        {**r, **measured, "probe_before": probe if r["method"] == "simclr" else 0.3}
        for r in grid() if r["method"] in ("simclr", "supervised")
    ]  # fmt: skip
    sentence = said(Study(grid=rows), "Encoders")
    gain = f"+{100 * (probe - 0.3):.1f}" if shown else "0.0"
    assert f"over the untrained encoder: SimCLR {gain} [" in sentence
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
        *(r for s in ("no", "yes") for r in rows_of("simclr", 0.5, 0.5, solarize=s)),
        *(r for s in ("no", "yes") for r in rows_of("auc_cl", 0.4, 0.4, solarize=s)),
    ]
    effects = {("printed", "no"): 0.01, ("printed", "yes"): 0.02, ("saddle", "no"): -0.09,
               ("saddle", "yes"): -0.11}  # fmt: skip
    for number, ((reading, solarize), effect) in enumerate(effects.items()):
        chosen = {"combination": number, "reading": reading, "solarize": solarize}
        rows += rows_of("dual_head", 0.5 + effect, 0.5 + effect, **chosen)
    sentence = said(Study(choices=rows), "Readings")
    assert "over SimCLR in 2 of 4 (50 %), from −11.0 to +2.0 points, moved most by reading" in (
        sentence
    )
    assert "over AUC-CL in 3 of 4 (75 %), from −1.0 to +12.0 points" in sentence
    assert "set against the same 2 runs of a rival and one test set" in sentence


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
