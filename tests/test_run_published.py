"""`reproduce run PAPER --published`: the published notebook drawn anew, no data, no training."""

import pytest
from typer.testing import CliRunner

from reproduce.cli import app
from reproduce.commands import run as command
from reproduce.trials import edition as editions

PAPER = "metric_learning"


def said(*words, status=0):
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == status, result.output
    return result.output


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """Return what the command would have executed, and where it would have gone."""
    seen = []

    def execute(study, given, edition, force):
        seen.append((study, given, edition))
        return tmp_path / "drawn.ipynb"

    def never(*_):
        raise AssertionError("something was to be trained")

    monkeypatch.setattr(command, "_execute", execute)
    monkeypatch.setattr(command, "_train_and_execute", never)
    return seen


def test_it_takes_parameters_and_results_of_the_edition_and_trains_nothing(asked):
    """No data set is here, and the store is empty."""
    said("run", PAPER, "--published")
    [(study, given, edition)] = asked
    stamp = editions.published().stamp(PAPER)
    assert given == stamp["given"] and study.as_far_as_done().keys() == set(stamp["keys"])
    assert edition.root not in (editions.published().root, editions.latest().root)


def test_it_takes_no_parameters_beside():
    result = CliRunner().invoke(app, ["run", PAPER, "--published", "-p", "seeds", "0"])
    assert result.exit_code and "received seeds beside it" in str(result.exception or result.output)


@pytest.mark.thorough
def test_the_page_is_drawn_with_the_verdicts_that_are_published(monkeypatch, tmp_path):
    monkeypatch.setattr("reproduce.book.execute.project_root", lambda: _root(tmp_path))
    said("run", PAPER, "--published")
    [folder] = (tmp_path / "runs").iterdir()
    drawn = editions.Edition(folder)
    assert drawn.notebook(PAPER).is_file()
    assert drawn.stamp(PAPER)["verdicts"] == editions.published().stamp(PAPER)["verdicts"]


def _root(folder):
    """Return a folder with the notebooks of this checkout, so that nothing is written into it."""
    from reproduce.files import project_root

    if not (folder / "notebooks").exists():
        (folder / "notebooks").symlink_to(project_root() / "notebooks")
    return folder
