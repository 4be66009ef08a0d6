"""A run with other parameters than the default ends by saying what moved."""

import re
from types import SimpleNamespace

import pytest

from reproduce.commands import run


@pytest.fixture
def made_up_runs(monkeypatch):
    """Let `run` leave an edition whose accuracies are made up: the dual-head method's is 60 %.

    Every unit that lambda exceeds 0.2 by takes ten points from it.
    """
    from reproduce.commands import run as command
    from reproduce.trials import edition as editions
    from reproduce.trials.store import Result

    def leave(study, given, edition, workers, force, keep_weights):
        for cell in study.cells:
            lost = 0.1 * (study.parameters.lam - 0.2) * (cell.method == "dual_head")
            measured = {"test/accuracy": 0.6 - lost, "test/auc": 0.7, "test/macro_f1": 0.5}
            study.store.put(Result(
                key=cell.trial.key, trial=cell.trial, counts=[1, 1, 1, 1], metrics=measured,
                confusion={}, seconds=1.0, provenance={}, history=[],
                array_names=(), array_file=None,
            ))  # fmt: skip
        stamp = {"parameters": study.parameters.model_dump(mode="json"), "given": given,
                 "verdicts": []}  # fmt: skip
        editions.write(edition, study.paper, study.results(), [], study.records, stamp, set())
        return edition.notebook(study.paper)

    monkeypatch.setattr(command, "_train_and_execute", leave)
    monkeypatch.setattr(command, "_tell", lambda study: None)


CHANGED = "run dual_head -p seeds 0 -p lam 0.5 -p top_k 10"


def test_a_run_with_other_parameters_shows_what_moved_against_the_default(
    reproduce, project, made_up_runs
):
    status, said, _ = reproduce("run dual_head")
    assert status == 0 and "against" not in said, "the default run moves nothing"
    status, said, _ = reproduce(CHANGED)
    assert status == 0
    assert re.search(r"dual_head: latest against runs/dual_head-[0-9a-f]{8}", said)
    plain = re.sub(r"[│\s]+", " ", said)
    assert "lam 0.2 0.5" in plain and "top_k None 10" in plain
    assert "seeds [0, 1, 2] [0]" in plain
    # The other three methods are trained as before, at one seed of three.
    assert "3 trials in both, 0 of them with other numbers" in plain
    at = "dataset lesions?size=28"
    assert f"dual_head {at} accuracy 60.00 % (n=3) 57.00 % (n=1) -3.00 points" in plain
    assert f"simclr {at} accuracy 60.00 % (n=3) 60.00 % (n=1) +0.00 points" in plain
    assert said.splitlines()[-1].startswith("executed notebook: runs/dual_head-")


def test_without_a_default_run_there_is_nothing_to_compare_with(reproduce, project, made_up_runs):
    status, said, _ = reproduce(CHANGED)
    assert status == 0
    assert "`reproduce run dual_head` makes the default run to compare this one with" in said
    assert "points" not in said


def test_a_run_that_tries_no_claim_ends_with_a_sentence_and_no_empty_table(monkeypatch, capsys):
    study = SimpleNamespace(
        paper="class_imbalance", record=SimpleNamespace(name="digits"), scale="custom"
    )
    study.as_far_as_done = lambda: study
    judged = [SimpleNamespace(parts=(), claim_id="imbalance_is_harmful")] * 3
    monkeypatch.setattr("reproduce.study.judging.judge", lambda study: judged)
    run._tell(study)
    said = capsys.readouterr().out
    assert said.startswith("None of the 3 claims could be tried on digits") and "┃" not in said
