"""A part that is damaged, or that somebody tampered with, changes nothing."""

import hashlib
import json
import zipfile

import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.trials.pack import merge
from reproduce.trials.store import Store


@pytest.fixture
def away(tmp_path):
    """Return a second, empty store."""
    return Store(tmp_path / "away")


def assert_untouched(away):
    """Say that nothing at all came into the store."""
    assert away.results() == away.trial_keys() == away.records() == []
    for folder in ("arrays", "weights", "checkpoints"):
        assert not (away.path / folder).exists()


def test_a_flipped_byte_is_refused(part, away):
    """Wherever it is; a byte that zip programs ignore as well changes nothing of the results."""
    good = part.read_bytes()
    expected = [result.metrics for result in merged(part, away.path.with_name("whole")).results()]
    random = np.random.default_rng(0)
    positions = {
        *range(60),
        *range(len(good) - 150, len(good)),
        *random.integers(0, len(good), 300),
    }
    refused = 0
    for position in sorted(positions):
        damaged = bytearray(good)
        damaged[position] ^= 1 << int(random.integers(8))
        part.write_bytes(damaged)
        try:
            merge(away, part)
        except UserError as error:
            assert "results.zip" in str(error) and "merged" in str(error)
            assert_untouched(away)
            refused += 1
        else:
            assert [result.metrics for result in away.results()] == expected
            away = Store(away.path.with_name(f"away{position}"))
    assert refused > len(positions) / 2


def merged(part, folder):
    """Merge a part into a new store and return it."""
    store = Store(folder)
    merge(store, part)
    return store


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
def test_a_truncated_part_is_refused(part, away, share):
    """As a broken download leaves it."""
    good = part.read_bytes()
    part.write_bytes(good[: int(len(good) * share)])
    with pytest.raises(UserError, match=r"results\.zip is damaged or no packed store.*fetch"):
        merge(away, part)
    assert_untouched(away)


def test_an_absent_part_is_named(away, tmp_path):
    """And nothing made in its place."""
    with pytest.raises(UserError, match=r"no file .*absent\.zip"):
        merge(away, tmp_path / "absent.zip")
    assert not (tmp_path / "absent.zip").exists()


def tamper(part, change, files=None):
    """Rewrite a part as somebody could who knows the format: `change` edits the manifest."""
    with zipfile.ZipFile(part) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(contents.pop("pack.json"))
    contents |= files or {}
    manifest["files"] |= {n: hashlib.sha256(c).hexdigest() for n, c in (files or {}).items()}
    change(manifest)
    with zipfile.ZipFile(part, "w") as archive:
        archive.writestr("pack.json", json.dumps(manifest))
        for name, content in contents.items():
            archive.writestr(name, content)


@pytest.mark.parametrize(
    "name",
    [
        "arrays/../../../outside.txt",
        "../outside.txt",
        "/tmp/outside.txt",
        "outside.txt",
        "locks/k.lock",
        "arrays/deeper/outside.txt",
        "arrays/..",
        "arrays/",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(part, away, name):
    """Nothing is written outside of the three folders of a store, nor below them."""
    tamper(part, lambda manifest: None, {name: b"evil"})
    with pytest.raises(UserError, match="names a file outside a store"):
        merge(away, part)
    assert_untouched(away)
    assert not list(part.parent.rglob("outside.txt"))


@pytest.mark.parametrize("where", ["../../outside.npz", "other.npz"])
def test_a_row_that_names_a_file_not_in_the_part_is_refused(part, away, where):
    """Also where that name leads elsewhere."""
    tamper(part, lambda manifest: manifest["rows"][1].update(arrays=where))
    with pytest.raises(UserError, match=r"lacks arrays/.*; nothing was merged"):
        merge(away, part)
    assert_untouched(away)


def test_numbers_of_another_trial_are_refused(part, away):
    """The key must be the key of the description beside it."""

    def swap(manifest):
        one, two = manifest["rows"]
        one["trial"], two["trial"] = two["trial"], one["trial"]

    tamper(part, swap)
    with pytest.raises(UserError, match=r"does not describe the trial it is named for"):
        merge(away, part)
    assert_untouched(away)


def test_a_file_changed_after_packing_is_refused(part, away):
    """A valid zip whose content is not what the manifest says."""
    with zipfile.ZipFile(part) as archive:
        name = archive.namelist()[1]
        old = json.loads(archive.read("pack.json"))["files"][name]
    tamper(part, lambda manifest: manifest["files"].update({name: old}), {name: b"other"})
    with pytest.raises(UserError, match=rf"{name} has another hash than the manifest says"):
        merge(away, part)
    assert_untouched(away)


@pytest.mark.parametrize(
    "change",
    [
        lambda manifest: manifest.update(format="reproduce-pack-0"),
        lambda manifest: manifest.pop("files"),
        lambda manifest: manifest.pop("rows"),
        lambda manifest: manifest.pop("records"),
        lambda manifest: manifest["rows"][1].pop("trial"),
        lambda manifest: manifest["rows"][1].pop("history"),
        lambda manifest: manifest["rows"][1].update(metrics=None),
        lambda manifest: manifest["rows"][1]["trial"].update(learning_speed=1),
        lambda manifest: manifest["records"][0].update(colour="red"),
    ],
)
def test_a_part_of_another_version_is_refused(part, away, change):
    """Before anything of it is taken, though its first row is sound."""
    tamper(part, change)
    with pytest.raises(UserError, match="nothing was merged"):
        merge(away, part)
    assert_untouched(away)
