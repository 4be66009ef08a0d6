"""Measures beyond those that every result stores: of single classes, of a learning curve, or of
embeddings, where a trial kept them.

Those that need arrays are derived values: computed once from a result's arrays, kept in the store,
and carried by an edition, which does not carry the arrays.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from reproduce.errors import UserError
from reproduce.evaluation.centres import CENTRES, class_centre_cosine
from reproduce.evaluation.generalization import GAPS, balanced_accuracy, gap_values, resampled_gaps
from reproduce.evaluation.per_class import OF_CLASS, PER_CLASS, per_class_measures
from reproduce.evaluation.representation import (
    REPRESENTATION,
    alignment,
    neighbour_classes,
    probe_classes,
    uniformity_loss,
)
from reproduce.evaluation.resampling import resample_counts, resampled_confusions

Arrays = dict[str, np.ndarray]
MOMENTS = ("before", "after")
# Beside a result's own arrays: its training images by class.
COUNTS = "training/counts"


@dataclass(frozen=True)
class Family:
    """Measures that come from the same arrays: what they need, their values and their draws.

    `prepared` makes arrays that values and draws both need and that take long; they are kept.
    """

    needs: str
    values: Callable[[Arrays], dict[str, float]]
    draws: Callable[[Arrays, int], Arrays]
    prepared: Callable[[Arrays], Arrays] | None = None


def value_of(study, cell, metric: str) -> float:
    """Return one of these measures of a cell's trial."""
    family = FAMILIES[metric]
    if family.needs == "logits":
        # From what every result holds, so that it is known also where the scores are not.
        known = {"test/confusion": study.confusion(cell), **_counted(study, cell)}
        return float(_one_of(family.values(known), metric, known[COUNTS]))
    name = f"further/{family.needs}"
    found = study.derived(name, [cell], lambda: (family.values(_arrays(study, cell, metric)), {}))
    return float(_one_of(found[0], metric, _counted(study, cell)[COUNTS]))


def draws_of(study, cell, metric: str, draws: int) -> np.ndarray:
    """Return one of these measures on bootstrap resamples, the same for every cell: [draws]."""
    family = FAMILIES[metric]
    name = f"further draws/{family.needs}/{draws}"
    if family.needs == "logits":
        name += f"/{'+'.join(cell.definition.posthoc) or 'none'}"
    found = study.derived(
        name, [cell], lambda: ({}, family.draws(_arrays(study, cell, metric), draws))
    )
    return _one_of(found[1], metric, _counted(study, cell)[COUNTS])


def absent_class(metric: str, classes: int) -> str:
    """Say which class a measure asks for where the data have too few of them; empty if none."""
    number = metric.rpartition("_")[2]
    if metric not in OF_CLASS or int(number) < classes:
        return ""
    return f"class {number}, the classes here are 0 to {classes - 1}"


def _arrays(study, cell, metric: str) -> Arrays:
    """Return what a family computes from, or say that the trial did not keep it."""
    family, counted = FAMILIES[metric], _counted(study, cell)
    if family.needs == "logits":
        scores, labels = study.scores(cell)
        return {"test/predictions": scores.argmax(axis=1), "test/labels": labels, **counted}
    result = study.result(cell)
    if not result.has((family.needs,)):
        raise UserError(
            f"{metric} needs the {family.needs} of trial {result.key} ({cell.method}, seed "
            f"{cell.seed}), which were not kept; run the study at a scale that keeps them"
        )
    if family.prepared is None:
        return {**result.arrays, **counted}
    name = f"further arrays/{family.needs}"
    made = study.derived(name, [cell], lambda: ({}, family.prepared(result.arrays)))
    return {**result.arrays, **counted, **made[1]}


def _counted(study, cell) -> Arrays:
    return {COUNTS: np.asarray(study.result(cell).counts)}


def _one_of(values: dict, metric: str, counts: np.ndarray):
    """Return a value by its name, or say why the data have none."""
    if metric in values:
        return values[metric]
    if absent_class(metric, len(counts)):
        why = f"it asks for {absent_class(metric, len(counts))}"
    elif metric in OF_CLASS:
        why = "that class has no test image"
    else:
        why = f"the training images by class are {counts.tolist()}"
    raise UserError(f"{metric} has no value here: {why}; ask for another measure or data set")


# -- learning curves and the centres of classes --------------------------------------------------


def _curve(arrays: Arrays) -> list[np.ndarray]:
    """Return iterations, then labels and predictions of training and of test images."""
    last = arrays["curve/phase"] == arrays["curve/phase"][-1]
    found = [arrays["curve/iteration"][last]]
    for part in ("train", "test"):
        labels = arrays[f"curve/{part}_labels"].astype(np.int64)
        found += [labels, arrays[f"curve/{part}_predictions"][last].astype(np.int64)]
    return found


def _embedded(arrays: Arrays) -> tuple[np.ndarray, np.ndarray]:
    labels = arrays["test/labels"][arrays["test/embedding_rows"]].astype(np.int64)
    return arrays["test/embeddings"], labels


def _centre_draws(arrays: Arrays, draws: int) -> Arrays:
    embeddings, labels = _embedded(arrays)
    counts = resample_counts(labels, draws)
    return {"class_centre_cosine": class_centre_cosine(embeddings, labels, counts)}


# -- single classes, rare and frequent ones, grades -----------------------------------------------


def _class_values(arrays: Arrays) -> dict[str, float]:
    measured = per_class_measures(arrays["test/confusion"], arrays[COUNTS])
    return {name: float(value) for name, value in measured.items()}


def _class_draws(arrays: Arrays, draws: int) -> Arrays:
    labels, counts = arrays["test/labels"], arrays[COUNTS]
    drawn = resample_counts(labels, draws)
    tables = resampled_confusions(labels, arrays["test/predictions"], len(counts), drawn)
    return per_class_measures(tables, counts)


# -- encoders before and after fine-tuning ---------------------------------------------------------


def _encoder_labels(arrays: Arrays) -> list[np.ndarray]:
    return [arrays[f"{part}/encoder_labels"].astype(np.int64) for part in ("train", "test")]


def _read_off(arrays: Arrays) -> Arrays:
    """Return the classes that neighbours and linear classifiers give the test images."""
    labels, _ = _encoder_labels(arrays)
    found = {}
    for moment in MOMENTS:
        train, test = arrays[f"{moment}/train"], arrays[f"{moment}/test"]
        for name, classify in (("knn", neighbour_classes), ("probe", probe_classes)):
            found[f"{name}_{moment}"] = classify(train, labels, test).astype(np.int16)
    return found


def _encoder_values(arrays: Arrays) -> dict[str, float]:
    _, labels = _encoder_labels(arrays)
    found = {}
    for moment in MOMENTS:
        found |= {
            f"alignment_{moment}": alignment(arrays[f"{moment}/view1"], arrays[f"{moment}/view2"]),
            _UNIFORMITY[moment]: uniformity_loss(arrays[f"{moment}/test"]),
            f"knn_{moment}": float((arrays[f"knn_{moment}"] == labels).mean()),
            f"probe_{moment}": float(balanced_accuracy(labels, arrays[f"probe_{moment}"])),
        }
    return found


def _encoder_draws(arrays: Arrays, draws: int) -> Arrays:
    """Resample test images, and pairs of views for the alignment; the same before and after."""
    _, labels = _encoder_labels(arrays)
    pairs = np.zeros(len(arrays["before/view1"]), dtype=np.int64)
    of_pairs = resample_counts(pairs, draws, seed=2)
    of_images = resample_counts(labels, draws)
    found = {}
    for moment in MOMENTS:
        views = arrays[f"{moment}/view1"], arrays[f"{moment}/view2"]
        right = (arrays[f"knn_{moment}"] == labels).astype(np.float64)
        found |= {
            f"alignment_{moment}": alignment(*views, counts=of_pairs),
            _UNIFORMITY[moment]: uniformity_loss(arrays[f"{moment}/test"], counts=of_images),
            f"knn_{moment}": right @ of_images / len(labels),
            f"probe_{moment}": balanced_accuracy(labels, arrays[f"probe_{moment}"], of_images),
        }
    return found


_UNIFORMITY = {"before": "uniformity_loss", "after": "uniformity_after"}

GAP = Family(
    "curve",
    lambda arrays: gap_values(*_curve(arrays)),
    lambda arrays, draws: resampled_gaps(*_curve(arrays), draws=draws),
)
CENTRE = Family(
    "embeddings",
    lambda arrays: {"class_centre_cosine": float(class_centre_cosine(*_embedded(arrays)))},
    _centre_draws,
)
OF_CLASSES = Family("logits", _class_values, _class_draws)
ENCODERS = Family("encoders", _encoder_values, _encoder_draws, prepared=_read_off)
FAMILIES: dict[str, Family] = {
    **dict.fromkeys(GAPS, GAP),
    **dict.fromkeys(CENTRES, CENTRE),
    **dict.fromkeys([*PER_CLASS, *OF_CLASS], OF_CLASSES),
    **dict.fromkeys(REPRESENTATION, ENCODERS),
}
