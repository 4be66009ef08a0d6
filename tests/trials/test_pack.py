"""Results travel in parts: whole, in files of a stated size, and never twice."""

import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.trials import upkeep
from reproduce.trials.pack import MEGABYTE, merge, pack
from reproduce.trials.store import Store
from reproduce.trials.trial import Planned

RESULTS = ("results",)


@pytest.fixture
def away(tmp_path):
    """Return a second, empty store."""
    return Store(tmp_path / "away")


def packed(store, tmp_path, contents=RESULTS, max_mb=100):
    """Return the one part that a small store is packed into."""
    [path] = pack(store, tmp_path / "out" / "results.zip", contents, max_mb)
    return path


def assert_equal(ours, theirs):
    """Compare two results with everything they hold but the place of their files."""
    for name in ("key", "trial", "metrics", "confusion", "counts", "history", "seconds"):
        assert getattr(ours, name) == getattr(theirs, name)
    for name in ("provenance", "array_names", "labels"):
        assert getattr(ours, name) == getattr(theirs, name)
    assert ours.arrays.keys() == theirs.arrays.keys()
    for name, array in theirs.arrays.items():
        assert ours.arrays[name].tobytes() == array.tobytes()


def test_a_trained_store_comes_back(trained_store, away, tmp_path):
    """Results, arrays and the record of the data are in the other store what they were here."""
    outcome = merge(away, packed(trained_store, tmp_path))
    assert (outcome.new, outcome.known, outcome.replicates) == (4, 0, [])
    assert outcome.missing_parts == ""
    for ours, theirs in zip(away.results(), trained_store.results(), strict=True):
        assert_equal(ours, theirs)
        assert ours.array_file.parent == away.arrays_folder
        assert ours.weights_file is None
    assert away.records() == trained_store.records() != []
    assert upkeep.check(away) == []


def test_merging_twice_changes_nothing_more(store, away, describe, leave, tmp_path):
    """All is known already, no file is written anew."""
    for seed in range(3):
        leave(store, describe(seed=seed))
    path = packed(store, tmp_path)
    merge(away, path)
    before = {file: file.stat().st_mtime_ns for file in away.arrays_folder.iterdir()}
    results = away.results()
    outcome = merge(away, path)
    assert (outcome.new, outcome.known, outcome.replicates) == (0, 3, [])
    assert away.results() == results
    assert {file: file.stat().st_mtime_ns for file in away.arrays_folder.iterdir()} == before


def test_other_numbers_are_kept_beside_and_said(store, away, describe, leave, tmp_path):
    """Two machines disagree: both results stay, also after merging both ways again."""
    here = leave(store, describe(), accuracy=0.5)
    there = leave(away, describe(), accuracy=0.75, provenance={"device": "another"})
    path = packed(store, tmp_path)
    outcome = merge(away, path)
    assert outcome.replicates == [f"{here.key}: test/accuracy, test/auc (kept as replicate 1)"]
    assert (outcome.new, outcome.known) == (0, 0)
    first, second = away.replicates(here.key)
    assert (first, second) == (there, replace(second, provenance=here.provenance))
    assert [r.metrics["test/accuracy"] for r in (first, second)] == [0.75, 0.5]
    assert merge(away, path).known == 1
    assert merge(store, packed(away, tmp_path)).known == 1
    assert len(store.replicates(here.key)) == len(away.replicates(here.key)) == 2


def test_parts_stay_under_the_size_and_one_is_useful_alone(
    store, away, describe, leave, record, tmp_path
):
    """Each part holds whole trials and the records; all parts together hold every trial once."""
    random = np.random.default_rng(0)
    thumbnails = random.bytes(210_000).hex()
    store.put_record(replace(record, thumbnails=thumbnails))
    for seed in range(5):
        leave(store, describe(seed=seed), images=15_000)
    limit = 0.5
    parts = pack(store, tmp_path / "results.zip", RESULTS, limit)
    assert len(parts) == 3
    assert [path.name for path in parts] == [f"results.part{number}.zip" for number in (1, 2, 3)]
    assert max(path.stat().st_size for path in parts) <= limit * MEGABYTE
    outcome = merge(away, parts[1])
    assert outcome.new == 2
    assert outcome.missing_parts == "part 2 of 3"
    assert all(len(result.arrays["test/labels"]) == 15_000 for result in away.results())
    assert away.records()[0].thumbnails == thumbnails
    for path in parts:
        merge(away, path)
    assert [result.key for result in away.results()] == [result.key for result in store.results()]


def test_a_trial_larger_than_a_part_is_named(store, describe, leave, tmp_path):
    """Rather than a file that is larger than asked for; nothing is written."""
    leave(store, describe(), images=25_000)
    with pytest.raises(UserError, match=rf"trial {describe().key} alone needs .*--max-mb"):
        pack(store, tmp_path / "results.zip", RESULTS, 0.1)
    assert not (tmp_path / "results.zip").exists()


def test_an_empty_store_has_nothing_to_pack(store, describe, tmp_path):
    """A planned trial is nothing yet."""
    store.add([Planned(describe())])
    with pytest.raises(UserError, match="holds nothing to pack"):
        pack(store, tmp_path / "results.zip", ("results", "checkpoints"), 100)


def test_weights_travel_when_asked(store, away, describe, leave, tmp_path):
    """And not otherwise; they also reach a store that has the result without them."""
    leave(store, describe(), weights=b"weights of this machine")
    merge(away, packed(store, tmp_path))
    assert away.get(describe().key).weights_file is None
    assert not away.weights_folder.exists()
    outcome = merge(away, packed(store, tmp_path, ("results", "weights")))
    assert (outcome.new, outcome.known) == (0, 1)
    moved = away.get(describe().key)
    assert moved.weights_file.read_bytes() == b"weights of this machine"
    assert moved.arrays.keys() == {"test/labels", "test/logits"}


def test_weights_of_replicates_do_not_mix(store, away, describe, leave, tmp_path):
    """Each result keeps the network that made it."""
    leave(store, describe(), accuracy=0.5, weights=b"of here")
    leave(away, describe(), accuracy=0.75, weights=b"of there")
    merge(away, packed(store, tmp_path, ("results", "weights")))
    found = [result.weights_file.read_bytes() for result in away.replicates(describe().key)]
    assert found == [b"of there", b"of here"]


def test_arrays_reach_a_store_that_lacks_them(store, away, describe, leave, tmp_path):
    """An edition brings metrics without scores; a pack of the same result completes it."""
    full = leave(store, describe())
    leave(away, describe(), with_arrays=False, weights=b"kept")
    assert merge(away, packed(store, tmp_path)).known == 1
    assert away.get(full.key).arrays.keys() == full.arrays.keys()
    assert away.get(full.key).weights_file.read_bytes() == b"kept"


def test_a_damaged_file_is_repaired_by_a_pack(store, describe, leave, tmp_path):
    """As `check` advises."""
    file = leave(store, describe()).array_file
    path, good = packed(store, tmp_path), file.read_bytes()
    file.write_bytes(b"x" + good[1:])
    assert len(upkeep.check(store)) == 1
    assert merge(store, path).known == 1
    assert upkeep.check(store) == []
    assert file.read_bytes() == good


def test_checkpoints_travel_when_asked(store, away, describe, leave, tmp_path):
    """With the trial and its labels, so that the other machine can go on and carry them further."""
    waiting, finished, forgotten = (describe(seed=seed) for seed in range(3))
    leave(store, finished)
    store.add([Planned(waiting, ({"method": "m"},)), Planned(forgotten)])
    for trial in (waiting, finished, forgotten):
        path = store.checkpoint_path(trial.key)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"state of " + trial.key.encode())
    upkeep.remove(store, [forgotten.key])
    leave(away, finished)
    assert merge(Store(tmp_path / "plain"), packed(store, tmp_path)).checkpoints == 0
    outcome = merge(away, packed(store, tmp_path, ("results", "checkpoints")))
    assert (outcome.new, outcome.known, outcome.checkpoints) == (0, 1, 1)
    found = [path.name for path in (away.path / "checkpoints").iterdir()]
    assert found == [f"{waiting.key}.safetensors"]
    assert away.checkpoint_path(waiting.key).read_bytes() == b"state of " + waiting.key.encode()
    assert (away.trial(waiting.key), away.labels(waiting.key)) == (waiting, ({"method": "m"},))
    assert merge(store, packed(away, tmp_path, ("checkpoints",))).known == 1


def test_a_part_says_what_is_in_it(store, describe, leave, tmp_path):
    """Anyone can read it with a zip program: a manifest with hashes, and the files."""
    file = leave(store, describe()).array_file
    with zipfile.ZipFile(packed(store, tmp_path)) as archive:
        assert archive.namelist() == [f"arrays/{file.name}", "pack.json"]
        manifest = json.loads(archive.read("pack.json"))
        assert archive.read(f"arrays/{file.name}") == file.read_bytes()
    assert manifest["files"][f"arrays/{file.name}"].startswith(file.stem.rpartition("-")[2])
    assert [row["key"] for row in manifest["rows"]] == [describe().key]
