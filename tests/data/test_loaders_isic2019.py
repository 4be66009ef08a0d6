"""ISIC 2019 on a small tree: one-hot labels, lesions kept whole."""

import numpy as np
import pytest
from PIL import Image

from reproduce.data import catalog
from reproduce.data.sources import isic2019
from reproduce.errors import UserError

CLASSES = ("MEL", "NV", "BCC", "AK", "BKL", "DF", "VASC", "SCC")


def write_tree(root, per_class=12, nested=False, metadata=True):
    pictures = root / "ISIC_2019_Training_Input"
    if nested:
        pictures /= "ISIC_2019_Training_Input"
    pictures.mkdir(parents=True)
    truth, more, number = [",".join(("image", *CLASSES, "UNK"))], ["image,age_approx,lesion_id"], 0
    for c in range(8):
        for k in range(per_class):
            name = f"ISIC_{number:07}" + ("_downsampled" if number % 5 == 0 else "")
            pixels = np.full((16, 20, 3), 2 * number % 256, dtype=np.uint8)
            # The comment makes every file another one, also where the pixels are the same.
            Image.fromarray(pixels).save(pictures / f"{name}.jpg", comment=name.encode())
            marks = ["1.0" if i == c else "0.0" for i in range(8)]
            truth.append(",".join((name, *marks, "")))
            # Three images a lesion; every eleventh image has none written down.
            lesion = "" if number % 11 == 0 else f"MSK_{c}_{k // 3}"
            more.append(f"{name},55,{lesion}")
            number += 1
    (root / isic2019.TRUTH).write_text("\n".join(truth) + "\n")
    if metadata:
        (root / isic2019.METADATA).write_text("\n".join(more) + "\n")


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "data" / "isic2019"
    root.mkdir(parents=True)
    return root


@pytest.mark.parametrize("nested", [False, True])
def test_labels_follow_the_marked_column(tree, nested):
    write_tree(tree, nested=nested)
    found = catalog.load("isic2019?size=8")
    assert found.class_names == CLASSES and found.record().counts == {"all": (12,) * 8}
    number = np.rint(found.images["all"].mean(axis=(1, 2, 3)) / 2).astype(int)
    assert (number // 12 == found.labels["all"]).all()


def test_a_lesion_is_one_group_and_an_image_without_one_its_own(tree):
    write_tree(tree)
    groups = catalog.load("isic2019?size=8").groups["all"]
    lone = np.arange(96) % 11 == 0
    assert len(set(groups[lone])) == lone.sum()
    lesion = np.arange(96) // 12 * 100 + np.arange(96) % 12 // 3
    for unit in set(lesion[~lone].tolist()):
        assert len(set(groups[~lone & (lesion == unit)])) == 1
    assert len(set(groups)) == lone.sum() + len(set(lesion[~lone].tolist()))


@pytest.mark.parametrize("seed", range(4))
def test_the_grouped_split_keeps_lesions_whole_and_classes_in_proportion(tree, seed):
    write_tree(tree, per_class=30)
    found = catalog.load(f"isic2019?size=8&split=grouped&seed={seed}")
    assert set(found.groups["train"]).isdisjoint(found.groups["test"])
    # 6 of 30 images of each class, but for the lesions that may not be torn apart.
    assert len(found.labels["test"]) == pytest.approx(48, abs=4)
    assert all(4 <= count <= 8 for count in found.record().counts["test"])


def test_the_grouped_split_needs_to_know_the_lesions(tree):
    write_tree(tree, metadata=False)
    assert catalog.load("isic2019?size=8").groups is not None
    with pytest.raises(UserError, match=r"split=grouped needs .*Metadata.csv"):
        catalog.load("isic2019?size=8&split=grouped")


@pytest.mark.parametrize("marks", ["0,0,0,0,0,0,0,0,1", "1,1,0,0,0,0,0,0,", "0,0,0,0,0,0,0,0,0"])
def test_a_row_of_no_or_two_classes_is_refused_by_its_line(tree, marks):
    write_tree(tree)
    table = tree / isic2019.TRUTH
    table.write_text(table.read_text() + f"ISIC_9999999,{marks}\n")
    with pytest.raises(UserError, match="line 98: unknown label"):
        catalog.load("isic2019?size=8")


def test_a_table_cut_off_within_a_line_is_noticed(tree):
    write_tree(tree)
    table = tree / isic2019.TRUTH
    table.write_text(table.read_text() + "ISIC_0000003,1.0,0")
    with pytest.raises(UserError, match="line 98: too few columns"):
        catalog.load("isic2019?size=8")
