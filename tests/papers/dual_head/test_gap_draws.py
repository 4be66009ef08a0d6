"""Draws of the paper's test size out of a large set, and what is said where there is none."""

from types import SimpleNamespace

import numpy as np
import pytest

from reproduce.figures.picture import NothingToShow
from reproduce.papers.dual_head.rows import gap_draws

PER_CLASS, PRINTED = [3, 2], {"supervised": 0.05, "simclr": 0.04, "auc_cl": 0.03}
LABELS = np.repeat([0, 1], 50)


class Study:
    """Networks that are right about every image but the last `wrong` ones."""

    paper, seeds = "dual_head", [0, 1]

    def __init__(self, wrong, held=(50, 50), parts=("test", "balanced"), kept=True):
        self.wrong, self.parts, self.kept, self.measures = wrong, parts, kept, self
        self.records = [SimpleNamespace(name="lesions", counts={"balanced": held})]

    def beside(self, experiment):
        trial = SimpleNamespace(dataset="lesions", evaluate_on=self.parts)
        return [
            SimpleNamespace(method=method, seed=seed, trial=trial)
            for method in self.wrong for seed in self.seeds
        ]  # fmt: skip

    def result(self, cell):
        said = np.where(np.arange(100) < 100 - self.wrong[cell.method], LABELS, 1 - LABELS)
        arrays = {"balanced/labels": LABELS, "balanced/logits": np.eye(2)[said]}
        return SimpleNamespace(arrays=arrays if self.kept else {})

    def derived(self, name, cells, compute):
        return compute()


def test_gaps_of_every_rival_that_was_run():
    found = gap_draws(Study({"dual_head": 0, "simclr": 10, "auc_cl": 0}), PER_CLASS, PRINTED)
    assert list(found["gaps"]) == [("dual_head", "simclr"), ("dual_head", "auc_cl")]
    assert found["true"]["dual_head", "auc_cl"] == 0
    assert found["true"]["dual_head", "simclr"] > 0.05
    assert found["published"]["dual_head", "simclr"] == 0.04 and found["images"] == 5
    gaps = found["gaps"]["dual_head", "simclr"]
    assert len(gaps) == 2 * 2000 and gaps.mean() == pytest.approx(
        found["true"]["dual_head", "simclr"], abs=0.03
    )


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
