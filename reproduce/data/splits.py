"""Which images train and which test: the official split, or a stratified one."""

from typing import Any

import numpy as np

from reproduce.data.records import Dataset, Record
from reproduce.errors import UserError, unknown_name
from reproduce.randomness import generator

KINDS = ("official", "stratified")


def split(dataset: Dataset, kind: str, **parameters: Any) -> dict[str, tuple[str, np.ndarray]]:
    """Return, for each part ('train', 'test', ...), the file's split and the indices within it."""
    if kind == "official":
        if "test" not in dataset.labels:
            raise UserError(
                f"data set '{dataset.name}' has no official test split (it has: "
                f"{', '.join(dataset.labels)}); use a stratified split"
            )
        return {name: (name, np.arange(len(y))) for name, y in dataset.labels.items()}
    if kind == "stratified":
        return _stratified(dataset, **parameters)
    raise unknown_name("split", kind, KINDS)


def _stratified(dataset: Dataset, test_share: float, seed: int):
    source = next(iter(dataset.labels))
    labels = dataset.labels[source]
    train, test = [], []
    for c in range(len(dataset.class_names)):
        of_class = generator(seed, "split", c).permutation(np.flatnonzero(labels == c))
        in_test = _in_test(len(of_class), test_share)
        if not 0 < in_test < len(of_class):
            raise UserError(
                f"class '{dataset.class_names[c]}' of '{dataset.name}' has {len(of_class)} images: "
                f"a test share of {test_share} leaves one part of the split without it"
            )
        test.append(of_class[:in_test])
        train.append(of_class[in_test:])
    return {
        "train": (source, np.sort(np.concatenate(train))),
        "test": (source, np.sort(np.concatenate(test))),
    }


def _in_test(of_class: int, test_share: float) -> int:
    return round(test_share * of_class)


def training_counts(record: Record, kind: str, **parameters: Any) -> list[int]:
    """Return how many images of each class a split leaves for training, from the record alone."""
    if kind == "official":
        return list(record.counts["train"])
    of_classes = next(iter(record.counts.values()))
    return [count - _in_test(count, parameters["test_share"]) for count in of_classes]
