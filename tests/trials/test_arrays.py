"""Array files: no pickle, named by their content, and a damaged one is named."""

import hashlib
import pickle
import time
import zipfile

import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.trials import arrays

KEPT = {
    "test/logits": np.linspace(-3, 3, 60, dtype=np.float32).reshape(6, 10),
    "test/labels": np.arange(6, dtype=np.int16),
    "masks": np.eye(5, dtype=np.uint8),
    "empty": np.zeros((0, 4)),
    "not finite": np.array([np.nan, np.inf, -0.0]),
}


@pytest.fixture
def kept(tmp_path):
    """Return the path of a file that holds the arrays."""
    return tmp_path / arrays.write(tmp_path, "k" * 16, KEPT)


def test_arrays_come_back_to_the_last_bit(kept):
    """Names, types, shapes and bytes, also of what is not finite or empty."""
    back = arrays.read(kept)
    assert set(back) == set(KEPT)
    for name, array in KEPT.items():
        assert (back[name].dtype, back[name].shape) == (array.dtype, array.shape)
        assert back[name].tobytes() == array.tobytes()


def test_equal_arrays_make_equal_bytes_whenever_they_are_written(monkeypatch):
    """Neither the order of names nor the clock is in the file."""
    first = arrays.encode(KEPT)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(2_000_000_000))
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    assert arrays.encode(dict(reversed(KEPT.items()))) == first
    assert arrays.encode({**KEPT, "masks": KEPT["masks"] + 1}) != first


def test_the_name_holds_the_hash_of_the_content(kept):
    """So a file says by itself whether it is what it was."""
    digest = hashlib.sha256(kept.read_bytes()).hexdigest()
    assert kept.name == f"{'k' * 16}-{digest[:16]}.npz"
    assert arrays.is_intact(kept)


@pytest.mark.parametrize(
    "array", [np.array([{}]), np.array(["a", None]), np.array([("a", 1)], "O,i4")]
)
def test_objects_are_never_written(tmp_path, array):
    """They would need pickle; also where they hide among the fields of a record."""
    with pytest.raises(TypeError, match="pickle"):
        arrays.write(tmp_path, "k", {"fine": np.arange(3), "objects": array})
    assert list(tmp_path.iterdir()) == []


class Trap:
    """Unpickling this object has an effect that a test can see."""

    sprung = False

    def __reduce__(self):
        return setattr, (Trap, "sprung", True)


def test_nothing_is_unpickled(tmp_path):
    """A file with objects in it, or that is a pickle, is refused and nothing in it runs."""
    trap = np.array([Trap()], dtype=object)
    np.savez(tmp_path / "objects.npz", trap=trap)
    (tmp_path / "pickle.npz").write_bytes(pickle.dumps(trap))
    for name in ("objects.npz", "pickle.npz"):
        with pytest.raises(UserError, match=rf"{name} is missing or damaged"):
            arrays.read(tmp_path / name)
    assert not Trap.sprung


def test_a_flipped_byte_is_found(kept):
    """Wherever it is: the hash in the name tells, and reading fails in one line or not at all."""
    good = kept.read_bytes()
    random = np.random.default_rng(0)
    positions = {
        *range(150),
        *range(len(good) - 150, len(good)),
        *random.integers(0, len(good), 300),
    }
    failed = 0
    for position in positions:
        damaged = bytearray(good)
        damaged[position] ^= 1 << int(random.integers(8))
        kept.write_bytes(damaged)
        assert not arrays.is_intact(kept)
        try:
            arrays.read(kept)
        except UserError as error:
            assert kept.name in str(error) and "store check" in str(error)
            failed += 1
    assert failed > len(positions) / 3


@pytest.mark.parametrize("share", [0, 0.3, 0.9])
def test_a_truncated_file_is_named(kept, share):
    """As a full disk or a broken copy leaves it."""
    good = kept.read_bytes()
    kept.write_bytes(good[: int(len(good) * share)])
    assert not arrays.is_intact(kept)
    with pytest.raises(UserError, match=rf"{kept.name} is missing or damaged"):
        arrays.read(kept)


def test_a_garbled_array_header_is_named(kept):
    """NumPy reads its headers as Python; text with an open bracket is a third kind of error."""
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (6, 10\n"
    magic = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little")
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr("test/logits.npy", magic + header)
    with pytest.raises(UserError, match=rf"{kept.name} is missing or damaged"):
        arrays.read(kept)


def test_a_missing_file_is_named(tmp_path):
    """Deleted by hand, for instance."""
    gone = tmp_path / "k-0123456789abcdef.npz"
    assert not arrays.is_intact(gone)
    with pytest.raises(UserError, match=r"k-0123456789abcdef\.npz is missing"):
        arrays.read(gone)


def test_what_is_whole_is_not_written_again_and_what_is_damaged_is(kept, tmp_path):
    """Keeping the same arrays once more repairs the file that a disk has spoilt."""
    good, before = kept.read_bytes(), kept.stat().st_ino
    assert arrays.write(tmp_path, "k" * 16, KEPT) == kept.name
    assert kept.stat().st_ino == before
    kept.write_bytes(good[:-1] + b"!")
    assert arrays.write(tmp_path, "k" * 16, KEPT) == kept.name
    assert kept.read_bytes() == good
