"""Ready copies: the parts of the release, their own fingerprint, and a title that says so."""

import gzip
import struct

import numpy as np
import pytest

from reproduce.data import catalog, parts
from reproduce.data.packed import mnist_writers
from reproduce.errors import UserError

SETS = ("ham10000", "ham10000_masks", "busi", "busi_masks", "mnist_writers", "omniglot")


def grey(count, size=6, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, size, size), dtype=np.uint8)


def ham10000(folder, **changed):
    listed = parts.read("ham10000")
    chosen = {
        part: [int(n) for n in listed if listed[n].part == part][:14] for part in ("train", "test")
    }
    numbers = np.array(sorted(chosen["train"] + chosen["test"]), np.int32)
    labels = np.zeros(len(numbers), np.uint8)
    for of_part in chosen.values():
        labels[np.isin(numbers, of_part)] = np.arange(14) % 7
    images = np.repeat(grey(len(numbers))[..., None], 3, axis=3)
    groups = np.array([listed[str(number)].group for number in numbers], np.int32)
    arrays = {
        "train_images": images, "train_labels": labels, "train_lesions": groups,
        "train_ids": numbers, "test_images": images[:7] + 1,
        "test_labels": np.arange(7, dtype=np.uint8), "test_ids": np.arange(35_000, 35_007),
    }  # fmt: skip
    write(folder, "ham10000", arrays | changed)
    masks = np.where(np.isin(labels, [0, 1, 4]), 2, 1)[:, None, None] * (images[..., 0] > 99)
    write(folder, "ham10000_masks", {"train_masks": masks.astype(np.uint8), "train_ids": numbers})
    return arrays


def busi(folder, **changed):
    listed, arrays = parts.read("busi"), {}
    order = ("benign", "malignant", "normal")
    for part in ("train", "test"):
        names = [name for name in listed if listed[name].part == part]
        names.sort(key=lambda n: (order.index(n.split()[0]), int(n.split()[1].strip("()"))))
        labels = np.array([order.index(name.split()[0]) for name in names], np.uint8)
        arrays[f"{part}_images"], arrays[f"{part}_labels"] = grey(len(names)), labels
        arrays[f"{part}_groups"] = np.array([1000 - listed[name].group for name in names])
        masks = np.where(labels == 1, 2, 1)[:, None, None] * np.ones((1, 6, 6), int)
        masks[labels == 2] = 0
        arrays[f"{part}_masks"] = masks.astype(np.uint8)
    write(folder, "busi", arrays | changed)
    return arrays


def omniglot(folder, **changed):
    labels = np.repeat(np.arange(4), 3)
    arrays = {
        "class_names": np.array(["Greek/character01", "Greek/character02", "Latin/character01",
                                 "Tagalog/character01"]),
        "alphabets": np.array(["Greek", "Latin", "Tagalog"]),
    }  # fmt: skip
    for part, rows in (("train", labels < 3), ("test", labels == 3)):
        arrays[f"{part}_images"] = grey(rows.sum(), seed=len(part))
        arrays[f"{part}_labels"] = labels[rows].astype(np.int16)
        arrays[f"{part}_drawers"] = np.arange(rows.sum(), dtype=np.uint8) % 3 + 1
        arrays[f"{part}_alphabets"] = np.array([0, 0, 1, 2], np.uint8)[labels[rows]]
    write(folder, "omniglot", arrays | changed)
    return arrays


def writers(folder, **changed):
    arrays = {}
    for part, count, first in (("train", 12, 10), ("test", 6, 2100)):
        arrays[f"{part}_images"] = grey(count, seed=len(part))
        arrays[f"{part}_labels"] = np.arange(count, dtype=np.uint8) % 10
        arrays[f"{part}_writers"] = first + np.arange(count, dtype=np.int16) // 3
        arrays[f"{part}_series"] = np.full(count, 4 * (part == "test"), np.uint8)
    arrays |= changed
    kinds = ("images", "labels")
    write(folder, "mnist", {k: v for k, v in arrays.items() if k.endswith(kinds)})
    write(folder, "mnist_writers", {k: v for k, v in arrays.items() if not k.endswith(kinds)})
    return arrays


def write(folder, name, arrays):
    np.savez(folder / f"{name}.npz", **arrays)


MAKERS = {"ham10000": ham10000, "ham10000_masks": ham10000, "busi": busi, "busi_masks": busi,
          "mnist_writers": writers, "omniglot": omniglot}  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


@pytest.mark.parametrize("name", SETS)
def test_a_copy_says_so_and_has_a_fingerprint_of_its_own(folder, name, reproduce):
    MAKERS[name](folder)
    found = catalog.load(name)
    assert found.title == f"Another copy of {catalog.CATALOG[name].title}"
    assert found.record().title == found.title and found.licence == catalog.CATALOG[name].licence
    assert found.task == catalog.CATALOG[name].task
    assert name in catalog.at_hand() and catalog.is_here(name)
    before = found.fingerprint
    MAKERS[name](folder, train_images=catalog.load(name).images["train"][:0])
    with pytest.raises(UserError):
        catalog.load(name)
    MAKERS[name](folder)
    assert catalog.load(name).fingerprint == before
    row = next(line for line in reproduce("data list")[1].splitlines() if f"│ {name} " in line)
    assert "a copy" in row


def test_sets_of_one_file_and_splits_of_one_set_differ_in_their_fingerprints(folder):
    ham10000(folder), busi(folder)
    names = ("ham10000", "ham10000?split=shift", "ham10000?split=challenge", "ham10000?split=all",
             "ham10000_masks", "busi", "busi?split=all", "busi_masks")  # fmt: skip
    assert len({catalog.load(name).fingerprint for name in names}) == len(names)


def test_the_parts_of_ham10000_are_those_of_the_list(folder):
    arrays = ham10000(folder)
    found, listed = catalog.load("ham10000?split=shift"), parts.read("ham10000")
    for part in ("train", "test"):
        rows = [listed[str(n)].part == part for n in arrays["train_ids"]]
        assert (found.images[part] == arrays["train_images"][rows]).all()
        assert (found.labels[part] == arrays["train_labels"][rows]).all()
    assert (found.images["challenge"] == arrays["test_images"]).all()
    masks = catalog.load("ham10000_masks")
    malignant = np.isin(found.labels["train"], [0, 1, 4])
    assert set(np.unique(masks.masks["train"][malignant])) == {0, 2}
    assert set(np.unique(masks.masks["train"][~malignant])) == {0, 1}
    assert (masks.labels["train"] == np.where(malignant, 2, 1)).all()


def test_masks_of_other_images_are_refused(folder):
    arrays = ham10000(folder)
    ham10000(folder, train_ids=arrays["train_ids"][::-1])
    numbers = {"train_ids": arrays["train_ids"]}
    masks = np.zeros(arrays["train_images"].shape[:3], np.uint8)
    write(folder, "ham10000_masks", {"train_masks": masks} | numbers)
    with pytest.raises(UserError, match=r"does not belong to .*ham10000\.npz"):
        catalog.load("ham10000_masks")


def test_busi_divided_in_another_way_is_refused(folder):
    arrays = busi(folder)
    found = catalog.load("busi")
    assert (len(found.labels["train"]), len(found.labels["test"])) == (623, 157)
    assert set(found.groups["train"]).isdisjoint(found.groups["test"])
    masks = catalog.load("busi_masks")
    assert (masks.masks["test"] == arrays["test_masks"]).all()
    for changed in (
        {"train_labels": arrays["train_labels"][::-1]},
        {"train_groups": np.arange(623)},
    ):
        busi(folder, **changed)
        with pytest.raises(UserError, match="is not divided as the list of parts says"):
            catalog.load("busi")


def test_the_ink_of_omniglots_copy_is_turned_dark(folder):
    arrays = omniglot(folder)
    found = catalog.load("omniglot")
    assert (found.images["train"] == 255 - arrays["train_images"]).all()
    assert found.class_names[3] == "Tagalog/character01" and set(found.labels["test"]) == {3}
    assert (found.groups["train"][:6] != found.groups["train"][6]).all()


def official(folder, arrays, packed=True, **changed):
    """Write QMNIST's files of labels as its makers do; the test goes on beyond MNIST's images."""
    (folder / "mnist_writers").mkdir(exist_ok=True)
    for part, more in (("train", 0), ("test", 5)):
        count = len(arrays[f"{part}_labels"])
        table = np.zeros((count + more, 8), ">i4")
        for column, kind in ((0, "labels"), (1, "series"), (2, "writers")):
            table[:count, column] = arrays[f"{part}_{kind}"]
        content = struct.pack(">3i", 0x0C02, count + more, 8) + table.tobytes()
        content = changed.get(part, content)
        path = folder / "mnist_writers" / (mnist_writers.LABELS[part] + ".gz" * packed)
        path.write_bytes(gzip.compress(content) if packed else content)


@pytest.mark.parametrize("packed", [True, False])
def test_writers_of_the_official_files_are_those_of_the_copy(folder, packed):
    arrays = writers(folder)
    copy = catalog.load("mnist_writers")
    official(folder, arrays, packed)
    found = catalog.load("mnist_writers")
    assert found.title == "QMNIST's writers of MNIST's digits" != copy.title
    assert found.fingerprint != copy.fingerprint
    assert found.class_names == copy.class_names == tuple(
        f"writer {number}" for number in (10, 11, 12, 13, 2100, 2101)
    )  # fmt: skip
    for part in ("train", "test"):
        assert (found.labels[part] == copy.labels[part]).all()
        assert (found.images[part] == arrays[f"{part}_images"]).all()
        assert found.extra[part]["digit"].tolist() == arrays[f"{part}_labels"].tolist()
        assert found.extra[part]["series"].tolist() == arrays[f"{part}_series"].tolist()
    assert found.labels["test"].tolist() == [4, 4, 4, 5, 5, 5]


def test_writers_on_both_sides_or_of_other_digits_are_refused(folder):
    arrays = writers(folder)
    writers(folder, test_writers=arrays["train_writers"][:6])
    with pytest.raises(UserError, match="is in 'train' and in 'test'"):
        catalog.load("mnist_writers")
    writers(folder, test_writers=arrays["test_writers"][:5], test_series=arrays["test_series"][:5])
    with pytest.raises(UserError, match="do not belong together"):
        catalog.load("mnist_writers")
    writers(folder)
    official(folder, arrays | {"test_labels": arrays["test_labels"][::-1]})
    with pytest.raises(UserError, match="a writer for every image of 'test' and the same digits"):
        catalog.load("mnist_writers")


@pytest.mark.parametrize("content", [b"", b"\0" * 40, struct.pack(">3i", 0x0C02, 9, 8) + b"1234"])
def test_a_damaged_file_of_labels_is_named(folder, content):
    arrays = writers(folder)
    official(folder, arrays, test=content)
    with pytest.raises(UserError, match=r"qmnist-test-labels-idx2-int.gz is damaged") as error:
        catalog.load("mnist_writers")
    assert "\n" not in str(error.value)


def test_writers_need_mnist_beside_them(folder):
    writers(folder)
    (folder / "mnist.npz").unlink()
    assert not catalog.is_here("mnist_writers")
    with pytest.raises(UserError, match=r"expected .*mnist.npz with .*mnist_writers.npz"):
        catalog.load("mnist_writers")


def test_three_diagnoses_stand_in_for_skin_corns_and_warts(folder):
    """All their images are one part, in the order of the file, with their lesions."""
    arrays = ham10000(folder)
    found = catalog.load("ham10000_warts")
    names = ("akiec", "bcc", "bkl", "df", "mel", "nv", "vasc")
    rows = [k for k, y in enumerate(arrays["train_labels"]) if names[y] in ("nv", "mel", "bkl")]
    order = {"nv": 0, "mel": 1, "bkl": 2}
    assert (found.images["all"] == arrays["train_images"][rows]).all()
    expected = [order[names[y]] for y in arrays["train_labels"][rows]]
    assert found.labels["all"].tolist() == expected
    assert (found.groups["all"] == arrays["train_lesions"][rows]).all()
    assert [name.split()[0] for name in found.class_names] == list(order)
    assert found.title.startswith("Another copy of HAM10000's nevi")
    assert found.fingerprint != catalog.load("ham10000?split=all").fingerprint


@pytest.mark.parametrize("option", ["size=12", "channels=1", "fit=pad"])
def test_a_copy_has_one_shape(folder, option):
    ham10000(folder)
    with pytest.raises(UserError, match=f"leave {option.partition('=')[0]} out, or get the rel"):
        catalog.load(f"ham10000?{option}")


def test_the_release_goes_before_its_copy(folder):
    omniglot(folder)
    (folder / "omniglot").mkdir()
    with pytest.raises(UserError, match="has no folder 'images_background_small1'"):
        catalog.load("omniglot")


@pytest.mark.parametrize("name", SETS)
def test_a_missing_array_or_a_damaged_file_is_said_in_one_line(folder, name):
    MAKERS[name](folder)
    path = catalog.path_of(name)
    with np.load(path) as file:
        arrays = dict(file)
    lost = next(key for key in sorted(arrays) if key.endswith(("images", "masks", "writers")))
    write(folder, path.stem, {k: v for k, v in arrays.items() if k != lost})
    with pytest.raises(UserError, match=f"has no array '{lost}'"):
        catalog.load(name)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(UserError, match=r"is damaged or no \.npz file") as error:
        catalog.load(name)
    assert "\n" not in str(error.value)
