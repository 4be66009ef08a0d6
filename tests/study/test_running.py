"""Stages of training: a registered step is whole, with what its results decide, before the next."""

from dataclasses import dataclass

import pytest

from reproduce.study import running
from reproduce.trials import engine
from reproduce.trials.engine import Options, Summary


@dataclass(frozen=True)
class Item:
    """A trial by its key."""

    key: str

    @property
    def trial(self):
        return self


class Steps:
    """Two steps: of each `search` decides what `chosen` is; what diverged is not planned."""

    records = ()

    def __init__(self, decided=True):
        self.trained, self.lost, self.decided, self.store = [], [], decided, self
        self.lay_out()

    def lay_out(self):
        self.waiting = {
            f"chosen {step}" for step in "01"
            if not (self.decided and {f"search {step}"} <= {*self.trained, *self.keys_lost()})
        }  # fmt: skip
        self.planned_now = [
            Item(f"{what} {step}") for step in "01" for what in ("search", "default", "chosen")
        ]  # fmt: skip

    def planned(self):
        return [item for item in self.planned_now if item.key not in self.keys_lost()]

    def keys_lost(self):
        return {item.key for item in self.lost}

    def step_of(self, key):
        return int(key[-1])


@pytest.fixture
def train(monkeypatch):
    """Return a function that trains a study and returns its stages; some trials diverge."""
    monkeypatch.setattr(running.allowed, "refuse_more", lambda *_: None)

    def of(study, diverging=(), failing=(), **options):
        stages = []

        def run(planned, store, given, reporter):
            todo = [item.key for item in planned if item.key not in study.trained]
            stages.append(todo)
            study.trained += [key for key in todo if key not in (*diverging, *failing)]
            study.lost += [Item(key) for key in todo if key in diverging]
            failed = {key: "the loss became nan" for key in todo if key in diverging}
            failed |= {key: "lack of memory" for key in todo if key in failing}
            return Summary(len(planned), failures=failed)

        monkeypatch.setattr(engine, "run", run)
        monkeypatch.setattr(
            engine, "pending",
            lambda planned, *_: [x for x in planned if x.key not in study.trained],
        )  # fmt: skip
        return stages, running.train(study, Options(workers=1, **options))

    return of


def test_a_step_is_whole_before_the_next_one_begins(train):
    stages, summary = train(Steps())
    assert stages == [
        ["search 0", "default 0"], ["chosen 0", "search 1", "default 1"], ["chosen 1"],
    ]  # fmt: skip
    assert (summary.done, summary.total) == (6, 6)


def test_forced_trials_are_trained_once_and_in_one_stage(train):
    stages, _ = train(Steps(), force=True)
    assert stages[0] == ["search 0", "default 0", "search 1", "default 1"]
    assert sorted(stages[1]) == ["chosen 0", "chosen 1"]


def test_what_diverged_stops_nothing_where_it_is_a_finding(train):
    stages, summary = train(Steps(), diverging=["search 0"])
    assert stages[-1] == ["chosen 1"] and not summary.failures
    assert (summary.done, summary.total) == (5, 5)


@pytest.mark.parametrize("key", ["default 0", "search 0"])
def test_a_failure_holds_up_nothing_but_what_waits_for_it(train, key):
    stages, summary = train(Steps(), failing=[key])
    tried = [one for stage in stages for one in stage]
    assert tried.count(key) == 1 and summary.failures == {key: "lack of memory"}
    waits = {"chosen 0"} if key == "search 0" else set()
    assert set(tried) == {item.key for item in Steps().planned()} - waits
    assert summary.done == summary.total - 1 - len(waits)


def test_where_nothing_is_decided_the_rest_is_trained_and_it_ends(train):
    stages, summary = train(Steps(decided=False))
    assert stages == [["search 0", "default 0"], ["search 1", "default 1"]]
    assert (summary.done, summary.total) == (4, 6)
