"""Omniglot on a small tree of the official layout: characters, drawers, whole alphabets apart."""

import numpy as np
import pytest
from PIL import Image

from reproduce.data import catalog, parts
from reproduce.errors import UserError

SETS = {
    "images_background_small1": ("Balinese", "Greek"),
    "images_background_small2": ("Greek", "Tagalog", "Latin"),
}


def write_tree(root):
    """Write two characters an alphabet, three drawers each; Greek is in both sets."""
    numbers = {}
    for folder, alphabets in SETS.items():
        for alphabet in alphabets:
            for character in ("character01", "character02"):
                number = numbers.setdefault((alphabet, character), 100 + len(numbers))
                place = root / folder / alphabet / character
                place.mkdir(parents=True)
                for drawer in (1, 2, 3):
                    ink = np.ones((105, 105), bool)
                    ink[: number - 95, : 10 * drawer] = False
                    Image.fromarray(ink).save(place / f"0{number}_{drawer:02}.png")


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "data" / "omniglot"
    root.mkdir(parents=True)
    write_tree(root)
    return root


def test_characters_are_identities_and_alphabets_stay_whole(tree):
    found = catalog.load("omniglot")
    assert found.task == "verification" and found.images["train"].shape == (12, 28, 28)
    assert found.class_names == tuple(
        f"{alphabet}/character0{k}" for alphabet in ("Balinese", "Greek", "Latin", "Tagalog")
        for k in (1, 2)
    )  # fmt: skip
    named = {p: {found.class_names[c] for c in y} for p, y in found.labels.items()}
    assert {name.partition("/")[0] for name in named["train"]} == {"Greek", "Latin"}
    assert {name.partition("/")[0] for name in named["test"]} == {"Balinese", "Tagalog"}
    listed = parts.read("omniglot")
    assert all(listed[name.partition("/")[0]].part == p for p in named for name in named[p])
    assert found.extra["train"]["drawer"].tolist() == [1, 2, 3] * 4
    assert len(set(found.groups["train"])) == 2
    assert set(found.groups["train"]).isdisjoint(found.groups["test"])


def test_ink_is_dark(tree):
    found = catalog.load("omniglot?size=105")
    assert found.images["train"][0, 0, 0] == 0 and found.images["train"][0, -1, -1] == 255


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda root: (root / "images_background_small2").rename(root / "small2"),
         "has no folder 'images_background_small2'; expected both"),
        (lambda root: (root / "images_background_small1" / "Balinese").rename(
            root / "images_background_small1" / "Bali"), "'Bali' is not among the 8"),
        (lambda root: next(root.rglob("*_01.png")).rename(
            root / "images_background_small1" / "Greek" / "character01" / "first.png"),
         "first.png is not named as in the release"),
        (lambda root: next(root.rglob("*_01.png")).write_bytes(b"x"), "cannot be read as an image"),
    ],
)  # fmt: skip
def test_what_is_missing_or_damaged_is_said_in_one_line(tree, spoil, said):
    spoil(tree)
    with pytest.raises(UserError, match=said) as error:
        catalog.load("omniglot")
    assert "\n" not in str(error.value)
