"""How each kind of split divides a data set, and how validation is taken from training."""

import numpy as np

from reproduce.data.counted_splits import drawn
from reproduce.data.grouped_splits import assert_disjoint, assign
from reproduce.data.identity_splits import identities
from reproduce.data.records import Dataset
from reproduce.errors import UserError
from reproduce.randomness import generator

VALIDATION = "val"
# Under which names data sets keep their official folds in `extra`, the usual one first.
FOLD_ARRAYS = ("fold", "official_test")
Parts = dict[str, tuple[str, np.ndarray]]


def official(dataset: Dataset) -> Parts:
    """Divide as the file does, validation part included."""
    if "test" not in dataset.labels:
        raise UserError(
            f"data set '{dataset.name}' has no official test split (it has: "
            f"{', '.join(dataset.labels)}); use a stratified split"
        )
    return {name: (name, np.arange(len(y))) for name, y in dataset.labels.items()}


def stratified(dataset: Dataset, test_share: float, seed: int) -> Parts:
    """Take the share of every class, whatever the groups."""
    source = _source(dataset)
    labels = dataset.labels[source]
    test = _stratified_indices(dataset, labels, np.arange(len(labels)), test_share, seed, "split")
    return _divided(source, test, len(labels))


def _stratified_indices(dataset, labels, among, share: float, seed: int, purpose: str):
    """Return the indices of a random `share` of every class, of those in `among`."""
    chosen = []
    for c in range(len(dataset.class_names)):
        of_class = generator(seed, purpose, c).permutation(among[labels[among] == c])
        wanted = share_of(len(of_class), share)
        if not 0 < wanted < len(of_class):
            what = "test" if purpose == "split" else "validation"
            raise UserError(
                f"class '{dataset.class_names[c]}' of '{dataset.name}' has {len(of_class)} images: "
                f"a {what} share of {share} leaves one part of the split without it"
            )
        chosen.append(of_class[:wanted])
    return np.sort(np.concatenate(chosen))


def random(dataset: Dataset, test_share: float, seed: int) -> Parts:
    """Take the share of all images, whatever their class or group."""
    source = _source(dataset)
    labels = dataset.labels[source]
    # Rounded up as scikit-learn does: 1,457 images at 0.2 are 1,165 and 292.
    in_test = int(np.ceil(_share(test_share) * len(labels) - 1e-9))
    order = generator(seed, "random split").permutation(len(labels))
    return _checked(dataset, _divided(source, np.sort(order[:in_test]), len(labels)))


def grouped(dataset: Dataset, test_share: float, seed: int) -> Parts:
    """Keep all images of a group on one side, stratified as far as that allows."""
    if dataset.groups is None:
        raise UserError(
            f"data set '{dataset.name}' does not say which images belong together (patient, "
            "person, lesion); use a stratified split"
        )
    source = _source(dataset)
    shares = [1 - _share(test_share), test_share]
    groups = groups_of(dataset, source)
    part = assign(_strata(dataset, source), groups, shares, seed, "grouped split")
    return _apart(dataset, _divided(source, np.flatnonzero(part == 1), len(part)))


def official_folds(dataset: Dataset, fold: int, by: str | None = None) -> Parts:
    """Take one fold of the data set's own division for testing."""
    source = _source(dataset)
    of_split = (dataset.extra or {}).get(source, {})
    by = by or next((name for name in FOLD_ARRAYS if name in of_split), "")
    if by not in of_split:
        raise UserError(
            f"data set '{dataset.name}' has no official folds{by and f' {by!r}'}; use the split "
            "'cross_validation'"
        )
    # A number an image, or a column a fold where a release tests an image in two folds, or none.
    fold_of_image = np.asarray(of_split[by])
    columns = fold_of_image.ndim == 2
    folds = fold_of_image.shape[1] if columns else int(fold_of_image.max()) + 1
    if not 0 <= fold < folds:
        raise UserError(f"fold is {fold}, '{dataset.name}' has the folds 0 to {folds - 1}")
    in_test = fold_of_image[:, fold].astype(bool) if columns else fold_of_image == fold
    # Not asserted to be apart by group: published folds leak, and `leakage` says how much.
    return _checked(dataset, _divided(source, np.flatnonzero(in_test), len(in_test)))


def cross_validation(dataset: Dataset, folds: int, fold: int, seed: int) -> Parts:
    """Take one of the folds made here for testing, by group where there are groups."""
    if folds < 2 or not 0 <= fold < folds:
        raise UserError(
            f"fold {fold} of {folds}: expected 2 folds or more and a fold from 0 to folds - 1"
        )
    source = _source(dataset)
    strata = _strata(dataset, source)
    groups = groups_of(dataset, source) if dataset.groups is not None else np.arange(len(strata))
    part = assign(strata, groups, [1 / folds] * folds, seed, "cross validation")
    return _apart(dataset, _divided(source, np.flatnonzero(part == fold), len(part)))


def counted(
    dataset: Dataset,
    train: list[int],
    test: list[int],
    seed: int,
    held_out: list[int] | None = None,
) -> Parts:
    """Draw so many images of every class for each part, by group where there are groups."""
    source, classes = _source(dataset), len(dataset.class_names)
    wanted = {"train": train, "test": test} | ({"held_out": held_out} if held_out else {})
    for part, counts in wanted.items():
        if len(counts) != classes or min(counts) < 1:
            raise UserError(
                f"the split 'counted' was given {list(counts)} images for '{part}', expected a "
                f"number of 1 or more for each of the {classes} classes of '{dataset.name}'"
            )
    labels = dataset.labels[source]
    groups = groups_of(dataset, source) if dataset.groups is not None else np.arange(len(labels))
    found = drawn(labels, groups, wanted, seed)
    return _apart(dataset, {part: (source, found[part]) for part in wanted})


MAKERS = {
    "official": official,
    "stratified": stratified,
    "random": random,
    "grouped": grouped,
    "folds": official_folds,
    "cross_validation": cross_validation,
    "counted": counted,
    "identities": identities,
}


def with_validation(dataset: Dataset, parts: Parts, share: float, seed: int) -> Parts:
    """Take a validation part from training; every other part stays as it is."""
    if VALIDATION in parts:
        raise UserError(
            f"data set '{dataset.name}' has a validation part of its own; leave validation_share "
            "out"
        )
    source, train = parts["train"]
    labels = dataset.labels[source]
    if dataset.groups is None:
        validation = _stratified_indices(dataset, labels, train, share, seed, "validation")
    else:
        of_train = groups_of(dataset, source)[train]
        shares = [1 - _share(share), share]
        strata = _strata(dataset, source)[train]
        validation = train[assign(strata, of_train, shares, seed, "validation") == 1]
    kept = np.setdiff1d(train, validation, assume_unique=True)
    own = {"train": (source, kept), VALIDATION: (source, validation)}
    _apart(dataset, own)
    return {**own, **{name: part for name, part in parts.items() if name != "train"}}


def assert_groups_apart(dataset: Dataset, parts: Parts) -> None:
    """Refuse a split in which a group is in two parts; a data set without groups passes."""
    if dataset.groups is not None:
        assert_disjoint({part: groups_of(dataset, s)[i] for part, (s, i) in parts.items()})


def _source(dataset: Dataset) -> str:
    return next(iter(dataset.labels))


def _strata(dataset: Dataset, source: str) -> np.ndarray:
    """Return of what every part should have its share: the classes, or images as such.

    Verification is judged on people whom training has never seen, and a person is a class.
    """
    labels = dataset.labels[source]
    return np.zeros_like(labels) if dataset.task == "verification" else labels


def groups_of(dataset: Dataset, source: str) -> np.ndarray:
    """Return the groups of one of the file's splits."""
    return np.asarray(dataset.groups[source])


def _divided(source: str, test: np.ndarray, images: int) -> Parts:
    train = np.setdiff1d(np.arange(images), test, assume_unique=True)
    return {"train": (source, train), "test": (source, test)}


def _apart(dataset: Dataset, parts: Parts) -> Parts:
    assert_groups_apart(dataset, parts)
    return _checked(dataset, parts)


def _checked(dataset: Dataset, parts: Parts) -> Parts:
    if dataset.task == "verification":
        return parts
    for name, (source, indices) in parts.items():
        labels, classes = dataset.labels[source], len(dataset.class_names)
        wanted = np.ones(classes, dtype=bool)
        if dataset.task == "segmentation":
            # The class of an image is the highest in its mask: of the background there may be none.
            wanted = np.bincount(labels, minlength=classes) > 0
        lacking = (np.bincount(labels[indices], minlength=classes) == 0) & wanted
        if lacking.any():
            empty = dataset.class_names[int(np.argmax(lacking))]
            raise UserError(
                f"class '{empty}' of '{dataset.name}' has no image in part '{name}' of the split; "
                "expected every class in every part: use another share or seed, or a stratified "
                "split"
            )
    return parts


def _share(share: float) -> float:
    if not 0 < share < 1:
        raise UserError(f"a share of {share} of the images, expected between 0 and 1")
    return share


def share_of(of_class: int, share: float) -> int:
    """Return how many images of a class a stratified share of it is."""
    return round(share * of_class)
