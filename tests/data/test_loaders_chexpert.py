"""CheXpert on a small tree: binary labels, both readings of what is rare, no shared patient."""

import numpy as np
import pytest
from PIL import Image

from reproduce.data import catalog
from reproduce.errors import UserError

HEAD = "Path,Sex,Age,Frontal/Lateral,AP/PA,No Finding,Enlarged Cardiomediastinum"
# Every seventh patient is normal, with one image marked 1; the other values mean abnormal.
FINDINGS = ("1.0", "", "0.0", "-1.0", "", "", "")


def write_tree(root, patients=140, name="CheXpert-v1.0-small"):
    lines = [HEAD]
    for patient in range(patients):
        for study, view in ((1, "frontal"), (2, "frontal"), (2, "lateral")):
            path = f"train/patient{patient:05}/study{study}/view1_{view}.jpg"
            file = root / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            normal = patient % 7 == 0
            # Dark pictures are normal ones, so that labels can be checked against pixels.
            pixels = np.full((10, 8), (20 if normal else 120) + patient % 100, dtype=np.uint8)
            # The comment makes every file another one, also where the pixels are the same.
            Image.fromarray(pixels).save(file, comment=path.encode())
            finding = FINDINGS[patient % 7]
            lines.append(f"{name}/{path},Male,60,{view.capitalize()},AP,{finding},")
    (root / name / "train.csv").write_text("\n".join(lines) + "\n")


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "data" / "chexpert"
    root.mkdir(parents=True)
    return root


def test_blank_uncertain_and_zero_are_abnormal(tree):
    write_tree(tree)
    found = catalog.load("chexpert?size=8&images=100&share=0.2&rare=normal")
    for split in ("train", "test"):
        dark = found.images[split].astype(int).max(axis=(1, 2)) < 120
        assert ((found.labels[split] == 0) == dark).all()
    assert found.class_names == ("normal", "abnormal")


@pytest.mark.parametrize(("rare", "counts"), [
    ("normal", {"train": (5, 43), "test": (1, 11)}),
    ("abnormal", {"train": (43, 5), "test": (11, 1)}),
])  # fmt: skip
def test_either_class_can_be_the_rare_one(tree, rare, counts):
    write_tree(tree, patients=400)
    found = catalog.load(f"chexpert?size=8&images=60&share=0.1&rare={rare}")
    assert found.record().counts == counts


@pytest.mark.parametrize(("where", "counts"), [
    ("both", {"train": (76, 4), "test": (19, 1)}),
    ("test", {"train": (40, 40), "test": (19, 1)}),
    ("train", {"train": (76, 4), "test": (10, 10)}),
])  # fmt: skip
def test_training_test_or_both_can_be_imbalanced(tree, where, counts):
    write_tree(tree, patients=420)
    found = catalog.load(f"chexpert?size=8&images=100&share=0.05&where={where}")
    assert found.record().counts == counts


@pytest.mark.parametrize("seed", range(5))
def test_no_patient_is_in_both_parts(tree, seed):
    write_tree(tree)
    found = catalog.load(f"chexpert?size=8&images=100&share=0.2&rare=normal&seed={seed}")
    assert set(found.groups["train"]).isdisjoint(found.groups["test"])
    # Several images of one patient are drawn, so the test above could fail.
    assert len(set(found.groups["train"])) < len(found.groups["train"])


def test_lateral_views_are_left_out_unless_asked_for(tree):
    write_tree(tree)
    frontal = catalog.load("chexpert?size=8&images=200&share=0.1&rare=normal")
    every = catalog.load("chexpert?size=8&images=200&share=0.1&rare=normal&views=all")
    assert len(frontal.extra["train"]["file"]) == len(every.extra["train"]["file"]) == 160
    assert frontal.fingerprint != every.fingerprint


def test_images_are_grey_and_private_and_patients_are_numbers(tree):
    write_tree(tree)
    found = catalog.load("chexpert?size=8&images=100&share=0.2&rare=normal")
    assert found.images["train"].shape == (80, 8, 8)
    assert not found.images_publishable and found.record().thumbnails is None
    assert found.groups["train"].dtype == np.int64
    assert "patient" not in repr(found.extra)


def test_more_images_than_there_are_is_one_line(tree):
    write_tree(tree)
    with pytest.raises(UserError, match="600 images of class 'normal' are asked for in train"):
        catalog.load("chexpert?size=8&share=0.5")


@pytest.mark.parametrize(("line", "expected"), [
    ("../../etc/passwd,Male,60,Frontal,AP,,", "unknown path '../../etc/passwd'"),
    ("CheXpert-v1.0-small/train/patient1/study1/view1_frontal.jpg,M,1,Frontal,AP,maybe,",
     "unknown No Finding 'maybe'"),
])  # fmt: skip
def test_a_strange_line_is_refused_by_its_number(tree, line, expected):
    write_tree(tree, patients=3)
    table = tree / "CheXpert-v1.0-small" / "train.csv"
    table.write_text(table.read_text() + line + "\n")
    with pytest.raises(UserError, match="line 11") as failure:
        catalog.load("chexpert")
    assert expected in str(failure.value)


def test_a_table_without_the_label_names_the_column(tree):
    write_tree(tree, patients=2)
    table = tree / "CheXpert-v1.0-small" / "train.csv"
    table.write_text(table.read_text().replace("No Finding", "Finding"))
    with pytest.raises(UserError, match="has no column 'No Finding'"):
        catalog.load("chexpert")


@pytest.mark.parametrize(("option", "expected"), [
    ("share=0.9", "share is 0.9, expected a value from 0.001 to 0.5"),
    ("rare=healthy", "expected one of: normal, abnormal"),
    ("images=many", "images is 'many', expected a whole number"),
    ("shar=0.1", "did you mean 'share'"),
])  # fmt: skip
def test_wrong_options_are_one_line(option, expected):
    with pytest.raises(UserError, match=expected):
        catalog.load(f"chexpert?{option}")
