"""Splits by group, folds and validation parts."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.data import splits
from reproduce.data.grouped_splits import assert_disjoint, assign
from reproduce.data.records import Dataset
from reproduce.data.split_kinds import assert_groups_apart
from reproduce.errors import UserError

NAMES = ("mild", "moderate", "severe")


def patients(images=900, people=200, seed=0) -> Dataset:
    """Return a set in which most people have images of several classes and of unequal number."""
    random = np.random.default_rng(seed)
    groups = random.integers(0, people, images) ** 2 // people
    labels = random.choice(3, images, p=[0.7, 0.25, 0.05])
    return dataset({"all": labels}, {"all": groups})


def dataset(labels, groups=None, extra=None, colour=False) -> Dataset:
    random = np.random.default_rng(1)
    shape = (6, 5, 3) if colour else (6, 5)
    return Dataset(
        name="people",
        task="classification",
        class_names=NAMES,
        images={s: random.integers(0, 256, (len(y), *shape), np.uint8) for s, y in labels.items()},
        labels=labels,
        fingerprint="0",
        title="",
        licence="",
        source="",
        images_publishable=False,
        groups=groups,
        extra=extra,
    )


@pytest.mark.parametrize("seed", range(5))
def test_no_person_is_on_both_sides_and_every_class_gets_its_share(seed):
    data = patients(seed=seed)
    parts = splits.split(data, "grouped", test_share=0.2, seed=seed)
    train, test = parts["train"][1], parts["test"][1]
    assert sorted([*train, *test]) == list(range(900))
    groups, labels = data.groups["all"], data.labels["all"]
    assert not set(groups[train]) & set(groups[test])
    share = np.bincount(labels[test], minlength=3) / np.bincount(labels, minlength=3)
    # The rarest class has about 45 images, of which people have one or two: 5 points are two
    # images. A split by groups alone, without looking at classes, misses by more.
    assert np.abs(share - 0.2).max() < 0.05


def test_a_rare_class_gets_its_share_where_a_common_one_fills_the_groups():
    missed = []
    for seed in range(20):
        random = np.random.default_rng(seed)
        groups, labels = random.integers(0, 40, 1500), (random.random(1500) < 0.02).astype(int)
        part = assign(labels, groups, [0.8, 0.2], seed, "test")
        missed.append(abs(labels[part == 1].sum() / labels.sum() - 0.2))
    # Thirty rare images: one of them is 3.3 points. Were common images to weigh as much as rare
    # ones, the mean would be 6 points and the worst 17.
    assert np.mean(missed) < 1 / 30 and max(missed) < 2 / 30


def test_with_one_image_a_group_the_split_is_stratified():
    labels = np.repeat([0, 1, 2], [500, 100, 10])
    part = assign(labels, np.arange(610), [0.8, 0.2], 3, "test")
    assert np.bincount(labels[part == 1]).tolist() == [100, 20, 2]


def test_the_names_of_groups_do_not_matter_and_the_seed_does():
    data = patients()
    labels, groups = data.labels["all"], data.groups["all"]
    part = assign(labels, groups, [0.8, 0.2], 0, "test")
    assert np.array_equal(part, assign(labels, groups + 1000, [0.8, 0.2], 0, "test"))
    assert not np.array_equal(part, assign(labels, groups, [0.8, 0.2], 1, "test"))


def test_large_groups_are_on_both_sides():
    # Ten people with 40 images among a thousand with one: the test part must not be made of
    # either kind alone.
    groups = np.concatenate([np.repeat(np.arange(10), 40), np.arange(10, 1010)])
    part = assign(np.zeros(1400, int), groups, [0.8, 0.2], 0, "test")
    assert (part == 1).sum() == 280
    assert len(np.unique(groups[:400][part[:400] == 1])) == 2


def test_a_class_in_a_single_group_cannot_be_split():
    data = patients()
    groups = np.where(data.labels["all"] == 2, 9999, data.groups["all"])
    with pytest.raises(UserError, match="class 'severe' of 'people' has no image in part 'test'"):
        splits.split(replace(data, groups={"all": groups}), "grouped", test_share=0.2, seed=0)


def test_verification_has_other_people_in_the_test_part():
    people = np.repeat([0, 1, 2], 4)
    data = replace(dataset({"all": people}, {"all": people}), task="verification")
    parts = splits.split(data, "grouped", test_share=1 / 3, seed=0, validation_share=0.5)
    found = [set(people[parts[name][1]].tolist()) for name in ("train", "val", "test")]
    assert [len(persons) for persons in found] == [1, 1, 1]
    assert set.union(*found) == {0, 1, 2}
    folds = [splits.split(data, "cross_validation", folds=3, fold=k, seed=0) for k in range(3)]
    assert all(len(set(people[part["test"][1]])) == 1 for part in folds)


def test_without_groups_there_is_no_grouped_split():
    with pytest.raises(UserError, match="does not say which images belong together"):
        splits.split(dataset({"all": np.arange(9) % 3}), "grouped", test_share=0.2, seed=0)


def test_a_plain_random_split_has_the_papers_sizes_and_ignores_classes():
    labels = np.repeat([0, 1, 2], [600, 600, 257])
    data = dataset({"all": labels})
    parts = splits.split(data, "random", test_share=0.2, seed=3407)
    train, test = parts["train"][1], parts["test"][1]
    assert (len(train), len(test)) == (1165, 292)
    assert sorted([*train, *test]) == list(range(1457))
    relabelled = dataset({"all": labels[::-1]})
    again = splits.split(relabelled, "random", test_share=0.2, seed=3407)
    assert np.array_equal(test, again["test"][1])
    other = splits.split(data, "random", test_share=0.2, seed=0)
    assert not np.array_equal(test, other["test"][1])


def test_a_random_split_that_misses_a_class_says_so():
    data = dataset({"all": np.repeat([0, 1, 2], [50, 49, 1])})
    with pytest.raises(UserError, match="class 'severe' of 'people' has no image in part"):
        splits.split(data, "random", test_share=0.2, seed=0)


def test_official_folds_come_as_a_number_or_as_a_column_each():
    labels = np.arange(30) % 3
    fold = np.arange(30) // 6
    columns = fold[:, None] == np.arange(5)
    columns[0] = True
    for given in (fold, columns):
        data = dataset({"all": labels}, extra={"all": {"fold": given}})
        parts = splits.split(data, "folds", fold=3)
        expected = [18, 19, 20, 21, 22, 23] if given is fold else [0, 18, 19, 20, 21, 22, 23]
        assert parts["test"][1].tolist() == expected
        assert sorted([*parts["train"][1], *expected]) == list(range(30))
        for wrong in (5, -1):
            with pytest.raises(UserError, match="has the folds 0 to 4"):
                splits.split(data, "folds", fold=wrong)
    halves = np.arange(30) % 2
    several = dataset({"all": labels}, extra={"all": {"fold": fold, "half": halves}})
    assert np.array_equal(
        splits.split(several, "folds", fold=1, by="half")["test"][1], np.flatnonzero(halves)
    )
    listed = dataset({"all": labels}, extra={"all": {"official_test": columns}})
    assert splits.split(listed, "folds", fold=0)["test"][1].tolist() == [0, 1, 2, 3, 4, 5]
    with pytest.raises(UserError, match="has no official folds 'third'"):
        splits.split(several, "folds", fold=1, by="third")
    with pytest.raises(UserError, match="has no official folds"):
        splits.split(dataset({"all": labels}), "folds", fold=0)


@pytest.mark.parametrize("grouped", [True, False])
def test_cross_validation_tests_every_image_once(grouped):
    data = patients() if grouped else replace(patients(), groups=None)
    spec = {"folds": 4, "seed": 2}
    parts = [splits.split(data, "cross_validation", fold=fold, **spec) for fold in range(4)]
    tested = np.concatenate([part["test"][1] for part in parts])
    assert sorted(tested) == list(range(900))
    assert [splits.leakage(data, part) for part in parts] == [0.0 if grouped else None] * 4
    with pytest.raises(UserError, match="fold 4 of 4: expected"):
        splits.split(data, "cross_validation", fold=4, **spec)


def test_repeats_differ_in_their_seed_and_folds_are_repeated_whole():
    spec = {"kind": "stratified", "test_share": 0.2, "seed": 5}
    assert splits.repeated(spec, 3) == [{**spec, "seed": seed} for seed in (5, 6, 7)]
    folds = splits.repeated({"kind": "cross_validation", "folds": 2, "seed": 0}, 2)
    found = [(one["seed"], one["fold"]) for one in folds]
    assert found == [(0, 0), (0, 1), (1, 0), (1, 1)]
    with pytest.raises(UserError, match="'official' is fixed by the data set"):
        splits.repeated({"kind": "official"}, 3)


@pytest.mark.parametrize("kind", ["grouped", "random", "stratified"])
def test_validation_comes_from_training_and_leaves_the_test_part_alone(kind):
    data = patients()
    if kind != "grouped":
        data = replace(data, groups=None)
    spec = {"kind": kind, "test_share": 0.2, "seed": 1}
    without = splits.split(data, **spec)
    parts = splits.split(data, **spec, validation_share=0.25)
    train, val, test = (parts[name][1] for name in ("train", "val", "test"))
    assert np.array_equal(test, without["test"][1])
    assert sorted([*train, *val]) == without["train"][1].tolist()
    assert len(val) == pytest.approx(0.25 * len(without["train"][1]), rel=0.05)
    other = splits.split(data, **spec, validation_share=0.25, validation_seed=1)
    assert not np.array_equal(val, other["val"][1])


def test_validation_is_by_person_even_where_the_split_is_not():
    data = patients()
    parts = splits.split(data, "random", test_share=0.2, seed=0, validation_share=0.2)
    groups = data.groups["all"]
    assert not set(groups[parts["train"][1]]) & set(groups[parts["val"][1]])
    assert splits.leakage(data, parts) > 0


def test_validation_that_would_miss_a_class_is_refused():
    data = patients()
    only_one = np.where(data.labels["all"] == 2, 9999, data.groups["all"])
    data = replace(data, groups={"all": only_one})
    with pytest.raises(UserError, match="class 'severe' of 'people' has no image in part 'val'"):
        splits.split(data, "random", test_share=0.2, seed=0, validation_share=0.2)
    ungrouped = dataset({"train": np.repeat([0, 1, 2], [50, 30, 1]), "test": np.arange(9) % 3})
    with pytest.raises(UserError, match=r"a validation share of 0\.2 leaves one part"):
        splits.split(ungrouped, "official", validation_share=0.2)


def test_a_file_with_a_validation_part_keeps_it():
    labels = {name: np.arange(9) % 3 for name in ("train", "val", "test")}
    with pytest.raises(UserError, match="has a validation part of its own"):
        splits.split(dataset(labels), "official", validation_share=0.3)


def test_validation_from_an_official_split_counts_within_training():
    labels = {"train": np.repeat([0, 1, 2], [50, 30, 10]), "test": np.arange(12) % 3}
    data = dataset(labels)
    spec = {"kind": "official", "validation_share": 0.2}
    parts = splits.split(data, **spec)
    assert np.bincount(labels["train"][parts["val"][1]]).tolist() == [10, 6, 2]
    assert parts["test"][1].tolist() == list(range(12))
    left = np.bincount(labels["train"][parts["train"][1]]).tolist()
    assert splits.training_counts(data.record(), **spec) == left == [40, 24, 8]


def test_a_group_in_two_parts_is_named():
    parts = {"train": np.array([1, 2, 7]), "val": np.array([3]), "test": np.array([7, 8])}
    with pytest.raises(UserError, match="group 7 is in 'train' and in 'test'"):
        assert_disjoint(parts)
    assert_disjoint({"train": np.array([1, 1]), "test": np.array([2])})


def test_an_official_split_that_leaks_is_measured_and_can_be_refused():
    labels = {"train": np.arange(9) % 3, "test": np.arange(6) % 3}
    groups = {"train": np.arange(9), "test": np.array([0, 20, 20, 21, 22, 8])}
    data = dataset(labels, groups)
    parts = splits.split(data, "official")
    assert splits.leakage(data, parts) == pytest.approx(2 / 6)
    with pytest.raises(UserError, match="group 0 is in 'train' and in 'test'"):
        assert_groups_apart(data, parts)


@pytest.mark.parametrize("given", [{}, {"test_share": 0.2, "seed": 0, "fold": 1}])
def test_a_split_says_which_parameters_it_takes(given):
    with pytest.raises(UserError, match="the split 'random' takes test_share, seed, given:"):
        splits.split(patients(), "random", **given)
