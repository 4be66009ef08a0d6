"""The large test part of generated data: its values, its weights and what its images add."""

from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pytest

from reproduce.evaluation.metrics import balanced_accuracy, macro_f1, recalls
from reproduce.evaluation.verdicts import Verdict
from reproduce.study.contrasts import Comparison
from reproduce.study.judging import judge_one
from reproduce.study.measures import Measures
from reproduce.study.tested_images import (
    ALL,
    LARGE,
    LargeTestSet,
    TrainingShares,
    UsualImages,
    images_for,
)
from reproduce.trials import arrays as array_files
from tests.study.conftest import CLASSES
from tests.study.test_judging import BETTER, ONE_POINT, claim

N = 200  # Images of each class in the large part.
LABELS = np.repeat(np.arange(CLASSES), N)


def table_of(right: float) -> np.ndarray:
    """Return counts in which this share of each class is right and the rest one class further."""
    return np.diag([int(right * N)] * CLASSES) + np.roll(
        np.diag([N - int(right * N)] * CLASSES), 1, axis=1
    )


@pytest.fixture
def generated(study_of, same_scores):
    """Return a study on generated data: on the small part all are alike, not on the large one."""

    def make(kept=False):
        study = study_of(lambda cell: {"accuracy": 0.5}, same_scores, data="stand_in", **ONE_POINT)
        cells = []
        for cell in study.cells:
            trial = cell.trial.but(evaluate_on=("test", LARGE))
            result = study.result(cell)
            right = (0.7 if cell.method == "oversampling" else 0.6) + cell.seed / 100
            arrays = dict(result.arrays)
            if kept:
                place = np.tile(np.arange(N), CLASSES)
                wrong = place >= int(right * N)
                arrays[f"{LARGE}/true"] = LABELS.astype(np.uint8)
                arrays[f"{LARGE}/predicted/none"] = (
                    np.where(wrong, (LABELS + 1) % CLASSES, LABELS)
                ).astype(np.uint8)
            file = array_files.write(study.store.arrays_folder, trial.key, arrays)
            confusion = {**result.confusion, LARGE: table_of(right).tolist()}
            study.store.put(replace(result, key=trial.key, trial=trial, confusion=confusion,
                                    array_file=study.store.arrays_folder / file))  # fmt: skip
            cells.append(replace(cell, trial=trial, factors={**cell.factors, "dataset": "lesions"}))
        study.cells = cells
        return study

    return make


ASKED = claim(*BETTER, metric="accuracy", margin=0.01)


def test_a_mechanism_is_looked_for_on_the_large_part(generated):
    study = generated()
    judgement = judge_one(study, ASKED)
    assert judgement.verdict == Verdict.MECHANISM_SEEN
    (part,) = judgement.parts
    assert part.effect.mean == pytest.approx(0.1, abs=1e-9)
    assert "2,000 test images in the class shares of the 120" in part.name


def test_real_data_are_judged_on_the_test_part(generated):
    study = generated()
    study.cells = [replace(c, factors={**c.factors, "dataset": "stand_in"}) for c in study.cells]
    comparison = Comparison(study, ASKED.contrasts[0], "accuracy")
    assert isinstance(images_for(comparison), UsualImages)


def test_images_are_never_counted_as_nothing(generated):
    """Of confusion counts alone the variance is that of independent arms, once for all repeats."""
    (part,) = judge_one(generated(), ASKED).parts
    expected = sum(p * (1 - p) for p in (0.72, 0.62)) / (N * CLASSES)
    found = part.effect.share_of_images * part.effect.standard_error**2
    assert found == pytest.approx(expected, rel=0.35)


def test_kept_predictions_are_resampled_together(generated):
    """Arms that err on the same images move together: less is left of the difference."""
    (alone,), (kept,) = (judge_one(generated(kept), ASKED).parts for kept in (False, True))
    assert kept.effect.mean == pytest.approx(alone.effect.mean, abs=1e-12)
    variances = [e.share_of_images * e.standard_error**2 for e in (kept.effect, alone.effect)]
    assert 0 < variances[0] < variances[1] / 2


@dataclass
class OneCell:
    """A cell of a stub of measures with two classes of unequal size in the small part."""

    large: np.ndarray
    small: np.ndarray


class Stub(Measures):
    def __init__(self):
        pass

    def confusion(self, cell, part="test"):
        return cell.large if part == LARGE else cell.small


def test_classes_are_weighted_to_the_shares_of_the_small_part():
    """By hand: rows of 100 and 100 images become 90 and 10 of the mixture."""
    cell = OneCell(np.array([[80, 20], [40, 60]]), np.array([[50, 40], [5, 5]]))
    part = LargeTestSet.__new__(LargeTestSet)
    part.measures, part.asked = Stub(), "macro_f1"
    weighted = np.array([[0.8 * 90, 0.2 * 90], [0.4 * 10, 0.6 * 10]])
    assert part.value(cell) == pytest.approx(float(macro_f1(weighted)), abs=1e-12)
    assert part.value(cell) != pytest.approx(float(macro_f1(cell.large)), abs=0.01)
    part.asked = "balanced_accuracy"
    assert part.value(cell) == pytest.approx(float(balanced_accuracy(cell.large)), abs=1e-12)
    assert recalls(weighted) == pytest.approx(recalls(cell.large))


# -- all held-out images of real data --------------------------------------------------------------


def moved(study, part=ALL):
    """Give the cells of a study on real data a larger test part, whose classes take turns."""
    cells = []
    for cell in study.cells:
        trial = cell.trial.but(evaluate_on=("test", part))
        result = study.result(cell)
        turn = cell.seed % CLASSES
        wrong = np.tile(np.arange(N), CLASSES) >= (140 if cell.method == "oversampling" else 120)
        right = (LABELS + turn) % CLASSES
        arrays = result.arrays | {
            f"{part}/true": right.astype(np.uint8),
            f"{part}/predicted/none": np.where(wrong, (right + 1) % CLASSES, right).astype("u1"),
        }
        table = np.zeros((CLASSES, CLASSES), int)
        np.add.at(table, (arrays[f"{part}/true"], arrays[f"{part}/predicted/none"]), 1)
        file = array_files.write(study.store.arrays_folder, trial.key, arrays)
        confusion = {**result.confusion, part: table.tolist()}
        study.store.put(replace(result, key=trial.key, trial=trial, confusion=confusion,
                                array_file=study.store.arrays_folder / file))  # fmt: skip
        cells.append(replace(cell, trial=trial))
    study.cells = cells
    return study


@pytest.fixture
def real(study_of, same_scores):
    return moved(
        study_of(lambda cell: {"accuracy": 0.5}, same_scores, data="stand_in", **ONE_POINT)
    )


def test_real_data_with_all_held_out_images_are_judged_there(real):
    judgement = judge_one(real, ASKED)
    assert judgement.verdict == Verdict.HOLDS
    (part,) = judgement.parts
    assert part.effect.mean == pytest.approx(0.1, abs=1e-9)
    assert "2,000 test images in the class shares of the 120" in part.name


def test_a_large_part_of_real_data_is_large_only_if_every_arm_has_it(real):
    real.cells = [replace(cell, trial=cell.trial.but(evaluate_on=("test",)))
                  if cell.method == "baseline" else cell for cell in real.cells]  # fmt: skip
    comparison = Comparison(real, ASKED.contrasts[0], "accuracy")
    assert isinstance(images_for(comparison), UsualImages)


def test_images_are_shared_by_seeds_whose_classes_take_turns(real, monkeypatch):
    """The same images err at every seed: the mean over seeds is no surer of them than one is.

    If each seed drew images by the numbers of its classes, their errors would seem to cancel.
    """
    names = [tuple(f"{(number - turn) % CLASSES}" for number in range(CLASSES))
             for turn in range(CLASSES)]  # fmt: skip
    monkeypatch.setattr(Measures, "class_names", lambda self, cell: names[cell.seed % CLASSES])
    comparison = Comparison(real, ASKED.contrasts[0], "accuracy")
    part = images_for(comparison)
    by_seed = {cell.seed: part.draws(cell) for cell in real.cells if cell.method == "oversampling"}
    first, *others = by_seed.values()
    assert len(others) >= 4 and first.std() > 0
    assert all(other == pytest.approx(first) for other in others)


# -- the class shares of the training images -------------------------------------------------------


def test_a_test_part_as_imbalanced_as_training_by_hand():
    """Rows of 50 and 50 test images, 19 to 1 in training: 95 and 5 of the mixture."""
    cell = OneCell(None, np.array([[40, 10], [20, 30]]))
    part = TrainingShares.__new__(TrainingShares)
    part.measures, part.asked, part.part = Stub(), "accuracy", "test"
    part.measures.result = lambda cell: SimpleNamespace(counts=[1140, 60])
    assert part.value(cell) == pytest.approx(0.95 * 0.8 + 0.05 * 0.6)
    part.asked = "macro_f1"
    weighted = np.array([[0.95 * 0.8, 0.95 * 0.2], [0.05 * 0.4, 0.05 * 0.6]])
    assert part.value(cell) == pytest.approx(float(macro_f1(weighted)))
    assert part.value(cell) != pytest.approx(float(macro_f1(cell.small)), abs=0.01)
    part.asked = "balanced_accuracy"
    assert part.value(cell) == pytest.approx(0.7), "recalls depend on no mixture"


def test_a_claim_says_in_which_shares_it_is_judged(real):
    judged = judge_one(real, claim(*BETTER, metric="accuracy", margin=0.01, mixture="training"))
    (part,) = judged.parts
    assert "test images in the class shares of the training images" in part.name
    beyond = claim(*BETTER, metric="auc", margin=0.01, mixture="training")
    assert "not taken from confusion counts" in judge_one(real, beyond).reason
