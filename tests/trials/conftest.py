"""Trials, results and stores to test with: made by hand, or trained once for all tests."""

import shutil

import numpy as np
import pytest

from reproduce.data import catalog
from reproduce.data.records import Record
from reproduce.evaluation import metrics as measures
from reproduce.training.phases import Optimizer, Phase
from reproduce.trials import arrays, engine
from reproduce.trials.pack import pack
from reproduce.trials.store import Result, Store
from reproduce.trials.trial import RECIPE, Planned, Trial

FINGERPRINT = "ab" * 32
STRATIFIED = {"kind": "stratified", "test_share": 0.2, "seed": 0}
STEP = {"kind": "step", "rho": 5.0, "mu": 0.5, "n_max": 60, "minority": "drawn"}


def describe_trial(seed=0, iterations=12, learning_rate=0.01, sampler="instance", **changed):
    """Return a trial of a few training steps on the digits."""
    phase = Phase(
        batch_size=16,
        iterations=iterations,
        sampler=sampler,
        optimizer=Optimizer(name="sgd", learning_rate=learning_rate, momentum=0.9),
    )
    values = {
        "dataset": "digits",
        "fingerprint": FINGERPRINT,
        "backbone": "lenet5",
        "phases": (phase,),
        "transforms": {"size": 28, "divisor": 256},
        "data_seed": seed,
        "seed": seed,
        "split": STRATIFIED,
        "imbalance": STEP,
        "evaluate_on": ("test",),
        "recipe": RECIPE,
    }
    return Trial(**{**values, **changed})


@pytest.fixture
def describe():
    """Return a function that describes a trial; it is made for reading, not for training."""
    return describe_trial


@pytest.fixture
def on_digits():
    """Return a function that describes a trial that can be trained here, planned with labels."""
    fingerprint = catalog.load("digits").fingerprint

    def planned(name="m", keep=("logits",), **changed):
        trial = describe_trial(**{"fingerprint": fingerprint, **changed})
        return Planned(trial, ({"method": name, "paper": "class_imbalance"},), keep)

    return planned


@pytest.fixture
def on_tiny(image_file):
    """Return a function that plans a trial on a small file of images, which opens at once."""
    image_file("tiny")
    fingerprint = catalog.load("tiny").fingerprint
    step = {**STEP, "n_max": 40}

    def planned(name="m", keep=("logits",), **changed):
        data = {"dataset": "tiny", "fingerprint": fingerprint, "imbalance": step}
        trial = describe_trial(**{**data, "split": {"kind": "official"}, **changed})
        return Planned(trial, ({"method": name, "paper": "class_imbalance"},), keep)

    return planned


@pytest.fixture
def store(tmp_path):
    """Return an empty store."""
    return Store(tmp_path / "store")


@pytest.fixture
def leave():
    """Return a function that puts a result made by hand into a store, and returns it as read.

    Its numbers follow from its arrays, as long as `accuracy` is a share of so many images.
    """

    def put(store, trial, accuracy=0.1 + 0.2, with_arrays=True, weights=b"", images=40, **changed):
        random = np.random.default_rng(trial.seed)
        labels = np.arange(images) % 2
        wrong = np.arange(images) >= round(accuracy * images) if accuracy == accuracy else labels
        logits = np.sort(random.normal(size=(images, 2)))
        logits = np.where((labels ^ wrong)[:, None] == 1, logits, logits[:, ::-1])
        kept = {
            "test/labels": labels.astype(np.int16),
            "test/logits": logits.astype(np.float32),
        }
        scores = measures.softmax(kept["test/logits"])
        file = arrays.write(store.arrays_folder, trial.key, kept) if with_arrays else None
        of_weights = None
        if weights:
            name = arrays.write_named(store.weights_folder, trial.key, ".safetensors", weights)
            of_weights = store.weights_folder / name
        values = {
            "key": trial.key,
            "trial": trial,
            "metrics": {
                "test/accuracy": accuracy,
                "test/auc": measures.auc_macro_ovr(scores, labels),
            },
            "confusion": {"test": measures.confusion(labels, scores.argmax(axis=1), 2).tolist()},
            "counts": [60, 12],
            "history": [{"phase": 0, "iteration": 1, "loss": 1 / 3, "training_accuracy": 1.0}],
            "seconds": 2.125,
            "provenance": {"device": "cpu (test)", "torch": "2.11.0"},
            "array_names": tuple(kept) if with_arrays else (),
            "array_file": store.arrays_folder / file if file else None,
            "weights_file": of_weights,
        }
        store.put(Result(**{**values, **changed}), [{"method": "m", "paper": "class_imbalance"}])
        return store.get(trial.key)

    return put


@pytest.fixture
def record():
    """Return the record of a small data set."""
    return Record(
        name="tiny",
        fingerprint=FINGERPRINT,
        task="classification",
        class_names=("a", "b"),
        counts={"train": (40, 10), "test": (5, 5)},
        shape=(28, 28),
        title="Tiny",
        licence="CC0",
        source="this test",
        images_publishable=False,
    )


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """Return the folder of a store that one process trained, and its plan; never written to."""
    fingerprint = catalog.load("digits").fingerprint
    planned = [
        Planned(
            describe_trial(seed=seed, sampler=sampler, fingerprint=fingerprint),
            ({"method": sampler, "paper": "class_imbalance"},),
            ("logits", "embeddings"),
        )
        for seed in (0, 1)
        for sampler in ("instance", "oversampling")
    ]
    folder = tmp_path_factory.mktemp("trained") / "store"
    store = Store(folder)
    store.put_record(catalog.load("digits").record())
    options = engine.Options(workers=1, keep_weights=True)
    with pytest.MonkeyPatch.context() as surroundings:
        surroundings.setenv("REPRODUCE_DEVICE", "cpu")
        engine.run(planned, store, options, lambda event: None)
    return folder, planned


@pytest.fixture
def trained_store(trained, tmp_path):
    """Return a copy of the trained store that a test may change."""
    return Store(shutil.copytree(trained[0], tmp_path / "trained"))


@pytest.fixture
def part(store, describe, leave, record, tmp_path):
    """Return the path of a packed part with two results."""
    store.put_record(record)
    for seed in range(2):
        leave(store, describe(seed=seed))
    [path] = pack(store, tmp_path / "results.zip", ("results",), 10)
    return path
