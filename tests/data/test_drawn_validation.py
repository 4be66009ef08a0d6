"""Validation images that are as imbalanced as training: taken from what imbalance has drawn."""

import numpy as np
import pytest

from reproduce.data import splits
from reproduce.data.preparation import prepare
from reproduce.data.records import Dataset
from reproduce.errors import UserError

SPEC = {"kind": "official", "drawn_validation": 0.25}
IMBALANCE = {"kind": "step", "rho": 10, "mu": 0.5, "n_max": 40, "minority": "lowest"}


def dataset(grouped=False, val=True) -> Dataset:
    """Return images that are all different: 60 of each of two classes to train, fewer beside."""
    parts = {"train": 120, "val": 10, "test": 20} if val else {"train": 120, "test": 20}
    start, images, labels, groups = 0, {}, {}, {}
    for part, size in parts.items():
        numbers = np.arange(start, start + size, dtype=np.uint16)
        images[part] = np.ascontiguousarray(
            np.broadcast_to(numbers.view(np.uint8).reshape(size, 1, 2), (size, 2, 2))
        )
        labels[part] = np.arange(size) % 2
        groups[part] = (start + np.arange(size)) // 4
        start += size
    return Dataset(
        name="tiny", task="classification", title="tiny", fingerprint="0" * 64,
        licence="none", source="nowhere",
        images_publishable=True, class_names=("a", "b"), images=images, labels=labels,
        groups=groups if grouped else None,
    )  # fmt: skip


def prepared(data, split=SPEC, seed=0):
    return prepare(
        data, split=split, imbalance=IMBALANCE, transforms={"size": 2, "divisor": 255},
        data_seed=seed, evaluate_on=["val", "test"],
    )  # fmt: skip


def rows(images) -> set[bytes]:
    return {images.stored(np.array([at])).tobytes() for at in range(len(images.labels))}


def test_what_is_drawn_is_divided_and_nothing_else_is_used():
    found = prepared(dataset())
    assert found.counts.tolist() == [3, 30]
    assert np.bincount(found.evaluate["val"].labels).tolist() == [1, 10]
    train, val, test = rows(found.train), *(rows(found.evaluate[p]) for p in ("val", "test"))
    assert len(train) == 33 and len(val) == 11
    assert not train & val and not train & test and not val & test
    whole = prepare(
        dataset(), split={"kind": "official"}, imbalance=IMBALANCE,
        transforms={"size": 2, "divisor": 255}, data_seed=0, evaluate_on=["test"],
    )  # fmt: skip
    assert train | val == rows(whole.train)
    assert test == rows(whole.evaluate["test"])


def test_each_seed_has_its_own_and_the_test_part_stays():
    one, other = prepared(dataset()), prepared(dataset(), seed=1)
    assert rows(one.evaluate["val"]) != rows(other.evaluate["val"])
    assert rows(one.evaluate["test"]) == rows(other.evaluate["test"])


def test_groups_stay_on_one_side():
    data = dataset(grouped=True)
    parts = splits.split(data, **SPEC)
    assert "val" not in parts
    drawn = np.flatnonzero(np.arange(120) % 3 != 0)
    found = splits.validation_of(data, parts, drawn, 0.25, 0)
    groups = {part: set(data.groups[source][at]) for part, (source, at) in found.items()}
    assert groups["val"] and not groups["val"] & groups["train"]
    assert sorted([*found["val"][1], *found["train"][1]]) == drawn.tolist()


def test_two_ways_to_validate_are_refused():
    with pytest.raises(UserError, match="validation_share or drawn_validation"):
        splits.split(dataset(val=False), **SPEC, validation_share=0.2)
