"""HAM10000 on a small tree of the official layout: classes, lesions, the official test, masks."""

import numpy as np
import pytest
from PIL import Image

from reproduce.data import catalog, parts, verify
from reproduce.data.sources import ham10000, ham10000_masks
from reproduce.errors import UserError

CLASSES = ("akiec", "bcc", "bkl", "df", "mel", "nv", "vasc")
TEST_COLUMNS = ("MEL", "NV", "BCC", "AKIEC", "BKL", "DF", "VASC")  # as the challenge orders them


def chosen(per_class=3):
    """Return numbers, classes and lesions: images alone on their line, as many of each part."""
    listed = parts.read("ham10000")
    alone = {}
    for number, place in listed.items():
        alone.setdefault(place.group, []).append(number)
    rows = []
    for part in ("train", "test"):
        single = [m[0] for m in alone.values() if len(m) == 1 and listed[m[0]].part == part]
        for c, name in enumerate(CLASSES):
            numbers = single[c * per_class : (c + 1) * per_class]
            rows += [(number, name, f"HAM_{number}") for number in numbers]
        pair = next(m for m in alone.values() if len(m) == 2 and listed[m[0]].part == part)
        rows += [(number, "nv", f"HAM_{pair[0]}") for number in pair]
    return sorted(rows)


def write_tree(root, nested=False, one_hot=True):
    """Write images whose brightness tells their class; those of the test are brighter."""
    rows = chosen()
    table = ["lesion_id,image_id,dx,dx_type,age,sex,localization,dataset"]
    for k, (number, name, lesion) in enumerate(rows):
        folder = ham10000.PICTURES[k % 2]
        place = root / folder / folder if nested else root / folder
        save(place / f"ISIC_00{number}.jpg", 20 * CLASSES.index(name), number)
        table.append(f"{lesion},ISIC_00{number},{name},histo,50.0,male,back,vidir_modern")
        mask = np.zeros((12, 16), np.uint8)
        mask[:, 6:10] = 255
        path = root / ham10000_masks.MASKS / f"ISIC_00{number}_segmentation.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(mask).save(path)
    (root / ham10000.TABLE).write_text("\n".join(table) + "\n")
    truth = ["image," + ",".join(TEST_COLUMNS) if one_hot else "lesion_id,image_id,dx"]
    for c, name in enumerate(CLASSES):
        for k in range(2):
            image = f"ISIC_003{5000 + 10 * c + k}"
            save(root / "ISIC2018_Task3_Test_Images" / f"{image}.jpg", 20 * c + 100, image)
            marks = ",".join("1.0" if mark == name.upper() else "0.0" for mark in TEST_COLUMNS)
            truth.append(f"{image},{marks}" if one_hot else f"L{c}{k},{image},{name}")
    (root / ham10000.TRUTH).write_text("\n".join(truth) + "\n")
    return rows


def save(path, value, comment):
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.full((12, 16, 3), value, dtype=np.uint8)
    # The comment makes every file another one, also where the pixels are the same.
    Image.fromarray(pixels).save(path, comment=str(comment).encode())


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "data" / "ham10000"
    root.mkdir(parents=True)
    return root


def classes_seen(images):
    return np.rint(images.mean(axis=(1, 2, 3)) / 20).astype(int)


@pytest.mark.parametrize("nested", [False, True])
def test_labels_are_the_diagnoses_and_parts_those_of_the_list(tree, nested):
    rows = write_tree(tree, nested=nested)
    found = catalog.load("ham10000?size=8")
    assert found.class_names == CLASSES and found.title.startswith("HAM10000")
    listed = parts.read("ham10000")
    for part in ("train", "test"):
        wanted = [CLASSES.index(name) for n, name, _ in rows if listed[n].part == part]
        assert found.labels[part].tolist() == wanted
        assert (classes_seen(found.images[part]) == found.labels[part]).all()
    assert set(found.labels) == {"train", "test"}


def test_images_of_a_lesion_are_one_group_on_one_side(tree):
    write_tree(tree)
    found = catalog.load("ham10000?size=8")
    for groups in found.groups.values():
        sizes = np.bincount(groups)
        assert sorted(sizes[sizes > 0].tolist()) == [1] * 21 + [2]
    assert set(found.groups["train"]).isdisjoint(found.groups["test"])


@pytest.mark.parametrize("one_hot", [True, False])
def test_the_official_test_is_a_part_of_its_own(tree, one_hot):
    write_tree(tree, one_hot=one_hot)
    shift = catalog.load("ham10000?size=8&split=shift")
    assert set(shift.labels) == {"train", "test", "challenge"}
    assert shift.labels["challenge"].tolist() == np.repeat(range(7), 2).tolist()
    seen = classes_seen(shift.images["challenge"]) - 5
    assert (seen == shift.labels["challenge"]).all()
    assert shift.extra["challenge"]["challenge"].all()
    every = catalog.load("ham10000?size=8&split=challenge")
    assert (len(every.labels["train"]), len(every.labels["test"])) == (46, 14)
    assert set(every.groups["train"]).isdisjoint(every.groups["test"])
    assert set(catalog.load("ham10000?size=8&split=all").labels) == {"all"}


def test_masks_tell_benign_from_malignant(tree):
    write_tree(tree)
    found = catalog.load("ham10000_masks?size=12")
    assert found.task == "segmentation"
    assert found.class_names == ("background", "benign", "malignant")
    classes = catalog.load("ham10000?size=12")
    for part, masks in found.masks.items():
        malignant = np.isin(classes.labels[part], [0, 1, 4])
        wanted = np.where(malignant, 2, 1)
        assert (found.labels[part] == wanted).all()
        # The middle 12 columns of 16 are kept: the lesion is in columns 4 to 7 of these.
        assert (masks[:, :, 4:8] == wanted[:, None, None]).all()
        assert (masks[:, :, :4] == 0).all() and (masks[:, :, 8:] == 0).all()
        assert (found.groups[part] == classes.groups[part]).all()


def test_a_lesion_on_both_sides_is_refused(tree):
    rows = write_tree(tree)
    listed = parts.read("ham10000")
    one = next(number for number, *_ in rows if listed[number].part == "train")
    other = next(number for number, *_ in rows if listed[number].part == "test")
    table = tree / ham10000.TABLE
    table.write_text(table.read_text().replace(f"HAM_{other},", f"HAM_{one},"))
    with pytest.raises(UserError, match="is in 'train' and in 'test'"):
        catalog.load("ham10000?size=8")


def spoil(tree, how):
    table, truth = tree / ham10000.TABLE, tree / ham10000.TRUTH
    picture = next((tree / ham10000.PICTURES[0]).iterdir())
    if how == "table":
        table.unlink()
    elif how == "label":
        table.write_text(table.read_text().replace(",bcc,", ",bbc,", 1))
    elif how == "column":
        table.write_text(table.read_text().replace(",dx,", ",diagnosis,"))
    elif how == "picture":
        picture.unlink()
    elif how == "unknown":
        table.write_text(table.read_text() + "HAM_x,ISIC_0099999,nv,histo,1,male,back,x\n")
        save(tree / ham10000.PICTURES[0] / "ISIC_0099999.jpg", 0, "x")
    elif how == "damaged":
        picture.write_bytes(picture.read_bytes()[:100])
    elif how == "truth":
        truth.write_text(truth.read_text().replace("1.0", "0.0", 1))
    elif how == "no test":
        truth.unlink()
    elif how == "empty truth":
        truth.write_text("")
    elif how == "mask":
        next((tree / ham10000_masks.MASKS).iterdir()).unlink()
    else:
        mask = next((tree / ham10000_masks.MASKS).iterdir())
        Image.fromarray(np.zeros((3, 3), np.uint8)).save(mask)


WRONG = {
    "table": ("ham10000", "no table of HAM10000 .HAM10000_metadata.csv.: expected"),
    "label": ("ham10000", r"metadata.csv, line \d+: unknown label 'bbc', expected exactly one of"),
    "column": ("ham10000", "has no column 'dx'"),
    "picture": ("ham10000", r"the image 'ISIC_00\d+' is neither in .*part_1 nor in .*part_2"),
    "unknown": ("ham10000", "'99999' is not among the 10,015 of the release"),
    "damaged": ("ham10000", r"ISIC_00\d+.jpg cannot be read as an image"),
    "truth": ("ham10000?split=shift", "line 2: unknown label '', expected exactly one of: AKIEC"),
    "no test": ("ham10000?split=challenge", "no table of the official test"),
    "empty truth": ("ham10000?split=shift", "has no column 'image'"),
    "mask": ("ham10000_masks", r"the image 'ISIC_00\d+_segmentation' is not in"),
    "size": ("ham10000_masks", "expected a mask of the same size"),
}


@pytest.mark.parametrize("how", WRONG)
def test_what_is_missing_or_damaged_is_said_in_one_line(tree, how):
    write_tree(tree)
    spoil(tree, how)
    name, said = WRONG[how]
    with pytest.raises(UserError, match=said) as error:
        catalog.load(name)
    assert "\n" not in str(error.value)


def test_verify_compares_the_counts_of_both_tables(tree):
    write_tree(tree)
    problems = verify.verify("ham10000?split=shift").problems
    assert len(problems) == 2 and problems[0].startswith("all: class 'akiec' has 6 images")
    assert problems[1].startswith("challenge: class 'akiec' has 2 images, published are 43")
    (problem,) = verify.verify("ham10000_masks").problems
    assert problem == "all: 46 images, published are 10015"


def test_three_diagnoses_of_the_release_stand_in_for_skin_corns_and_warts(tree):
    rows = [row for row in write_tree(tree) if row[1] in ("nv", "mel", "bkl")]
    found = catalog.load("ham10000_warts?size=8")
    assert found.labels["all"].tolist() == [("nv", "mel", "bkl").index(row[1]) for row in rows]
    # Of 16 x 12 pixels 8 x 6 are left, with a row of black above and below.
    images = found.images["all"]
    assert images.shape[1:] == (8, 8, 3) and not images[:, [0, -1]].any()
    brightness = images[:, 2:6].mean(axis=(1, 2, 3))
    expected = [20 * CLASSES.index(row[1]) for row in rows]
    assert np.abs(brightness - expected).max() < 3
    lesions = [row[2] for row in rows]
    same = np.array(lesions)[:, None] == np.array(lesions)
    groups = found.groups["all"]
    assert ((groups[:, None] == groups) == same).all()
