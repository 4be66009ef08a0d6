"""What is known of a metric before anything is measured: its names, its unit, where it comes from.

Without numpy, so that a claim with a misspelt metric is refused at once. The arithmetic of a family
is loaded when it is first asked for a value.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

FRACTION, NUMBER = "fraction", "number"


@dataclass(frozen=True)
class Family:
    """Metrics that are computed from the same arrays.

    Parameters
    ----------
    needs
        what a trial must keep for it (`Planned.keep`): "logits", "curve", "embeddings", ...
    stored
        the name under which values and draws are kept; no two families share one, and it never
        changes, since published editions carry values under it.
    module
        its file in `reproduce.evaluation.families`; empty for the summary of a task, which the
        task measures and resamples. It has `values(arrays)` -> {metric: value} and
        `draws(arrays, draws)` -> {metric: [draws]}. Where both start from something that takes
        long, it has `prepared(arrays)`, whose arrays are kept and handed to both.
    of_counts
        whether its values follow from the confusion counts, which every result and every edition
        has; only the draws then need what a trial kept.
    task
        what the trials do that it is measured of.
    of_history
        whether it is read off what training recorded, which every result and every edition has;
        no test image plays a part in it, so it has no draws.
    """

    needs: str
    stored: str
    module: str = ""
    of_counts: bool = False
    task: str = "classification"
    of_history: bool = False

    @property
    def summary(self) -> bool:
        """Say whether every result stores its values: the summary of a task."""
        return not self.module

    def values(self, arrays: Mapping[str, Any]) -> dict[str, float]:
        """Return each metric of the family that these arrays have."""
        return self._loaded.values(arrays)

    def draws(self, arrays: Mapping[str, Any], draws: int) -> dict[str, Any]:
        """Return each metric on so many bootstrap resamples, the same for every trial: [draws]."""
        return self._loaded.draws(arrays, draws)

    @property
    def prepares(self) -> bool:
        """Say whether values and draws start from arrays that are made first and kept."""
        return hasattr(self._loaded, "prepared")

    def prepared(self, arrays: Mapping[str, Any]) -> dict[str, Any]:
        """Return what values and draws need beside a result's own arrays."""
        return self._loaded.prepared(arrays)

    def of_tables(self, arrays: Mapping[str, Any]) -> dict[str, Any]:
        """Return each metric of stacked confusion counts [..., C, C], where it is `of_counts`."""
        return self._loaded.of_tables(arrays)

    @property
    def holds_out(self) -> bool:
        """Say whether it can be measured on training images kept out of what it fits."""
        return bool(self.module) and hasattr(self._loaded, "held_out")

    def held_out(self, arrays: Mapping[str, Any]) -> dict[str, Any]:
        """Return arrays in which a part of the training images stands for the test images."""
        return self._loaded.held_out(arrays)

    @property
    def _loaded(self) -> ModuleType:
        return import_module(f"reproduce.evaluation.families.{self.module}")


@dataclass(frozen=True)
class Metric:
    """One metric: what it is, how it is written, what it is computed from.

    Parameters
    ----------
    name, words
        as claims and rows call it, and what it is in one line.
    family
        what computes it; None only for a metric that `waits_for` something.
    label
        as a reader sees it; empty, it is the name in words.
    unit
        a "fraction" is written in percent and its differences in points, a "number" as it is.
    digits
        decimals that a reader needs: of a fraction, in percent.
    same_as
        the name under which the family measures it, where that is another: claims were registered
        in this one.
    turned
        the function of `evaluation.remaining` that makes it of what the family measures, if one.
    lower
        whether less of it is better, which a figure of effects then says.
    waits_for
        why nothing measures it yet, after a date: "2026-11-28: needs ...".
    """

    name: str
    words: str
    family: Family | None
    label: str = ""
    unit: str = FRACTION
    digits: int = 1
    same_as: str = ""
    turned: str = ""
    lower: bool = False
    waits_for: str = ""

    def __post_init__(self):
        if not self.label:
            said = self.name.replace("_", " ")
            object.__setattr__(self, "label", said[:1].upper() + said[1:])

    @property
    def needs(self) -> str:
        """Return what a trial must keep for it; empty for a metric that nothing measures yet."""
        return self.family.needs if self.family else ""

    @property
    def measured_as(self) -> str:
        """Return its name among the values of its family."""
        return self.same_as or self.name

    def made_of(self, values: Any) -> Any:
        """Return it from what the family measured, one value or many."""
        if not self.turned:
            return values
        return getattr(import_module("reproduce.evaluation.remaining"), self.turned)(values)
