"""What is laid out to be built."""

import json
import os

import pytest

from reproduce.book.stage import stage
from reproduce.errors import UserError
from reproduce.files import project_root
from reproduce.trials.edition import Edition


@pytest.fixture
def staged(tmp_path):
    folder = tmp_path / "stage"
    folder.mkdir()
    return folder


def execute_here(project, notebook, text):
    """Put a notebook with a recognisable title into the latest edition."""
    papers = project / "_build" / "latest" / "papers"
    papers.mkdir(parents=True)
    notebook["cells"][0]["source"] = f"# {text}"
    (papers / "sampling.ipynb").write_text(json.dumps(notebook))


def test_published_leaves_the_latest_notebooks_out(project, staged, notebook):
    execute_here(project, notebook, "Executed here")
    stage(project, "published", staged)
    assert "Executed here" not in (staged / "book/papers/sampling.ipynb").read_text()


def test_latest_overlays_notebooks_and_results(project, staged, notebook):
    execute_here(project, notebook, "Executed here")
    results = project / "_build" / "latest" / "results"
    results.mkdir()
    (results / "sampling.csv").write_text("key,accuracy\n")
    contents = stage(project, "latest", staged)
    assert contents.pages == ("book/intro", "book/papers/sampling")
    assert "Executed here" in (staged / "book/papers/sampling.ipynb").read_text()
    assert (staged / "book/results/sampling.csv").is_file()
    # Going back to the published edition takes them away again.
    stage(project, "published", staged)
    assert "Executed here" not in (staged / "book/papers/sampling.ipynb").read_text()
    assert not (staged / "book/results").exists()


def test_a_page_in_no_edition_says_so(project, staged, notebook):
    (project / "book/papers/sampling.ipynb").unlink()
    stage(project, "latest", staged)
    page = (staged / "book/papers/sampling.md").read_text()
    assert page.startswith("# Sampling\n")
    assert "has not been executed in this edition" in page
    assert "`reproduce run sampling`" in page
    # With a source notebook the page has its title; with an executed one the page is gone.
    (project / "notebooks").mkdir()
    (project / "notebooks/sampling.ipynb").write_text(json.dumps(notebook))
    stage(project, "latest", staged)
    assert (staged / "book/papers/sampling.md").read_text().startswith("# Sampling, studied\n")
    execute_here(project, notebook, "Executed here")
    stage(project, "latest", staged)
    assert not (staged / "book/papers/sampling.md").exists()
    assert (staged / "book/papers/sampling.ipynb").is_file()


def test_unchanged_files_keep_their_times(project, staged):
    (project / "book/papers/sampling.ipynb").unlink()
    stage(project, "published", staged)
    files = [path for path in staged.rglob("*") if path.is_file()]
    for path in files:
        os.utime(path, (1, 1))
    (project / "book/intro.md").write_text("# Another title\n")
    stage(project, "published", staged)
    changed = [path.name for path in files if path.stat().st_mtime != 1]
    assert changed == ["intro.md"]


def test_what_no_longer_belongs_there_is_removed(project, staged):
    (project / "book/old.md").write_text("# Old\n")
    checkpoints = project / "book/.ipynb_checkpoints"
    checkpoints.mkdir()
    (checkpoints / "intro-checkpoint.md").write_text("# Draft\n")
    stage(project, "published", staged)
    assert (staged / "book/old.md").is_file()
    assert not (staged / "book/.ipynb_checkpoints").exists()
    (project / "book/old.md").unlink()
    stage(project, "published", staged)
    assert not (staged / "book/old.md").exists()


def test_mistakes_are_said_in_one_line(project, staged):
    with pytest.raises(UserError, match=r"unknown edition 'newest' .*latest, published"):
        stage(project, "newest", staged)
    (project / "book/intro.md").unlink()
    with pytest.raises(UserError, match="names book/intro, but neither"):
        stage(project, "published", staged)
    (project / "_toc.yml").unlink()
    with pytest.raises(UserError, match=r"_toc\.yml is missing"):
        stage(project, "published", staged)


def test_the_trials_of_a_paper_stand_below_it_and_figures_lead_there(staged):
    """The published edition, as it is committed."""
    contents = stage(project_root(), "published", staged)
    for key in Edition(project_root() / "book").papers():
        assert f"book/papers/{key}-trials" in contents.pages
        page = (staged / f"book/papers/{key}-trials.md").read_text()
        assert len(page.encode()) < 2 * 1024**2
    assert "<!-- registry" not in (staged / "book/gallery.md").read_text()
    assert "front-figure" in (staged / "book/intro.md").read_text()
    before = {path: path.stat().st_mtime_ns for path in staged.rglob("*") if path.is_file()}
    stage(project_root(), "published", staged)
    after = {path: path.stat().st_mtime_ns for path in staged.rglob("*") if path.is_file()}
    assert after == before, "what did not change is left alone"


def test_a_notebook_that_is_being_executed_is_no_page(project, staged):
    (project / "book/papers/.sampling.running.ipynb").write_text("{}")
    stage(project, "published", staged)
    assert not (staged / "book/papers/.sampling.running.ipynb").exists()
