"""Nothing stored is believed: what was changed, swapped or lost shows itself against the rest."""

import hashlib
import json
import shutil

import numpy as np
import pytest

from reproduce.trials import arrays, soundness, upkeep
from reproduce.trials.store import Store


def problems(result):
    """Return what is wrong with a result, as its own files have it."""
    return list(soundness.problems(result, result.arrays))


def rewrite(store, key, **columns):
    """Change columns of a result as somebody with a database program would."""
    with store.transaction() as database:
        for column, value in columns.items():
            text = value if isinstance(value, str) else json.dumps(value)
            database.execute(f"UPDATE results SET {column} = ? WHERE key = ?", (text, key))


def put_arrays(store, key, changed):
    """Put other arrays in place of a trial's, under a name that fits them, as a merge would."""
    name = arrays.write(store.arrays_folder, key, changed)
    rewrite(store, key, arrays=name)


@pytest.fixture
def done(store, describe, leave):
    """Return the result of one of two sound trials."""
    leave(store, describe(seed=1), accuracy=0.75)
    return leave(store, describe())


def said_of(store, done):
    """Return the one line that the check has, which begins with the trial and says what to do."""
    (line,) = upkeep.check(Store(store.path))
    assert line.startswith(f"{done.key}: ") and "\n" not in line
    assert "train it again, or merge a pack" in line
    return line


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("test/accuracy", 9.3, "test/accuracy is 9.3, expected a share"),
        ("test/auc", -2.0, "test/auc is -2, expected a share"),
        ("test/accuracy", 0.31, "test/accuracy is 0.31, its confusion counts give 0.3"),
        ("test/auc", 0.5, "test/auc is 0.5, its scores give 0.255"),
    ],
)
def test_a_changed_metric_is_found(store, done, name, value, said):
    rewrite(store, done.key, metrics={**done.metrics, name: value})
    assert said in said_of(store, done)


def test_a_last_digit_of_another_machine_is_no_change(store, done):
    rewrite(store, done.key, metrics={**done.metrics, "test/accuracy": 0.3 + 1e-12})
    assert upkeep.check(store) == []


@pytest.mark.parametrize(
    ("confusion", "said"),
    [
        ([[6, 14], [13, 7]], "test/accuracy is 0.3, its confusion counts give 0.325"),
        ([[7, 13], [15, 5]], "the confusion counts of test are not those of its scores"),
        ([[6, 14, 0], [14, 6, 0]], "the confusion counts of test are not of its 2 classes"),
        ([[0, 0], [0, 0]], "the confusion counts of test are none"),
    ],
)
def test_changed_counts_are_found(store, done, confusion, said):
    rewrite(store, done.key, confusion={"test": confusion})
    assert said in said_of(store, done)


def test_the_file_of_another_trial_is_found(store, done, describe):
    other = store.get(describe(seed=1).key)
    rewrite(store, done.key, arrays=other.array_file.name)
    assert f"named for another trial ({other.array_file.name})" in said_of(store, done)


def test_the_arrays_of_another_trial_are_found(store, done, describe):
    """Also under a name that says they are this trial's."""
    put_arrays(store, done.key, store.get(describe(seed=1).key).arrays)
    assert "is 0.3, its scores give 0.75" in " ".join(problems(store.get(done.key)))
    said_of(store, done)


@pytest.mark.parametrize(
    "changed",
    [
        {"test/logits": np.zeros((40, 3), np.float32)},
        {"test/logits": np.full((40, 2), np.nan, np.float32)},
        {"test/labels": np.full(40, 7, np.int16)},
        {"test/labels": np.arange(3, dtype=np.int16)},
    ],
)
def test_arrays_that_are_no_scores_are_found(store, done, changed):
    put_arrays(store, done.key, {**done.arrays, **changed})
    assert "the arrays of test are no scores of its classes" in said_of(store, done)


def test_names_that_the_file_does_not_hold_are_found(store, done):
    scores = {name: done.arrays[name] for name in ("test/labels",)}
    put_arrays(store, done.key, scores)
    assert "its file lacks test/logits, which its row names" in said_of(store, done)
    put_arrays(store, done.key, {**done.arrays, "curve/phase": np.arange(3)})
    rewrite(store, done.key, array_names=["curve/loss", "curve/phase", *done.array_names])
    assert "its file lacks curve/loss, which its row names" in said_of(store, done)


def test_arrays_that_the_row_does_not_name_are_found(store, done):
    rewrite(store, done.key, array_names=["test/labels"])
    assert "its file holds test/logits, which its row does not name" in said_of(store, done)


def test_an_edition_brings_some_arrays_only(store, done):
    """Its row says what was kept where it was trained."""
    rewrite(store, done.key, array_names=["test/embeddings", "test/labels", "test/logits"])
    classes = done.arrays["test/logits"].argmax(axis=1).astype(np.uint8)
    carried = {"test/predicted/none": classes, "test/true": done.arrays["test/labels"]}
    put_arrays(store, done.key, carried)
    assert upkeep.check(store) == []
    put_arrays(store, done.key, {**carried, "test/predicted/none": 1 - classes})
    assert "not those of its predicted classes" in said_of(store, done)
    put_arrays(store, done.key, done.arrays)
    assert upkeep.check(store) == []


def test_a_lost_file_of_a_derived_value_is_found(store, done):
    store.put_derived("map", [done.key], 1, {"points": np.arange(3)})
    (file,) = store.arrays_folder.glob("derived-*")
    assert upkeep.check(store) == []
    file.unlink()
    (line,) = upkeep.check(store)
    assert line.startswith("derived 'map': ") and "missing or damaged; it is computed again" in line


def test_a_file_of_objects_is_found(store, done):
    """Its hash is right; to read it would run whatever program is in it."""
    path = store.path / "objects.npz"
    np.savez(path, **{"test/logits": np.array([{}], dtype=object)})
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    shutil.move(path, store.arrays_folder / f"{done.key}-{digest}.npz")
    rewrite(store, done.key, arrays=f"{done.key}-{digest}.npz")
    assert "holds objects, not numbers" in said_of(store, done)


def test_what_was_trained_is_sound(trained_store):
    """Scores, counts and metrics of the real thing agree, to the last digit on one machine."""
    assert [problems(result) for result in trained_store.results()] == [[]] * 4
