"""A trial: one training run, described completely, and the key under which its result is kept."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from pydantic import field_validator

from reproduce import own_code
from reproduce.models import initialisations
from reproduce.training.phases import Frozen, Phase

# Raised by hand when the arithmetic of training, losses, models or data changes, so that results
# made before are not taken for results made after. A test holds the hash of those folders and
# fails until this number is raised or the change is waived as one that moves no digit.
RECIPE = 1


class Trial(Frozen):
    """Everything that decides the numbers of one training run, and nothing else.

    Paper, profile, method name and experiment are labels outside: papers share trials. Device and
    versions are provenance.
    """

    dataset: str
    fingerprint: str
    backbone: str
    phases: tuple[Phase, ...]
    transforms: dict[str, Any]
    data_seed: int
    seed: int
    split: dict[str, Any]
    imbalance: dict[str, Any]
    evaluate_on: tuple[str, ...]
    task: str = "classification"
    initialisation: str = "random"
    precision: str = "float32"
    threads: int = 1
    recipe: int

    @field_validator("initialisation")
    @classmethod
    def _names_the_numbers_it_starts_from(cls, initialisation: str) -> str:
        initialisations.require_pinned(initialisation)
        return initialisation

    @cached_property
    def key(self) -> str:
        """Return the first 16 hex digits of the SHA-256 of the canonical description."""
        values = self.to_json()
        # The name of a data file is a path on one machine; its fingerprint says what is in it.
        if values["dataset"].startswith("npz:"):
            values["dataset"] = "npz"
        return key_of(canonical(values))

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with these fields changed; it has a key of its own."""
        copied = super().model_copy(update=update, deep=deep)
        copied.__dict__.pop("key", None)
        return copied

    @property
    def own_code(self) -> dict[str, str]:
        """Return the SHA-256 of each file from outside the package that its phases are from."""
        return dict(phase.code.split(own_code.AT) for phase in self.phases if phase.code)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values; fields at their default ("nothing happens") are left out."""
        return self.model_dump(mode="json", exclude_defaults=True)


def key_of(text: str) -> str:
    """Return the key of a canonical description."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def canonical(value: Any) -> str:
    """Return JSON that is equal for equal descriptions: sorted keys, 10.0 written as 10."""
    return json.dumps(_normal(value), sort_keys=True, separators=(",", ":"), allow_nan=False)


def _normal(value: Any) -> Any:
    if type(value) in (str, int):  # most of them
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {str(key): _normal(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_normal(item) for item in value]
    return value


@dataclass(frozen=True)
class Planned:
    """A trial with its labels, and which arrays of its result are to be kept."""

    trial: Trial
    labels: tuple[dict[str, str], ...] = ()
    keep: tuple[str, ...] = ()


def merged(planned: list[Planned]) -> list[Planned]:
    """Return each trial once, with the labels and wishes of all who asked for it."""
    by_key: dict[str, Planned] = {}
    for item in planned:
        known = by_key.get(item.trial.key)
        if known:
            every = (*known.labels, *item.labels)
            labels = dict.fromkeys(tuple(sorted(label.items())) for label in every)
            item = Planned(
                item.trial,
                tuple(map(dict, labels)),
                tuple(sorted({*known.keep, *item.keep})),
            )
        by_key[item.trial.key] = item
    return list(by_key.values())
