"""The store gives back what was put into it, to the last bit."""

import json
from dataclasses import replace

import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.trials.store import Store, default_path
from reproduce.trials.trial import Planned

# Numbers that a careless way through text would round or turn into something else.
AWKWARD = [0.1 + 0.2, 1 / 3, 5e-324, 1.7976931348623157e308, 1e22, 1.0, 0.0, 123456789.00000001]


def test_a_result_comes_back_exactly(store, describe, leave):
    """Metrics, history, counts, provenance and arrays, read by another process, are the same."""
    trial = describe()
    history = [
        {"phase": 0, "iteration": i, "loss": x, "learning_rate": x} for i, x in enumerate(AWKWARD)
    ]
    metrics = {f"test/m{i}": x for i, x in enumerate(AWKWARD)}
    put = leave(store, trial, metrics=metrics, history=history, seconds=1 / 7)
    back = Store(store.path).get(trial.key)
    assert back.metrics == metrics
    assert all(type(value) is float for value in back.metrics.values())
    assert back.history == history
    assert (back.trial, back.key, back.seconds) == (trial, trial.key, 1 / 7)
    assert back.confusion == put.confusion == {"test": [[6, 14], [14, 6]]}
    assert back.counts == [60, 12]
    assert back.provenance == {"device": "cpu (test)", "torch": "2.11.0"}
    assert back.labels == ({"method": "m", "paper": "class_imbalance"},)
    assert back.array_names == ("test/labels", "test/logits")
    for name, array in put.arrays.items():
        assert back.arrays[name].dtype == array.dtype
        assert back.arrays[name].tobytes() == array.tobytes()


def test_an_unknown_key_has_no_result(store):
    """Asking for a result is no mistake, asking for the description of nothing is one."""
    assert store.get("0" * 16) is None
    assert store.replicates("0" * 16) == []
    with pytest.raises(UserError, match=r"no trial '0000000000000000'.*store ls"):
        store.trial("0" * 16)


def test_trials_are_noted_before_they_are_finished(store, describe, leave):
    """A planned trial is listed with its labels and has no result yet."""
    trial, other = describe(), describe(seed=1)
    store.add([Planned(trial, ({"method": "a"},)), Planned(other)])
    store.add([Planned(trial, ({"method": "b"}, {"method": "a"}))])
    assert store.trial_keys() == sorted([trial.key, other.key])
    assert store.trial(trial.key) == trial
    assert store.labels(trial.key) == ({"method": "a"}, {"method": "b"})
    assert store.results() == []
    leave(store, trial)
    assert [result.key for result in store.results()] == [trial.key]


def test_a_result_says_which_arrays_it_has(store, describe, leave):
    """Arrays are asked for by kind, whatever part they are of."""
    kept = leave(store, describe())
    assert kept.has(()) and kept.has(("logits",)) and kept.has(("labels", "logits"))
    assert not kept.has(("embeddings",))
    assert not kept.has(("logits", "embeddings"))
    bare = leave(store, describe(seed=1), with_arrays=False)
    assert bare.arrays == {} and not bare.has(("logits",))


def test_a_result_is_replaced(store, describe, leave):
    """Training a finished trial again leaves one result, the newer."""
    leave(store, describe(), accuracy=0.5)
    leave(store, describe(), accuracy=0.75)
    assert [r.metrics["test/accuracy"] for r in store.replicates(describe().key)] == [0.75]


def test_both_are_kept_when_asked(store, describe, leave):
    """A replicate stands beside the first result and does not hide it."""
    first = leave(store, describe(), accuracy=0.5)
    number = store.put(replace(first, metrics={"test/accuracy": 0.75}), keep_both=True)
    found = store.replicates(first.key)
    assert number == 1
    assert [(r.replicate, r.metrics["test/accuracy"]) for r in found] == [(0, 0.5), (1, 0.75)]
    assert store.get(first.key).metrics["test/accuracy"] == 0.5
    assert len(store.results()) == 2


def test_failures_are_noted_until_there_is_a_result(store, describe, leave):
    """Another chance marks a message as an earlier call's, once; it does not forget it."""
    keys = [describe(seed=seed).key for seed in range(3)]
    for key in keys:
        store.fail(key, f"old message of {key}")
        store.fail(key, f"message of {key}")
    assert store.failures() == {key: f"message of {key}" for key in keys}
    leave(store, describe(seed=0))
    for _ in range(2):
        store.give_another_chance([keys[1]])
    earlier = f"in an earlier call: message of {keys[1]}"
    assert store.failures() == {keys[1]: earlier, keys[2]: f"message of {keys[2]}"}


def test_records_come_back(store, record):
    """The record of a data set is replaced by its fingerprint, never by its name alone."""
    other = replace(record, fingerprint="cd" * 32)
    for item in (record, other, replace(record, title="Tiny, renamed")):
        store.put_record(item)
    assert Store(store.path).records() == [replace(record, title="Tiny, renamed"), other]


def test_a_derived_value_is_computed_once(store):
    """The second asking reads, and gives exactly what the first gave."""
    calls = []

    def compute():
        calls.append(1)
        return {"trust": 1 / 3, "pair": (1, 2.0)}, {"map": np.float32([[0.1, 0.2], [3, 4]])}

    value, arrays = store.derived("map/x", ["k1"], compute)
    again, same = Store(store.path).derived("map/x", ["k1"], compute)
    assert len(calls) == 1
    assert value == again == {"trust": 1 / 3, "pair": [1, 2]}
    assert arrays["map"].dtype == same["map"].dtype
    assert arrays["map"].tobytes() == same["map"].tobytes()
    store.derived("map/y", ["k1"], compute)
    assert len(calls) == 2


def test_a_computation_that_fails_leaves_nothing(store):
    """The next asking computes again."""
    with pytest.raises(ZeroDivisionError):
        store.derived("x", ["k1"], lambda: 1 / 0)
    assert store.derived("x", ["k1"], lambda: (5, {})) == (5, {})


def test_a_new_result_drops_what_was_derived_from_the_old_one(store, describe, leave):
    """Also what was derived from several results, but nothing that rests on others alone."""
    one, two = describe(seed=1), describe(seed=2)
    for trial in (one, two):
        leave(store, trial)
    for name, sources in {"of1": [one], "of2": [two], "both": [one, two], "of none": []}.items():
        store.put_derived(name, [trial.key for trial in sources], 1, {})
    leave(store, one, accuracy=0.9)
    names = [name for name, *_ in store.derived_from([one.key, two.key])]
    assert names == ["of none", "of2"]


def test_the_same_numbers_again_drop_nothing(store, describe, leave):
    """Trained again, or merged with more arrays: what an edition brought stays true."""
    one = leave(store, describe())
    store.put_derived("map", [one.key], 1, {})
    leave(store, describe(), seconds=9.0, weights=b"w")
    assert store.get(one.key).seconds == 9 and len(store.derived_from([one.key])) == 1
    store.put(replace(one, confusion={"test": [[1, 0], [0, 1]]}), keep_both=True)
    assert len(store.replicates(one.key)) == 2 and len(store.derived_from([one.key])) == 1
    leave(store, describe(), history=[])
    assert store.derived_from([one.key]) == []


def test_derived_values_are_found_by_their_sources(store):
    """Only what came from the asked results alone, with the file that holds its arrays."""
    store.put_derived("a", ["k2", "k1"], 1.5, {"v": np.arange(3)})
    store.put_derived("b", ["k1", "k3"], 2, {})
    [(name, sources, value, file)] = store.derived_from(["k1", "k2"])
    assert (name, sources, value) == ("a", ["k1", "k2"], 1.5)
    assert file.parent == store.arrays_folder and file.is_file()
    assert [row[0] for row in store.derived_from(["k1", "k2", "k3"])] == ["a", "b"]


def test_reading_changes_nothing(store, describe, leave):
    """Everything that reads leaves every byte of a store as it was."""
    leave(store, describe())
    reader = Store(store.path)
    before = reader.query("PRAGMA data_version")[0][0], json.dumps(dump(store))
    reader.results(), reader.get(describe().key).arrays, reader.trial_keys(), reader.failures()
    reader.records(), reader.derived_from([describe().key]), reader.labels(describe().key)
    assert store.query("SELECT total_changes()")[0][0] > 0
    assert reader.query("SELECT total_changes()")[0][0] == 0
    assert (reader.query("PRAGMA data_version")[0][0], json.dumps(dump(store))) == before


def dump(store):
    """Return every row of every table."""
    tables = ("trials", "labels", "results", "failures", "records", "derived")
    return [[list(row) for row in store.query(f"SELECT * FROM {table}")] for table in tables]


def test_the_store_is_where_the_environment_says(tmp_path, monkeypatch):
    """`$REPRODUCE_STORE`, and without it `store/` of the project."""
    monkeypatch.setenv("REPRODUCE_STORE", str(tmp_path / "elsewhere"))
    assert default_path() == tmp_path / "elsewhere" == Store().path
    monkeypatch.delenv("REPRODUCE_STORE")
    assert default_path().name == "store"
    assert (default_path().parent / "pyproject.toml").is_file()
