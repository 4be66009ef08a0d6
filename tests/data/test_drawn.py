"""A generated set that is read back is the one that was drawn, and no file is ever trusted."""

import dataclasses

import numpy as np
import pytest

from reproduce.data import catalog, drawn, generating
from reproduce.data.generated import nodules
from reproduce.data.places import cache_folder
from reproduce.data.records import Dataset


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "cache"))
    generating._generated.cache_clear()
    yield
    generating._generated.cache_clear()


def tiny() -> Dataset:
    return Dataset(
        name="tiny?seed=3", task="segmentation", class_names=("a", "b"),
        images={"train": np.arange(12, dtype=np.uint8).reshape(3, 2, 2)},
        labels={"train": np.array([0, 1, 1])}, fingerprint="ab" * 32, title="Tiny", licence="-",
        source="-", images_publishable=True, masks={"train": np.eye(2, dtype=np.uint8)[None]},
        extra={"train": {"tone": np.array([0.5, np.nan, 1], dtype=np.float32)}, "test": {}},
    )  # fmt: skip


def kept(draw=tiny, fingerprint="ab" * 32) -> Dataset:
    return drawn.read_or_draw("tiny?seed=3", fingerprint, draw)


def the_file():
    (path,) = cache_folder().rglob("*.npz")
    return path


def undrawn() -> Dataset:
    pytest.fail("it was drawn again")


def same(one, other) -> None:
    assert type(one) is type(other)
    if isinstance(one, dict):
        assert list(one) == list(other)
        for key in one:
            same(one[key], other[key])
    elif isinstance(one, np.ndarray):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)
    else:
        assert one == other


def assert_equal(one: Dataset, other: Dataset) -> None:
    for field in dataclasses.fields(Dataset):
        same(getattr(one, field.name), getattr(other, field.name))


def test_what_was_drawn_comes_back():
    assert_equal(kept(), tiny())
    assert_equal(kept(draw=undrawn), tiny())


@pytest.mark.parametrize(
    "name", ["nodules?size=28", pytest.param("lesions?size=28", marks=pytest.mark.thorough)]
)
def test_a_set_of_the_catalog_comes_back(name, monkeypatch):
    first = catalog.load(name)
    generating._generated.cache_clear()
    monkeypatch.setattr(generating, "replace", lambda *given, **values: undrawn())
    second = catalog.load(name)
    assert second is not first
    assert_equal(first, second)
    assert first.record() == second.record()


def test_another_fingerprint_is_another_set():
    kept()
    assert kept(lambda: dataclasses.replace(tiny(), title="Other"), "cd" * 32).title == "Other"
    assert kept(undrawn).title == "Tiny"


def test_other_counts_are_another_set(monkeypatch):
    assert len(catalog.load("nodules?size=28").labels["test"]) == 200
    generating._generated.cache_clear()
    monkeypatch.setitem(nodules.SET.counts, "test", (2, 3, 4))
    assert len(catalog.load("nodules?size=28").labels["test"]) == 9


@pytest.mark.parametrize("harm", ["cut", "bit", "empty", "other"])
def test_a_damaged_file_is_drawn_again(harm):
    kept()
    path, whole = the_file(), the_file().read_bytes()
    middle = whole.index(tiny().images["train"].tobytes())
    path.write_bytes({
        "cut": whole[: len(whole) // 2],
        "bit": whole[:middle] + b"\xff" + whole[middle + 1 :],
        "empty": b"",
        "other": b"not an archive at all",
    }[harm])  # fmt: skip
    assert_equal(kept(), tiny())
    # And what was drawn anew took its place.
    assert_equal(kept(draw=undrawn), tiny())


def test_other_code_draws_anew_and_leaves_nothing_behind(monkeypatch):
    kept()
    monkeypatch.setattr(drawn, "_code", lambda: "changed")
    assert kept(lambda: dataclasses.replace(tiny(), title="Anew")).title == "Anew"
    assert the_file().parent.name == "changed"


def test_a_folder_that_cannot_be_written_costs_time_and_nothing_else(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("REPRODUCE_CACHE", str(tmp_path / "file"))
    assert_equal(kept(), tiny())


@pytest.mark.parametrize(("name", "value"), [("LARGEST_BYTES", 10), ("SPARE_BYTES", 10**18)])
def test_what_would_crowd_the_disk_is_not_kept(name, value, monkeypatch):
    monkeypatch.setattr(drawn, name, value)
    assert_equal(kept(), tiny())
    assert not list(cache_folder().rglob("*.npz"))
