"""Which images train and which test."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.data import catalog
from reproduce.data.splits import split, training_counts
from reproduce.errors import UserError


def shares(labels):
    return np.bincount(labels) / len(labels)


def test_the_official_split_is_the_file_as_it_is(make_dataset):
    made = make_dataset((30, 20, 50), test_counts=(5, 5, 5))
    parts = split(made, "official")
    assert list(parts) == ["train", "test"]
    assert parts["train"][0] == "train" and parts["train"][1].tolist() == list(range(100))
    assert parts["test"][0] == "test" and parts["test"][1].tolist() == list(range(15))


def test_a_set_without_a_test_part_has_no_official_split(make_dataset):
    with pytest.raises(UserError, match=r"'made' has no official test split \(it has: all\); use"):
        split(make_dataset(), "official")


@pytest.mark.parametrize("test_share", [0.2, 0.25, 0.5])
@pytest.mark.parametrize("seed", [0, 1])
def test_a_stratified_split_is_disjoint_and_complete(make_dataset, test_share, seed):
    made = make_dataset((31, 20, 53))
    parts = split(made, "stratified", test_share=test_share, seed=seed)
    assert [source for source, _ in parts.values()] == ["all", "all"]
    together = np.concatenate([indices for _, indices in parts.values()])
    assert sorted(together.tolist()) == list(range(104))


def test_a_stratified_split_keeps_the_shares_of_the_classes(make_dataset):
    made = make_dataset((30, 20, 50))
    parts = split(made, "stratified", test_share=0.2, seed=3)
    y = made.labels["all"]
    assert np.bincount(y[parts["test"][1]]).tolist() == [6, 4, 10]
    assert np.bincount(y[parts["train"][1]]).tolist() == [24, 16, 40]


def test_the_shares_of_digits_are_kept_to_half_an_image():
    digits = catalog.load("digits")
    y = digits.labels["all"]
    test = split(digits, "stratified", test_share=0.2, seed=0)["test"][1]
    assert np.abs(np.bincount(y[test]) - 0.2 * np.bincount(y)).max() <= 0.5
    assert np.abs(shares(y[test]) - shares(y)).max() < 0.002


def test_another_seed_is_another_split_and_the_same_seed_the_same(make_dataset):
    made = make_dataset()
    first, again, other = (
        split(made, "stratified", test_share=0.2, seed=seed)["test"][1].tolist()
        for seed in (0, 0, 1)
    )
    assert first == again and first != other


def test_images_are_drawn_not_taken_from_the_start(make_dataset):
    made = make_dataset((100, 100, 100))
    test = split(made, "stratified", test_share=0.2, seed=0)["test"][1]
    assert 120 < test.mean() < 180  # of 0 to 299


def test_a_class_too_small_for_both_parts_is_named(make_dataset):
    with pytest.raises(UserError, match="class 'class 1' of 'made' has 2 images: a test share of"):
        split(make_dataset((30, 2, 50)), "stratified", test_share=0.2, seed=0)


@pytest.mark.parametrize("test_share", [0.0, 1.0, 1.5])
def test_a_share_that_leaves_a_part_empty_is_refused(make_dataset, test_share):
    with pytest.raises(UserError, match="leaves one part of the split without it"):
        split(make_dataset(), "stratified", test_share=test_share, seed=0)


def test_an_unknown_split_lists_the_known_ones(make_dataset):
    with pytest.raises(UserError, match="unknown split 'stratifed'; did you mean 'stratified'"):
        split(make_dataset(), "stratifed")


@pytest.mark.parametrize(
    ("test_counts", "spec"),
    [
        (None, {"kind": "stratified", "test_share": 0.2, "seed": 4}),
        (None, {"kind": "stratified", "test_share": 0.3, "seed": 0}),
        ((5, 5, 5), {"kind": "official"}),
    ],
)
def test_the_record_alone_tells_how_many_images_train(make_dataset, test_counts, spec):
    made = make_dataset((31, 23, 57), test_counts=test_counts)
    source, indices = split(made, **spec)["train"]
    counted = np.bincount(made.labels[source][indices]).tolist()
    assert training_counts(made.record(), **spec) == counted


def test_of_masks_no_image_need_show_the_background_alone(make_dataset):
    """An image is of the highest class in its mask; only a class that is there must be in all."""
    made = replace(make_dataset((0, 20, 20)), task="segmentation")
    parts = split(made, "cross_validation", folds=4, fold=0, seed=0)
    assert np.bincount(made.labels["all"][parts["test"][1]]).tolist() == [0, 5, 5]
    few = replace(make_dataset((0, 20, 1)), task="segmentation")
    with pytest.raises(UserError, match="has no image in part"):
        split(few, "random", test_share=0.2, seed=0)
    with pytest.raises(UserError, match="has no image in part"):
        split(make_dataset((0, 20, 20)), "cross_validation", folds=4, fold=0, seed=0)
