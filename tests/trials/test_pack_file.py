"""A part that somebody made up is refused in one line, before anything of it is taken."""

import hashlib
import io
import json
import zipfile

import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.trials import upkeep
from reproduce.trials.pack import merge
from reproduce.trials.store import Store


def rewritten(part, change, files=(), raw=json.dumps):
    """Write a part anew as somebody who knows the format: `change` edits its manifest."""
    with zipfile.ZipFile(part) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(contents.pop("pack.json"))
    contents |= dict(files)
    manifest["files"] |= {n: hashlib.sha256(c).hexdigest() for n, c in dict(files).items()}
    change(manifest)
    with zipfile.ZipFile(part, "w") as archive:
        archive.writestr("pack.json", raw(manifest))
        for name, content in contents.items():
            archive.writestr(name, content)


def assert_refused(part, tmp_path, match):
    """Say that the part is refused in a line that names it, and that nothing came of it."""
    away = Store(tmp_path / "away")
    with pytest.raises(UserError, match=match) as said:
        merge(away, part)
    assert "results.zip" in str(said.value) and "nothing was merged" in str(said.value)
    assert "\n" not in str(said.value)
    assert away.results() == away.trial_keys() == away.records() == []
    assert not any((away.path / folder).exists() for folder in ("arrays", "weights"))


def of_row(**values):
    """Return a change of the second row: the first is sound."""
    return lambda manifest: manifest["rows"][1].update(values)


def of_metric(name, value):
    """Return a change of one metric of the second row."""
    return lambda manifest: manifest["rows"][1]["metrics"].update({name: value})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (of_row(metrics={}), "metrics: Dictionary should have at least 1 item"),
        (of_row(metrics="good"), "metrics: Input should be a valid dictionary"),
        (of_metric("test/accuracy", "0.3"), "test/accuracy: Input should be a valid number"),
        (of_metric("test/accuracy", True), "test/accuracy: Input should be a valid number"),
        (of_metric("test/accuracy", float("nan")), "test/accuracy: Input should be a finite"),
        (of_metric("test/accuracy", 7.5), "test/accuracy is 7.5, expected a share"),
        (of_metric("test/accuracy", 0.35), "is 0.35, its confusion counts give 0.3"),
        (of_metric("test/auc", 0.99), "is 0.99, its scores give"),
        (of_row(history="long"), "history: Input should be a valid list"),
        (of_row(history=[{"loss": "small"}]), "history.0.loss: Input should be a valid number"),
        (of_row(seconds="long"), "seconds: Input should be a valid number"),
        (of_row(seconds=-1), "seconds: Input should be greater than or equal to 0"),
        (of_row(labels="abc"), "labels: Input should be a valid list"),
        (of_row(labels=["abc"]), "labels.0: Input should be a valid dictionary"),
        (of_row(confusion="abc"), "confusion: Input should be a valid dictionary"),
        (of_row(confusion={"test": [[1.5]]}), "confusion.test.0.0: Input should be a valid int"),
        (of_row(counts=[-1, 2]), "counts.0: Input should be greater than or equal to 0"),
        (of_row(provenance=["cpu"]), "provenance: Input should be a valid dictionary"),
        (of_row(array_names=["test/labels"]), "its file holds test/logits"),
        (lambda manifest: manifest.update(part="one"), "part: Input should be a valid integer"),
        (lambda manifest: manifest.update(parts=0), "parts: Input should be greater than"),
        (lambda manifest: manifest.update(rows={}), "rows: Input should be a valid list"),
        (lambda manifest: manifest.update(files=[]), "files: Input should be a valid dict"),
        (lambda manifest: manifest["rows"].append([1]), "rows.2: Input should be a valid dict"),
    ],
)
def test_a_value_of_another_kind_is_refused(part, tmp_path, change, said):
    rewritten(part, change)
    assert_refused(part, tmp_path, said)


def test_a_number_beyond_all_bounds_is_refused(part, tmp_path):
    """JSON reads 1e999 as infinity."""
    rewritten(
        part, of_metric("test/auc", 123456), raw=lambda m: json.dumps(m).replace("123456", "1e999")
    )
    assert_refused(part, tmp_path, "test/auc: Input should be a finite number")


def archive_of(**members):
    """Return the bytes of a zip with these members, deflated."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"test/{name}.npy", content)
    return buffer.getvalue()


def header(shape):
    """Return the header of an array file that claims to be of this shape."""
    buffer = io.BytesIO()
    claim = {"descr": "<f4", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(buffer, claim)
    return buffer.getvalue()


def with_objects():
    """Return an array file that NumPy reads with pickle only."""
    buffer = io.BytesIO()
    np.savez(buffer, **{"test/logits": np.array([{}], dtype=object), "test/labels": np.arange(1)})
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("packed", "said"),
    [
        (with_objects, "holds objects, not numbers"),
        (lambda: archive_of(logits=header((10**11, 10)) + b"0" * 100),
         "claims another size than it has"),
        (lambda: archive_of(logits=header((2**60, 2**60))), "claims another size than it has"),
        (lambda: archive_of(logits=header((10**8,)) + bytes(4 * 10**8)), "would fill 381 MB"),
        (lambda: archive_of(logits=b"no array"), "its arrays are damaged"),
        (lambda: b"no zip", "its arrays are damaged"),
        (lambda: archive_of(labels=header((40,)) + bytes(160)), "its file lacks test/logits"),
    ],
    ids=lambda value: value if isinstance(value, str) else "arrays",
)  # fmt: skip
def test_arrays_that_are_none_are_refused(part, tmp_path, packed, said):
    """Whatever NumPy would do with them: take all memory, run a program, or stop."""
    # Packed here and not where the parameters stand: that would be done for every test that is run.
    content = packed()

    def change(manifest):
        row = manifest["rows"][1]
        row["arrays"] = name(row["key"])

    def name(key):
        return f"{key}-{hashlib.sha256(content).hexdigest()[:16]}.npz"

    with zipfile.ZipFile(part) as archive:
        key = json.loads(archive.read("pack.json"))["rows"][1]["key"]
    rewritten(part, change, {f"arrays/{name(key)}": content})
    assert_refused(part, tmp_path, said)


def test_a_name_that_carries_another_hash_is_refused(part, tmp_path):
    """The store would find its file damaged ever after."""

    def change(manifest):
        row = manifest["rows"][1]
        old, new = f"arrays/{row['arrays']}", f"arrays/{row['key']}-0123456789abcdef.npz"
        row["arrays"] = new.partition("/")[2]
        manifest["files"][new] = manifest["files"].pop(old)

    with zipfile.ZipFile(part) as archive:
        row = json.loads(archive.read("pack.json"))["rows"][1]
        content = archive.read(f"arrays/{row['arrays']}")
    rewritten(part, change, {f"arrays/{row['key']}-0123456789abcdef.npz": content})
    assert_refused(part, tmp_path, "has another hash")


def test_a_part_that_was_made_to_fill_the_memory_is_refused(part, tmp_path, monkeypatch):
    """A packed file is as large as it was; of a manifest no more is read than there can be."""
    with zipfile.ZipFile(part) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    manifest = contents.pop("pack.json")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pack.json", manifest)
        for name, content in contents.items():
            archive.writestr(name, content)
    assert_refused(part, tmp_path, "was compressed, which `store pack` never does")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pack.json", b" " * (40 * 2**20) + manifest)
    assert_refused(part, tmp_path, r"its pack\.json would fill more than 1\d MB")


def test_a_sound_part_is_taken(part, tmp_path):
    """None of the guards is in its way."""
    rewritten(part, lambda manifest: None)
    away = Store(tmp_path / "away")
    assert merge(away, part).new == 2 and upkeep.check(away) == []
