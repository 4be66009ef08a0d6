"""A plan carries trials to another machine, unchanged or not at all."""

import json

import pytest

from reproduce.errors import UserError
from reproduce.trials import plan as plans
from reproduce.trials.plan import Plan
from reproduce.trials.trial import Planned


@pytest.fixture
def written(tmp_path, describe, record):
    """Return a plan of two trials and the file it was written to."""
    planned = [
        Planned(describe(seed=seed, learning_rate=1 / 3), ({"method": "m"},), ("logits",))
        for seed in (1, 0)
    ]
    plan = Plan(planned, [record])
    plan.write(tmp_path / "plan.json")
    return plan, tmp_path / "plan.json"


def rewrite(path, change):
    """Change a plan file as an editor would."""
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def test_a_plan_comes_back(written):
    """Trials in their order, with labels, wishes and the records of their data."""
    plan, path = written
    assert plans.read(path) == plan


def test_one_trial_listed_twice_is_one(written):
    """With the labels and the wishes of both."""
    plan, path = written

    def double(content):
        again = {**content["trials"][0], "labels": [{"method": "n"}], "keep": ["embeddings"]}
        content["trials"].append(again)

    rewrite(path, double)
    first, second = plans.read(path).planned
    assert second == plan.planned[1]
    assert first.trial == plan.planned[0].trial
    assert first.labels == ({"method": "m"}, {"method": "n"})
    assert first.keep == ("embeddings", "logits")


@pytest.mark.parametrize("field", ["seed", "data_seed", "threads", "recipe"])
def test_a_trial_changed_by_hand_is_refused(written, field):
    """Its result would stand under the key of another trial."""
    plan, path = written
    key = plan.planned[1].trial.key
    rewrite(path, lambda content: content["trials"][1]["trial"].update({field: 7}))
    with pytest.raises(UserError, match=rf"trial {key} was changed by hand.*write the plan anew"):
        plans.read(path)


def drop(*path):
    """Return a change that deletes what is at a path."""

    def change(content):
        for step in path[:-1]:
            content = content[step]
        del content[path[-1]]

    return change


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.update(format="reproduce-plan-0"),
        lambda content: content.update(recipe=99),
        lambda content: content.update(trials=[]),
        lambda content: content.update(trials={}),
        lambda content: content["trials"][0].update(labels=["method"]),
        lambda content: content["trials"][0].update(keep="logits"),
        lambda content: content["trials"][0].update(keep=["nonsense"]),
        drop("format"),
        drop("records"),
        drop("trials", 0, "key"),
        drop("trials", 0, "trial", "backbone"),
        drop("trials", 0, "labels"),
        lambda content: content["trials"][0]["trial"].update(learning_speed=1),
        lambda content: content["trials"][0]["trial"].update(seed="many"),
        lambda content: content.update(trials=None),
        lambda content: content["records"][0].update(colour="red"),
    ],
)
def test_what_is_no_plan_of_this_version_is_refused(written, change):
    """In one line that names the file and says how to get a plan."""
    path = written[1]
    rewrite(path, change)
    with pytest.raises(UserError, match=r"plan\.json is not a plan of this version") as caught:
        plans.read(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"{", b"\xff\xfe\x00", b"PK\x03\x04"])
def test_a_file_that_is_something_else_is_refused(tmp_path, content):
    """Whatever is in it."""
    path = tmp_path / "plan.json"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"plan\.json is not a plan of this version"):
        plans.read(path)


def test_an_absent_plan_is_named(tmp_path):
    """With the command that writes one."""
    with pytest.raises(UserError, match=r"no plan at .*absent\.json; `reproduce plan PAPER -o"):
        plans.read(tmp_path / "absent.json")


def test_a_folder_is_no_plan(tmp_path):
    """Not a traceback either."""
    with pytest.raises(UserError, match="is not a plan"):
        plans.read(tmp_path)
