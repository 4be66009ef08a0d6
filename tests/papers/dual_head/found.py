"""A made-up study of the dual-head page, for tests of the sentences that it finds."""

from types import SimpleNamespace

import numpy as np

from reproduce.papers.dual_head import findings
from reproduce.study.measures import NotMeasured

DATASET, DATASET_IN_WORDS = "lesions?size=28", "generated lesions, 28 px"
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
        return [cell for experiment in self.experiments for cell in self.of_experiment(experiment)]

    references = ()

    def of_experiment(self, experiment, **wanted):
        return [
            SimpleNamespace(
                method=row["method"], seed=row["seed"], keep=("logits", "encoders"), row=row,
                factors=row, trial=SimpleNamespace(
                    evaluate_on=("test",), key=row["key"], phases=row.get("phases", ()),
                    task="classification", split={},
                ),
            )
            for row in self.experiments.get(experiment, [])
        ]  # fmt: skip

    def select(self, **wanted):
        return [c for c in self.of_experiment("grid") if wanted.get("method") in (None, c.method)]

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
