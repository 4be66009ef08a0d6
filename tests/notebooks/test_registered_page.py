"""A registered plan published in parts ends as the edition that is published in one go."""

import json
import re

import numpy as np
import pytest

from reproduce.book.execute import identity, keep_results
from reproduce.papers.class_imbalance.protocol import PROTOCOL
from reproduce.registry import plans
from reproduce.registry.plans import RegisteredPlan
from reproduce.study.study import Study
from reproduce.trials import edition as editions
from reproduce.trials import engine
from reproduce.trials.edition import Edition
from reproduce.trials.store import Store
from tests.notebooks import page

PLAN = RegisteredPlan(
    paper="class_imbalance", registered="2020-01-01", profile="smoke",
    parameters={
        "rho": [5.0, 25.0], "seeds": [0, 1], "methods": ["baseline", "oversampling"],
        "experiments": ["two_phase"],
    },
    steps=[
        {"name": "severe", "hours": 0.1, "cells": {"experiment": ["grid", "untrained"], "rho": 25}},
        {"name": "two-phase", "hours": 0.1, "cells": {"experiment": "two_phase"}},
        {"name": "the rest", "hours": 0.2},
    ],
)  # fmt: skip


@pytest.fixture
def opened(tmp_path, monkeypatch):
    """Return a function that opens the registered study in a store of this name."""
    monkeypatch.setattr(plans, "load", lambda paper: PLAN)

    def study(name: str) -> Study:
        monkeypatch.setenv("REPRODUCE_STORE", str(tmp_path / name))
        return Study(PROTOCOL, PROTOCOL.parameters.read(PLAN.values), Store())

    return study


def train(study: Study, count: int) -> None:
    """Train the first so many trials of the plan."""
    study.store.put_record(study.record)
    engine.run(study.planned()[:count], study.store, engine.Options(workers=1), lambda event: None)


def published(study: Study, root) -> dict:
    """Write an edition and return all it says but times."""
    edition = Edition(root)
    keep_results(study.as_far_as_done(), PLAN.values, edition)
    stamp = edition.stamp(study.paper)
    del stamp["training_seconds"]
    for step in stamp["registered_steps"]:
        del step["hours_spent"]
    with np.load(edition.results(study.paper, "npz")) as arrays:
        content = {name: arrays[name].tobytes() for name in arrays.files}
    results = editions.read_results(edition, study.paper)
    said = {result.key: (result.metrics, result.confusion) for result in results}
    return {**stamp, "arrays": content, "results": said}


def seen(executed: page.Page) -> str:
    """Return what a page says, without how long anything took."""
    return re.sub(r"took \S+ core minutes", "", executed.text)


@pytest.mark.thorough
def test_in_parts_and_then_whole_is_as_in_one_go(opened, tmp_path):
    study = opened("parts")
    first = len(study.registered.keys["severe"])
    train(study, first + 1)
    shown = page.execute("class_imbalance", **PLAN.values)
    part = shown.names["study"]
    assert part.points == ["rho 25, mu 0.5"] and not part.of_experiment("two_phase")
    assert f"{first + 1} of {len(study.planned())} planned networks are trained" in shown.text
    assert "Not attempted yet: two-phase training." in shown.text
    said = published(study, tmp_path / "part")
    assert len(said["keys"]) == first + 1 and len(said["results"]) == first + 1
    assert [step["done"] for step in said["registered_steps"]] == [first, 1, 0]

    # From its files alone, the edition in part is the same again.
    again = opened("merged")
    editions.merge(again.store, Edition(tmp_path / "part"), "class_imbalance")
    stamp = json.loads((tmp_path / "part" / "results" / "class_imbalance.json").read_text("utf-8"))
    told = json.loads(json.dumps(identity(again.as_far_as_done())))
    assert {name: stamp[name] for name in told} == told

    study = opened("parts")
    study.run(engine.Options(workers=1))
    whole = seen(page.execute("class_imbalance", **PLAN.values))
    in_parts = published(study, tmp_path / "whole")
    assert [step["done"] for step in in_parts["registered_steps"]] == [
        step["planned"] for step in in_parts["registered_steps"]
    ]
    at_once = opened("once")
    at_once.run(engine.Options(workers=1))
    assert seen(page.execute("class_imbalance", **PLAN.values)) == whole
    assert published(at_once, tmp_path / "once") == in_parts
    assert "planned networks are trained." in whole and "not attempted yet" not in whole
