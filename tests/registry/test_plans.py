"""Registered plans: those that are committed, and each mistake in one line."""

from copy import deepcopy
from types import SimpleNamespace

import pytest

from reproduce import papers
from reproduce.errors import UserError
from reproduce.registry import editions, plans, records, registration
from reproduce.registry.reading import exists

PLANNED = [key for key in records.works() if exists(key, plans.FILE)]
SOUND = {
    "paper": "class_imbalance", "registered": "2026-01-01", "profile": "smoke",
    "parameters": {"seeds": [5]},
    "steps": [
        {"name": "one", "hours": 1, "cells": {"rho": [5.0]}},
        {"name": "the rest", "hours": 2.5},
    ],
}  # fmt: skip


@pytest.fixture
def read(monkeypatch):
    """Return a function that reads a changed plan."""

    def load(change=lambda content: None):
        content = deepcopy(SOUND)
        change(content)
        monkeypatch.setattr(plans, "mapping", lambda paper, file: content)
        return plans.load("class_imbalance")

    return load


def test_there_is_a_plan():
    assert "class_imbalance" in PLANNED


@pytest.mark.parametrize("paper", PLANNED)
def test_a_committed_plan_asks_for_what_its_paper_knows(paper):
    plan = plans.load(paper)
    parameters = papers.protocol(paper).parameters.read(plan.values)
    assert parameters.profile == plan.profile
    assert not plan.seeds_seen() & set(parameters.seeds)


def test_a_sound_plan_is_read(read):
    plan = read()
    assert plan.values == {"profile": "smoke", "seeds": [5]}
    assert [step.hours for step in plan.steps] == [1, 2.5]
    assert plan.steps[1].cells == {}


def step(**changed):
    return lambda content: content["steps"][0].update(changed)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (step(hours=0), "steps.0.hours: Input should be greater than 0"),
        (step(hours=float("nan")), "steps.0.hours"),
        (step(name="the rest"), "'the rest' is the name of two steps"),
        (step(cells={"roh": 5}), "step 'one': unknown factor 'roh'; did you mean 'rho'"),
        (step(cells={"rho": []}), "steps.0.cells.rho"),
        (step(parameters={}), "steps.0.parameters: Extra inputs are not permitted"),
        (lambda content: content.update(steps=[]), "steps: List should have at least 1 item"),
        (lambda content: content.update(paper="dual_head"), "paper is 'dual_head', expected"),
        (lambda content: content.update(after="edition_0"), "after: unknown edition 'edition_0'"),
        (lambda content: content.update(registered="soon"), "registered: "),
        (lambda content: content.pop("registered"), "registered: Field required"),
        (lambda content: content.update(profile="big"), "profile: "),
        (
            lambda content: content["parameters"].update(profile="smoke"),
            "the profile stands beside",
        ),
    ],
)
def test_each_mistake_is_one_line_that_names_the_file(read, change, said):
    with pytest.raises(UserError) as wrong:
        read(change)
    assert "class_imbalance/plan.yaml" in str(wrong.value)
    assert said in str(wrong.value)
    assert "\n" not in str(wrong.value)


def test_a_paper_without_a_plan_says_who_has_one(monkeypatch):
    real = plans.load
    monkeypatch.setattr(plans, "load", lambda key: None if key == "dual_head" else real(key))
    with pytest.raises(UserError, match=r"no plan is registered .* have one: .*class_imbalance"):
        plans.of("dual_head")


def test_seeds_are_seen_in_editions_named_or_published_before(read, monkeypatch):
    """Not in the edition that is published by the plan itself."""
    published = [
        SimpleNamespace(name=f"e{number}", date=plans.date(2026, month, 1), seeds=[number])
        for number, month in ((0, 1), (1, 3), (2, 6))
    ]
    monkeypatch.setattr(editions, "load", lambda paper: published)

    def after(name):
        return read(lambda content: content.update(registered="2026-03-01", after=name))

    assert after(None).seeds_seen() == {0}
    assert after("e1").seeds_seen() == {0, 1}


def test_when_a_plan_was_registered_is_said_of_the_plan(project):
    assert registration.registered("class_imbalance", "plan").startswith("no git history here")
    assert "the plan was registered" in registration.registered("class_imbalance", "plan")
