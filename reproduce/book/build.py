"""Build the book: stage, check the notebooks, build, check the site, put it in its place."""

import os
import shutil
from pathlib import Path

from reproduce.book.checks import check_notebooks, check_site
from reproduce.book.contents import Contents, notebooks_of
from reproduce.book.repository import repository_address
from reproduce.book.stage import stage
from reproduce.book.website import run_sphinx, write_configuration
from reproduce.files import project_root, write_text
from reproduce.plain_page import plain_page


def build(edition: str = "latest", root: Path | None = None) -> Path:
    """Build one edition of the book and return the folder of the finished site.

    A site that fails a check never replaces the one that is there.

    Parameters
    ----------
    edition
        `latest`, with the notebooks executed on this machine, or `published`.
    root
        The project; by default the one around the working folder.
    """
    root = root or project_root()
    workshop = root / "_build"
    staged = workshop / "stage"
    staged.mkdir(parents=True, exist_ok=True)
    contents = stage(root, edition, staged)
    check_notebooks(notebooks_of(staged, contents))
    write_configuration(staged, edition, repository_address(root))
    unchecked = workshop / "unchecked"
    run_sphinx(staged, unchecked, workshop / "doctrees")
    _write_entrance(unchecked, contents)
    check_site(unchecked, contents)
    _put_in_place(unchecked, workshop / "html")
    return workshop / "html"


def _write_entrance(site: Path, contents: Contents) -> None:
    """Write the `index.html` that leads to the first page, which lies in a folder."""
    first = f"{contents.root}.html"
    if first != "index.html":
        write_text(
            site / "index.html",
            plain_page(
                "Imbalanced Learning, Reproduced",
                f'<p><a href="{first}">Read the book</a></p>',
                leads_to=first,
            ),
        )


def _put_in_place(finished: Path, place: Path) -> None:
    """Let a copy of the finished site take the old one's place.

    A copy, so that Sphinx finds its own output again and rebuilds only what changed.
    """
    fresh = place.with_name(f"{place.name}.fresh")
    former = place.with_name(f"{place.name}.former")
    for leftover in (fresh, former):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.copytree(finished, fresh, ignore=shutil.ignore_patterns(".buildinfo*"))
    # GitHub Pages drops every folder that begins with an underscore unless this file is there.
    (fresh / ".nojekyll").touch()
    if place.exists():
        os.replace(place, former)
    os.replace(fresh, place)
    shutil.rmtree(former, ignore_errors=True)
