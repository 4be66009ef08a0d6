"""The cache of decoded images: made once, made whole, made anew when a file changes."""

import errno
import hashlib
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reproduce.data import cache, catalog, decoding
from reproduce.errors import UserError


@pytest.fixture(autouse=True)
def beside_the_data(monkeypatch):
    """The cache is where it is by default, and none that tests share."""
    monkeypatch.delenv("REPRODUCE_CACHE")


@pytest.fixture
def own(tmp_path):
    """Return a folder of two classes, five images each, of one brightness per image."""
    for c, name in enumerate(("a", "b")):
        (tmp_path / "own" / name).mkdir(parents=True)
        for k in range(5):
            pixels = np.full((20, 20, 3), 100 * c + 10 * k, dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "own" / name / f"{k}.png")
    return tmp_path / "own"


@pytest.fixture
def decodings(monkeypatch):
    """Return a list that grows by one with every image that is decoded."""
    decoded, original = [], decoding.image

    def counting(content, path, shape):
        decoded.append(path.name)
        return original(content, path, shape)

    monkeypatch.setattr(decoding, "image", counting)
    return decoded


def entries():
    """Return the finished entries of the cache, and what else lies there."""
    found = list(cache.cache_folder().glob("*/*"))
    whole = [path for path in found if not path.name.startswith(".")]
    return whole, [path for path in found if path not in whole]


def test_a_second_start_decodes_nothing(own, decodings):
    first = catalog.load(f"folder:{own}?size=8")
    assert len(decodings) == 10
    second = catalog.load(f"folder:{own}?size=8")
    assert len(decodings) == 10
    assert (first.images["all"] == second.images["all"]).all()
    assert first.fingerprint == second.fingerprint
    assert (first.groups["all"] == second.groups["all"]).all()


def test_images_are_a_read_only_map(own):
    images = catalog.load(f"folder:{own}?size=8").images["all"]
    assert isinstance(images, np.memmap) and images.dtype == np.uint8
    with pytest.raises(ValueError, match="read-only"):
        images[0] = 0


def test_the_fingerprint_is_that_of_paths_and_contents(own):
    lines = ""
    for path in sorted(own.rglob("*.png"), key=lambda p: str(p.relative_to(own))):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        lines += f"{path.relative_to(own)}\n{digest}\n"
    expected = hashlib.sha256(lines.encode()).hexdigest()
    assert catalog.load(f"folder:{own}?size=8").fingerprint == expected
    assert catalog.load(f"folder:{own}?size=16&fit=pad").fingerprint == expected


@pytest.mark.parametrize("change", ["size", "time", "new", "gone"])
def test_a_changed_file_is_decoded_anew_and_the_old_entry_goes(own, decodings, change):
    before = catalog.load(f"folder:{own}?size=8")
    path = own / "a" / "0.png"
    if change == "size":
        Image.fromarray(np.full((30, 30, 3), 77, dtype=np.uint8)).save(path)
    elif change == "time":
        os.utime(path, ns=(1, 1))
    elif change == "new":
        shutil.copy(path, own / "a" / "5.png")
    else:
        path.unlink()
    after = catalog.load(f"folder:{own}?size=8")
    assert len(decodings) == 10 + len(after.labels["all"])
    assert (after.fingerprint != before.fingerprint) == (change != "time")
    if change == "size":
        assert (after.images["all"][0] == 77).all()
    if change in ("size", "time"):
        assert len(entries()[0]) == 1


def test_sizes_and_fits_do_not_share_an_entry(own):
    names = [f"folder:{own}?size=8", f"folder:{own}?size=9", f"folder:{own}?size=8&fit=pad",
             f"folder:{own}?size=8&channels=1"]  # fmt: skip
    shapes = {catalog.load(name).images["all"].shape for name in names}
    assert shapes == {(10, 8, 8, 3), (10, 9, 9, 3), (10, 8, 8)}
    assert len(entries()[0]) == 4


def test_a_damaged_entry_is_made_anew(own, decodings):
    expected = np.array(catalog.load(f"folder:{own}?size=8").images["all"])
    images = entries()[0][0] / "images.npy"
    images.write_bytes(images.read_bytes()[:500])
    assert (catalog.load(f"folder:{own}?size=8").images["all"] == expected).all()
    assert len(decodings) == 20


def test_a_damaged_image_leaves_nothing_behind(own):
    (own / "b" / "4.png").write_bytes(b"no image")
    with pytest.raises(UserError, match=r"b/4\.png cannot be read as an image \(it is no image\)"):
        catalog.load(f"folder:{own}?size=8")
    assert entries() == ([], [])


def test_a_full_disk_is_said_before_anything_is_decoded(own, decodings, monkeypatch):
    usage = shutil.disk_usage("/")._replace(free=cache.SPARE_BYTES + 10 * 8 * 8 * 3 - 1)
    monkeypatch.setattr(cache.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(UserError, match="the disk is full: the cache of 10 images at 8 px needs"):
        catalog.load(f"folder:{own}?size=8")
    assert decodings == [] and entries() == ([], [])
    monkeypatch.setattr(
        cache.shutil, "disk_usage", lambda path: usage._replace(free=usage.free + 1)
    )
    assert len(catalog.load(f"folder:{own}?size=8").labels["all"]) == 10


def test_a_disk_that_fills_while_writing_leaves_nothing_behind(own, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(cache, "_header", full)
    with pytest.raises(UserError, match="the disk is full"):
        catalog.load(f"folder:{own}?size=8")
    assert entries() == ([], [])


def test_a_cache_that_cannot_be_written_names_the_way_out(own, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(UserError, match=r"cannot write the cache .* set REPRODUCE_CACHE"):
        catalog.load(f"folder:{own}?size=8")


def test_a_stop_in_the_middle_leaves_nothing_behind(own, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(cache, "_mask_labels", stop)
    monkeypatch.setattr(cache.np, "save", stop)
    with pytest.raises(KeyboardInterrupt):
        catalog.load(f"folder:{own}?size=8")
    assert entries() == ([], [])


def test_progress_is_told_while_decoding_and_only_then(own, monkeypatch):
    monkeypatch.setattr(cache, "CHUNK", 4)
    told = []
    catalog.load(f"folder:{own}?size=8", lambda done, total: told.append((done, total)))
    assert told == [(4, 10), (8, 10), (10, 10)]
    catalog.load(f"folder:{own}?size=8", lambda done, total: told.append((done, total)))
    assert len(told) == 3


def test_the_cache_lies_beside_the_data_unless_said_otherwise(monkeypatch, tmp_path):
    assert cache.cache_folder() == tmp_path / "data" / ".cache"
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "elsewhere"))
    assert cache.cache_folder() == tmp_path / "elsewhere"


def test_thumbnails_of_large_images_are_shrunk(tmp_path, own):
    from dataclasses import replace

    large = catalog.load(f"folder:{own}?size=256&channels=3")
    many = np.repeat(np.asarray(large.images["all"]), 2, axis=0)
    labels = np.repeat(large.labels["all"], 2)
    shown = replace(large, images={"all": many}, labels={"all": labels}, images_publishable=True)
    record = shown.record()
    images, of_class = record.thumbnail_images()
    assert record.shape == (256, 256, 3) and images.nbytes <= 1_000_000
    assert images.shape[1:] == record.thumbnail_shape and images.shape[1] >= 64
    assert images[of_class == 1].min() == 100 and images[of_class == 0].max() == 20
    assert type(record).from_json(record.to_json()) == record
    assert Path(own).exists()
