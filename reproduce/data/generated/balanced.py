"""The balanced test set that every generated set has beside its own splits: how many of which."""

import numpy as np

from reproduce.errors import UserError

# A split of its own beside those of the counts: large, balanced, and never a part to train on.
BALANCED = "balanced"
BALANCED_TEST, MOST_BALANCED = 20_000, 100_000


def tested_classes(description) -> tuple[int, ...]:
    """Return the classes that a balanced test set of this generated set holds."""
    return description.tested or tuple(range(len(description.class_names)))


def even_counts(description, total: int) -> np.ndarray:
    """Return images per class that sum to `total` and differ by one at most."""
    tested = tested_classes(description)
    even = np.zeros(len(description.class_names), int)
    even[list(tested)] = total // len(tested)
    even[list(tested[: total % len(tested)])] += 1
    return even


def balanced_split(description, total: int, counts: dict) -> dict[str, tuple[int, ...]]:
    """Return the counts of the balanced split by its name, or nothing where none is wanted."""
    whole = isinstance(total, (int, np.integer)) and not isinstance(total, bool)
    fewest = len(tested_classes(description))
    if not whole or (total != 0 and not fewest <= total <= MOST_BALANCED):
        raise UserError(
            f"balanced of '{description.name}' is {total!r}, expected 0 (no such split) or a whole "
            f"number of images from {fewest}, one for each class, to {MOST_BALANCED:,}"
        )
    if total and BALANCED in counts:
        raise UserError(
            f"counts of '{description.name}' hold a split '{BALANCED}' already; leave it out or "
            f"ask for {BALANCED}=0"
        )
    return {BALANCED: tuple(even_counts(description, int(total)).tolist())} if total else {}
