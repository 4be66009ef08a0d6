"""Studies whose results are made up: numbers that can be checked by hand, and no training."""

import numpy as np
import pytest

from reproduce.data.imbalance import counts_by_class
from reproduce.data.records import Record
from reproduce.evaluation import metrics
from reproduce.evaluation.metric import Metric
from reproduce.papers.class_imbalance.protocol import PROTOCOL as class_imbalance
from reproduce.study.study import Study
from reproduce.trials import arrays as array_files
from reproduce.trials.store import Result, Store

# A metric that nothing measures: none of the registry's waits any more.
HOPED_FOR = Metric("hoped_for", "hoped for", None, waits_for="2026-11-28: needs what none keeps")
CLASSES, IMAGES = 10, 12  # of each class
LABELS = np.repeat(np.arange(CLASSES), IMAGES).astype(np.int16)
PROVENANCE = {"device": "cpu", "python": "3", "torch": "2", "numpy": "2"}


def mnist_record(name="mnist") -> Record:
    """Return what is known of MNIST, or of a set like it, without having it."""
    return Record(
        name=name, fingerprint="f" * 64, task="classification", shape=(28, 28),
        class_names=tuple(str(digit) for digit in range(CLASSES)),
        counts={"train": (5421,) * CLASSES, "test": (IMAGES,) * CLASSES}, title=name,
        licence="none", source="nowhere", images_publishable=False,
    )  # fmt: skip


def made_up_logits(trial) -> np.ndarray:
    """Return float32 logits [n, C] that differ by trial and are right more often than not."""
    random = np.random.default_rng(int(trial.key, 16))
    logits = random.normal(size=(len(LABELS), CLASSES))
    logits[np.arange(len(LABELS)), LABELS] += 1.5
    return logits.astype(np.float32)


def measured(cell, logits=None) -> dict[str, float]:
    """Return what a trial's scores give, to be planted where others will check them."""
    scores = made_up_logits(cell.trial) if logits is None else logits
    return metrics.summary(metrics.softmax(scores), LABELS, CLASSES)


def flat_curve() -> dict[str, np.ndarray]:
    """Return a learning curve of two looks at which every image is classified rightly."""
    found = {"curve/phase": np.zeros(2, int), "curve/iteration": np.array([1, 2])}
    for part in ("train", "test"):
        found[f"curve/{part}_labels"] = LABELS
        found[f"curve/{part}_predictions"] = np.stack([LABELS, LABELS])
    return found


def put(store: Store, trial, counts, logits=None, curve=False, **planted: float) -> Result:
    """Store a result of a trial: metrics as planted, 0.5 otherwise, and its scores."""
    logits = made_up_logits(trial) if logits is None else logits
    confusion = np.zeros((CLASSES, CLASSES), int)
    np.add.at(confusion, (LABELS, logits.argmax(axis=1)), 1)
    names = (
        "accuracy", "balanced_accuracy", "macro_f1", "auc", "gmean_recall", "worst_class_recall",
    )  # fmt: skip
    arrays = {"test/logits": logits, "test/labels": LABELS} | (flat_curve() if curve else {})
    file = array_files.write(store.arrays_folder, trial.key, arrays)
    result = Result(
        key=trial.key, trial=trial, counts=[int(count) for count in counts],
        metrics={f"test/{name}": planted.get(name, 0.5) for name in names},
        confusion={"test": confusion.tolist()}, seconds=1.5, provenance=PROVENANCE,
        history=[{"phase": 0, "iteration": 1, "loss": 1.0, "learning_rate": 0.01,
                  "training_accuracy": 0.5}],
        array_names=tuple(sorted(arrays)), array_file=store.arrays_folder / file,
    )  # fmt: skip
    store.put(result)
    return result


@pytest.fixture
def study_of(tmp_path):
    """Return a function that opens a study with made-up results: of the grid, unless told more.

    `planted(cell)` says a trial's metrics, `logits(cell)` its scores; both see the first cell of
    every trial, which for shared trials is the method without a post-hoc step.
    """

    def make(planted=lambda cell: {}, logits=lambda cell: None, store=None, data="mnist", **values):
        store = store or Store(tmp_path / "store")
        store.put_record(mnist_record(data))
        parameters = class_imbalance.parameters.read(
            {"profile": "laptop", "dataset": data, "experiments": "none", **values}
        )
        study = Study(class_imbalance, parameters, store)
        for cell in [*study.trained(), *study.references]:
            counts = counts_by_class(CLASSES, cell.trial.data_seed, **cell.trial.imbalance)
            put(store, cell.trial, counts, logits(cell), "curve" in cell.keep, **planted(cell))
        return study

    return make


@pytest.fixture
def same_scores():
    """Scores that all trials share: a difference between them then owes nothing to the images."""
    logits = np.random.default_rng(0).normal(size=(len(LABELS), CLASSES)).astype(np.float32)
    return lambda cell: logits
