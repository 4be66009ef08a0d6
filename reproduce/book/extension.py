"""The book's own extension of Sphinx: staging, figure numbers, and buttons of cut pages.

`_config.yml` names it, so it is there however the book is built. Where Sphinx is started in the
project itself, as `jupyter-book build .` does, the published edition is staged first and built from
there: half of the pages exist only once they are staged.
"""

import re
import shutil
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment

from reproduce.book.course import FILES
from reproduce.book.cutting import WHOLE
from reproduce.book.launch import leads_somewhere, notebooks_in
from reproduce.book.numbering import renumber
from reproduce.book.repository import repository_address
from reproduce.book.stage import stage
from reproduce.book.website import EXTENSIONS_LEFT_OUT, with_options

EDITION = "published"
# The notebooks that redraw where they are opened and those that train, and the theme's name for
# what opens them.
STARTS, TRAINS, LAUNCHING = "book/papers/", "book/course/lesson_", "launch-buttons"
# Before Sphinx looks for static files (800) and the table of contents is read (900).
EARLY, LATE = 100, 900


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect what is above to Sphinx's events."""
    app.connect("config-inited", _build_from_the_stage, priority=EARLY)
    app.connect("env-before-read-docs", _forget_what_is_read_again)
    app.connect("env-get-updated", _number_figures, priority=LATE)
    app.connect("html-page-context", _name_the_whole_notebook, priority=LATE)
    app.connect("html-page-context", _offer_only_what_starts, priority=LATE)
    app.connect("build-finished", _keep_the_whole_notebooks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _build_from_the_stage(app: Sphinx, config: Config) -> None:
    """Stage the published edition where the source folder is the project, and build from there."""
    root = Path(app.srcdir)
    if not (root / "pyproject.toml").is_file():
        return  # The stage itself, which holds the book and nothing else.
    staged = root / "_build" / "stage"
    staged.mkdir(parents=True, exist_ok=True)
    stage(root, EDITION, staged)
    app.srcdir = app.confdir = type(app.srcdir)(staged)
    config["external_toc_path"] = "_toc.yml"
    for event, listeners in app.events.listeners.items():
        if event == "builder-inited":
            continue  # There they name their folder of styles, to which every page links.
        listeners[:] = [one for one in listeners if not _is_left_out(one.handler)]
    address = repository_address(root)
    colab = leads_somewhere(notebooks_in(root), address)
    options = with_options(config["html_theme_options"], EDITION, address, colab)
    config["html_theme_options"] = options


def _is_left_out(handler: Any) -> bool:
    """Say whether an extension that loads scripts from other hosts would be called."""
    return handler.__module__.partition(".")[0] in EXTENSIONS_LEFT_OUT


def _forget_what_is_read_again(app: Sphinx, env: BuildEnvironment, pages: list[str]) -> None:
    """Forget all pages that are read again before the first of them is.

    Sphinx forgets one at a time, and takes a figure that has moved from a page further on to one
    before it for two of the same name.
    """
    for page in pages:
        app.events.emit("env-purge-doc", env, page)
        env.clear_doc(page)


def _number_figures(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Let the figures of every chapter begin with 1."""
    return renumber(env.toc_fignumbers, env.toctree_includes, env.config.root_doc)


def _name_the_whole_notebook(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """Let the buttons of a cut page download and open the notebook that it was cut from."""
    whole = _whole_of(app, page)
    if whole and whole != page:
        context["header_buttons"] = _renamed(context.get("header_buttons", []), page, whole)


def _offer_only_what_starts(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """Leave out the buttons that open a notebook elsewhere, where it would stop at an import.

    A paper's notebook redraws there without PyTorch, which Binder does not have; the lessons of the
    course train, and their first cell installs all that on Colab.
    """
    buttons = context.get("header_buttons", [])
    if page.startswith(TRAINS):
        context["header_buttons"] = _launching(buttons, lambda one: "colab" in one["url"])
    elif not page.startswith(STARTS):
        context["header_buttons"] = _launching(buttons, lambda one: False)


def _launching(buttons: list[Any], offered: Callable[[dict[str, Any]], bool]) -> list[Any]:
    """Return the buttons of a page with those that open it elsewhere which are offered."""
    kept = []
    for one in buttons:
        if one.get("label") == LAUNCHING:
            one = {**one, "buttons": [place for place in one["buttons"] if offered(place)]}
        if one.get("buttons", True):
            kept.append(one)
    return kept


def _whole_of(app: Sphinx, page: str) -> str | None:
    """Return the page under whose name the whole notebook is kept; None where it was not cut."""
    path = PurePosixPath(page)
    for known in (Path(app.srcdir) / path.parent / WHOLE).glob("*.ipynb"):
        if path.name == known.stem or path.name.startswith(f"{known.stem}-"):
            return (path.parent / known.stem).as_posix()
    return None


def _renamed(buttons: Any, page: str, whole: str) -> Any:
    """Return buttons that lead to another page's source."""
    if isinstance(buttons, str):
        return re.sub(rf"{re.escape(page)}(?=\.ipynb)", whole, buttons)
    if isinstance(buttons, list):
        return [_renamed(one, page, whole) for one in buttons]
    if isinstance(buttons, dict):
        return {name: _renamed(one, page, whole) for name, one in buttons.items()}
    return buttons


def _keep_the_whole_notebooks(app: Sphinx, exception: Exception | None) -> None:
    """Put the whole notebooks where the buttons look for the source of the first page."""
    sources = Path(app.outdir) / "_sources"
    if exception is not None or not sources.is_dir():
        return
    for whole in Path(app.srcdir).glob(f"book/*/{WHOLE}/*.ipynb"):
        folder = whole.parent.parent.relative_to(app.srcdir)
        shutil.copyfile(whole, sources / folder / whole.name)
    # A lesson's button gives the notebook to work in: without the page's line of links.
    for lesson in Path(app.srcdir).glob(f"{FILES}/lesson_*.ipynb"):
        shutil.copyfile(lesson, sources / Path(TRAINS).parent / lesson.name)
