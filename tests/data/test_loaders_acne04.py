"""ACNE04 on a small tree of the official layout: labels from the lists, folds, groups."""

import numpy as np
import pytest
from PIL import Image

from reproduce.data import catalog
from reproduce.errors import UserError

GRADES = (5, 5, 5, 5)


def write_tree(root, per_grade=GRADES, folds=5, copies=()):
    """Write images whose names lie about their grades, and the ten official lists."""
    pictures = root / "Classification" / "JPEGImages"
    pictures.mkdir(parents=True)
    lines, number = [], 0
    for grade, count in enumerate(per_grade):
        for k in range(count):
            # The name says another grade than the list: it must not be believed.
            name = f"levle{(grade + 1) % 4}_{k}_{grade}.jpg"
            pixels = np.full((12, 9, 3), (40 + number) % 256, dtype=np.uint8)
            # The comment makes every file another one, also where the pixels are the same.
            Image.fromarray(pixels).save(pictures / name, comment=str(number).encode())
            lines.append((name, grade, (3, 12, 30, 60)[grade]))
            number += 1
    for source, copy in copies:
        (pictures / lines[copy][0]).write_bytes((pictures / lines[source][0]).read_bytes())
    for fold in range(folds):
        for part in ("trainval", "test"):
            chosen = [line for n, line in enumerate(lines) if (n % 5 == fold) == (part == "test")]
            text = "".join(f"{name}  {grade}  {count}\n" for name, grade, count in chosen)
            (root / "Classification" / f"NNEW_{part}_{fold}.txt").write_text(text)
    return lines


@pytest.fixture
def tree(tmp_path):
    """Return the folder the catalog looks into."""
    root = tmp_path / "data" / "acne04"
    root.mkdir(parents=True)
    return root


def test_labels_come_from_the_lists_not_from_the_names(tree):
    write_tree(tree)
    found = catalog.load("acne04?size=8")
    assert found.record().counts == {"all": GRADES}
    lesions = found.extra["all"]["lesions"]
    assert (np.searchsorted((5, 20, 50), lesions) == found.labels["all"]).all()
    # Every image is of one colour, so that image and label can be told to belong together.
    by_name = sorted(
        (f"levle{(g + 1) % 4}_{k}_{g}.jpg", g) for g, n in enumerate(GRADES) for k in range(n)
    )
    assert found.labels["all"].tolist() == [grade for _, grade in by_name]


def test_pixels_belong_to_their_labels(tree):
    write_tree(tree)
    found = catalog.load("acne04?size=8")
    brightness = np.rint(found.images["all"].mean(axis=(1, 2, 3))).astype(int) - 40
    starts = np.cumsum((0, *GRADES))
    assert (np.searchsorted(starts, brightness, side="right") - 1 == found.labels["all"]).all()


@pytest.mark.parametrize("fold", range(5))
def test_official_folds_are_those_of_the_lists(tree, fold):
    lines = write_tree(tree)
    found = catalog.load(f"acne04?size=8&split=fold{fold}")
    in_test = {n for n in range(len(lines)) if n % 5 == fold}
    assert len(found.labels["test"]) == len(in_test)
    shown = np.rint(found.images["test"].mean(axis=(1, 2, 3))).astype(int) - 40
    assert set(shown.tolist()) == in_test
    assert set(found.extra["train"]["file"]).isdisjoint(found.extra["test"]["file"])


def test_the_random_split_has_the_sizes_of_the_paper(tree):
    write_tree(tree, per_grade=(513, 633, 182, 129))
    found = catalog.load("acne04?size=8&split=random")
    assert len(found.labels["train"]) == 1165 and len(found.labels["test"]) == 292
    everything = np.concatenate([found.extra[split]["file"] for split in ("train", "test")])
    assert len(set(everything)) == 1457
    other = catalog.load("acne04?size=8&split=random&seed=1")
    assert set(other.extra["test"]["file"]) != set(found.extra["test"]["file"])
    again = catalog.load("acne04?size=8&split=random&seed=3407")
    assert (again.extra["test"]["file"] == found.extra["test"]["file"]).all()


def test_identical_files_share_a_group_and_no_others_do(tree):
    write_tree(tree, copies=((0, 7), (3, 4)))
    found = catalog.load("acne04?size=8")
    groups = found.groups["all"]
    assert len(set(groups.tolist())) == 20 - 2
    means = np.rint(found.images["all"].mean(axis=(1, 2, 3))).astype(int)
    for mean in set(means.tolist()):
        assert len(set(groups[means == mean].tolist())) == 1


def test_faces_are_never_published_and_names_are_hashed(tree):
    write_tree(tree)
    found = catalog.load("acne04?size=8")
    assert not found.images_publishable and found.record().thumbnails is None
    for name in found.extra["all"]["file"]:
        assert len(name) == 16 and "levle" not in name


LISTS = {
    "an unknown grade": ("a.jpg 4 60\n", "line 1: unknown label 4, expected a grade from 0 to 3"),
    "a line cut off": ("a.jpg 1\n", "line 1: 'a.jpg 1', expected: file, grade, lesion count"),
    "a path out of the folder": ("../../a.jpg 1 8\n", "is not a plain file name"),
    "another grade in another list": ("levle1_0_0.jpg 2 30\n", "in another list"),
}


@pytest.mark.parametrize("case", LISTS)
def test_a_wrong_list_is_refused_by_file_and_line(tree, case):
    write_tree(tree)
    text, expected = LISTS[case]
    (tree / "Classification" / "NNEW_test_3.txt").write_text(text)
    with pytest.raises(UserError, match=r"NNEW_test_3\.txt") as failure:
        catalog.load("acne04?size=8")
    assert expected in str(failure.value) and "\n" not in str(failure.value)


def test_a_list_cut_short_is_noticed(tree):
    write_tree(tree)
    path = tree / "Classification" / "NNEW_trainval_2.txt"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(
        UserError, match="the lists of fold 2 hold 19 images, all lists together 20"
    ):
        catalog.load("acne04")


def test_a_listed_image_that_is_missing_is_named(tree):
    write_tree(tree)
    (tree / "Classification" / "JPEGImages" / "levle1_0_0.jpg").unlink()
    with pytest.raises(UserError, match=r"cannot read .*levle1_0_0\.jpg"):
        catalog.load("acne04?size=8")


def test_an_absent_set_names_the_command_that_gets_it():
    with pytest.raises(UserError, match="`reproduce data fetch acne04` says where to get it"):
        catalog.load("acne04")
