"""Many trials are read as one by one: the same results, the same damage, in batches."""

import json
import pickle
from dataclasses import replace

import pytest

from reproduce.commands import listing
from reproduce.trials import descriptions, kept_rows, stored_rows
from reproduce.trials.store import Store
from reproduce.trials.stored_rows import DamagedRow, trial_from
from reproduce.trials.trial import Planned, Trial, canonical, key_of


@pytest.fixture
def several(store, describe, leave):
    """Return a store of five results, one of them twice, and a trial that waits; their keys."""
    left = [leave(store, describe(seed=seed), with_arrays=seed % 2 == 0) for seed in range(5)]
    store.put(replace(left[1], seconds=9.5), keep_both=True)
    waiting = describe(seed=9)
    store.add([Planned(waiting, ({"method": "later"},))])
    return store, sorted([*(one.key for one in left), waiting.key])


@pytest.mark.parametrize("batch", [1, 2, 500])
def test_batches_give_what_single_questions_give(several, monkeypatch, batch):
    store, keys = several
    monkeypatch.setattr(kept_rows, "BATCH", batch)
    found = [*store.overview()]
    assert [one.key for one in found] == keys == store.trial_keys()
    for one in found:
        assert one.trial == store.trial(one.key) and one.trial.key == one.key
        assert one.labels == store.labels(one.key) and not one.damage
        assert one.results == store.replicates(one.key)
    assert store.results() == [result for key in keys for result in store.replicates(key)]
    assert len(store.results()) == 6 == store.count()
    first = store.first_of(keys)
    assert list(first) == [key for key in keys if store.get(key)] and len(first) == 5
    assert all(first[key] == store.get(key) and not first[key].replicate for key in first)


def test_many_results_take_few_queries(several):
    """One by one they take three each."""
    store, _ = several
    asked = []
    store._database.set_trace_callback(asked.append)
    assert len(store.results()) == 6 and len(asked) <= 4


def test_long_texts_are_decoded_when_they_are_asked_for(several):
    store, _ = several
    result = next(one.results[0] for one in store.overview() if one.results)
    assert "history" not in vars(result) and "confusion" not in vars(result)
    known = store.get(result.key)
    again = pickle.loads(pickle.dumps(result))
    assert again.history == known.history and "history" not in vars(result)
    assert replace(result, seconds=1.0).confusion == known.confusion
    assert result == known and vars(result)["history"] == known.history
    with pytest.raises(AttributeError, match="no 'histories'"):
        result.histories  # noqa: B018


@pytest.mark.parametrize("text", ["[", '"long"', "{}"])
def test_a_long_text_that_is_none_is_seen_without_decoding_the_others(several, text):
    store, keys = several
    wrong = next(key for key in keys if len(store.replicates(key)) == 1)
    store.query("UPDATE results SET history = ? WHERE key = ?", text, wrong)
    found = {one.key: one for one in store.overview()}
    assert found[wrong].damage and not found[wrong].results
    assert [key for key in keys if found[key].damage] == [wrong]


def test_what_is_wrong_within_a_long_text_is_said_where_it_is_used(several):
    store, keys = several
    key = next(key for key in keys if len(store.replicates(key)) == 1)
    store.query("""UPDATE results SET history = '[{"loss": "low"}]' WHERE key = ?""", key)
    (found,) = [one for one in store.overview() if one.key == key]
    with pytest.raises(DamagedRow, match=key):
        _ = found.results[0].history
    assert list(store.whole_and_damaged()[1]) == [key]


def test_a_page_that_cannot_be_read_hides_no_other_trial(several, monkeypatch):
    """The batch fails, and each of its trials is asked for alone."""
    store, keys = several
    ask = Store.query

    def unreadable(self, sql, *values):
        if "FROM labels" in sql and keys[2] in values:
            raise DamagedRow("the database disk image is malformed")
        return ask(self, sql, *values)

    monkeypatch.setattr(Store, "query", unreadable)
    found = [*store.overview()]
    assert [one.key for one in found] == keys
    assert [one.key for one in found if one.damage] == [keys[2]]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("metrics", "{}"), ("metrics", '{"test/accuracy": "0.3"}'), ("metrics", "[0.3]"),
        ("metrics", '{"test/accuracy": NaN}'), ("metrics", '{"test/accuracy": true}'),
        ("metrics", "{"), ("metrics", 5), ("counts", "[-1]"), ("counts", "[1.5]"), ("counts", "{}"),
        ("provenance", '{"device": 1}'), ("provenance", "[]"), ("array_names", '"test/labels"'),
        ("seconds", -1.0), ("seconds", "long"), ("seconds", float("inf")),
        ("arrays", "../elsewhere.npz"), ("arrays", ""), ("arrays", 7), ("arrays", "a.npz\n"),
        ("weights", "a b"),
    ],
)  # fmt: skip
def test_the_quick_check_refuses_what_the_whole_model_refuses(several, column, value):
    """In the same words; both know each kind of damage."""
    store, keys = several
    key = next(key for key in keys if store.get(key))
    [row] = store.query("SELECT * FROM results WHERE key = ? AND replicate = 0", key)
    values = {**dict(row), column: value}
    with pytest.raises(kept_rows.DAMAGE) as quick:
        stored_rows.result_of(store.trial(key), (), values, store.path)
    with pytest.raises(kept_rows.DAMAGE) as whole:
        decoded = {name: json.loads(values[name]) for name in ("metrics", *stored_rows.OFTEN_EQUAL)}
        stored_rows._require(stored_rows._Brief, key, {**values, **decoded})
    assert str(quick.value) == str(whole.value)


def test_the_quick_check_lets_each_result_have_its_own(several):
    """Numbers that were written as whole ones are floats; what rows share is not shared."""
    store, _ = several
    store.query("""UPDATE results SET metrics = '{"test/accuracy": 1}', seconds = 2""")
    one, other, *_ = store.results()
    assert isinstance(one.metrics["test/accuracy"], float) and one.seconds == 2.0
    assert one.counts == other.counts and one.counts is not other.counts
    assert one.provenance is not other.provenance


def test_the_trials_of_a_method_are_found_by_their_labels(several):
    """With those that are too damaged to say whose they are."""
    store, keys = several
    waiting = next(key for key in keys if store.labels(key) == ({"method": "later"},))
    assert store.noted("later") == [waiting] and store.noted("late") == []
    assert sorted(store.noted()) == keys
    rest = [key for key in keys if key != waiting]
    store.query("INSERT OR REPLACE INTO labels VALUES (?, ?)", rest[0], "{")
    store.query("DELETE FROM trials WHERE key = ?", rest[1])
    assert store.noted("later")[0] == rest[1] and sorted(store.noted("later")) == sorted(
        [waiting, *rest[:2]]
    )
    assert sorted(store.noted()) == keys
    assert [one.key for one in store.overview([waiting, rest[0]])] == [waiting, rest[0]]


def test_trials_are_noted_in_the_order_in_which_they_came(tmp_path, describe):
    store, seeds = Store(tmp_path / "noted"), [4, 1, 3, 2]
    for seed in seeds:
        store.add([Planned(describe(seed=seed), ({"method": "later"},))])
    for asked in (None, "later"):
        assert [store.trial(key).seed for key in store.noted(asked)] == seeds


def test_the_newest_results_of_a_network_come_first(several, describe, leave):
    """Each trial once; others' networks and trials without a result are none of them."""
    store, _ = several
    last = leave(store, describe(seed=20))
    leave(store, describe(seed=21, backbone="resnet32"))
    twice = next(key for key in store.trial_keys() if len(store.replicates(key)) == 2)
    store.query(
        "UPDATE trials SET description = '{' WHERE key = ?", leave(store, describe(seed=22)).key
    )
    found = [one.key for one in store.newest("lenet5", 3)]
    assert found[0] == last.key and twice in found
    assert len([*store.newest("lenet5", 100)]) == 6 and not [*store.newest("resnet50", 5)]


# -- descriptions ---------------------------------------------------------------------------------


def texts(describe):
    """Return descriptions whose seeds stand in many ways, and the keys they are kept under."""
    strange = {"kind": "stratified", "test_share": 0.2, "seed": 4, "data_seed": 11}
    for trial in (
        describe(), describe(seed=12), describe(seed=2**40), describe(seed=-3),
        describe(seed=10**30), describe(split=strange), describe(dataset="npz:/somewhere/else.npz"),
        describe(dataset='odd,"data_seed":5,"dataset":"x'), describe(backbone='"seed":1,"split":'),
        describe().model_copy(update={"seed": 4}), describe().model_copy(update={"data_seed": 4}),
    ):  # fmt: skip
        yield trial.key, canonical(trial.to_json())


def test_a_description_is_read_as_by_the_slow_way(describe):
    for key, text in texts(describe):
        slow = trial_from(key, json.loads(text))
        for _ in range(2):  # made anew, and from what is known already
            fast = descriptions.read(key, text)
            assert fast == slow and fast.key == key and canonical(fast.to_json()) == text
            assert fast.but().key == key, "computed again"


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace('"seed":1,', '"seed":2,'),
        lambda text: text.replace('"seed":1,', '"seed":01,'),
        lambda text: text.replace('"seed":1,', '"seed":1.0,'),
        lambda text: text.replace('"recipe"', '"colour":"red","recipe"'),
        lambda text: text.replace('"recipe"', '"precision":"float32","recipe"'),
        lambda text: text.replace(",", ", "),
        lambda text: text[:-1],
    ],
)
@pytest.mark.parametrize("hashed", [False, True])
def test_a_changed_text_is_taken_or_refused_as_by_the_slow_way(describe, change, hashed):
    """Also under the key that its own bytes give."""
    for seed in (0, 1):  # so that trials like it are known already
        trial = describe(seed=seed, split={"kind": "official"})
        text = canonical(trial.to_json())
        assert descriptions.read(trial.key, text) == trial
    other = change(text)
    assert other != text
    key = key_of(other) if hashed else trial.key

    def outcome(read):
        try:
            return canonical(read(key, other).to_json())
        except (DamagedRow, ValueError) as error:
            return type(error)

    assert outcome(descriptions.read) == outcome(
        lambda key, text: trial_from(key, json.loads(text))
    )


def test_a_copy_has_a_key_of_its_own(describe):
    trial = describe(seed=0)
    key = trial.key
    copied = trial.model_copy(update={"seed": 1})
    assert copied.key == describe(seed=1, data_seed=0).key != key == trial.key
    assert trial.but(seed=1).key == copied.key and trial == describe(seed=0)
    assert Trial(**json.loads(json.dumps(trial.to_json()))).key == key


def test_a_long_list_ends_with_the_newest_and_says_how_to_see_the_rest(tmp_path, describe, capsys):
    store = Store(tmp_path / "long")
    for seed in (7, 5, 9):
        store.add([Planned(describe(seed=seed), ({"method": "later"},))])
    keys = store.noted()
    listing.show(store, None, 2)
    said = capsys.readouterr().out
    assert keys[0] not in said and said.index(keys[1]) < said.index(keys[2])
    assert said.splitlines()[-2].startswith("2 trials in ")
    assert said.splitlines()[-1] == "These are the newest; `--all` lists 1 older ones too"
    for most in (3, None):
        listing.show(store, "later", most)
        said = capsys.readouterr().out
        assert keys[0] in said and said.splitlines()[-1].startswith("3 trials in ")
