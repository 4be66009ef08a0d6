"""The comparison with made-up data and results: nothing is trained for it."""

import numpy as np

from reproduce.data.records import Record
from reproduce.evaluation import metrics
from reproduce.papers.comparison.protocol import PROTOCOL as comparison
from reproduce.study.running import ready
from reproduce.study.study import Study
from reproduce.trials import arrays as array_files
from reproduce.trials.store import Result, Store
from tests.papers.filling import chance

FEW = ["baseline", "class_weights", "thresholding", "crt"]
# Classes, test images of each, training images of each, and the shape of an image.
KNOWN = {
    "mnist": (10, 30, [400] * 5 + [60] * 5, (28, 28)),
    "ham10000": (7, 40, [1073, 178, 176, 82, 52, 22, 18], (64, 64, 3)),
    "cifar10": (10, 30, [4000, 2398, 1437, 862, 516, 310, 186, 111, 66, 40], (32, 32, 3)),
    "retinamnist": (5, 40, [389, 165, 155, 102, 53], (28, 28, 3)),
    "pneumoniamnist": (2, 100, [2795, 971], (28, 28)),
}
# How often an image of a rare class is recognised; of a large one nine times in ten.
RARE = {"baseline": 0.2, "class_weights": 0.75, "thresholding": 0.55, "untrained": 0.1,
        "crt": 0.3}  # fmt: skip


def record(name: str) -> Record:
    """Return what is known of a data set without having it."""
    classes, images, _, shape = KNOWN[name]
    return Record(
        name=name, fingerprint=(name * 64)[:64], task="classification", shape=shape,
        class_names=tuple(f"class {number}" for number in range(classes)),
        counts={"train": (6000,) * classes, "test": (images,) * classes}, title=name,
        licence="none", source="nowhere", images_publishable=False,
    )  # fmt: skip


def opened(folder, **values) -> Study:
    """Return the study at laptop scale on a store that knows its data sets."""
    store = Store(folder)
    for name in KNOWN:
        store.put_record(record(name))
    asked = {"profile": "laptop", "others": ["ham10000"], "methods": FEW, "configurations": 3}
    return Study(comparison, comparison.parameters.read({**asked, **values}), store)


def study_of(folder, **values) -> Study:
    """Return the study as if all of it had been trained, stage by stage."""
    study = opened(folder, **values)
    fill(study)
    study.lay_out()
    fill(study)
    return study


def fill(study: Study, keys=None, rare=RARE) -> None:
    """Make up a result of everything that can be trained now, or of these trials."""
    chosen = {item.trial.key for item in ready(study)} if keys is None else set(keys)
    for cell in [*study.cells, *study.references]:
        if cell.trial.key in chosen and not cell.waiting:
            chosen.discard(cell.trial.key)
            put(study.store, cell, rare)


def put(store: Store, cell, rare=RARE, shift: float = 0.0) -> None:
    """Store a result: scores whose highest is right so often, by class; `shift` moves the test."""
    classes, images, trained, _ = KNOWN[cell.factors["dataset"]]
    random, arrays, confusion, measured = chance(cell), {}, {}, {}
    # Thresholding corrects scores of the baseline's network: theirs are made up together.
    own = "baseline" if cell.method == "thresholding" else cell.method
    for part in cell.trial.evaluate_on:
        labels = np.repeat(np.arange(classes), images)
        is_rare = np.arange(classes) >= classes // 2
        right = np.where(is_rare, rare.get(own, 0.4), 0.1 if own == "untrained" else 0.9)
        right = right + (shift if part == "test" else 0.0) + 0.02 * random.normal()
        logits = random.normal(size=(len(labels), classes)).astype(np.float32)
        told = random.random(len(labels)) < right[labels]
        logits[np.arange(len(labels)), np.where(told, labels, 0)] += 4
        # Of what is missed the true class comes next, below by what its share explains.
        logits[np.arange(len(labels)), labels] += np.where(told, 0, 2.5)
        table = metrics.confusion(labels, logits.argmax(axis=1), classes)
        confusion[part] = table.tolist()
        summary = metrics.summary(metrics.softmax(logits), labels, classes)
        measured |= {f"{part}/{name}": value for name, value in summary.items()}
        arrays |= {f"{part}/labels": labels.astype(np.int16), f"{part}/logits": logits}
    history = [
        {"phase": number, "iteration": phase.iterations, "loss": 0.1, "learning_rate": 0.01,
         "training_accuracy": 0.9}
        for number, phase in enumerate(cell.trial.phases)
    ]  # fmt: skip
    file = array_files.write(store.arrays_folder, cell.trial.key, arrays)
    store.put(
        Result(
            key=cell.trial.key, trial=cell.trial, counts=trained, metrics=measured,
            confusion=confusion, history=history, seconds=1.5 + len(cell.trial.phases),
            provenance={"device": "cpu", "python": "3", "torch": "2", "numpy": "2"},
            array_names=tuple(sorted(arrays)), array_file=store.arrays_folder / file,
        )
    )  # fmt: skip
