"""Lay out in one folder what the book is built from.

The folder holds the book and nothing else: built in place, Sphinx would walk through the virtual
environment as well. Files that did not change are left alone, with their times, so that Sphinx
reads again only what is new.
"""

import filecmp
import json
import shutil
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from reproduce import papers
from reproduce.book.audit import paper_page
from reproduce.book.contents import SUFFIXES, Contents, read_contents, with_sections
from reproduce.book.cutting import WHOLE, Cut, as_text, chapter_title, cut
from reproduce.book.registry import MARKER, filled
from reproduce.book.repository import repository_address
from reproduce.errors import UserError
from reproduce.files import relative, write_text

EDITIONS = ("latest", "published")
CONFIGURATION = ("_config.yml", "_toc.yml")
OVERLAID = ("papers", "results")
LEFT_OUT = (".ipynb_checkpoints", "__pycache__", ".DS_Store")


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
    made = {page: _cut(page, files) for page in contents.pages}
    written = {f"{one.page}.ipynb": one for cuts in made.values() for one in cuts}
    for page in (page for page, cuts in made.items() if cuts):
        path = PurePosixPath(page)
        files[f"{path.parent}/{WHOLE}/{path.name}.ipynb"] = files.pop(f"{page}.ipynb")
    _remove_all_but(folder, [*files, *written, *(f"{page}.md" for page in waiting)])
    address = repository_address(root)
    for name, source in files.items():
        if name != "_toc.yml" and not _write_with_registries(source, folder / name, address):
            _copy_if_new(source, folder / name)
    for name, one in written.items():
        write_if_new(folder / name, as_text(one.notebook))
    for page in waiting:
        _write_page_in_waiting(root, folder, page)
    return _write_contents(root / "_toc.yml", folder / "_toc.yml", made)


def _cut(page: str, files: dict[str, Path]) -> list[Cut]:
    """Return the pages of a notebook that is more than one; none for any other page."""
    source = files.get(f"{page}.ipynb")
    if source is None:
        return []
    try:
        notebook = json.loads(source.read_text("utf-8"))
    except ValueError:
        return []  # The check of the notebooks says what is wrong with it.
    return cut(page, notebook)


def _write_contents(source: Path, target: Path, made: dict[str, list[Cut]]) -> Contents:
    """Write the table of contents with the pages below their papers, and return it."""
    sections = {
        page: [(one.page, one.title) for one in cuts[1:]] for page, cuts in made.items() if cuts
    }
    titles = {page: title for page in made if (title := chapter_title(page))}
    write_if_new(target, with_sections(source, sections, titles))
    return read_contents(target)


def _below(folder: Path, prefix: str) -> dict[str, Path]:
    """Return the files of a folder under their names in the staging folder."""
    return {
        f"{prefix}/{path.relative_to(folder).as_posix()}": path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not set(path.relative_to(folder).parts) & set(LEFT_OUT)
    }


def _remove_all_but(folder: Path, names: Iterable[str]) -> None:
    kept = set(names) | {"conf.py"}
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.relative_to(folder).as_posix() not in kept:
            path.unlink()


def _write_with_registries(source: Path, target: Path, address: str | None) -> bool:
    """Write a page that shows a registry, filled; say whether it was one."""
    if source.suffix != ".md":
        return False
    text = source.read_text("utf-8")
    if not MARKER.search(text):
        return False
    write_if_new(target, filled(text, address))
    return True


def _copy_if_new(source: Path, target: Path) -> None:
    if target.is_file() and filecmp.cmp(source, target, shallow=False):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def write_if_new(path: Path, text: str) -> None:
    """Write a text file unless it already says just that: its time tells Sphinx what is new."""
    if not (path.is_file() and path.read_text("utf-8") == text):
        write_text(path, text)


def _write_page_in_waiting(root: Path, folder: Path, page: str) -> None:
    """Write the page of a notebook that no edition holds, so that it says so itself."""
    name = Path(page).name
    notebook = root / "notebooks" / f"{name}.ipynb"
    if Path(page).parent.name != "papers":
        raise UserError(
            f"_toc.yml names {page}, but neither {page}.md nor {page}.ipynb exists; "
            "write the page or take it out of the table of contents"
        )
    if name in papers.names():
        write_if_new(folder / f"{page}.md", paper_page(name, notebook.is_file()))
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
