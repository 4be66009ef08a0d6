"""The book built by Jupyter Book's own command, in a clone with what is committed alone."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from sphinx_book_theme.header_buttons import launch

from reproduce.book import extension
from reproduce.book.build import build
from reproduce.book.checks import site_problems
from reproduce.book.contents import read_contents
from reproduce.book.extension import _renamed

ROOT = Path(__file__).resolve().parents[2]
ANSI = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(scope="module")
def clone(tmp_path_factory) -> Path:
    """Return a copy of what git knows of the project."""
    folder = tmp_path_factory.mktemp("clone")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    return folder


@pytest.mark.thorough
def test_jupyter_book_builds_the_published_book_in_a_fresh_clone_without_a_warning(clone):
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()"]
    command += ["build", ".", "-q"]
    environment = {**os.environ, "PYTHONPATH": str(clone), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        command, cwd=clone, env=environment, capture_output=True, text=True, timeout=500,
    )  # fmt: skip
    said = ANSI.sub("", done.stdout + done.stderr)
    assert done.returncode == 0, said[-3000:]
    assert not re.search("warning", said, re.IGNORECASE), said[-3000:]
    contents = read_contents(clone / "_build" / "stage" / "_toc.yml")
    assert set(read_contents(clone / "_toc.yml").pages) <= set(contents.pages)
    assert site_problems(clone / "_build" / "html", contents) == []


def test_the_buttons_of_a_cut_page_name_the_whole_notebook():
    page, whole = "book/papers/one-method", "book/papers/one"
    buttons = [
        {"type": "group", "buttons": [{"url": f"../../_sources/{page}.ipynb", "text": ".ipynb"}]},
        {"url": f"https://mybinder.org/v2/gh/a/b/main?urlpath=tree/{page}.ipynb"},
        {"url": "https://github.com/a/b", "label": None},
    ]
    assert _renamed(buttons, page, whole) == [
        {"type": "group", "buttons": [{"url": f"../../_sources/{whole}.ipynb", "text": ".ipynb"}]},
        {"url": f"https://mybinder.org/v2/gh/a/b/main?urlpath=tree/{whole}.ipynb"},
        {"url": "https://github.com/a/b", "label": None},
    ]


def test_the_button_of_a_lesson_gives_the_notebook_to_work_in(tmp_path):
    app = SimpleNamespace(srcdir=tmp_path / "stage", outdir=tmp_path / "html")
    given, page = (
        app.srcdir / "book/course/files/lesson_1.ipynb",
        app.outdir / "_sources/book/course/lesson_1.ipynb",
    )
    for path, text in ((given, "to work in"), (page, "with the page's links")):
        path.parent.mkdir(parents=True)
        path.write_text(text)
    extension._keep_the_whole_notebooks(app, None)
    assert page.read_text() == "to work in"


@pytest.mark.parametrize(("page", "offered"), [
    ("book/papers/class_imbalance-all-methods", ["Binder", "Colab"]),
    ("book/course/lesson_1", ["Colab"]), ("book/course/solutions_1", []),
])  # fmt: skip
def test_notebooks_are_offered_only_where_they_start(page, offered):
    """Made by the theme itself, so that a new name of its buttons is noticed."""
    options = {
        "launch_buttons": {
            "binderhub_url": "https://mybinder.org", "colab_url": "https://colab.research.google.com",
        },
        "repository_url": "https://github.com/a/b", "repository_branch": "main",
    }  # fmt: skip
    app = SimpleNamespace(
        config={"html_theme_options": options},
        env=SimpleNamespace(
            doc2path=lambda name: f"{name}.ipynb",
            metadata={page: {"kernelspec": {"display_name": "Python 3"}}},
        ),
        outdir="out", srcdir=".",
    )  # fmt: skip
    context = {
        "header_buttons": [{"label": "download"}], "pagename": page,
        "sourcename": f"{page}.ipynb", "page_source_suffix": ".ipynb",
        "github_url": "https://github.com", "github_user": "a", "github_repo": "b",
    }  # fmt: skip
    launch.add_launch_buttons(app, page, "", context, None)
    assert [one["label"] for one in context["header_buttons"]] == ["download", "launch-buttons"]
    extension._offer_only_what_starts(app, page, "", context, None)
    places = [[place["text"] for place in one["buttons"]] for one in context["header_buttons"][1:]]
    assert places == ([offered] if offered else [])


@pytest.mark.thorough
def test_a_place_may_move_to_another_page(project):
    """What an earlier build remembers of the page it came from is no second place of its name."""
    configuration = project / "_config.yml"
    added = "sphinx:\n  local_extensions: {reproduce.book.extension: .}\n"
    configuration.write_text(configuration.read_text().replace("sphinx:\n", added))
    (project / "_toc.yml").write_text("format: jb-book\nroot: book/a\nchapters: [{file: book/b}]\n")
    pages = project / "book" / "a.md", project / "book" / "b.md"
    moved = "\n(place)=\n## Here\n\nSee {ref}`it <place>`.\n"
    for holder in (1, 0):
        for number, page in enumerate(pages):
            page.write_text(f"# Page {number}\n\nWords.\n" + moved * (number == holder))
        build("published", project)
    assert "Here" in (project / "_build/html/book/a.html").read_text()
