"""The study of BDCL with made-up data and results: nothing is trained for it."""

import numpy as np

from reproduce.data.records import Record
from reproduce.evaluation.metrics import summary
from reproduce.papers.balanced_contrastive import segmentation
from reproduce.papers.balanced_contrastive.data import REAL
from reproduce.papers.balanced_contrastive.protocol import PROTOCOL as balanced_contrastive
from reproduce.study.study import Study
from reproduce.tasks import named as task
from reproduce.trials import arrays as array_files
from reproduce.trials.store import Result, Store
from tests.papers.filling import chance, filled

NAMES = ("akiec", "bcc", "bkl", "df", "mel", "nv", "vasc")
COUNTS = (327, 514, 1099, 115, 1113, 6705, 142)
TEST = (13, 20, 44, 5, 44, 268, 6)
# How many of ten images of a class an arm gets right; those not named are like the first.
RIGHT = {"sup_con": 0.6, "bdcl": 0.75, "frozen_encoder": 0.35, "cross_entropy": 0.5, "crt": 0.7}


def record(name=REAL, counts=COUNTS, shape=(64, 64, 3), names=NAMES, challenge=True) -> Record:
    """Return what is known of a data set without having it."""
    parts = {"all": counts} | ({"challenge": (43, 93, 217, 44, 171, 909, 35)} if challenge else {})
    return Record(
        name=name, fingerprint=name[:1] * 64, task="classification", shape=shape,
        class_names=names, counts=parts, title=name, licence="none", source="nowhere",
        images_publishable=False,
    )  # fmt: skip


BUSI = Record(
    name=segmentation.BUSI, fingerprint="b" * 64, task="segmentation", shape=(256, 256),
    class_names=("background", "benign", "malignant"), counts={"all": (133, 437, 210)},
    title="masks", licence="none", source="nowhere", images_publishable=False,
)  # fmt: skip


def record_of(name: str) -> Record:
    """Return what is known of a data set by its name."""
    return BUSI if name == segmentation.BUSI else record(name)


def read(profile="laptop", **values):
    """Return parameters at a profile, read as a command reads them."""
    return balanced_contrastive.parameters.read({"profile": profile, **values})


def of(experiments="none", **values):
    """Return the cells and the references at these parameters, all data made up."""
    parameters = read(experiments=experiments, **values)
    beside = [record_of(name) for name in balanced_contrastive.other_data(parameters)]
    return tuple(
        made(parameters, record(parameters.dataset), *beside)
        for made in (balanced_contrastive.cells, balanced_contrastive.references)
    )


def study_of(folder, steps=None, **values) -> Study:
    """Return a study of made-up results, as if all of it had been trained, or the first steps."""
    store, parameters = Store(folder), read(**values)
    for name in (parameters.dataset, *balanced_contrastive.other_data(parameters)):
        store.put_record(record_of(name))
    return filled(Study(balanced_contrastive, parameters, store), put, steps)


def put(store: Store, cell) -> None:
    """Store a result of a trial: so many images of each class right, the others taken for nevi."""
    if cell.trial.task == "segmentation":
        return put_masks(store, cell)
    arrays, confusion, metrics = {}, {}, {}
    random = chance(cell)
    for part in cell.trial.evaluate_on:
        labels = np.repeat(np.arange(7), TEST)
        told = np.where(random.random(len(labels)) < RIGHT.get(cell.method, 0.6), labels, 5)
        logits = np.eye(7, dtype=np.float32)[told] * 2
        arrays |= {
            f"{part}/labels": labels.astype(np.int16), f"{part}/logits": logits,
            f"{part}/embedding_rows": np.arange(len(labels), dtype=np.int32),
            f"{part}/embeddings": (logits + random.normal(size=(len(labels), 7))).astype("f4"),
        }  # fmt: skip
        table = np.zeros((7, 7), int)
        np.add.at(table, (labels, told), 1)
        confusion[part] = table.tolist()
        scores = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        metrics |= {f"{part}/{name}": float(v) for name, v in summary(scores, labels, 7).items()}
    if "encoders" in cell.keep:
        arrays |= _encoders(random, labels, logits)
    counts = list(cell.trial.imbalance.get("counts", COUNTS))
    keep(store, cell, counts, metrics, confusion, arrays, _history(cell, random, counts))


def put_masks(store: Store, cell) -> None:
    """Store a result of segmentation: the pixels of 20 images by true and predicted class."""
    random, pixels = chance(cell), task("segmentation")
    labels = np.arange(20) % 3
    counted = random.integers(1, 30, size=(20, 3, 3)).astype(np.uint32)
    counted[:, range(3), range(3)] += 200 + 40 * (cell.method == "bdcl")
    masks = np.zeros((20, 8, 8), np.uint8)
    arrays = {
        "test/pixels": counted,
        "test/labels": labels.astype(np.int16),
        "test/masks": masks,
        "test/shown_rows": np.arange(20, dtype=np.int32),
        "test/shown_masks": masks,
    }
    told = pixels.summary(counted, labels, 3)
    metrics = {f"test/{name}": float(value) for name, value in told.items()}
    confusion = {"test": pixels.table(counted, labels, 3).tolist()}
    history = [
        {"phase": number, "iteration": phase.iterations, "loss": 0.5, "learning_rate": 0.01}
        for number, phase in enumerate(cell.trial.phases)
    ]  # fmt: skip
    keep(store, cell, [921, 39, 40], metrics, confusion, arrays, history)


def keep(store: Store, cell, counts, metrics, confusion, arrays, history) -> None:
    """Put a result into the store as a training would."""
    file = array_files.write(store.arrays_folder, cell.trial.key, arrays)
    store.put(
        Result(
            key=cell.trial.key, trial=cell.trial, counts=counts, metrics=metrics,
            confusion=confusion, history=history, seconds=1.5,
            provenance={"device": "cpu", "python": "3", "torch": "2", "numpy": "2"},
            array_names=tuple(sorted(arrays)), array_file=store.arrays_folder / file,
        )
    )  # fmt: skip


def _encoders(random, labels, logits) -> dict[str, np.ndarray]:
    near = {
        f"{moment}/{part}": (logits + random.normal(size=logits.shape)).astype("f4")
        for moment in ("before", "after") for part in ("train", "test", "view1", "view2")
    }  # fmt: skip
    return near | {f"{part}/encoder_labels": labels.astype(np.int16) for part in ("train", "test")}


def _history(cell, random, counts) -> list[dict[str, float]]:
    """Return two records a phase; of BDCL with the temperatures it learns, higher of heads."""
    steps = -(-sum(counts) // cell.trial.phases[0].batch_size)
    found = []
    for number, phase in enumerate(cell.trial.phases):
        for epoch in range(1, phase.epochs + 1):
            row = {"phase": number, "iteration": steps * epoch, "loss": 4.5, "learning_rate": 0.01}
            if phase.objective == "bdcl":
                learned = phase.objective_parameters["temperature_learning"]
                for c, count in enumerate(counts):
                    row[f"negative_push_class_{c}"] = count / sum(counts)
                    row[f"hardest_negative_class_{c}"] = 0.8 + 0.01 * c
                    if learned:
                        moved = 0.02 * epoch * np.log(count) + 0.001 * random.random()
                        row[f"temperature_class_{c}"] = 0.1 + moved
            found.append(row)
    return found
