"""Splits for verification: whole identities train, validate or test, drawn anew by a seed.

No identity is in two of `train`, `val`, `test` and `shifted`. Only `seen` shows identities that are
trained on, in images that are not: against it one reads what it costs that a face is new.
"""

import numpy as np

from reproduce.data.grouped_splits import assert_disjoint, joined
from reproduce.data.records import Dataset
from reproduce.errors import UserError
from reproduce.randomness import generator

Parts = dict[str, tuple[str, np.ndarray]]
APART = ("train", "val", "test", "shifted")


def identities(
    dataset: Dataset,
    test: int,
    seed: int,
    val: int = 0,
    seen: int = 0,
    seen_each: int = 0,
    by: str | None = None,
    train_on: int | None = None,
    train: int = 0,
) -> Parts:
    """Draw identities, or groups of them that belong together, for each part.

    Parameters
    ----------
    test, val
        How many groups are tested, and validated on; all others train.
    seed
        Which ones.
    seen, seen_each
        Of so many trained identities so many images each are kept out of training, as `seen`.
    by, train_on
        An array of `extra` that has one value for all images of a group. Then `test`, `val` and
        `train` are of the groups with the value `train_on`; `shifted` has as many groups of the
        others as are tested.
    train
        How many groups train at most; 0: all that are left.
    """
    source = next(iter(dataset.labels))
    labels = np.asarray(dataset.labels[source])
    # Images of a folder come in groups of identical ones: an identity stays whole nevertheless.
    grouped = None if dataset.groups is None else np.asarray(dataset.groups[source])
    groups = labels if grouped is None else joined(grouped, labels)
    values = _values(dataset, source, groups, by)
    own = values == train_on if by else np.ones(len(values), dtype=bool)
    order = generator(seed, "identities").permutation(len(values))
    first = order[own[order]]
    left = len(first) - test - val
    if test < 2 or left < 2:
        raise UserError(
            f"'{dataset.name}' has {len(first)} groups of identities to draw from: {test} for the "
            f"test and {val} for validation leave {max(left, 0)} to train; expected 2 or more each"
        )
    chosen = {"test": first[:test], "val": first[test : test + val]}
    chosen["train"] = first[test + val :][: train or left]
    chosen["shifted"] = order[~own[order]][:test]
    names = np.unique(groups)
    parts = {
        part: (source, np.flatnonzero(np.isin(groups, names[of]))) for part, of in chosen.items()
        if len(of)
    }  # fmt: skip
    assert_disjoint({part: labels[rows] for part, (_, rows) in parts.items() if part in APART})
    if seen:
        kept = _kept_out(labels, parts["train"][1], seen, seen_each, seed)
        parts["seen"] = (source, kept)
        parts["train"] = (source, np.setdiff1d(parts["train"][1], kept, assume_unique=True))
    return parts


def _values(dataset: Dataset, source: str, groups: np.ndarray, by: str | None) -> np.ndarray:
    """Return the value of each group, in the order of their numbers."""
    first = np.unique(groups, return_index=True)[1]
    if by is None:
        return np.zeros(len(first), dtype=int)
    known = (dataset.extra or {}).get(source, {})
    if by not in known:
        raise UserError(
            f"data set '{dataset.name}' does not say '{by}' of its images; it knows "
            f"{', '.join(sorted(known)) or 'nothing of the kind'}"
        )
    values = np.asarray(known[by])
    if (values != values[first][np.unique(groups, return_inverse=True)[1]]).any():
        raise UserError(f"'{by}' differs within a group of '{dataset.name}'; expected one value")
    return values[first]


def _kept_out(labels, train: np.ndarray, seen: int, each: int, seed: int) -> np.ndarray:
    """Return images of trained identities that are kept out; of everyone half stays at least."""
    trained = np.unique(labels[train])
    random = generator(seed, "seen")
    kept = []
    for identity in random.permutation(trained)[:seen]:
        own = random.permutation(train[labels[train] == identity])
        kept.append(own[: min(each, len(own) // 2)])
    return np.sort(np.concatenate(kept))
