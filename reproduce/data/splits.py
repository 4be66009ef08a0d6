"""Which images train, which validate and which test.

A split is a dictionary of part to (the file's split, indices within it). Its description, `kind`
and parameters, decides it completely.
"""

import inspect
from typing import Any

import numpy as np

from reproduce.data.grouped_splits import leaked_share
from reproduce.data.records import Dataset, Record
from reproduce.data.split_kinds import (
    MAKERS,
    VALIDATION,
    Parts,
    groups_of,
    share_of,
    with_validation,
)
from reproduce.errors import UserError, unknown_name

KINDS = tuple(MAKERS)
# What a data set keeps beside the images that are divided: a part of its own after any split.
BESIDE = "challenge"
# The part that no verdict stands on, by any of its names; what is kept of it bears the first.
HELD_OUT = ("held_out", "val")


def split(
    dataset: Dataset,
    kind: str,
    *,
    validation_share: float = 0.0,
    validation_seed: int = 0,
    drawn_validation: float = 0.0,
    **parameters: Any,
) -> Parts:
    """Return, for each part ('train', 'test', ...), the file's split and the indices within it.

    Parameters
    ----------
    kind
        `official`: as the file has it. `stratified`, `random` and `grouped`
        (test_share, seed): `grouped` keeps all images of a group (patient, person, lesion,
        duplicate) on one side and is stratified as far as that allows. `folds` (fold): one fold of
        the data set's own division is the test part; `by` names the array in `extra` that holds
        it where there are several. `cross_validation` (folds, fold, seed): the
        same with folds made here, by group where the data has groups, else stratified. `counted`
        (train, test, seed, held_out): so many images of each class in each part, the others in
        none, by group where the data has groups. `identities` (test, seed, val, seen, seen_each,
        by, train_on, train): so many whole identities in each part, for verification.
    validation_share
        So much of the *training* part becomes the part 'val', by group where the data has groups,
        else stratified. The test part is the same whether or not there is one.
    drawn_validation
        So much of the training images *that imbalance draws* becomes the part 'val', as imbalanced
        as they are, in the place of any the data has. `validation_of` takes it, once they are
        drawn; until then there is no part 'val'.
    """
    if kind not in KINDS:
        raise unknown_name("split", kind, KINDS)
    if drawn_validation and validation_share:
        raise UserError("a split has validation_share or drawn_validation, received both")
    _check_parameters(kind, parameters)
    parts = MAKERS[kind](dataset, **parameters)
    if BESIDE in dataset.labels and BESIDE not in parts:
        parts = {**parts, BESIDE: (BESIDE, np.arange(len(dataset.labels[BESIDE])))}
    if validation_share:
        parts = with_validation(dataset, parts, validation_share, validation_seed)
    if drawn_validation:
        parts = {name: part for name, part in parts.items() if name != VALIDATION}
    return parts


def validation_of(dataset: Dataset, parts: Parts, drawn: np.ndarray, share: float, seed: int):
    """Return the parts with so much of the drawn training images, by their place, as part 'val'."""
    source, train = parts["train"]
    return with_validation(dataset, {**parts, "train": (source, train[drawn])}, share, seed)


def repeated(spec: dict[str, Any], repeats: int) -> list[dict[str, Any]]:
    """Return the descriptions of `repeats` splits like this one, each with a seed of its own.

    Folds are repeated as a whole: all folds of the first seed, then all of the next. Descriptions
    are ordinary, so a trial on the third repeat says so in its key.
    """
    kind = spec.get("kind")
    if kind not in KINDS:
        raise unknown_name("split", kind, KINDS)
    if repeats < 1:
        raise UserError(f"repeats is {repeats}, expected 1 or more")
    if kind in ("official", "folds"):
        raise UserError(
            f"the split '{kind}' is fixed by the data set and has no seed to repeat it with; use "
            "stratified, random, grouped or cross_validation"
        )
    first = spec.get("seed", 0)
    seeded = [{**spec, "seed": first + number} for number in range(repeats)]
    if kind != "cross_validation":
        return seeded
    return [{**one, "fold": fold} for one in seeded for fold in range(one["folds"])]


def leakage(dataset: Dataset, parts: Parts, part: str = "test") -> float | None:
    """Return the share of a part's images that share a group with training; None without groups.

    For splits that are as they were published, leaks included.
    """
    if dataset.groups is None:
        return None
    (train, in_train), (source, indices) = parts["train"], parts[part]
    return leaked_share(groups_of(dataset, train)[in_train], groups_of(dataset, source)[indices])


def _check_parameters(kind: str, given: dict[str, Any]) -> None:
    takes = dict(inspect.signature(MAKERS[kind]).parameters)
    del takes["dataset"]
    needed = {name for name, parameter in takes.items() if parameter.default is parameter.empty}
    if not needed <= set(given) <= set(takes):
        raise UserError(
            f"the split '{kind}' takes {', '.join(takes) or 'no parameters'}, given: "
            f"{', '.join(given) or 'none'}"
        )


def training_counts(
    record: Record, kind: str, *, validation_share: float = 0.0, **parameters: Any
) -> list[int]:
    """Return how many images of each class a split leaves for training, from the record alone.

    Exact for official and stratified splits without groups. What the other kinds leave depends on
    the images themselves; for them this is what to expect, rounded down, and `imbalance.draw`
    refuses what the real part cannot give.
    """
    if kind == "official":
        counts = list(record.counts["train"])
    elif kind == "counted":
        counts = list(parameters["train"])
    else:
        counts = list(next(iter(record.counts.values())))
    if kind == "stratified":
        counts = [count - share_of(count, parameters["test_share"]) for count in counts]
    elif kind in ("random", "grouped"):
        counts = [int(count * (1 - parameters["test_share"])) for count in counts]
    elif kind in ("folds", "cross_validation"):
        folds = parameters.get("folds", 5)
        counts = [int(count * (1 - 1 / folds)) for count in counts]
    return [count - share_of(count, validation_share) for count in counts]
