"""BUSI on a small tree of the official layout: classes, joined masks, groups of twins."""

import numpy as np
import pytest
from PIL import Image

from reproduce.data import catalog, parts
from reproduce.data.sources import busi
from reproduce.errors import UserError

CLASSES = ("benign", "malignant", "normal")


def chosen():
    """Return some images of each class and part, twins among them."""
    listed = parts.read("busi")
    members = {}
    for name, place in listed.items():
        members.setdefault(place.group, []).append(name)
    names = []
    for part in ("train", "test"):
        for kind in CLASSES:
            names += [n for n in listed if n.startswith(kind) and listed[n].part == part][:2]
        names += next(m for m in members.values() if len(m) > 1 and listed[m[0]].part == part)
    return list(dict.fromkeys(names))


def write_tree(root):
    """Write images whose brightness tells their number, and masks in the modes of the release."""
    names = chosen()
    for name in names:
        folder = root / "Dataset_BUSI_with_GT" / name.partition(" ")[0]
        folder.mkdir(parents=True, exist_ok=True)
        number = int(name.partition("(")[2].strip(")"))
        pixels = np.full((10, 20), number % 256, np.uint8)
        # So that images of one number and two classes are not identical.
        pixels[9] = 50 * CLASSES.index(name.partition(" ")[0])
        Image.fromarray(pixels).convert("RGB").save(folder / f"{name}.png")
        save_mask(folder / f"{name}_mask.png", slice(0, 5) if name[0] != "n" else slice(0, 0))
        if name == "benign (2)" or name == names[0]:
            save_mask(folder / f"{name}_mask_1.png", slice(15, 20), "1")
    return names


def save_mask(path, columns, mode="L"):
    mask = np.zeros((10, 20), np.uint8)
    mask[:, columns] = 255
    Image.fromarray(mask).convert(mode).save(path)


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "data" / "busi"
    root.mkdir(parents=True)
    return root


def test_classes_are_folders_and_parts_those_of_the_list(tree):
    names = write_tree(tree)
    found, listed = catalog.load("busi?size=10"), parts.read("busi")
    assert found.class_names == CLASSES and found.images["train"].ndim == 3
    for part in ("train", "test"):
        wanted = sorted(
            (CLASSES.index(n.partition(" ")[0]), int(n.partition("(")[2].strip(")")))
            for n in names
            if listed[n].part == part
        )
        assert found.labels[part].tolist() == [kind for kind, _ in wanted]
        assert found.images[part][:, 0, 0].tolist() == [number % 256 for _, number in wanted]
    assert set(catalog.load("busi?size=10&split=all").labels) == {"all"}


def test_twins_are_one_group_on_one_side(tree):
    names = write_tree(tree)
    found, listed = catalog.load("busi?size=10"), parts.read("busi")
    for part, groups in found.groups.items():
        wanted = {listed[name].group for name in names if listed[name].part == part}
        assert len(set(groups.tolist())) == len(wanted) < len(groups)
    assert set(found.groups["train"]).isdisjoint(found.groups["test"])


def test_masks_are_joined_and_of_their_images_class(tree):
    names = write_tree(tree)
    found = catalog.load("busi_masks?size=20&split=all")
    assert found.task == "segmentation" and len(found.masks["all"]) == len(names)
    wanted = {"benign": 1, "malignant": 2, "normal": 0}
    order = sorted(names, key=lambda n: (CLASSES.index(n.partition(" ")[0]),
                                         int(n.partition("(")[2].strip(")"))))  # fmt: skip
    for name, mask, label in zip(order, found.masks["all"], found.labels["all"], strict=True):
        value = wanted[name.partition(" ")[0]]
        assert label == value and (mask[:, :5] == value).all() and (mask[:, 5:15] == 0).all()
        two = name == "benign (2)" or name == names[0]
        assert (mask[:, 15:] == (value if two else 0)).all(), name


def spoil(top, how):
    image, mask = top / "benign (2).png", top / "benign (2)_mask.png"
    second = top / "benign (2)_mask_1.png"
    if how == "no mask":
        mask.unlink(), second.unlink()
    elif how == "no image":
        image.unlink()
    elif how == "no folder":
        top.rename(top.parent / "harmless")
    elif how == "name":
        image.rename(top / "second.png")
    elif how == "number":
        image.rename(top / "benign (999).png")
    else:
        (image if how == "image" else second).write_bytes(b"x")


WRONG = {
    "no mask": ("busi_masks", "has no mask; expected"),
    "no image": ("busi_masks", "is a mask without an image"),
    "no folder": ("busi", "has no folder 'benign'"),
    "name": ("busi", "second.png is not named as in the release"),
    "number": ("busi", r"'benign \(999\)' is not among the 780"),
    "image": ("busi", "cannot be read as an image"),
    "mask": ("busi_masks", "cannot be read as an image"),
}


@pytest.mark.parametrize("how", WRONG)
def test_what_is_missing_or_damaged_is_said_in_one_line(tree, how):
    write_tree(tree)
    spoil(tree / busi.FOLDER / "benign", how)
    name, said = WRONG[how]
    with pytest.raises(UserError, match=said) as error:
        catalog.load(name)
    assert "\n" not in str(error.value)
