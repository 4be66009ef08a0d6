"""Which images train and which test: the official split, or a stratified one."""

from typing import Any

import numpy as np

from reproduce.data.records import Dataset
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
        in_test = round(test_share * len(of_class))
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
