"""Plans with code of one's own: trained only where somebody trusts this very file."""

import json

import pytest

from reproduce import own_code
from reproduce.cli import app
from reproduce.errors import UserError
from reproduce.losses import outside
from reproduce.training.phases import Phase
from reproduce.trials.store import Store


def command(line: str) -> None:
    app(line.split(), standalone_mode=False)


def forget() -> None:
    """Be another process, on another machine: nothing was taken in."""
    own_code._TAKEN_IN.clear()
    outside.objective.cache_clear()


@pytest.fixture
def plan(mine, project, monkeypatch):
    """Return a plan of two trials, one of which runs the loss of a file of one's own."""
    monkeypatch.setenv("REPRODUCE_STORE", str(project / "store"))
    command(
        "plan class_imbalance --profile smoke -p iterations 1 -o plan.json "
        "-p methods baseline,mine.py:my_remedy"
    )
    forget()
    return project / "plan.json"


def refusal(line: str, project) -> str:
    with pytest.raises(UserError) as refused:
        command(line)
    assert "\n" not in str(refused.value)
    assert not Store(project / "store").trial_keys(), "nothing was noted either"
    return str(refused.value)


def test_the_plan_says_how_to_train_it(plan, capsys):
    command(f"plan class_imbalance --profile smoke -o {plan} -p methods mine.py:sharp")
    assert "runs code of your own: `reproduce train plan.json --trust mine.py`" in (
        capsys.readouterr().out
    )


def test_without_trust_nothing_runs(plan, project):
    said = refusal("train plan.json --workers 1", project)
    assert said.startswith("what is to be trained runs code of mine.py (SHA-256 ")
    assert said.endswith("expected that you trust it: read the file, then give --trust mine.py")


def test_another_file_of_the_name_is_not_the_one(plan, mine, project):
    mine.write_text(mine.read_text() + "\n# Edited.\n")
    said = refusal("train plan.json --workers 1 --trust mine.py", project)
    assert said.startswith("mine.py here has the SHA-256 ")
    assert said.endswith("get the same file, or make the plan anew")


def test_a_file_that_is_not_there_cannot_be_trusted(plan, project):
    said = refusal("train plan.json --workers 1 --trust absent.py", project)
    assert "there is no file absent.py" in said


def test_with_trust_it_trains_and_the_store_says_what_ran(plan, mine, project, capsys):
    mine.rename(project / "elsewhere.tmp")
    (project / "there").mkdir()
    (project / "elsewhere.tmp").rename(project / "there" / "mine.py")
    command("train plan.json --workers 1 --trust there/mine.py")
    digest = own_code.take_in("there/mine.py").sha256
    store = Store(project / "store")
    (key,) = [key for key in store.trial_keys() if store.trial(key).own_code]
    assert store.get(key).trial.own_code == {"mine.py": digest}
    capsys.readouterr()
    command(f"store show {key}")
    told = json.loads(capsys.readouterr().out)
    assert told["code of one's own"] == {"mine.py": digest}
    assert told["labels"][0]["method"] == "mine.py:my_remedy"
    command("store ls")
    assert "mine.py:my_remedy" in capsys.readouterr().out


def test_an_edition_is_not_published_with_it(mine, project, monkeypatch):
    monkeypatch.setenv("REPRODUCE_STORE", str(project / "store"))
    said = refusal("publish class_imbalance --profile smoke -p methods mine.py:sharp", project)
    assert said.startswith("an edition is what others can make again, and mine.py is not of the")


@pytest.mark.parametrize("code", ["mine.py", "mine.py@12", "a/mine.py@" + "0" * 64])
def test_a_phase_names_a_file_and_its_whole_digest_or_none(code):
    optimizer = {"name": "sgd", "learning_rate": 0.1}
    with pytest.raises(ValueError, match="code"):
        Phase(batch_size=8, iterations=1, optimizer=optimizer, code=code)
