"""The study of Kim, Kim and Chun with made-up data and results: nothing is trained for it."""

import numpy as np

from reproduce.data.records import Record
from reproduce.papers.metric_learning.data import HELD_OUT, TEST, TRAIN
from reproduce.papers.metric_learning.protocol import PROTOCOL as metric_learning
from reproduce.study.study import Study
from reproduce.trials import arrays as array_files
from reproduce.trials.store import Result, Store
from tests.papers.filling import chance, filled

NAMES = ("nv (for normal skin)", "mel (for corns)", "bkl (for warts)")
FOUR = ["cross_entropy", "contrastive", "triplet", "lifted_structured"]
# How many of ten images of a class an arm gets right; those not named are like cross-entropy.
RIGHT = {"cross_entropy": 0.6, "contrastive": 0.7, "triplet": 0.7, "lifted_structured": 0.8,
         "cross_entropy_balanced": 0.75, "frozen_encoder": 0.4}  # fmt: skip


def record(name="ham10000_warts", counts=(6705, 1113, 1099), shape=(150, 200, 3)) -> Record:
    """Return what is known of a data set without having it."""
    return Record(
        name=name, fingerprint=name[:1] * 64, task="classification", shape=shape,
        class_names=NAMES, counts={"all": counts}, title=name, licence="none", source="nowhere",
        images_publishable=False,
    )  # fmt: skip


BUSI = record("busi?split=all", (437, 210, 133), (256, 256))


def read(profile="laptop", **values):
    """Return parameters at a profile, read as a command reads them."""
    return metric_learning.parameters.read({"profile": profile, **values})


def of(experiments="none", **values):
    """Return the cells and the references at these parameters, all data made up."""
    parameters = read(experiments=experiments, **values)
    beside = [BUSI] * len(metric_learning.other_data(parameters))
    return tuple(
        made(parameters, record(parameters.dataset), *beside)
        for made in (metric_learning.cells, metric_learning.references)
    )


def study_of(folder, steps=None, **values) -> Study:
    """Return a study of made-up results, as if all of it had been trained, or the first steps."""
    store = Store(folder)
    for known in (record(), BUSI):
        store.put_record(known)
    return filled(Study(metric_learning, read(**values), store), put, steps)


def put(store: Store, cell) -> None:
    """Store a result of a trial: so many images of each class right, the others taken for warts."""
    arrays, confusion, metrics = {}, {}, {}
    random = chance(cell)
    counts = {"test": TEST, "held_out": HELD_OUT}
    for part in cell.trial.evaluate_on:
        labels = np.repeat(np.arange(3), np.maximum(1, np.array(counts[part]) // 5))
        told = np.where(random.random(len(labels)) < RIGHT.get(cell.method, 0.6), labels, 2)
        logits = np.eye(3, dtype=np.float32)[told] * 2
        arrays |= {
            f"{part}/labels": labels.astype(np.int16), f"{part}/logits": logits,
            f"{part}/embedding_rows": np.arange(len(labels), dtype=np.int32),
            f"{part}/embeddings": (logits + random.normal(size=(len(labels), 3))).astype("f4"),
        }  # fmt: skip
        table = np.zeros((3, 3), int)
        np.add.at(table, (labels, told), 1)
        confusion[part] = table.tolist()
        recalls = np.diag(table) / table.sum(axis=1)
        summary = {"accuracy": (labels == told).mean(), "balanced_accuracy": recalls.mean(),
                   "macro_f1": recalls.mean(), "auc": 0.8, "gmean_recall": 0.5,
                   "worst_class_recall": recalls.min()}  # fmt: skip
        metrics |= {f"{part}/{name}": float(value) for name, value in summary.items()}
    if "curve" in cell.keep:
        arrays |= {"curve/phase": np.zeros(2, int), "curve/iteration": np.array([32, 64])}
        for part in ("train", "test"):
            arrays[f"curve/{part}_labels"] = labels
            arrays[f"curve/{part}_predictions"] = np.stack([labels, told])
    history = [
        {"phase": number, "iteration": 32 * (7 + number), "loss": 0.1, "learning_rate": 6e-4,
         "training_accuracy": 0.9}
        for number in range(len(cell.trial.phases))
    ]  # fmt: skip
    file = array_files.write(store.arrays_folder, cell.trial.key, arrays)
    store.put(
        Result(
            key=cell.trial.key, trial=cell.trial, counts=list(TRAIN), metrics=metrics,
            confusion=confusion, history=history, seconds=1.5,
            provenance={"device": "cpu", "python": "3", "torch": "2", "numpy": "2"},
            array_names=tuple(sorted(arrays)), array_file=store.arrays_folder / file,
        )
    )  # fmt: skip
