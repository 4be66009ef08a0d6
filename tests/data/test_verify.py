"""What `verify` finds wrong: counts, checksums, unreadable files, images in two splits."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from reproduce.data import catalog, verify


@pytest.fixture
def own(tmp_path):
    """Return a folder of train and test images of two classes, all different."""
    for split, count in (("train", 4), ("test", 2)):
        for c, name in enumerate(("a", "b")):
            (tmp_path / "own" / split / name).mkdir(parents=True)
            for k in range(count):
                pixels = np.full((20, 20, 3), 100 * c + 10 * k + len(split), dtype=np.uint8)
                Image.fromarray(pixels).save(tmp_path / "own" / split / name / f"{k}.png")
    return tmp_path / "own"


def test_a_folder_in_order_has_no_problems(own):
    found = verify.verify(f"folder:{own}?size=8")
    assert found.problems == []
    assert any("all 12 images can be read" in line for line in found.passed)


def test_every_unreadable_image_is_named_in_its_own_line(own):
    for name in ("0", "1"):
        (own / "test" / "a" / f"{name}.png").write_bytes(b"x")
    (own / "train" / "b" / "3.png").write_bytes((own / "train" / "b" / "3.png").read_bytes()[:60])
    problems = verify.verify(f"folder:{own}?size=8").problems
    assert len(problems) == 3 and all("\n" not in line for line in problems)
    for name in ("test/a/0.png", "test/a/1.png", "train/b/3.png"):
        assert sum(name in line for line in problems) == 1


def test_many_unreadable_images_are_counted(own, monkeypatch):
    monkeypatch.setattr(verify, "NAMED", 2)
    for number, path in enumerate((own / "train").rglob("*.png")):
        path.write_bytes(b"no image %d" % number)
    problems = verify.verify(f"folder:{own}?size=8").problems
    assert len(problems) == 3 and problems[2] == "6 more files cannot be read"


def test_an_image_in_two_splits_is_wrong_and_within_one_it_is_not(own):
    source = (own / "train" / "a" / "0.png").read_bytes()
    (own / "train" / "a" / "1.png").write_bytes(source)
    assert verify.verify(f"folder:{own}?size=8").problems == []
    (own / "test" / "a" / "1.png").write_bytes(source)
    (problem,) = verify.verify(f"folder:{own}?size=8").problems
    assert problem.startswith("1 images are in two splits, identical byte for byte")


def test_identical_images_with_two_labels_are_wrong(own):
    (own / "train" / "b" / "0.png").write_bytes((own / "train" / "a" / "0.png").read_bytes())
    (problem,) = verify.verify(f"folder:{own}?size=8").problems
    assert problem == "1 sets of identical images, 1 of them with different labels"


def test_a_file_changed_behind_the_cache_is_found(own):
    catalog.load(f"folder:{own}?size=8")
    assert verify.verify(f"folder:{own}?size=8").problems == []
    path = own / "train" / "a" / "0.png"
    state, content = path.stat(), path.read_bytes()
    import os

    # Bytes after the end of the picture, exchanged: the same size, the same time, still readable.
    path.write_bytes(content + b"1")
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    catalog.load(f"folder:{own}?size=8")
    path.write_bytes(content + b"2")
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    (problem,) = verify.verify(f"folder:{own}?size=8").problems
    assert "changed without a trace in size and time" in problem


def publish(monkeypatch, name, **facts):
    entry = replace(catalog.CATALOG["retinamnist"], **facts)
    monkeypatch.setitem(catalog.CATALOG, name, entry)


def test_counts_and_checksum_of_a_file_are_compared(image_file, monkeypatch):
    path = image_file("published", classes=5, size=20)
    right = {"train": (40,) * 5, "test": (10,) * 5}
    checksum = {"md5_28": hashlib.md5(path.read_bytes()).hexdigest()}
    publish(monkeypatch, "published", published=right, checksums=checksum)
    assert verify.verify("published").problems == []
    publish(monkeypatch, "published", published={"train": (40, 41, 40, 40, 39), "test": 50})
    problems = verify.verify("published").problems
    assert problems[0] == (
        "train: class 'grade 1' has 40 images, published are 41, class 'grade 4' has 40 images, "
        "published are 39"
    )
    publish(monkeypatch, "published", published={"val": 3}, checksums={"md5_28": "0" * 32})
    problems = verify.verify("published").problems
    assert problems[0] == "split 'val' is missing"
    assert problems[1].endswith("this is not the official file")


def test_an_image_of_a_file_in_two_splits_is_wrong(image_file, monkeypatch):
    with np.load(image_file("twice", classes=5, size=20)) as file:
        arrays = dict(file)
    arrays["test_images"][3] = arrays["train_images"][7]
    image_file("twice", **arrays)
    publish(monkeypatch, "twice", published={}, checksums={})
    assert any("1 images are in two splits" in line for line in verify.verify("twice").problems)


def test_what_is_absent_or_damaged_is_one_problem(image_file):
    (problem,) = verify.verify("mnist").problems
    assert "is not here" in problem and "reproduce data fetch 'mnist'" in problem
    path = image_file("mnist", classes=10)
    path.write_bytes(path.read_bytes()[:1000])
    (problem,) = verify.verify("mnist").problems
    assert "is damaged or no .npz file" in problem


def test_another_set_under_the_name_of_mnist_is_told_by_its_bytes(image_file):
    image_file("mnist", classes=10)
    problems = verify.verify("mnist").problems
    assert sum("are not the original ones" in line for line in problems) == 4
    assert sum("published are" in line for line in problems) == 2


def test_embedded_digits_are_in_order():
    assert verify.verify("digits").problems == []


@pytest.mark.real_data("retinamnist")
def test_the_official_retinamnist_verifies_clean(real_data):
    found = verify.verify("retinamnist")
    assert found.problems == []
    assert "train: 1080 images, every class as published" in found.passed
    assert "MD5 bd4c0672f1bba3e3a89f0e4e876791e4, as published" in found.passed


@pytest.mark.real_data("mnist")
def test_the_real_mnist_is_told_by_its_bytes(real_data):
    found = verify.verify("mnist")
    assert found.problems == [] and sum("original ones" in line for line in found.passed) == 4
