"""What is learned of an image: classes of pixels that stay with them, identities kept apart."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from reproduce.data.preparation import Images, prepare
from reproduce.data.records import Dataset
from reproduce.data.targets import CLASS_OF_IMAGE, CLASS_OF_PIXEL, IDENTITY, nearest
from reproduce.errors import UserError

PLAIN = {"size": 8, "divisor": 255}


def made(task, labels, class_names, size=8, **more):
    """Return a data set whose pixels are 60 times the number of their class."""
    random = np.random.default_rng(7)
    masks = {p: random.integers(0, 3, (len(y), size, size), dtype=np.uint8)
             for p, y in labels.items()}  # fmt: skip
    return Dataset(
        name="made", task=task, class_names=class_names, labels=labels, title="Made",
        images={part: of_part * 60 for part, of_part in masks.items()}, masks=masks,
        fingerprint=f"{task}{size}".ljust(64, "0"), licence="none", source="nowhere",
        images_publishable=True, **more,
    )  # fmt: skip


@pytest.fixture
def nodules():
    """Return a function that makes 30 images with masks of three classes and 12 to test."""

    def make(size=8):
        labels = {"train": np.arange(30) % 3, "test": np.arange(12) % 3}
        return made("segmentation", labels, ("background", "benign", "malignant"), size)

    return make


@pytest.fixture
def people():
    """Ten people, of whom the first, third, ... are trained on and the others tested."""
    known = np.arange(0, 10, 2)
    labels = {"train": np.repeat(known, 3), "test": np.repeat(known + 1, 2), "seen": known.copy()}
    return made("verification", labels, tuple(f"person {n}" for n in range(10)))


def prepared(dataset, targets, transforms=PLAIN, evaluate_on=("test",), **more):
    given = {"split": {"kind": "official"}, "imbalance": {"kind": "none"}, "data_seed": 0, **more}
    return prepare(
        dataset, transforms=transforms, evaluate_on=list(evaluate_on), targets=targets, **given
    )


# -- the class of every pixel --------------------------------------------------------------------


def test_the_counts_are_of_pixels_at_the_size_the_network_sees(nodules):
    dataset = nodules()
    found = prepared(dataset, CLASS_OF_PIXEL)
    counted = [int((dataset.masks["train"] == c).sum()) for c in range(3)]
    assert found.counts.tolist() == counted and sum(counted) == 30 * 64
    assert found.class_names == dataset.class_names


def test_masks_follow_their_images_through_the_imbalance_and_the_split(nodules):
    """Pixels are 60 times their class, wherever they went."""
    split = {"kind": "stratified", "test_share": 0.3, "seed": 1}
    imbalance = {"kind": "step", "n_max": 6, "rho": 3, "mu": 1 / 3}
    found = prepared(nodules(), CLASS_OF_PIXEL, split=split, imbalance=imbalance)
    assert np.bincount(found.train.labels).tolist().count(2) == 1
    for images in (found.train, found.evaluate["test"]):
        rows = np.arange(len(images.labels))
        assert (images.targets(rows) * 60 == images.stored(rows)).all()
        part = images.part(rows[::-2])
        assert (part.targets(np.arange(2)) * 60 == part.stored(np.arange(2))).all()
    assert found.counts.sum() == 64 * len(found.train.labels)


@pytest.mark.parametrize("transforms", [{"size": 8}, {"size": 8, "stored": 12}])
def test_larger_masks_are_made_smaller_as_their_images_are(nodules, transforms):
    """Every pixel is one of those that were there, in its place; of the middle, where cut."""
    dataset = nodules(size=24)
    found = prepared(dataset, CLASS_OF_PIXEL, {"divisor": 255, **transforms}).evaluate["test"]
    stored = transforms.get("stored", 8)
    step, edge = 24 // stored, (stored - 8) // 2
    small = dataset.masks["test"][:, step // 2 :: step, step // 2 :: step]
    expected = small[:, edge : edge + 8, edge : edge + 8]
    assert (found.targets(np.arange(12)) == expected).all()
    assert found.tensor(slice(0, 12), torch.device("cpu")).shape == (12, 1, 8, 8)


def test_a_mask_of_its_own_size_is_the_one_that_was_there():
    masks = np.arange(16, dtype=np.uint8).reshape(1, 4, 4)
    assert nearest(masks, 4) is masks
    assert nearest(masks, 2).tolist() == [[[5, 7], [13, 15]]]
    assert (nearest(masks, 8) == masks.repeat(2, axis=1).repeat(2, axis=2)).all()


def test_pixels_of_which_nothing_is_known_are_not_counted(nodules):
    dataset = nodules()
    dataset.masks["train"][:, 0] = 255
    assert prepared(dataset, CLASS_OF_PIXEL).counts.sum() == 30 * 56


def test_masks_that_cannot_be_learned_are_refused(nodules):
    dataset = nodules()
    with pytest.raises(UserError, match="'made' has no masks, which segmentation learns"):
        prepared(replace(dataset, masks=None), CLASS_OF_PIXEL)
    dataset.masks["train"][dataset.masks["train"] == 1] = 0
    with pytest.raises(UserError, match="class 'benign' of 'made' has no training pixel left"):
        prepared(dataset, CLASS_OF_PIXEL)
    dataset.masks["train"][0, 0, 0] = 5
    with pytest.raises(UserError, match=r"mask of 'made' holds the class 5, expected 0 to 2"):
        prepared(dataset, CLASS_OF_PIXEL)


def test_the_classes_of_images_need_no_masks(nodules):
    found = prepared(nodules(), CLASS_OF_IMAGE)
    assert found.train.maps is None and found.counts.tolist() == [10, 10, 10]
    assert (found.train.targets(np.arange(4)) == found.train.labels[:4]).all()


def test_images_without_maps_have_labels_as_targets():
    assert Images(np.zeros((2, 3, 3), np.uint8), np.array([1, 0])).targets([1]).tolist() == [0]


# -- identities ------------------------------------------------------------------------------------


def test_identities_that_train_are_numbered_from_nought(people):
    """And keep their names; those that are tested keep their numbers in the data."""
    found = prepared(people, IDENTITY)
    assert found.train.labels.tolist() == np.repeat(range(5), 3).tolist()
    assert found.class_names == tuple(f"person {n}" for n in range(0, 10, 2))
    assert found.counts.tolist() == [3] * 5
    tested = found.evaluate["test"].labels
    assert sorted(set(tested.tolist())) == [1, 3, 5, 7, 9]
    trained = people.labels["train"][found.train.rows]
    assert not set(trained.tolist()) & set(tested.tolist())


def test_identities_that_train_and_are_tested_are_refused(people):
    people.labels["test"][0] = 4
    with pytest.raises(UserError, match=r"1 identities of part 'test' .*'person 4' among them"):
        prepared(people, IDENTITY)
    mixed = {"kind": "random", "test_share": 0.4, "seed": 0}
    with pytest.raises(UserError, match="use a split of kind 'grouped'"):
        prepared(people, IDENTITY, split=mixed)


def test_a_part_that_says_it_was_trained_on_may_be(people):
    """A control beside the open set; its numbers are those of the data too."""
    found = prepared(people, IDENTITY, evaluate_on=("test", "seen"))
    assert found.evaluate["seen"].labels.tolist() == [0, 2, 4, 6, 8]


def test_a_grouped_split_keeps_people_apart(people):
    groups = {part: labels.copy() for part, labels in people.labels.items()}
    grouped = {"kind": "grouped", "test_share": 0.4, "seed": 0}
    found = prepared(replace(people, groups=groups), IDENTITY, split=grouped)
    trained = {people.class_names[c] for c in people.labels["train"][found.train.rows]}
    tested = {people.class_names[c] for c in found.evaluate["test"].labels}
    assert trained == set(found.class_names) and tested and not trained & tested
    assert len(found.counts) == len(trained) == int(found.train.labels.max()) + 1


def test_as_classes_people_who_do_not_train_are_missed(people):
    with pytest.raises(UserError, match="class 'person 1' of 'made' has no training image left"):
        prepared(people, CLASS_OF_IMAGE)
