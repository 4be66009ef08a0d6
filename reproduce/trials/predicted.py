"""The class that each trial predicted of each image, packed small enough to be committed.

With them a contrast that nobody thought of before, or a bootstrap paired over images, needs no
training. Trials on the same images are stacked; what is written is the prediction minus the true
class, which is mostly 0 and packs to a fraction of a bit an image. Post-hoc steps change what is
predicted, so a trial has a row for each list of steps that was applied to it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from reproduce.trials.store import Result

FOLDER = "predicted"
PLAIN = "none"
MOST_CLASSES = 256


@dataclass(frozen=True)
class Predicted:
    """What one trial, after these post-hoc steps, predicted of a part; and the truth."""

    key: str
    part: str
    steps: str
    classes: np.ndarray
    labels: np.ndarray


def pack(found: Iterable[Predicted]) -> dict[str, np.ndarray]:
    """Return arrays for a file: by images, their labels, the names of rows, and the rows."""
    groups: dict[tuple[str, str], list[Predicted]] = {}
    for one in found:
        labels = _small(one.labels)
        digest = sha256(labels.tobytes()).hexdigest()[:12]
        groups.setdefault((one.part, digest), []).append(one)
    packed: dict[str, np.ndarray] = {}
    for (part, digest), members in sorted(groups.items()):
        members = sorted(members, key=lambda one: (one.key, one.steps))
        place, labels = f"{FOLDER}/{part}/{digest}", _small(members[0].labels)
        packed[f"{place}/labels"] = labels
        packed[f"{place}/rows"] = np.array([f"{one.key}/{one.steps}" for one in members])
        # Unsigned numbers wrap around, so the difference is exact whichever is larger.
        packed[f"{place}/shifts"] = np.stack([_small(one.classes) - labels for one in members])
    return packed


def unpack(arrays: Mapping[str, np.ndarray]) -> dict[str, dict[str, np.ndarray]]:
    """Return, by key, the arrays that a result carries: see `of`."""
    found: dict[str, dict[str, np.ndarray]] = {}
    for name in arrays:
        folder, _, rest = name.partition("/")
        if folder != FOLDER or not rest.endswith("/rows"):
            continue
        place, part = name.removesuffix("/rows"), rest.split("/")[0]
        labels = arrays[f"{place}/labels"]
        for row, shift in zip(arrays[name], arrays[f"{place}/shifts"], strict=True):
            key, _, steps = str(row).partition("/")
            own = found.setdefault(key, {})
            own[f"{part}/predicted/{steps}"] = shift + labels
            own[f"{part}/true"] = labels
    return found


def of(result: Result, part: str, steps: str) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the classes predicted of a part and the true ones, where a result carries them."""
    name = f"{part}/predicted/{steps}"
    if name not in result.arrays:
        return None
    return result.arrays[name].astype(np.int64), result.arrays[f"{part}/true"].astype(np.int64)


def has_more(ours: Iterable[str], theirs: Iterable[str]) -> bool:
    """Say whether arrays of these names are all that others are, and more than those.

    What was packed follows from the scores: it never takes their place, they take its.
    """
    own, other = ({name for name in names if not is_packed(name)} for names in (ours, theirs))
    return own > other or (own == other and bool(list(ours)) and not list(theirs))


def is_packed(name: str) -> bool:
    """Say whether an array of this name follows from the scores, as an edition carries it."""
    return f"/{FOLDER}/" in name or name.endswith("/true")


def _small(classes: np.ndarray) -> np.ndarray:
    values = np.asarray(classes)
    if values.size and (values.min() < 0 or values.max() >= MOST_CLASSES):
        raise ValueError(f"classes must be 0 to {MOST_CLASSES - 1}, received {values.max()}")
    return values.astype(np.uint8)
