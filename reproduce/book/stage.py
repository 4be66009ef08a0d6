"""Lay out in one folder what the book is built from.

The folder holds the book and nothing else: built in place, Sphinx would walk through the virtual
environment as well. Files that did not change are left alone, with their times, so that Sphinx
reads again only what is new.
"""

import filecmp
import json
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from reproduce import papers
from reproduce.book import course, front, gallery, replications, trials_page
from reproduce.book.contents import SUFFIXES, Contents, read_contents, with_sections
from reproduce.book.cutting import WHOLE, Cut, as_text, chapter_title, cut
from reproduce.book.paper_page import paper_page
from reproduce.book.registry_page import MARKER, filled
from reproduce.book.repository import repository_address
from reproduce.book.shown import Shown, prepared
from reproduce.errors import UserError
from reproduce.files import relative, write_bytes, write_text
from reproduce.pages.answered import stored
from reproduce.pages.replications import FOLDER, at
from reproduce.registry import records
from reproduce.trials.edition import Edition

EDITIONS = ("latest", "published")
CONFIGURATION = ("_config.yml", "_toc.yml")
OVERLAID = ("papers", "results")
LEFT_OUT = (".ipynb_checkpoints", "__pycache__", ".DS_Store", "waiting", FOLDER)
# Notebooks that are being executed, or stopped.
UNFINISHED = (".running.ipynb", ".failed.ipynb")


def stage(root: Path, edition: str, folder: Path) -> Contents:
    """Fill `folder` with the book's sources and return its table of contents.

    Parameters
    ----------
    root
        The project: `_config.yml`, `_toc.yml`, `book/` and, for latest, `_build/latest/`.
    edition
        `published`, the committed notebooks, or `latest`, which lays the notebooks executed on
        this machine over them.
    folder
        The staging folder; what no longer belongs there is removed from it.
    """
    if edition not in EDITIONS:
        raise UserError(f"unknown edition '{edition}' (known: {', '.join(EDITIONS)})")
    for name in CONFIGURATION:
        if not (root / name).is_file():
            raise UserError(f"{name} is missing in {root.name}/; run this inside the project")
    files = {name: root / name for name in CONFIGURATION}
    files.update(_below(root / "book", "book"))
    if edition == "latest":
        for part in OVERLAID:
            files.update(_below(root / "_build" / "latest" / part, f"book/{part}"))
    contents = read_contents(root / "_toc.yml")
    waiting = [
        page for page in contents.pages if not {page + suffix for suffix in SUFFIXES} & set(files)
    ]
    others = _replications(root, edition, files)
    made = {page: _cut(page, files, others) for page in contents.pages}
    notebooks, shown = _with_links(made, files, others)
    for page in (page for page, cuts in made.items() if cuts):
        path = PurePosixPath(page)
        files[f"{path.parent}/{WHOLE}/{path.name}.ipynb"] = files.pop(f"{page}.ipynb")
    pictures = gallery.images(shown)
    trials = {
        key: f"{trials_page.name_of(key)}.md" for key in records.works()
        if f"book/results/{key}.csv" in files and f"book/papers/{key}" in contents.pages
    }  # fmt: skip
    offered = course.files(contents.pages)
    generated = [*(f"{page}.md" for page in waiting), *trials.values(), *offered]
    _remove_all_but(folder, [*files, *notebooks, *pictures, *generated])
    for name, notebook in notebooks.items():
        write_if_new(folder / name, as_text(notebook))
    for name, content in pictures.items():
        _write_bytes_if_new(folder / name, content)
    for name, text in offered.items():
        write_if_new(folder / name, text)
    _write_sources(files, folder, repository_address(root), notebooks, shown)
    _write_trials(trials, folder, shown)
    for page in waiting:
        _write_page_in_waiting(root, folder, page, others.get(page, ""))
    return _write_contents(root / "_toc.yml", folder / "_toc.yml", made, trials)


def _write_sources(
    files: dict[str, Path], folder: Path, address: str | None, written: Iterable[str],
    shown: Sequence[Shown],
) -> None:  # fmt: skip
    """Copy the sources, and last fill the pages that ask for what the others hold."""
    asking = {name: source for name, source in files.items() if _asks(source)}
    for name in set(files) - set(asking) - {"_toc.yml"} - set(written):
        _copy_if_new(files[name], folder / name)
    there = Edition(folder / "book")
    for name, source in asking.items():
        text = filled(source.read_text("utf-8"), address, there, shown)
        write_if_new(folder / name, text)


def _write_trials(trials: dict[str, str], folder: Path, shown: Sequence[Shown]) -> None:
    """Write the pages of the papers' trials."""
    there = Edition(folder / "book")
    shown = [*shown, *front.shown(there)] if trials else shown
    for key, name in trials.items():
        own = [one for one in shown if one.paper == key]
        write_if_new(folder / name, trials_page.page(key, there, own))


def _replications(root: Path, edition: str, files: dict[str, Path]) -> dict[str, str]:
    """Return what others measured of each paper, by its page, as Markdown."""
    found = {}
    for key in papers.names():
        kept = at(replications.places(root, edition), key)
        stamp = files.get(f"book/results/{key}.json")
        if kept:
            ours = stored(json.loads(stamp.read_text("utf-8"))) if stamp else None
            found[f"book/papers/{key}"] = replications.section(kept, ours)
    return found


def _cut(page: str, files: dict[str, Path], others: dict[str, str]) -> list[Cut]:
    """Return the pages of a notebook that is more than one; none for any other page."""
    key = PurePosixPath(page).name
    trials = f"book/results/{key}.csv" in files
    taught = course.weeks_of(key) if f"{course.INDEX}.md" in files else ""
    whole = _whole(page, files, others).values()
    return [one for notebook in whole for one in cut(page, notebook, trials, taught)]


def _whole(page: str, files: dict[str, Path], others: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Return the notebook of a page under its name; nothing where it has none."""
    source = files.get(f"{page}.ipynb")
    if source is None:
        return {}
    try:
        read = course.with_links(page, json.loads(source.read_text("utf-8")))
        return {page: replications.with_section(read, others.get(page, ""))}
    except ValueError:
        return {}  # The check of the notebooks says what is wrong with it.


def _with_links(
    made: dict[str, list[Cut]], files: dict[str, Path], others: dict[str, str]
) -> tuple[dict[str, dict[str, Any]], list[Shown]]:
    """Return the notebooks that are written and not copied, by their names, and what they show."""
    written: dict[str, dict[str, Any]] = {}
    shown: list[Shown] = []
    for page, cuts in made.items():
        key = PurePosixPath(page).name
        parts = {one.page: one.notebook for one in cuts} or _whole(page, files, others)
        for part, notebook in parts.items():
            linked, found = prepared(part, key, notebook)
            shown += found
            if cuts or found or page in others or course.is_lesson(page):
                written[f"{part}.ipynb"] = linked
    return written, shown


def _write_contents(
    source: Path, target: Path, made: dict[str, list[Cut]], listed: Iterable[str]
) -> Contents:
    """Write the table of contents with the pages below their papers, and return it.

    The last of them is that of the trials, of papers whose trials are listed.
    """
    sections = {page: [(one.page, one.title) for one in cuts[1:]] for page, cuts in made.items()}
    for key in listed:
        sections.setdefault(f"book/papers/{key}", []).append((trials_page.name_of(key), "Trials"))
    sections = {page: below for page, below in sections.items() if below}
    titles = {page: title for page in made if (title := chapter_title(page))}
    write_if_new(target, with_sections(source, sections, titles))
    return read_contents(target)


def _below(folder: Path, prefix: str) -> dict[str, Path]:
    """Return the files of a folder under their names in the staging folder."""
    return {
        f"{prefix}/{path.relative_to(folder).as_posix()}": path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not set(path.relative_to(folder).parts) & set(LEFT_OUT)
        and not path.name.endswith(UNFINISHED)
    }


def _remove_all_but(folder: Path, names: Iterable[str]) -> None:
    kept = set(names) | {"conf.py"}
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.relative_to(folder).as_posix() not in kept:
            path.unlink()


def _asks(source: Path) -> bool:
    """Say whether a page asks for something generated."""
    return source.suffix == ".md" and bool(MARKER.search(source.read_text("utf-8")))


def _write_bytes_if_new(path: Path, content: bytes) -> None:
    if not (path.is_file() and path.read_bytes() == content):
        write_bytes(path, content)


def _copy_if_new(source: Path, target: Path) -> None:
    if target.is_file() and filecmp.cmp(source, target, shallow=False):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def write_if_new(path: Path, text: str) -> None:
    """Write a text file unless it already says just that: its time tells Sphinx what is new."""
    if not (path.is_file() and path.read_text("utf-8") == text):
        write_text(path, text)


def _write_page_in_waiting(root: Path, folder: Path, page: str, others: str) -> None:
    """Write the page of a notebook that no edition holds, so that it says so itself."""
    name = Path(page).name
    notebook = root / "notebooks" / f"{name}.ipynb"
    if Path(page).parent.name != "papers":
        raise UserError(
            f"_toc.yml names {page}, but neither {page}.md nor {page}.ipynb exists; "
            "write the page or take it out of the table of contents"
        )
    if name in papers.names():
        write_if_new(folder / f"{page}.md", paper_page(name, notebook.is_file(), others))
        return
    source = (
        "The notebook itself, without results, is in `notebooks/` of the repository.\n"
        if notebook.is_file()
        else ""
    )
    text = (
        f"# {_title_of(notebook) or name.replace('_', ' ').capitalize()}\n\n"
        "```{note}\n"
        "This notebook has not been executed in this edition; "
        f"`reproduce run {name}` does it.\n"
        "Then `reproduce book` puts its figures, tables and verdicts on this page.\n"
        "```\n\n"
        f"Nothing is claimed here in its place. {source}"
    )
    write_if_new(folder / f"{page}.md", text)


def _title_of(notebook: Path) -> str | None:
    """Return the first heading of a notebook; None without one."""
    if not notebook.is_file():
        return None
    try:
        cells = json.loads(notebook.read_text("utf-8")).get("cells", [])
    except ValueError as error:
        raise UserError(f"{relative(notebook)} is not a notebook: {error}") from error
    for cell in cells:
        if cell.get("cell_type") == "markdown":
            for line in "".join(cell["source"]).splitlines():
                if line.startswith("# "):
                    return line.removeprefix("# ").strip()
    return None
