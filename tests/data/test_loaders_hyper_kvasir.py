"""HyperKvasir on a small tree: 23 classes in both spellings, official folds."""

import numpy as np
import pytest
from PIL import Image

from reproduce.data import catalog
from reproduce.data.sources import hyper_kvasir
from reproduce.errors import UserError

# Folder spelling -> spelling of the official splits, where they differ.
OFFICIAL = {
    "polyps": "polyp",
    "cecum": "normal-cecum",
    "pylorus": "normal-pylorus",
    "z-line": "normal-z-line",
    "esophagitis-a": "oesophagitis-a",
    "esophagitis-b-d": "oesophagitis-b-d",
    "barretts-short-segment": "short-segment-barretts",
    "hemorrhoids": "hemorroids",
}


def write_tree(root, per_class=5, official_folders=False, tables=True):
    five = ["file-name;class-name;split-index"]
    two = list(five)
    for c, name in enumerate(hyper_kvasir.class_names()):
        tract = ("lower-gi-tract", "upper-gi-tract")[c % 2]
        spelt = OFFICIAL.get(name, name)
        folder = root / "labeled-images" / tract / "pathological-findings"
        folder /= spelt if official_folders else name
        folder.mkdir(parents=True)
        for k in range(per_class):
            stem = f"{(c * 37 + k * 11) % 997:03}-{c}-{k}"
            pixels = np.full((9, 12, 3), 10 * c + k, dtype=np.uint8)
            Image.fromarray(pixels).save(folder / f"{stem}.png")
            five.append(f"{stem}.jpg;{spelt};{k % 5}")
            two.append(f"{stem}.jpg;{spelt};{k % 2}")
    if tables:
        splits = root / "official_splits"
        splits.mkdir()
        (splits / "5_fold_split.csv").write_text("\n".join(five) + "\n")
        (splits / "2_fold_split.csv").write_text("\n".join(two) + "\n")


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "data" / "hyper_kvasir"
    root.mkdir(parents=True)
    return root


@pytest.mark.parametrize("official_folders", [False, True])
def test_both_spellings_mean_the_same_classes(tree, official_folders):
    write_tree(tree, official_folders=official_folders)
    found = catalog.load("hyper_kvasir?size=8")
    assert len(found.class_names) == 23 and found.record().counts == {"all": (5,) * 23}
    shown = np.rint(found.images["all"].mean(axis=(1, 2, 3))).astype(int) // 10
    assert (shown == found.labels["all"]).all()
    assert found.class_names[1] == "polyps" and found.class_names[22] == "hemorrhoids"


@pytest.mark.parametrize(("split", "parts"), [("fold", 5), ("half", 2)])
def test_official_splits_test_on_each_part_once(tree, split, parts):
    write_tree(tree)
    tested = []
    for k in range(parts):
        found = catalog.load(f"hyper_kvasir?size=8&split={split}{k}")
        shown = np.rint(found.images["test"].mean(axis=(1, 2, 3))).astype(int) % 10
        assert (shown % parts == k).all()
        assert len(found.labels["train"]) + len(found.labels["test"]) == 115
        tested += found.extra["test"]["file"].tolist()
    assert len(tested) == len(set(tested)) == 115


def test_all_images_carry_their_official_folds(tree):
    write_tree(tree)
    found = catalog.load("hyper_kvasir?size=8")
    shown = np.rint(found.images["all"].mean(axis=(1, 2, 3))).astype(int) % 10
    assert (found.extra["all"]["fold"] == shown).all()
    assert (found.extra["all"]["half"] == shown % 2).all()


def test_without_the_official_tables_only_their_splits_are_refused(tree):
    write_tree(tree, tables=False)
    assert set(catalog.load("hyper_kvasir?size=8").extra["all"]) == {"file"}
    with pytest.raises(UserError, match=r"split=fold0 needs .*5_fold_split.csv"):
        catalog.load("hyper_kvasir?size=8&split=fold0")


def test_an_unknown_class_suggests_the_nearest(tree):
    write_tree(tree)
    section = tree / "labeled-images" / "lower-gi-tract" / "pathological-findings"
    (section / "polips").mkdir()
    with pytest.raises(UserError, match="unknown class 'polips'; did you mean 'polyps'"):
        catalog.load("hyper_kvasir?size=8")


def test_a_class_without_an_image_is_refused(tree):
    write_tree(tree)
    for path in tree.rglob("ileum/*.png"):
        path.unlink()
    with pytest.raises(UserError, match="class 'ileum' has no image in split 'all'"):
        catalog.load("hyper_kvasir?size=8")


def test_a_table_that_contradicts_the_folder_is_refused(tree):
    write_tree(tree)
    table = tree / "official_splits" / "5_fold_split.csv"
    lines = table.read_text().splitlines()
    lines[1] = lines[1].replace("bbps-2-3", "polyp")
    table.write_text("\n".join(lines) + "\n")
    with pytest.raises(UserError, match=r"lies in the folder of 'bbps-2-3', .* says 'polyps'"):
        catalog.load("hyper_kvasir?size=8")
