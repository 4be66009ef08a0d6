"""An edition carries a paper's results in files that can be committed, and gives them back."""

import csv
import json

import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.trials import edition as editions
from reproduce.trials.edition import Edition
from reproduce.trials.store import Store

PAPER = "class_imbalance"


@pytest.fixture
def written(trained_store, tmp_path):
    """Return the store of an edition's results and the edition, with the scores of one trial."""
    edition = Edition(tmp_path / "book")
    results = trained_store.results()
    keys = [result.key for result in results]
    points = {"points": np.linspace(0, 1, 7, dtype=np.float32)}
    trained_store.put_derived("map/x", keys[:2], {"trust": 1 / 3}, points)
    trained_store.put_derived("number/y", keys[1:2], 5, {})
    stamp = {"paper": PAPER, "profile": "smoke", "keys": keys}
    editions.write(
        edition,
        PAPER,
        results,
        trained_store.derived_from(keys),
        trained_store.records(),
        stamp,
        with_scores={keys[2]},
    )
    return trained_store, edition


@pytest.fixture
def away(tmp_path):
    """Return a second, empty store."""
    return Store(tmp_path / "away")


def test_results_come_back_to_the_last_bit(written, away):
    """Metrics, history, counts, confusion, provenance and labels, without the large arrays."""
    store, edition = written
    outcome = editions.merge(away, edition, PAPER)
    assert (outcome.new, outcome.known, outcome.replicates) == (4, 0, [])
    for ours, theirs in zip(away.results(), store.results(), strict=True):
        for name in ("key", "trial", "metrics", "confusion", "counts", "history", "seconds"):
            assert getattr(ours, name) == getattr(theirs, name)
        assert (ours.provenance, ours.labels) == (theirs.provenance, theirs.labels)
        assert ours.weights_file is None


def test_awkward_numbers_survive_the_table(store, away, describe, leave, tmp_path):
    """Text in between must not round; what only one trial has is nobody else's."""
    awkward = [0.1 + 0.2, 1 / 3, 5e-324, 1e22, 0.0, 1.0]
    metrics = {f"test/m{i}": x for i, x in enumerate(awkward)}
    history = [{"phase": 0, "iteration": i, "loss": x} for i, x in enumerate(awkward)]
    provenance = {"device": 'cpu, "old"\nbut good', "torch": "2"}
    leave(store, describe(), metrics=metrics, history=history, provenance=provenance)
    other = {"device": "cuda", "driver": "570"}
    leave(store, describe(seed=1), metrics={"val/m": 0.1}, seconds=1 / 7, provenance=other)
    edition = Edition(tmp_path / "book")
    editions.write(edition, PAPER, store.results(), [], [], {}, set())
    editions.merge(away, edition, PAPER)
    assert away.get(describe().key).metrics == metrics
    assert away.get(describe().key).history == history
    assert away.get(describe().key).provenance == provenance
    assert away.get(describe(seed=1).key).metrics == {"val/m": 0.1}
    assert away.get(describe(seed=1).key).seconds == 1 / 7
    assert away.get(describe(seed=1).key).provenance == other


def test_only_the_drawn_scores_travel(written, away):
    """Scores and labels of the trials that figures draw; no embeddings, nothing of the others."""
    store, edition = written
    editions.merge(away, edition, PAPER)
    drawn = store.results()[2]
    for result in away.results():
        if result.key == drawn.key:
            assert result.arrays.keys() == {"test/logits", "test/labels"}
            for name, array in result.arrays.items():
                assert array.tobytes() == drawn.arrays[name].tobytes()
                assert array.dtype == drawn.arrays[name].dtype
        else:
            assert result.arrays == {}


def test_derived_values_and_records_survive(written, away):
    """So that a page renders where the arrays they came from are absent."""
    store, edition = written
    editions.merge(away, edition, PAPER)
    never = lambda: pytest.fail("computed again")  # noqa: E731
    keys = [result.key for result in store.results()]
    value, arrays = away.derived("map/x", keys[:2], never)
    assert value == {"trust": 1 / 3}
    assert arrays["points"].tobytes() == np.linspace(0, 1, 7, dtype=np.float32).tobytes()
    assert away.derived("number/y", keys[1:2], never) == (5, {})
    assert [row[:2] for row in away.derived_from(keys)] == [
        ("map/x", sorted(keys[:2])),
        ("number/y", keys[1:2]),
    ]
    assert away.records() == store.records() != []


def test_merging_twice_changes_nothing_more(written, away):
    """Also into the store that the edition was made from: its arrays stay whole."""
    store, edition = written
    editions.merge(away, edition, PAPER)
    before = away.results()
    assert editions.merge(away, edition, PAPER).known == 4
    assert away.results() == before
    complete = store.results()
    assert editions.merge(store, edition, PAPER).known == 4
    assert store.results() == complete


def test_other_numbers_are_kept_beside(written, away, leave):
    """This machine disagrees with the published edition: both stay, and it is said."""
    store, edition = written
    ours = leave(away, store.results()[0].trial, accuracy=0.001)
    outcome = editions.merge(away, edition, PAPER)
    assert (outcome.new, outcome.known, len(outcome.replicates)) == (3, 0, 1)
    assert ours.key in outcome.replicates[0]
    assert away.get(ours.key).metrics == ours.metrics
    assert len(away.replicates(ours.key)) == 2


def test_the_same_edition_is_the_same_bytes(written, tmp_path):
    """Published again without a change, nothing shows up as changed."""
    store, edition = written
    again = Edition(tmp_path / "again")
    results, keys = store.results()[::-1], [result.key for result in store.results()]
    stamp = {"keys": keys, "profile": "smoke", "paper": PAPER}
    derived = store.derived_from(keys)
    editions.write(again, PAPER, results, derived, store.records(), stamp, {keys[2]})
    for suffix in ("csv", "npz", "json"):
        one, two = edition.results(PAPER, suffix), again.results(PAPER, suffix)
        assert one.read_bytes() == two.read_bytes()


def test_the_table_can_be_read_by_a_person(written):
    """A row a trial, with its accuracy in a column of its own."""
    store, edition = written
    with open(edition.results(PAPER, "csv"), newline="") as file:
        rows = list(csv.DictReader(file))
    results = store.results()
    assert [row["key"] for row in rows] == [result.key for result in results]
    assert [float(row["metric.test/accuracy"]) for row in rows] == [
        result.metrics["test/accuracy"] for result in results
    ]
    assert {row["sampler"] for row in rows} == {"instance", "oversampling"}
    assert {row["iterations"] for row in rows} == {"12"}


def test_the_stamp_is_what_was_given(written, tmp_path):
    """With the records beside; an edition without the paper has none."""
    store, edition = written
    stamp = edition.stamp(PAPER)
    assert (stamp["profile"], stamp["paper"]) == ("smoke", PAPER)
    assert stamp["keys"] == [result.key for result in store.results()]
    assert stamp["records"] == json.loads(json.dumps([r.to_json() for r in store.records()]))
    assert edition.stamp("dual_head") is None


def test_too_much_for_a_repository_is_refused(store, describe, leave, tmp_path, monkeypatch):
    """Before any file of the edition is touched."""
    edition = Edition(tmp_path / "book")
    small = leave(store, describe(seed=1))
    editions.write(edition, PAPER, [small], [], [], {"n": 1}, {small.key})
    monkeypatch.setattr(editions, "MEGABYTES_ALLOWED", 0.1)
    large = leave(store, describe(), images=25_000)
    with pytest.raises(UserError, match=rf"arrays of {PAPER} weigh 0\.2 MB.*may carry 0\.1 MB"):
        editions.write(edition, PAPER, [large], [], [], {"n": 2}, {large.key})
    assert edition.stamp(PAPER)["n"] == 1
    editions.write(edition, PAPER, [large], [], [], {"n": 3}, set())
    assert edition.stamp(PAPER)["n"] == 3
