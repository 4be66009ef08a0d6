"""A result: what a trial left, in memory."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from reproduce.trials import arrays as array_files
from reproduce.trials.trial import Trial

# Fields that may be decoded later than the others.
LATER = ("confusion", "history")


@dataclass(frozen=True)
class Result:
    """What a trial left."""

    key: str
    trial: Trial
    metrics: dict[str, float]
    confusion: dict[str, list[list[int]]]
    counts: list[int]
    history: list[dict[str, float]]
    seconds: float
    provenance: dict[str, str]
    array_names: tuple[str, ...] = ()
    array_file: Path | None = None
    weights_file: Path | None = None
    replicate: int = 0
    labels: tuple[dict[str, str], ...] = field(default=(), compare=False)

    @classmethod
    def decoded_later(
        cls, known: Mapping[str, Any], decode: Callable[[], Mapping[str, Any]]
    ) -> "Result":
        """Return a result whose other fields are decoded when one of them is first asked for."""
        result = object.__new__(cls)
        result.__dict__.update(known, _decode=decode)
        return result

    if not TYPE_CHECKING:  # which knows every field; asked for is only what is not there yet

        def __getattr__(self, name: str) -> Any:
            decode = self.__dict__.get("_decode")
            if decode is None or name not in LATER:
                raise AttributeError(f"a result has no '{name}'")
            self.__dict__.update(decode())
            del self.__dict__["_decode"]
            return self.__dict__[name]

    @cached_property
    def arrays(self) -> dict[str, np.ndarray]:
        """Return the stored arrays (read once): logits, labels, embeddings by part."""
        return array_files.read(self.array_file) if self.array_file else {}

    @property
    def has_weights(self) -> bool:
        """Say whether the trained network is in this store."""
        return self.weights_file is not None and self.weights_file.is_file()

    def holding(self, arrays: dict[str, np.ndarray]) -> "Result":
        """Return a copy with these arrays in memory, wherever its file is."""
        copy = replace(self)
        copy.__dict__["arrays"] = arrays
        return copy

    def has(self, wanted: Iterable[str]) -> bool:
        """Say whether arrays of these kinds were kept ('logits', 'embeddings', 'curve' ...)."""
        return set(wanted) <= _kinds(self.array_names)

    def holds(self, wanted: Iterable[str]) -> bool:
        """Say whether arrays of these kinds are in this store: an edition brings only some."""
        return set(wanted) <= _kinds(self.arrays)


def _kinds(names: Iterable[str]) -> set[str]:
    kept = {part for name in names for part in name.split("/")}
    # A learning curve of more points has those half-way and at the end as well.
    more = {"half_way": {"curve"}, "encoders": {"before", "after"}}
    return kept | {kind for kind, parts in more.items() if parts <= kept}
