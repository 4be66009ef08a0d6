"""Notebooks that are opened elsewhere: what they install, and that they train nothing for hours."""

import json
import os
import re
import subprocess
import sys
import types

import pytest

from reproduce import __version__
from reproduce.book import launch
from reproduce.errors import UserError
from reproduce.files import project_root
from reproduce.trials import allowed, estimate
from reproduce.trials.store import Store

ROOT = project_root()
NOTEBOOKS = launch.notebooks_in(ROOT)
ADDRESS = "https://github.com/a/b"
PINNED = re.compile(r"^([\w.-]+)==", re.MULTILINE)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_notebook_begins_with_the_cell_of_this_release(path):
    cells = json.loads(path.read_text("utf-8"))["cells"]
    first = next(one for one in cells if one["cell_type"] == "code")
    assert first["id"] == launch.CELL and "remove-cell" in first["metadata"]["tags"]
    assert "".join(first["source"]) == launch.source(launch.address_in({"cells": cells}))
    assert not first["outputs"]


def test_the_cell_is_short_and_names_the_release():
    text = launch.source(ADDRESS)
    assert len([line for line in text.splitlines() if line]) <= 15
    named = launch.NAMED.search(text)
    assert (named["address"], named["release"]) == (ADDRESS, f"v{__version__}")


def run_cell(monkeypatch, address=ADDRESS):
    """Execute the cell where commands are only noted, and return them."""
    commands = []
    monkeypatch.setattr(subprocess, "run", lambda words, **_: commands.append(words))
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv(allowed.VARIABLE, "")
    exec(launch.source(address), {})
    return commands


def test_it_does_nothing_where_there_is_no_colab(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert run_cell(monkeypatch) == [] and os.environ[allowed.VARIABLE] == ""


@pytest.fixture
def colab(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "study").mkdir()
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    return tmp_path


def test_on_colab_it_installs_the_tag_takes_in_what_is_published_and_bounds_training(
    colab, monkeypatch
):
    monkeypatch.setattr(os.path, "isdir", lambda place: False)
    clone, install, merge = run_cell(monkeypatch)
    assert clone == ["git", "clone", "-q", "--depth=1", "-b", f"v{__version__}", ADDRESS, "study"]
    assert install[-2:] == ["-e", "study[train,book]"]
    assert merge[-3:] == ["store", "merge", "published"]
    assert float(os.environ[allowed.VARIABLE]) == launch.MINUTES
    assert os.getcwd() == str(colab / "study") and sys.path[0] == os.getcwd()


def test_a_second_time_it_does_not_fetch_again(colab, monkeypatch):
    assert len(run_cell(monkeypatch)) == 2, "a new runtime installs, and clones no second copy"
    (colab / "study" / "pyproject.toml").touch()
    assert run_cell(monkeypatch) == [], "in the copy there is nothing left to do"


def test_a_notebook_that_knows_no_address_says_so(colab, monkeypatch):
    with pytest.raises(SystemExit, match="names no repository"):
        run_cell(monkeypatch, None)


def test_the_cell_is_written_once_whatever_stood_there():
    notebook = {"cells": [{"id": "title", "cell_type": "markdown"}, {"id": "parameters"}]}
    once = launch.with_cell(notebook, ADDRESS)
    assert [one["id"] for one in once["cells"]] == ["title", "launch", "parameters"]
    again = launch.with_cell(once, None)
    assert launch.with_cell(again, ADDRESS) == once and launch.address_in(again) == ""


def test_no_button_leads_to_a_notebook_that_would_stop(tmp_path):
    paths = [tmp_path / "a.ipynb", tmp_path / "b.ipynb"]
    notebook = {"cells": [{"id": "title", "cell_type": "markdown"}]}
    for path in paths:
        path.write_text(json.dumps(launch.with_cell(notebook, ADDRESS)))
    assert launch.leads_somewhere(paths, ADDRESS)
    assert not launch.leads_somewhere(paths, "https://github.com/a/fork")
    paths[1].write_text(json.dumps(notebook))
    assert not launch.leads_somewhere(paths, ADDRESS)
    assert not launch.leads_somewhere([], ADDRESS) and not launch.leads_somewhere(paths[:1], None)


def test_an_address_that_is_none_is_refused(project):
    with pytest.raises(UserError, match="is no public address"):
        launch.main(["/home/somebody/study"])


# -- how much is trained there -------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "refused"), [("5", True), ("480", False), ("", False)])
def test_more_than_the_surroundings_allow_is_refused(monkeypatch, tmp_path, minutes, refused):
    monkeypatch.setattr(estimate, "seconds", lambda *_: 28_390.0)
    monkeypatch.setenv(allowed.VARIABLE, minutes)
    if not refused:
        return allowed.refuse_more([object()] * 3, Store(tmp_path), 1, [])
    with pytest.raises(UserError, match=r"3 networks are not trained yet, about 7\.9 h here"):
        allowed.refuse_more([object()] * 3, Store(tmp_path), 1, [])
    allowed.refuse_more([], Store(tmp_path), 1, [])


def test_a_limit_that_is_no_number_is_one_line(monkeypatch, tmp_path):
    monkeypatch.setenv(allowed.VARIABLE, "long")
    with pytest.raises(UserError, match="expected a number of minutes"):
        allowed.refuse_more([object()], Store(tmp_path), 1, [])


def test_a_study_asks_before_its_first_trial(monkeypatch):
    from reproduce import papers

    monkeypatch.setenv(allowed.VARIABLE, "0")
    study = papers.open_study("class_imbalance", {"profile": "smoke"})
    with pytest.raises(UserError, match=r'profile = "quick"'):
        study.run()


# -- what Binder builds --------------------------------------------------------------------------


def test_binder_builds_the_environment_for_reading_and_redraws():
    folder = ROOT / ".binder"
    lock = [
        line for line in (folder / "requirements.txt").read_text().splitlines()
        if line and not line.startswith("#")
    ]  # fmt: skip
    assert lock == ["-r ../requirements-read.lock"]
    version = (folder / "runtime.txt").read_text().strip().removeprefix("python-")
    assert re.search(r"^ *- python=" + version, (ROOT / "environment.yml").read_text(), re.M)
    built = (folder / "postBuild").read_text()
    assert "--no-deps" in built and "reproduce store merge published" in built
    started = (folder / "start").read_text()
    assert f"export {allowed.VARIABLE}={launch.MINUTES}" in started and 'exec "$@"' in started
    for name in ("postBuild", "start"):
        assert os.access(folder / name, os.X_OK), name
        subprocess.run(["bash", "-n", folder / name], check=True)


@pytest.mark.skipif(
    not (ROOT / "requirements-read.lock").is_file(), reason="there is no lock of the light door"
)
def test_what_binder_installs_has_what_redraws_and_not_what_trains():
    pinned = set(PINNED.findall((ROOT / "requirements-read.lock").read_text()))
    assert {"ipykernel", "papermill", "matplotlib", "numpy"} <= pinned
    assert not pinned & {"torch", "torchvision", "triton"}
