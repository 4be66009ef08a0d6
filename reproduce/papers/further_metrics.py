"""Measures beyond class scores: of a learning curve, or of embeddings, where a trial kept them.

They are derived values: computed once from a result's arrays, kept in the store, and carried by an
edition, which does not carry the arrays.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from reproduce.evaluation.centres import CENTRES, class_centre_cosine
from reproduce.evaluation.generalization import GAPS, gap_values, resampled_gaps
from reproduce.evaluation.resampling import resample_counts

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Family:
    """Measures that come from the same arrays: what they need, their values and their draws."""

    needs: str
    values: Callable[[Arrays], dict[str, float]]
    draws: Callable[[Arrays, int], Arrays]


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
FAMILIES: dict[str, Family] = {name: GAP for name in GAPS} | {name: CENTRE for name in CENTRES}
