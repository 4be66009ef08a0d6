"""The test bed's positive controls, its pilot and its claims, from stored trials alone."""

import numpy as np
import pytest

from reproduce.data.sources.skin_grades import TRAINED
from reproduce.evaluation.verdicts import Verdict
from reproduce.papers.dual_head.bed import ROTATING
from reproduce.papers.dual_head.protocol import PROTOCOL as dual_head
from reproduce.registry import claims, controls
from reproduce.study import pilots
from reproduce.study.controls import run
from reproduce.study.judging import judge_one
from reproduce.study.study import Study
from reproduce.trials import arrays as array_files
from reproduce.trials.store import Result, Store
from tests.papers.dual_head.test_bed import KNOWN

SEEDS = list(range(10, 20))
EACH = {"test": 10, "val": 15, "large": 100}
WIDTH = 6


def labels_of(part, classes):
    return np.repeat(np.arange(classes), EACH[part])


def embeddings(cell, part, classes, told):
    """Return embeddings that tell the class apart by so much; noise of this cell and part."""
    noise = np.random.default_rng([cell.seed, EACH[part], len(cell.method)])
    labels = labels_of(part, classes)
    plain = noise.normal(size=(len(labels), WIDTH))
    plain[:, :classes] += told * np.eye(classes)[labels]
    return plain.astype(np.float32)


def predictions(part, classes, right, rarest=True):
    """Return predictions of which this share is right in each class; of the last one maybe none."""
    labels = labels_of(part, classes)
    place = np.tile(np.arange(EACH[part]), classes)
    wrong = place >= round(right * EACH[part])
    if not rarest:
        wrong |= labels == classes - 1
    return np.where(wrong, (labels + 1) % classes, labels)


@pytest.fixture
def study_of(tmp_path, monkeypatch):
    """Return a function that opens a study with made-up results of every trial."""
    monkeypatch.setattr("reproduce.study.study.find_record", lambda name, store: KNOWN[name])

    def make(told=lambda cell: 0.0, right=lambda cell: 0.6, rarest=True, experiments="none"):
        parameters = dual_head.parameters.read({
            "profile": "laptop", "dataset": ROTATING, "seeds": SEEDS, "experiments": experiments,
        })  # fmt: skip
        store = Store(tmp_path / "store")
        study = Study(dual_head, parameters, store)
        for cell in [*study.cells, *study.references]:
            put(store, cell, told(cell), right(cell), rarest)
        return study

    return make


def put(store, cell, told, right, rarest):
    classes = len(KNOWN[cell.trial.dataset].class_names)
    arrays, confusion = {}, {}
    for part in cell.trial.evaluate_on:
        labels, found = labels_of(part, classes), predictions(part, classes, right, rarest)
        arrays |= {f"{part}/labels": labels.astype(np.int16),
                   f"{part}/logits": np.eye(classes, dtype=np.float32)[found]}  # fmt: skip
        confusion[part] = np.zeros((classes, classes), int)
        np.add.at(confusion[part], (labels, found), 1)
    for stored, part, width in (("train", "large", told), ("test", "test", 0.0),
                                ("held_out", "val", told)):  # fmt: skip
        arrays[f"{stored}/encoder_labels"] = labels_of(part, classes).astype(np.int16)
        for moment in ("before", "after"):
            arrays[f"{moment}/{stored}"] = embeddings(cell, part, classes, width)
    for moment in ("before", "after"):
        arrays[f"{moment}/view1"] = arrays[f"{moment}/view2"] = arrays["before/test"]
    file = array_files.write(store.arrays_folder, cell.trial.key, arrays)
    counts = list(TRAINED) if classes == 4 else [1140, 60]
    store.put(Result(
        key=cell.trial.key, trial=cell.trial, counts=counts, history=[], seconds=1.0,
        metrics={"test/macro_f1": 0.5, "test/accuracy": 0.5},
        confusion={part: table.tolist() for part, table in confusion.items()},
        provenance={"device": "cpu"}, array_names=tuple(arrays),
        array_file=store.arrays_folder / file,
    ))  # fmt: skip


def control(name):
    return next(one for one in controls.load("dual_head") if one.id == name)


def claim(name):
    return next(one for one in claims.load("dual_head") if one.id == name)


def taught(cell):
    """Pre-training leaves something that a line can read, in all arms that have any."""
    return 0.8 if cell.method == "supervised" else 2.5


# -- controls ----------------------------------------------------------------------------------


def test_simclr_is_compared_with_the_weights_it_started_from_on_held_out_images(study_of):
    found = run(study_of(taught), control("pretraining_teaches"), [ROTATING])
    assert found.passed
    assert "on held-out images of training" in found.seen and "over 10 repeats" in found.seen


def test_an_encoder_that_learnt_nothing_passes_no_control(study_of):
    found = run(study_of(lambda cell: 0.8), control("pretraining_teaches"), [ROTATING])
    assert not found.passed and "over 10 repeats" in found.seen


def test_the_rarest_grade_is_looked_for_on_held_out_images(study_of):
    assert run(study_of(), control("rare_grade_is_seen"), [ROTATING]).passed
    blind = run(study_of(rarest=False), control("rare_grade_is_seen"), [ROTATING])
    assert not blind.passed


def test_two_classes_have_a_control_of_their_own(study_of):
    study = study_of(taught, experiments="binary")
    found = run(study, control("pretraining_teaches_two_classes"), ["pneumoniamnist"])
    assert found.passed and "at 5 %" in found.seen and "at 10 %" in found.seen


# -- claims ------------------------------------------------------------------------------------


def better(cell):
    return 0.7 if cell.method == "dual_head" else 0.6


def test_a_claim_is_judged_on_all_held_out_images_where_its_control_is_passed(study_of):
    judgement = judge_one(study_of(taught, better), claim("outperforms_overall"))
    assert judgement.verdict is Verdict.HOLDS, judgement.reason
    assert {part.effect.repeats for part in judgement.parts} == {10}
    for part in judgement.parts:
        assert part.effect.mean == pytest.approx(0.1, abs=1e-9)
        assert "400 test images in the class shares of the 40" in part.name
        assert part.effect.standard_error > 0, "the images are in the interval"


def test_a_claim_is_not_judged_where_pre_training_taught_nothing(study_of):
    judgement = judge_one(study_of(lambda cell: 0.8, better), claim("outperforms_overall"))
    assert judgement.verdict is Verdict.TEST_BED


def test_a_claim_on_rare_grades_needs_them_seen(study_of):
    judgement = judge_one(study_of(taught, better, rarest=False), claim("minority_grades_gain"))
    assert judgement.verdict is Verdict.TEST_BED


def test_against_supervised_training_there_is_a_claim_by_itself(study_of):
    judgement = judge_one(study_of(taught, better), claim("outperforms_supervised"))
    (part,) = judgement.parts
    assert part.name.startswith("dual_head minus supervised")
    assert claim("outperforms_supervised").status == "exploratory"


# -- the pilot ---------------------------------------------------------------------------------


def test_the_pilot_reads_its_own_trials(study_of):
    """The longer, the better until 50 epochs."""
    by_length = {0: 0.5, 15: 1.0, 50: 2.0, 100: 2.0}
    study = study_of(lambda cell: by_length[cell.factors.get("pretraining_epochs", 0)],
                     experiments="length")  # fmt: skip
    found = pilots.measured(study, "length_of_pretraining")
    assert found.means[50] > found.means[15] + 0.05
    assert found.chosen == 50
    assert len(found.start) == 3 and np.mean(found.start) < found.means[15]
