"""Networks trained for a few steps, on images that also lie here as files."""

import numpy as np
import pytest
from PIL import Image

from reproduce.data import catalog
from reproduce.training.phases import Optimizer, Phase
from reproduce.trials import engine
from reproduce.trials.store import Store
from reproduce.trials.trial import RECIPE, Planned, Trial

STEP = {"kind": "step", "rho": 2.0, "mu": 0.5, "n_max": 20, "minority": "lowest"}


@pytest.fixture
def store(tmp_path):
    """Return an empty store."""
    return Store(tmp_path / "store")


@pytest.fixture
def photos(tmp_path):
    """Return a folder of two classes of colour images, of several formats and sizes."""
    random, folder = np.random.default_rng(0), tmp_path / "photos"
    suffixes = ("png", "jpg", "bmp", "webp")
    for label, name in enumerate(("cats", "dogs")):
        (folder / name).mkdir(parents=True)
        for number in range(30):
            height, width = 40 + number, 70 - number
            pixels = random.integers(0, 120, (height, width, 3), dtype=np.uint8)
            pixels[:, : width // 2, label] += 100
            image = Image.fromarray(pixels).convert("L" if number % 5 == 0 else "RGB")
            image.save(folder / name / f"{number:02}.{suffixes[number % 4]}")
    return folder


@pytest.fixture
def train(store):
    """Return a function that trains one network on a data set and returns its result."""

    def trained(dataset, backbone, keep_weights=True, phase=(), **changed):
        found = catalog.load(dataset)
        given = {"batch_size": 8, "iterations": 12, **dict(phase)}
        optimizer = Optimizer(name="sgd", learning_rate=0.02, momentum=0.9)
        split = {"kind": "stratified", "test_share": 0.3, "seed": 0, "validation_share": 0.3}
        values = {
            "dataset": dataset,
            "fingerprint": found.fingerprint,
            "backbone": backbone,
            "phases": (Phase(optimizer=optimizer, **given),),
            "transforms": {"size": 28, "divisor": 255},
            "data_seed": 0,
            "seed": 0,
            "split": split,
            "imbalance": {"kind": "none"},
            "evaluate_on": ("val", "test"),
            "recipe": RECIPE,
        }
        trial = Trial(**{**values, **changed})
        store.put_record(found.record())
        planned = [Planned(trial, ({"method": "baseline"},), ("logits",))]
        options = engine.Options(workers=1, keep_weights=keep_weights)
        summary = engine.run(planned, store, options, lambda event: None)
        assert not summary.failures, summary.failures
        return store.get(trial.key)

    return trained


@pytest.fixture
def test_images(tmp_path):
    """Return a function that writes the test images of a trial as PNG files, as they are stored."""

    def write(trial):
        from reproduce.data import splits

        dataset = catalog.load(trial.dataset)
        source, rows = splits.split(dataset, **trial.split)["test"]
        folder = tmp_path / "test_images"
        folder.mkdir()
        for number, row in enumerate(rows):
            Image.fromarray(dataset.images[source][row]).save(folder / f"{number:04}.png")
        return folder

    return write
