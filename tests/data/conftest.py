"""Small data sets in memory, made without the catalog."""

import numpy as np
import pytest

from reproduce.data.records import Dataset


@pytest.fixture
def make_dataset():
    """Return a function that makes a data set with as many images of a class as it is told."""

    def make(counts=(30, 20, 50), test_counts=None, name="made", publishable=True):
        splits = {"all": counts}
        if test_counts is not None:
            splits = {"train": counts, "test": test_counts}
        images, labels = {}, {}
        for number, (split, of_classes) in enumerate(splits.items()):
            y = np.repeat(np.arange(len(of_classes)), of_classes)
            labels[split] = np.random.default_rng(number).permutation(y)
            # The first pixels of an image tell its number, its class and its split.
            images[split] = np.zeros((len(y), 6, 6), dtype=np.uint8)
            images[split][:, 0, 0] = np.arange(len(y)) % 256
            images[split][:, 0, 1] = np.arange(len(y)) // 256
            images[split][:, 0, 2] = labels[split]
            images[split][:, 0, 3] = number
        return Dataset(
            name=name,
            task="classification",
            class_names=tuple(f"class {c}" for c in range(len(counts))),
            images=images,
            labels=labels,
            fingerprint="0" * 64,
            title="Made for a test",
            licence="none",
            source="nobody",
            images_publishable=publishable,
        )

    return make
