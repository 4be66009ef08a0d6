"""Data sets by name: embedded digits, files of the data folder, files anywhere."""

import hashlib

import numpy as np
import pytest

from reproduce.data import catalog
from reproduce.data.sources import read_digits
from reproduce.errors import UserError

# Counts as scikit-learn's documentation and the MNIST and MedMNIST pages state them.
DIGITS = (178, 182, 177, 183, 181, 182, 181, 179, 174, 180)
MNIST_TRAIN = (5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949)
MNIST_TEST = (980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009)


def test_digits_are_embedded_and_have_their_published_counts():
    digits = catalog.load("digits")
    assert digits.images["all"].shape == (1797, 8, 8) and digits.images["all"].dtype == np.uint8
    assert digits.record().counts == {"all": DIGITS}
    assert digits.class_names == tuple("0123456789")
    assert catalog.is_here("digits") and catalog.path_of("digits") is None


def test_digits_have_the_fingerprint_they_always_had():
    """A fixed number: another one would mean other pixels, and no stored trial would be found."""
    images, labels, fingerprint = read_digits()
    assert fingerprint == "0b7e9c3202d7bcd255d6a19a238d3743bf5e320ba74812a6679958a017c55382"
    assert fingerprint == hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest()


def test_digits_are_stretched_from_16_levels_to_255():
    images, labels, _ = read_digits()
    expected = {round(level * 255 / 16) for level in range(17)}
    assert set(np.unique(images).tolist()) == expected
    assert images[0, 0].tolist() == [0, 0, 80, 207, 143, 16, 0, 0]  # 0 0 5 13 9 1 0 0 of 16
    assert labels[:10].tolist() == list(range(10))


def test_a_file_of_the_data_folder_is_found_by_its_stem(image_file):
    path = image_file("tiny", classes=3, per_class=5, test_per_class=2, size=9)
    tiny = catalog.load("tiny")
    assert tiny.name == "tiny" and tiny.class_names == ("0", "1", "2")
    assert tiny.images["train"].shape == (15, 9, 9)
    assert tiny.record().counts == {"train": (5, 5, 5), "test": (2, 2, 2)}
    assert tiny.labels["test"].tolist() == [0, 0, 1, 1, 2, 2]
    assert tiny.fingerprint == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_anywhere_is_opened_by_its_path_and_its_images_stay_private(image_file):
    path = image_file("elsewhere")
    found = catalog.load(f"npz:{path}")
    assert found.name == f"npz:{path}" and found.labels["train"].shape == (160,)
    assert not found.images_publishable and found.licence == "unknown"


def test_a_file_that_was_replaced_is_read_anew(image_file):
    image_file("tiny", seed=0)
    before = catalog.load("tiny")
    assert catalog.load("tiny") is before
    image_file("tiny", seed=1, per_class=41)
    after = catalog.load("tiny")
    assert after.fingerprint != before.fingerprint
    assert len(after.labels["train"]) == 164


def test_what_is_here_is_listed_known_names_first(image_file):
    assert catalog.at_hand() == ["digits"]
    for name in ("aardvark", "mnist", "zebra"):
        image_file(name, classes=2, per_class=2, test_per_class=1)
    assert catalog.at_hand() == ["digits", "mnist", "aardvark", "zebra"]
    assert catalog.is_here("mnist") and not catalog.is_here("cifar10")


def test_the_data_folder_is_under_the_project_unless_said_otherwise(monkeypatch, tmp_path):
    assert catalog.data_folder() == tmp_path / "data"
    monkeypatch.delenv("REPRODUCE_DATA")
    (tmp_path / "pyproject.toml").write_text('name = "imbalanced-learning-reproduced"')
    monkeypatch.chdir(tmp_path)
    assert catalog.data_folder() == tmp_path / "data"


def test_a_known_set_that_is_absent_names_the_remedy():
    with pytest.raises(UserError) as failure:
        catalog.load("mnist")
    message = str(failure.value)
    assert "data set 'mnist' is not here" in message and "mnist.npz" in message
    assert "train_images, train_labels, test_images, test_labels" in message
    assert "set REPRODUCE_DATA" in message and "\n" not in message


def test_an_absent_path_names_the_remedy(tmp_path):
    with pytest.raises(UserError, match=r"is not here: expected the MedMNIST-format file .*x\.npz"):
        catalog.load(f"npz:{tmp_path / 'x.npz'}")


@pytest.mark.parametrize(
    ("wrong", "right"), [("mnits", "mnist"), ("digit", "digits"), ("cifar-10", "cifar10")]
)
def test_a_misspelt_name_suggests_the_nearest(wrong, right):
    with pytest.raises(UserError, match=f"^unknown data set '{wrong}'; did you mean '{right}'"):
        catalog.load(wrong)


def test_a_misspelt_name_of_an_own_file_suggests_that_file(image_file):
    image_file("fundus_left")
    with pytest.raises(UserError, match="did you mean 'fundus_left'"):
        catalog.load("fundus_let")


def test_a_label_that_a_known_set_does_not_have_is_refused(image_file):
    labels = np.repeat(np.arange(11), 2).astype(np.uint8)
    images = np.zeros((22, 28, 28), dtype=np.uint8)
    image_file("mnist", train_images=images, train_labels=labels)
    with pytest.raises(UserError, match="'mnist' has a label 10, expected 0 to 9"):
        catalog.load("mnist")


def test_a_test_part_counts_when_labels_are_checked(image_file):
    image_file("pneumoniamnist", classes=2, test_labels=np.full(20, 2, dtype=np.uint8))
    with pytest.raises(UserError, match="'pneumoniamnist' has a label 2, expected 0 to 1"):
        catalog.load("pneumoniamnist")


@pytest.mark.real_data("mnist")
def test_mnist_has_its_published_counts(real_data):
    assert real_data.record().counts == {"train": MNIST_TRAIN, "test": MNIST_TEST}
    assert real_data.images["train"].shape == (60_000, 28, 28)


@pytest.mark.real_data("cifar10")
def test_cifar10_has_its_published_counts(real_data):
    assert real_data.record().counts == {"train": (5000,) * 10, "test": (1000,) * 10}
    assert real_data.images["train"].shape == (50_000, 32, 32, 3)


@pytest.mark.real_data("retinamnist")
def test_retinamnist_has_its_published_counts(real_data):
    sizes = {split: sum(counts) for split, counts in real_data.record().counts.items()}
    assert sizes == {"train": 1080, "val": 120, "test": 400}
    assert len(real_data.class_names) == 5 and real_data.images["train"].shape[1:] == (28, 28, 3)


@pytest.mark.real_data("pneumoniamnist")
def test_pneumoniamnist_has_its_published_counts(real_data):
    sizes = {split: sum(counts) for split, counts in real_data.record().counts.items()}
    assert sizes == {"train": 4708, "val": 524, "test": 624}
    assert len(real_data.class_names) == 2 and real_data.images["train"].shape[1:] == (28, 28)
