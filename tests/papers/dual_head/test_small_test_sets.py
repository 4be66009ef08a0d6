"""Draws of the paper's test size out of a large set, and what is said where there is none."""

from types import SimpleNamespace

import numpy as np
import pytest

from reproduce.figures.picture import NothingToShow
from reproduce.papers.dual_head.small_test_sets import RUNS, gap_draws
from reproduce.study.measures import NotMeasured

PER_CLASS, PRINTED = [3, 2], {"supervised": 0.05, "simclr": 0.04, "auc_cl": 0.03}
LABELS = np.repeat([0, 1], 50)


class Study:
    """Networks that are right about every image but the last `wrong` ones."""

    paper = "dual_head"

    def __init__(
        self, wrong, held=(50, 50), parts=("test", "balanced"), kept=True, seeds=(0, 1), own=0,
        turning=False,
    ):  # fmt: skip
        # `own`: how many further images each seed gets wrong that no other seed does.
        self.seeds, self.own = list(seeds), own
        self.wrong, self.parts, self.kept, self.measures = wrong, parts, kept, self
        # `turning`: classes change places with the seed, as kinds of lesion do.
        self.turning = turning
        self.records = [SimpleNamespace(name="lesions", counts={parts[-1]: held})]

    def of_experiment(self, experiment):
        return self.cells() if "balanced" in self.parts else []

    def select(self):
        return self.cells() if "large" in self.parts else []

    def cells(self):
        trial = SimpleNamespace(dataset="lesions", evaluate_on=self.parts)
        return [
            SimpleNamespace(method=method, seed=seed, trial=trial, experiment="grid")
            for method in self.wrong for seed in self.seeds
        ]  # fmt: skip

    def predicted(self, cell, part):
        if not self.kept:
            raise NotMeasured("not in this store")
        wrong = np.arange(100) >= 100 - self.wrong[cell.method]
        if self.wrong[cell.method]:
            wrong[cell.seed * self.own : (cell.seed + 1) * self.own] = True
        labels = 1 - LABELS if self.turning and cell.seed % 2 else LABELS
        return np.where(wrong, 1 - labels, labels), labels

    def derived(self, name, cells, compute):
        return compute()


def test_gaps_of_every_rival_that_was_run():
    found = gap_draws(Study({"dual_head": 0, "simclr": 10, "auc_cl": 0}), PER_CLASS, PRINTED)
    assert list(found["gaps"]) == [("dual_head", "simclr"), ("dual_head", "auc_cl")]
    assert found["true"]["dual_head", "auc_cl"] == 0
    assert found["true"]["dual_head", "simclr"] > 0.05
    assert found["published"]["dual_head", "simclr"] == 0.04 and found["images"] == 5
    gaps = found["gaps"]["dual_head", "simclr"]
    # Of two runs there is no mean of three: single runs, and no more is said.
    assert (
        found["runs"] == 1
        and len(gaps) == 2 * 2000
        and gaps.mean() == pytest.approx(found["true"]["dual_head", "simclr"], abs=0.03)
    )


def test_gaps_are_of_means_of_three_runs_as_the_paper_has_them():
    shared = Study({"dual_head": 0, "simclr": 10}, seeds=range(4))
    found = gap_draws(shared, [30, 20], PRINTED)
    one = found["spreads"]["dual_head", "simclr"]
    # Runs that err on the same images: averaging them takes nothing away.
    assert found["runs"] == RUNS and one.smallest == pytest.approx(one.single, rel=0.05)
    assert one.retrained == pytest.approx(one.smallest)
    apart = gap_draws(Study({"dual_head": 0, "simclr": 1}, seeds=range(4), own=10), [30, 20],
                      PRINTED)  # fmt: skip
    two = apart["spreads"]["dual_head", "simclr"]
    assert two.single / 3 < two.smallest < 0.75 * two.single
    assert two.draws.std() < 0.75 * np.mean([two.single]) and len(two.draws) == 4 * 2000


def test_small_sets_come_from_few_images_with_replacement_each_run_with_labels_of_its_own():
    study = Study({"dual_head": 0, "simclr": 10}, parts=("test", "large"), turning=True)
    found = gap_draws(study, [30, 20], PRINTED, "accuracy")
    one = found["spreads"]["dual_head", "simclr"]
    # A tenth of all images, all of them of the last 50: of class 1 in one run, of class 0 in the
    # other. Every image that is drawn is missed with a fifth, independently of the others.
    assert found["runs"] == 1 and one.retrained is None
    gaps = [20 * 0.2 / 50, 30 * 0.2 / 50]
    assert one.true == pytest.approx(np.mean(gaps))
    spread = np.sqrt(np.array([20, 30]) * 0.2 * 0.8) / 50
    told = (1.959964 + 0.841621) * spread.mean()
    assert one.single == pytest.approx(told, rel=0.04) and len(one.draws) == 2 * 2000


def test_runs_that_differ_count_as_trainings_that_would_differ_again():
    study = Study({"dual_head": 0, "simclr": 1}, seeds=range(4), own=5)
    study.predicted_by = study.predicted
    study.predicted = lambda cell, part: (
        (LABELS, LABELS) if cell.seed == 3 else study.predicted_by(cell, part)
    )
    one = gap_draws(study, [30, 20], PRINTED)["spreads"]["dual_head", "simclr"]
    assert one.retrained > one.smallest


@pytest.mark.parametrize(
    ("study", "said"),
    [
        (Study({"dual_head": 0, "simclr": 0}, parts=("test",)), "no large test part"),
        (Study({}), "no large test part"),
        (Study({"dual_head": 0, "simclr": 0}, held=(50, 1)), "3, 2 images of its grades"),
        (Study({"dual_head": 0, "simclr": 0}, held=(50, 50, 50)), "3, 2 images of its grades"),
        (Study({"dual_head": 0}), "Dual-head against the other methods"),
        (Study({"simclr": 0, "auc_cl": 0}), "Dual-head against the other methods"),
        (Study({"dual_head": 0, "simclr": 0}, kept=False), "run dual_head --force"),
    ],
)
def test_what_is_missing_is_said(study, said):
    with pytest.raises(NothingToShow, match=said):
        gap_draws(study, PER_CLASS, PRINTED)
