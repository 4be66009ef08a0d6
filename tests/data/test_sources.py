"""Files of images: what is wrong with one is said in one line, and nothing is unpickled."""

import os

import numpy as np
import pytest

from reproduce.data.sources import read_npz
from reproduce.errors import UserError

REFUSED = {
    "no training images": (
        {"train_images": None},
        r"no array 'train_images' \(it holds: train_labels, test_images, test_labels\)",
    ),
    "no labels": (
        {"test_labels": None},
        "has 'test_images' but no 'test_labels'; expected both",
    ),
    "images between 0 and 1": (
        {"train_images": np.zeros((160, 28, 28), dtype=np.float32)},
        r"'train_images' is float32 of shape \(160, 28, 28\), expected uint8",
    ),
    "images of four channels": (
        {"train_images": np.zeros((160, 28, 28, 4), dtype=np.uint8)},
        r"of shape \(160, 28, 28, 4\), expected uint8 of shape",
    ),
    "flattened images": (
        {"train_images": np.zeros((160, 784), dtype=np.uint8)},
        r"of shape \(160, 784\), expected uint8 of shape",
    ),
    "labels as numbers with a point": (
        {"train_labels": np.zeros(160)},
        r"'train_labels' is float64 of shape \(160,\), expected one whole number per image",
    ),
    "several labels an image": (
        {"train_labels": np.zeros((160, 14), dtype=np.uint8)},
        r"'train_labels' is uint8 of shape \(160, 14\), expected one whole number per image",
    ),
    "too few labels": (
        {"train_labels": np.zeros(159, dtype=np.uint8)},
        "split 'train' has 160 images and 159 labels",
    ),
    "an empty split": (
        {
            "test_images": np.zeros((0, 28, 28), dtype=np.uint8),
            "test_labels": np.zeros(0, dtype=np.uint8),
        },
        "split 'test' has 0 images and 0 labels, expected equally many and at least one",
    ),
    "a label below zero": (
        {"test_labels": np.full(40, -1)},
        "split 'test' has the label -1, expected 0 or more",
    ),
}


def refusal(path):
    """Return the line that reading the file answers with."""
    with pytest.raises(UserError) as failure:
        read_npz(path)
    assert "\n" not in str(failure.value) and path.name in str(failure.value)
    return str(failure.value)


def test_images_and_labels_come_by_split(image_file):
    images, labels, _ = read_npz(image_file(per_class=3, test_per_class=2))
    assert list(images) == list(labels) == ["train", "test"]
    assert labels["train"].tolist() == [0] * 3 + [1] * 3 + [2] * 3 + [3] * 3
    assert labels["train"].dtype == np.int64 and images["test"].dtype == np.uint8


def test_a_validation_part_and_plain_labels_are_read_too(image_file):
    extra = np.full((4, 28, 28), 7, dtype=np.uint8)
    path = image_file(val_images=extra, val_labels=np.arange(4, dtype=np.int16), other=np.ones(3))
    images, labels, _ = read_npz(path)
    assert list(images) == ["train", "val", "test"]
    assert (images["val"] == extra).all() and labels["val"].tolist() == [0, 1, 2, 3]


def test_colour_images_are_read(image_file):
    colour = np.zeros((160, 28, 28, 3), dtype=np.uint8)
    assert read_npz(image_file(train_images=colour))[0]["train"].shape == (160, 28, 28, 3)


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_fit_is_refused_in_one_line(image_file, case):
    arrays, expected = REFUSED[case]
    path = image_file(**arrays)
    with pytest.raises(UserError, match=expected):
        read_npz(path)
    refusal(path)


class Malicious:
    """Makes a folder when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (self.path,)


def test_objects_are_refused_and_never_unpickled(image_file, tmp_path):
    trace = tmp_path / "unpickled"
    objects = np.array([Malicious(str(trace))] * 160, dtype=object)
    message = refusal(image_file(train_labels=objects))
    assert "cannot be read without unpickling objects, which is refused" in message
    assert not trace.exists()


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_damaged(image_file, share):
    path = image_file()
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    assert "is damaged or no .npz file" in refusal(path)


def test_a_single_changed_byte_of_an_image_is_noticed(image_file):
    path = image_file()
    content = bytearray(path.read_bytes())
    content[5000] ^= 1
    path.write_bytes(content)
    assert "is damaged or no .npz file (Bad CRC-32" in refusal(path)


def test_a_damaged_compressed_file_is_noticed(tmp_path):
    path = tmp_path / "small.npz"
    images = np.random.default_rng(0).integers(0, 256, (9, 28, 28), dtype=np.uint8)
    np.savez_compressed(path, train_images=images, train_labels=np.arange(9))
    content = bytearray(path.read_bytes())
    content[100:200] = b"\xff" * 100
    path.write_bytes(content)
    assert "is damaged or no .npz file (Error -3 while decompressing" in refusal(path)


@pytest.mark.parametrize("content", [b"hello", b"%PDF-1.7\n" * 50, b"PK\x03\x04 and no more"])
def test_another_kind_of_file_is_no_npz_file(tmp_path, content):
    path = tmp_path / "photo.npz"
    path.write_bytes(content)
    assert "is damaged or no .npz file" in refusal(path)


def test_a_bare_array_under_the_name_of_an_archive_is_no_npz_file(tmp_path):
    path = tmp_path / "bare.npz"
    with open(path, "wb") as file:
        np.save(file, np.zeros((3, 28, 28), dtype=np.uint8))
    assert "is damaged or no .npz file" in refusal(path)


def test_an_archive_in_an_unknown_compression_is_no_npz_file(image_file):
    """A flipped bit can make an archive look encrypted or too new for Python."""
    path = image_file()
    content = path.read_bytes()
    where = content.index(b"PK\x01\x02") + 10  # the method, in the first entry of the directory
    path.write_bytes(content[:where] + b"\x63" + content[where + 1 :])
    assert "is damaged or no .npz file (That compression method" in refusal(path)
