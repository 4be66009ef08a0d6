"""The guide speaks of what is filled in and of nothing else; nothing on the page is typed."""

import re
from dataclasses import replace

import numpy as np
import pytest

from reproduce.evaluation.significance import paired_effect
from reproduce.methods import registry
from reproduce.papers.comparison import guide, pictures, tables
from reproduce.papers.comparison.drawings import Landscape
from reproduce.papers.comparison.gains import (
    ALIKE,
    AS_TRAINED,
    HELPED,
    HURT,
    OPEN,
    Gain,
    Gains,
    widened,
)
from reproduce.papers.comparison.parameters import different
from reproduce.papers.comparison.tuning import validated
from reproduce.study.study import Study
from reproduce.trials import upkeep
from tests.papers.comparison.made_up import put, study_of

SHOWN = ("answer", "landscape", "guide", "unknown", "levels", "costs", "ranks", "tuned", "data")


def text_of(study) -> str:
    """Return all that the page says of results, as text."""
    said = []
    for name in SHOWN:
        made = getattr(pictures, name).of(study)
        said.append(made.words() + made.message() if hasattr(made, "draw") else str(made))
    return "\n".join(said)


def test_it_says_what_helps_and_what_cannot_be_told(study):
    said = guide.answer(Gains(study))
    assert "On MNIST" in said and "On HAM10000" in said
    assert "class weights raised macro F1 by" in said
    assert "The recall of the class recognised worst rose with class weights" in said
    assert "Of 6 comparisons of a remedy with the baseline" in said


def test_deleting_a_methods_rows_removes_it_everywhere(tmp_path):
    study = study_of(tmp_path, others="none", configurations=2)
    assert re.search("class weights", text_of(study), re.IGNORECASE)
    gone = {cell.trial.key for cell in [*study.cells, *study.references]
            if cell.method == "class_weights"}  # fmt: skip
    upkeep.remove(study.store, sorted(gone))
    left = Study(study.protocol, study.parameters, study.store)
    # That it was asked for and is not there is said; nothing else is.
    planned = "Planned and not trained on any data set: class weights."
    assert planned in text_of(left)
    without = text_of(left).replace(planned, "")
    assert not re.search("class.weights", without, re.IGNORECASE)
    assert "crt" in text_of(left).lower()


def test_seconds_count_where_they_lie_apart_in_every_repeat(study, monkeypatch):
    """A busy machine makes two trainings of equal work differ, and says nothing of a method."""
    took = {"baseline": [30.0, 52.0, 31.0], "class_weights": [20.0, 29.0, 27.0],
            "crt": [53.0, 90.0, 60.0]}  # fmt: skip
    gains = Gains(study)
    monkeypatch.setattr(
        Gains, "seconds_of", lambda self, dataset, method: took.get(method, [31.0, 60.0, 30.0])
    )
    cost = guide.situations(gains)[-1]
    assert "class weights helped and took no longer" in cost.helped
    assert "longer in every repeat: cRT (1.9 times)" in cost.not_so
    assert "repeats of the baseline itself took 30 to 52 s" in cost.not_so
    took["crt"][0] = 51.0
    assert "nothing took longer in every repeat" in guide.situations(gains)[-1].not_so


def test_a_set_whose_control_fails_is_named_and_not_spoken_of(copied):
    """A network that nobody trained is made as good as the baseline there."""
    study, anew = copied
    for cell in study.of_experiment("untrained", dataset="ham10000"):
        put(study.store, replace(cell, method="baseline"))
    gains = Gains(anew())
    assert gains.datasets == ["mnist", "ham10000"] and gains.ranked == ["mnist"]
    assert "HAM10000" not in guide.answer(gains)
    assert not any("HAM10000" in one.situation for one in guide.situations(gains))
    assert any("HAM10000 is not judged" in one for one in guide.unknown(gains))
    assert "HAM10000 (4 methods, not judged)" in str(pictures.basis.of(anew()))


def test_a_set_is_judged_whichever_methods_are_asked_for(tmp_path):
    """The control that corrects scores needs no method of that name, and no further network."""
    study = study_of(tmp_path, others="none", methods=["baseline", "crt"])
    gains = Gains(study)
    assert gains.ranked == ["mnist"] and gains.methods() == ["baseline", "crt"]
    keys = {method: {cell.trial.key for cell in study.references if cell.method == method}
            for method in ("baseline", "thresholding")}  # fmt: skip
    assert keys["thresholding"] and keys["thresholding"] <= keys["baseline"]
    assert "thresholding" not in text_of(study).lower()


def test_one_repeat_less_and_a_method_is_not_filled_in(copied):
    study, anew = copied
    last = study.select(method="crt", dataset="mnist", seed=study.parameters.seeds[-1])
    upkeep.remove(study.store, [cell.trial.key for cell in last])
    gains = Gains(anew())
    assert "crt" not in gains.methods("mnist") and "class_weights" in gains.methods("mnist")
    assert "crt" in gains.methods("ham10000")


def test_no_ranks_on_two_sets(study):
    assert "No mean ranks are given" in tables.ranks(Gains(study), "made up")


def test_every_method_of_the_registry_is_listed_and_a_new_one_by_itself(study, monkeypatch):
    before = tables.everything(Gains(study), "made up")
    assert len(before.rows) == len(different(registry.names("classification")))
    new = registry.ENTRIES | {"brand_new": registry.entry("focal")}
    monkeypatch.setattr(registry, "ENTRIES", new)
    monkeypatch.setattr(registry, "as_built", lambda name: name)
    rows = {row[0]: row[-1] for row in tables.everything(Gains(study), "made up").rows}
    assert rows["Brand new"] == "not attempted" and rows["cRT"] == "MNIST, HAM10000"


def test_image_passes_of_all_methods_are_within_a_step_of_each_other(study):
    gains = Gains(study)
    for dataset in gains.datasets:
        passes = {n for method in gains.methods(dataset) for n in gains.passes(dataset, method)}
        assert max(passes) - min(passes) < 2 * 64


@pytest.mark.parametrize(
    ("differences", "word"),
    [
        ([0.10, 0.11, 0.09, 0.10, 0.10], HELPED),
        ([-0.10, -0.11, -0.09, -0.10, -0.10], HURT),
        ([0.001, -0.001, 0.0, 0.0005, -0.0005], ALIKE),
        # Certain, and too small to change a training for.
        ([0.002, 0.0021, 0.002, 0.0019, 0.002], ALIKE),
        ([0.3, -0.2, 0.1, 0.0, 0.2], OPEN),
        ([0.10, 0.10, 0.10, 0.10], OPEN),
    ],
)
def test_a_word_needs_an_interval_and_five_repeats(differences, word):
    assert widened(paired_effect(differences), 11).word == word


def gain(mean, half=0.02):
    """Return a gain with an interval of this half width."""
    return Gain(paired_effect([mean] * 5), mean - half, mean + half)


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (
            {("mnist", "crt"): gain(0.05), ("ham10000", "crt"): gain(-0.05)},
            "Most often of help: cRT, for certain on 1 of 2 data sets (and hurts on 1), "
            "0.0 points of macro F1 in the mean.",
        ),
        (
            {("mnist", "smote_embeddings"): gain(0.05), ("mnist", "crt"): gain(0.04),
             ("ham10000", "crt"): gain(0.06)},
            "Most often of help: cRT, for certain on 2 of 2 data sets, "
            "+5.0 points of macro F1 in the mean.",
        ),
        (
            {("mnist", "crt"): gain(0.05), ("mnist", "smote_embeddings"): gain(0.06),
             ("ham10000", "crt"): gain(0.01)},
            "cRT and SMOTE on embeddings improve macro F1 for certain on 1 of 2 data sets each, "
            "no method on more.",
        ),
        (
            {("mnist", "oversampling"): gain(0.05), ("ham10000", "oversampling"): gain(0.04),
             ("mnist", "crt"): gain(0.05), ("ham10000", "crt"): gain(0.03)},
            "Oversampling and cRT improve macro F1 for certain on all 2 data sets.",
        ),
        (
            {("mnist", "crt"): gain(0.01), ("ham10000", "crt"): gain(-0.05)},
            "No remedy improves macro F1 for certain on any of 2 data sets.",
        ),
    ],
)  # fmt: skip
def test_the_landscape_names_what_helped_most_often_and_where_it_hurt(found, message):
    assert Landscape(found, ["mnist", "ham10000"], "macro F1").message() == message


def test_on_one_set_it_names_the_largest_gain_of_those_that_are_certain():
    found = {("mnist", "crt"): gain(0.05), ("mnist", "simclr"): gain(0.09, 0.2)}
    said = Landscape(found, ["mnist"], "macro F1").message()
    assert said == "One method improves macro F1 for certain on MNIST, cRT: +5.0 points."
    found["mnist", "oversampling"] = gain(0.06)
    assert Landscape(found, ["mnist"], "macro F1").message() == (
        "2 of 3 methods improve macro F1 for certain on MNIST; of them the largest gain has "
        "oversampling: +6.0 points."
    )


def test_it_says_how_imbalanced_the_test_is_and_what_holds_at_the_imbalance_of_training(study):
    gains = Gains(study)
    assert "tested on images of all classes alike" in guide.answer(gains)
    said = [one for one in guide.situations(gains) if one.situation.startswith("New images are as")]
    (row,) = said
    assert "macro F1 on images as imbalanced as those of training" in row.helped
    # It is measured on other images than the test: the same networks, another value.
    values = [gains.value("mnist", "crt", name) for name in ("macro_f1", AS_TRAINED)]
    cells = gains.filled["mnist", "crt"]
    on_validation = np.mean([validated(study.measures, cell) for cell in cells])
    assert values[1] == pytest.approx(on_validation) and values[0] != values[1]
    effect = gains.gain("mnist", "crt", AS_TRAINED).effect
    assert effect.standard_error**2 > effect.sd**2 / effect.repeats, "its images are in it"


def test_test_images_that_are_imbalanced_are_said_to_be(study, monkeypatch):
    gains = Gains(study)
    monkeypatch.setattr(gains, "tested", lambda name: np.array([900, 45]))
    said = guide.tested_on(gains, "mnist")
    assert said == "tested on images with 20 of the largest class for each of the rarest"


def test_every_method_that_is_left_open_is_named(study):
    gains = Gains(study)
    said = " ".join(guide.unknown(gains))
    for dataset in gains.ranked:
        for method in gains.others(dataset):
            if gains.gain(dataset, method).word == OPEN:
                assert guide.in_sentence(method) in said
    assert "which of those that helped is best was not tested" in said


def test_more_methods_ask_for_a_wider_interval():
    found = paired_effect([0.10, 0.11, 0.09, 0.12, 0.08] * 6)
    few, many = (widened(found, count) for count in (1, 30))
    assert many.low < few.low <= found.low
