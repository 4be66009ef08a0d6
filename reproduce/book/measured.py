"""What an edition says of its trials, read from its files: no store, no data, no network.

Pages that are generated when the book is staged draw on it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from reproduce.evaluation.versions import plain, versioned
from reproduce.methods import registry as methods
from reproduce.tasks import task_of
from reproduce.trials import arrays as array_files
from reproduce.trials import edition as editions
from reproduce.trials.edition import Edition
from reproduce.trials.store import Result

GRID = "grid"
# How a study names what it keeps of a metric on resampled test images (`study.measures`).
DRAWS = re.compile(r"resampled/(?P<metric>\w+)/\d+/(?P<steps>[^/]+)/(?P<key>[0-9a-f]+)")


@dataclass(frozen=True)
class Measured:
    """One method at one point of a paper's grid, for one seed.

    Attributes
    ----------
    method, seed
        Which.
    imbalance
        The point, as the trial's description has it.
    metrics
        What was reached on the test images, after the method's post-hoc steps.
    key
        The trial.
    draws
        Metrics on resampled test images, as far as the edition carries them: an interval needs
        them.
    """

    method: str
    seed: int
    imbalance: Mapping[str, Any]
    metrics: Mapping[str, float]
    key: str
    draws: Mapping[str, np.ndarray] = field(default_factory=dict)


def grid(edition: Edition, paper: str) -> list[Measured]:
    """Return what was measured of every method on the grid of a paper, as an edition holds it.

    A method whose post-hoc steps were not measured there is left out.
    """
    stamp = edition.stamp(paper) or {}
    after = {row["name"]: row["value"] for row in stamp.get("derived", ())}
    resampled = _resampled(edition, paper)
    found = []
    for result in editions.read_results(edition, paper):
        for method in methods_of(result, GRID):
            metrics = _metrics(result, method, after)
            if metrics:
                trial, steps = result.trial, "+".join(methods.posthoc_of(method)) or "none"
                draws = resampled.get((result.key, steps), {})
                found.append(
                    Measured(method, trial.seed, trial.imbalance, metrics, result.key, draws)
                )
    return found


def _resampled(edition: Edition, paper: str) -> dict[tuple[str, str], dict[str, np.ndarray]]:
    """Return {(trial, post-hoc steps): {metric: its draws}}, as an edition carries them."""
    path = edition.results(paper, "npz")
    arrays = array_files.read(path) if path.is_file() else {}
    found: dict[tuple[str, str], dict[str, np.ndarray]] = {}
    for number, row in enumerate((edition.stamp(paper) or {}).get("derived", ())):
        named = DRAWS.fullmatch(plain(row["name"]))
        values = arrays.get(f"derived/{number}/values")
        if named and values is not None:
            found.setdefault((named["key"], named["steps"]), {})[named["metric"]] = values
    return found


def methods_of(result: Result, experiment: str | None = None) -> list[str]:
    """Return the methods that a trial stands for, in one experiment or in all."""
    named = [
        label["method"]
        for label in result.labels
        if label.get("method") and experiment in (None, label.get("experiment"))
    ]
    return list(dict.fromkeys(named))


def _metrics(result: Result, method: str, after: Mapping[str, Any]) -> dict[str, float]:
    """Return the metrics on the test part, by their bare names."""
    steps = "+".join(methods.posthoc_of(method))
    if steps:
        measured = sorted({plain(name).rpartition("/")[2] for name in result.metrics})
        name = f"{versioned(f'posthoc/{steps}', of=measured)}/{result.key}"
        return dict(after.get(name, {}).get("metrics", {}))
    return task_of(result.trial).measured(result)
