"""The table of contents: which pages the book has, and which files hold them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from reproduce.errors import UserError
from reproduce.files import relative

SUFFIXES = (".ipynb", ".md")


@dataclass(frozen=True)
class Contents:
    """The pages of the book in reading order, each as a path without its suffix."""

    root: str
    pages: tuple[str, ...]


def read_contents(path: Path) -> Contents:
    """Read a `_toc.yml` of the `jb-book` format.

    Read here and not by Sphinx, because the checks must know what was promised from another
    source than the one that built the site.
    """
    toc = _parsed(path)
    if not isinstance(toc, dict) or not isinstance(toc.get("root"), str):
        raise UserError(
            f"{relative(path)} names no first page, expected `root: book/intro`; "
            "write it as Jupyter Book 1.x documents it (format: jb-book)"
        )
    pages = [toc["root"], *(entry["file"] for entry in _entries(toc))]
    doubled = sorted({page for page in pages if pages.count(page) > 1})
    if doubled:
        raise UserError(
            f"{relative(path)} names {', '.join(doubled)} more than once; keep one of them"
        )
    return Contents(toc["root"], tuple(pages))


def _parsed(path: Path) -> Any:
    try:
        return yaml.safe_load(Path(path).read_text("utf-8"))
    except (OSError, yaml.YAMLError) as error:
        reason = str(error).splitlines()[0]
        raise UserError(f"cannot read the table of contents {relative(path)}: {reason}") from error


def with_sections(
    path: Path,
    sections: Mapping[str, Sequence[tuple[str, str]]],
    titles: Mapping[str, str],
) -> str:
    """Return the text of a table of contents with pages that are made when the book is staged.

    Parameters
    ----------
    path
        The `_toc.yml` as it is committed: one line for each paper.
    sections
        For a page, the pages that go below it: path and title of each.
    titles
        Short titles of pages that the table gives none.
    """
    toc = _parsed(path)
    for entry in _entries(toc):
        page = entry["file"]
        if page in titles:
            entry.setdefault("title", titles[page])
        if page in sections:
            made = [{"file": name, "title": title} for name, title in sections[page]]
            entry["sections"] = [*made, *entry.get("sections", [])]
    return yaml.safe_dump(toc, sort_keys=False, allow_unicode=True)


def _entries(node: object) -> list[dict]:
    """Return every entry with a `file:` below a node, in order; a link elsewhere is no page."""
    if isinstance(node, list):
        return [entry for part in node for entry in _entries(part)]
    if not isinstance(node, dict):
        return []
    own = [node] if "file" in node else []
    below = [one for key in ("parts", "chapters", "sections") for one in _entries(node.get(key))]
    return own + below


def source_of(folder: Path, page: str) -> Path | None:
    """Return the file that holds a page; None where there is none."""
    for suffix in SUFFIXES:
        path = Path(folder) / f"{page}{suffix}"
        if path.is_file():
            return path
    return None


def notebooks_of(folder: Path, contents: Contents) -> list[Path]:
    """Return the notebooks among the pages."""
    sources = (source_of(folder, page) for page in contents.pages)
    return [path for path in sources if path is not None and path.suffix == ".ipynb"]
