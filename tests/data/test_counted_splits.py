"""Splits with a given number of images of each class: exact, by group, drawn anew by seed."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.data.counted_splits import drawn
from reproduce.data.splits import split, training_counts
from reproduce.errors import UserError

WANTED = {"train": [20, 8, 30], "test": [5, 4, 10]}


@pytest.fixture
def grouped(make_dataset):
    """100 images in groups of 1 to 4, some of two classes."""
    made = make_dataset((40, 20, 60))
    groups = np.repeat(np.arange(60), np.random.default_rng(1).integers(1, 5, 60))[:120]
    return replace(made, groups={"all": groups})


@pytest.mark.parametrize("seed", range(20))
def test_each_part_has_just_so_many_and_no_group_is_in_two(grouped, seed):
    y, groups = grouped.labels["all"], grouped.groups["all"]
    parts = split(grouped, "counted", seed=seed, **WANTED)
    assert list(parts) == ["train", "test"]
    rows = {part: indices for part, (_, indices) in parts.items()}
    for part, counts in WANTED.items():
        assert np.bincount(y[rows[part]]).tolist() == counts
        assert (np.diff(rows[part]) > 0).all()
    assert not set(groups[rows["train"]]) & set(groups[rows["test"]])


def test_a_seed_is_one_split_and_others_are_others(grouped):
    tests = [tuple(split(grouped, "counted", seed=s, **WANTED)["test"][1]) for s in (0, 0, 1, 2)]
    assert tests[0] == tests[1] and len(set(tests)) == 3


def test_without_groups_every_image_is_its_own(make_dataset):
    made = make_dataset((40, 20, 60))
    whole = {"train": [30, 15, 50], "test": [10, 5, 10]}
    parts = split(made, "counted", seed=0, **whole)
    together = np.concatenate([indices for _, indices in parts.values()])
    assert len(np.unique(together)) == len(together) == 120


def test_a_part_beside_is_apart_from_both(grouped):
    """Held out of training, for what no verdict may use."""
    wanted = {**WANTED, "held_out": [3, 2, 4]}
    parts = split(grouped, "counted", seed=1, **wanted)
    groups = [set(grouped.groups["all"][rows]) for _, rows in parts.values()]
    assert [len(rows) for _, rows in parts.values()] == [58, 19, 9]
    assert sum(map(len, groups)) == len(set.union(*groups))


def test_every_image_can_be_drawn_into_either_part():
    """Over many seeds each image is about as often in the test part as any other of its class."""
    labels = np.repeat([0, 1], [10, 20])
    times = np.zeros(30)
    for seed in range(400):
        times[drawn(labels, np.arange(30), {"train": [5, 10], "test": [5, 5]}, seed)["test"]] += 1
    assert np.abs(times[:10] / 400 - 0.5).max() < 0.1
    assert np.abs(times[10:] / 400 - 0.25).max() < 0.1


def test_more_than_there_is_is_refused(grouped):
    with pytest.raises(UserError, match="wants 21 images of class 1 in 'train' and finds"):
        split(grouped, "counted", train=[1, 21, 1], test=[1, 1, 1], seed=0)


@pytest.mark.parametrize("test", [[1, 2], [1, 0, 1], []])
def test_every_class_has_a_number(grouped, test):
    with pytest.raises(UserError, match="a number of 1 or more for each of the 3 classes"):
        split(grouped, "counted", train=[1, 1, 1], test=test, seed=0)


def test_what_is_left_for_training_is_known_without_the_images(grouped):
    assert training_counts(grouped.record(), "counted", seed=0, **WANTED) == WANTED["train"]
