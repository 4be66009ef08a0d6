"""Names of data sets with options."""

import pytest

from reproduce.data import catalog, names
from reproduce.errors import UserError


def test_one_data_set_has_one_canonical_name():
    assert catalog.canonical("acne04?size=256&split=fold2&seed=3407") == "acne04?split=fold2"
    assert catalog.canonical("acne04?split=all") == "acne04"
    assert catalog.canonical("mnist") == "mnist"
    assert names.parse("folder:/a?b/c?size=8").path.as_posix() == "/a?b/c"
    assert names.parse("npz:/a?b").path.as_posix() == "/a?b"


@pytest.mark.parametrize(("name", "expected"), [
    ("acne04?size=4", "size is 4, expected a value from 8 to 1024"),
    ("acne04?size", "after '\\?' come key=value pairs"),
    ("acne04?size=8&size=9", "gives size twice"),
    ("mnist?size=8", "'mnist' takes no options"),
    ("retinamnist?size=32", "size is '32', expected one of: 28, 64, 128, 224"),
    ("folder:", "names no path; expected folder:PATH"),
])  # fmt: skip
def test_a_name_that_cannot_be_read_is_one_line(name, expected):
    with pytest.raises(UserError, match=expected) as failure:
        catalog.load(name)
    assert "\n" not in str(failure.value)


def test_a_size_of_medmnist_is_a_file_of_its_own(image_file):
    image_file("retinamnist_64", classes=5, size=64, per_class=3, test_per_class=1)
    found = catalog.load("retinamnist?size=64")
    assert found.images["train"].shape[1:] == (64, 64) and found.title == "RetinaMNIST"
    assert not catalog.is_here("retinamnist")


def test_a_generated_set_is_opened_by_name_and_options():
    few = "size=28&total=60&difficulty=easy"
    found = catalog.load(f"dermoscopy?{few}&seed=3")
    assert found.name == "dermoscopy?size=28&total=60&difficulty=easy&seed=3"
    assert found.images["train"].shape[1:] == (28, 28, 3)
    assert catalog.is_here("dermoscopy") and catalog.path_of("dermoscopy") is None
    assert found.fingerprint != catalog.load(f"dermoscopy?{few}").fingerprint
