"""What is missing is said in one line before the first trial, not after the last."""

import shutil

import pytest

from reproduce import installed
from reproduce.commands import preflight
from reproduce.trials.store import Store


@pytest.fixture
def without(monkeypatch):
    """Return a function that makes packages unknown here."""

    def hide(*names):
        known = installed.find_spec
        monkeypatch.setattr(installed, "find_spec", lambda n: None if n in names else known(n))

    return hide


def refused(reproduce, line, words):
    status, _, told = reproduce(line)
    assert status == 2 and words in told and len(told.splitlines()) == 1
    # Nothing has been trained, or noted as to be trained.
    assert not Store().path.exists() or not Store().trial_keys()


LINES = (
    "run class_imbalance --profile smoke",
    "publish class_imbalance --profile smoke",
    "run audit",
)


@pytest.mark.parametrize("line", LINES)
def test_a_notebook_that_cannot_be_executed_is_not_trained_for(reproduce, without, line):
    without("papermill", "nbformat")
    refused(reproduce, line + " --force", "needs nbformat and papermill, not installed here")


def test_a_book_that_cannot_be_built_is_not_trained_for(reproduce, without):
    without("bs4")
    refused(reproduce, "book", "building the book needs bs4, not installed here")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("run class_imbalance --profile smoke", "there is no notebook notebooks/class_imbalance"),
        ("run audit", "there is no notebook notebooks/audit"),
        ("book", "there is no _toc.yml"),
        ("store merge published", "no published results in book; run this inside a copy of"),
    ],
)
def test_outside_a_checkout_what_is_missing_is_said(reproduce, project, line, words):
    refused(reproduce, line, words)


def test_training_without_torch_is_a_sentence_about_torch(reproduce, without, tmp_path):
    plan = tmp_path / "plan.json"
    reproduce(f"plan class_imbalance --profile smoke -o {plan}")
    without("torch")
    refused(reproduce, f"train {plan} --workers 2", "training needs torch, not installed here")
    refused(reproduce, "predict net.safetensors x.png", "asking a network needs torch")
    refused(reproduce, "export 0123", "exporting a network needs torch")


def test_a_full_disk_is_found_before_anything_is_trained(reproduce, monkeypatch):
    usage = shutil.disk_usage("/")._replace(free=5 * 1024**2)
    monkeypatch.setattr(preflight.shutil, "disk_usage", lambda place: usage)
    refused(reproduce, "run class_imbalance --profile smoke", "5 MB are free at")


def test_all_that_is_asked_for_is_here():
    assert not installed.missing((*installed.SITE, *installed.TRAINING))
