"""What of a data set travels without its images."""

import json

import numpy as np

from reproduce.data import catalog
from reproduce.data.records import THUMBNAILS_PER_CLASS, Record


def test_a_record_counts_images_by_split_and_class(make_dataset):
    record = make_dataset((30, 20, 50), test_counts=(5, 0, 4)).record()
    assert record.counts == {"train": (30, 20, 50), "test": (5, 0, 4)}
    assert record.shape == (6, 6)
    assert record.class_names == ("class 0", "class 1", "class 2")


def test_a_record_says_what_the_data_set_says(make_dataset):
    made = make_dataset(name="mine")
    record = made.record()
    for name in ("name", "fingerprint", "task", "title", "licence", "source"):
        assert getattr(record, name) == getattr(made, name)


def test_a_record_comes_back_from_json_as_it_was(make_dataset):
    record = make_dataset(test_counts=(7, 8, 9)).record()
    assert Record.from_json(json.loads(json.dumps(record.to_json()))) == record


def test_thumbnails_are_the_first_images_of_every_class(make_dataset):
    made = make_dataset()
    images, labels = made.record().thumbnail_images()
    assert images.shape == (3 * THUMBNAILS_PER_CLASS, 6, 6)
    for c in range(3):
        expected = made.images["all"][made.labels["all"] == c][:THUMBNAILS_PER_CLASS]
        assert (images[labels == c] == expected).all()


def test_images_that_may_not_be_shown_do_not_travel(make_dataset):
    record = make_dataset(publishable=False).record()
    assert record.thumbnails is None and record.thumbnail_images() is None
    assert not record.images_publishable


def test_a_class_of_too_few_images_leaves_the_record_without_thumbnails(make_dataset):
    assert make_dataset((30, THUMBNAILS_PER_CLASS - 1, 50)).record().thumbnails is None
    assert make_dataset((30, THUMBNAILS_PER_CLASS, 50)).record().thumbnails is not None


def test_an_image_file_of_the_users_own_is_never_shown(image_file):
    record = catalog.load(f"npz:{image_file()}").record()
    assert record.thumbnails is None


def test_the_thumbnails_of_digits_are_digits():
    digits = catalog.load("digits")
    images, labels = digits.record().thumbnail_images()
    assert len(images) == 10 * THUMBNAILS_PER_CLASS
    assert np.array_equal(images[labels == 3][0], digits.images["all"][3])
