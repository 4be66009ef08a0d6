"""Encoders before the last phase of training, when it is to be fine-tuned, and after it."""

import numpy as np

from reproduce.evaluation.families import CLASS_NAMES
from reproduce.evaluation.generalization import balanced_accuracy
from reproduce.evaluation.representation import (
    alignment,
    neighbour_classes,
    probe_classes,
    uniformity_loss,
)
from reproduce.evaluation.resampling import by_name, resample_counts

# By moment, the name under which claims were registered.
UNIFORMITY = {"before": "uniformity_loss", "after": "uniformity_after"}
# The part that was held out, as `training.encoders` names it.
APART = "held_out"
# Every so manyth training image of a class is held out.
ONE_IN = 3


def held_out(arrays) -> dict[str, np.ndarray]:
    """Return arrays whose test images are of no test: the part that was held out from the start.

    Where a trial has none, a third of each class of its training images.
    """
    if f"{APART}/encoder_labels" in arrays:
        moved = {f"{moment}/test": arrays[f"{moment}/{APART}"] for moment in UNIFORMITY}
        return {**arrays, **moved, "test/encoder_labels": arrays[f"{APART}/encoder_labels"]}
    labels = arrays["train/encoder_labels"]
    out = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        out[np.flatnonzero(labels == label)[ONE_IN - 1 :: ONE_IN]] = True
    found = dict(arrays)
    for part, rows in (("train", ~out), ("test", out)):
        found[f"{part}/encoder_labels"] = labels[rows]
        for moment in UNIFORMITY:
            found[f"{moment}/{part}"] = arrays[f"{moment}/train"][rows]
    return found


def prepared(arrays) -> dict[str, np.ndarray]:
    """Return the classes that neighbours and linear classifiers give the test images."""
    labels, _ = _labels(arrays)
    found = {}
    for moment in UNIFORMITY:
        train, test = arrays[f"{moment}/train"], arrays[f"{moment}/test"]
        for name, classify in (("knn", neighbour_classes), ("probe", probe_classes)):
            found[f"{name}_{moment}"] = classify(train, labels, test).astype(np.int16)
    return found


def values(arrays) -> dict[str, float]:
    """Return alignment, uniformity and what can be read off, before and after."""
    _, labels = _labels(arrays)
    found = {}
    for moment, uniformity in UNIFORMITY.items():
        found |= {
            f"alignment_{moment}": alignment(arrays[f"{moment}/view1"], arrays[f"{moment}/view2"]),
            uniformity: uniformity_loss(arrays[f"{moment}/test"]),
            f"knn_{moment}": float((arrays[f"knn_{moment}"] == labels).mean()),
            f"probe_{moment}": float(balanced_accuracy(labels, arrays[f"probe_{moment}"])),
        }
    return found


def draws(arrays, draws: int) -> dict[str, np.ndarray]:
    """Resample test images, and pairs of views for the alignment; the same before and after."""
    _, labels = _labels(arrays)
    pairs = np.zeros(len(arrays["before/view1"]), dtype=np.int64)
    of_pairs = resample_counts(pairs, draws, seed=2)
    of_images = resample_counts(_strata(arrays, labels), draws)
    found = {}
    for moment, uniformity in UNIFORMITY.items():
        views = arrays[f"{moment}/view1"], arrays[f"{moment}/view2"]
        right = (arrays[f"knn_{moment}"] == labels).astype(np.float64)
        found |= {
            f"alignment_{moment}": alignment(*views, counts=of_pairs),
            uniformity: uniformity_loss(arrays[f"{moment}/test"], counts=of_images),
            f"knn_{moment}": right @ of_images / len(labels),
            f"probe_{moment}": balanced_accuracy(labels, arrays[f"probe_{moment}"], of_images),
        }
    return found


def _strata(arrays, labels: np.ndarray) -> np.ndarray:
    """Return the labels; of a part held out from the start by the names of the classes.

    Its images are the same where classes change their places with the seed, so they have to be in
    the same draws.
    """
    names = arrays.get(CLASS_NAMES)
    return (
        labels
        if names is None or f"{APART}/encoder_labels" not in arrays
        else by_name(labels, names)
    )


def _labels(arrays) -> list[np.ndarray]:
    return [arrays[f"{part}/encoder_labels"].astype(np.int64) for part in ("train", "test")]
