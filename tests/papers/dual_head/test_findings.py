"""The sentences of the dual-head study's findings say what its results say, direction included."""

import re
from types import SimpleNamespace

import numpy as np
import pytest

from reproduce.papers.dual_head import findings
from reproduce.papers.dual_head.experiment_findings import at_equal_passes
from reproduce.registry import published
from tests.papers.dual_head.found import DATASET_IN_WORDS as DATASET
from tests.papers.dual_head.found import Study, grid, rows_of, said


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
    sentence = said(study, "RetinaMNIST")
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


def test_arms_of_equal_steps_stand_beside_those_of_equal_passes():
    """They have the same batch and seeds, and are neither averaged with them nor left out."""
    passes = [
        r for size, value in ((256, 0.45), (32, 0.40))
        for r in rows_of("simclr", value, value, batch_size=size)
    ]  # fmt: skip
    steps = rows_of("simclr", 0.44, 0.44, batch_size=32, matched="steps")
    sentence = said(Study(batch_size=passes + steps), "Batch size")
    assert "SimCLR 40.0 ± 0.0 % at 32, 45.0 ± 0.0 % at 256 (−5.0 points" in sentence
    assert "fewer passes, the small batch minus the large: SimCLR −1.0 points" in sentence
    assert "no arm with equal steps was run" not in sentence
    alone = said(Study(batch_size=passes), "Batch size")
    assert alone.endswith("; no arm with equal steps was run.") and "fewer passes" not in alone
    assert at_equal_passes(passes + steps) == passes


def test_two_classes_each_share_and_reading_by_itself():
    rows = []
    for rare, share, gain in (
        ("abnormal", 0.05, 0.1),
        ("abnormal", 0.1, -0.2),
        ("normal", 0.05, 0),
    ):
        for r in grid((0.49 + gain,) * 3, dataset="pneumoniamnist"):
            rows.append({**r, "rare": rare, "rare_share": share})
    sentence = said(Study(binary=rows), "Two classes (PneumoniaMNIST)")
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
    assert "supervised, same number of epochs in total against supervised +10.0 points" in sentence
    assert sentence.endswith('components "all negatives, none mined" moves it most.')


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
