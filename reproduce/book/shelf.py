"""All published versions of the book on one site: each in its own folder, and the newest as latest.

    python -m reproduce.book.shelf ARCHIVES SITE

ARCHIVES holds the archives of the releases with their checksums, as `reproduce.book.archive` wrote
them. The site gets `v0.1.0/`, `latest/`, a list of all versions and an entrance.
"""

import argparse
import re
import shutil
import sys
import tarfile
from html import escape
from pathlib import Path

from reproduce.book.archive import NAME
from reproduce.errors import UserError, status_of
from reproduce.files import sha256_of_file, write_text
from reproduce.plain_page import plain_page

ARCHIVE = re.compile(rf"{NAME}-v(?P<version>\d+\.\d+\.\d+)\.tar\.gz")
LATEST, LIST = "latest", "versions.html"


def shelve(archives: Path, site: Path) -> list[str]:
    """Put every version into the site and return them, the newest first."""
    found = {match["version"]: path for path in sorted(archives.glob("*.tar.gz"))
             if (match := ARCHIVE.fullmatch(path.name))}  # fmt: skip
    if not found:
        raise UserError(
            f"there is no archive of a version in {archives.name}/, expected {NAME}-v0.1.0.tar.gz "
            "or later"
        )
    versions = sorted(found, key=lambda text: tuple(map(int, text.split("."))), reverse=True)
    for version in versions:
        _unpack(found[version], site / f"v{version}")
    shutil.copytree(site / f"v{versions[0]}", site / LATEST)
    # GitHub Pages drops every folder that begins with an underscore unless this file is there.
    (site / ".nojekyll").touch()
    write_text(site / LIST, _list(versions))
    write_text(site / "index.html", _entrance())
    return versions


def _unpack(path: Path, folder: Path) -> None:
    """Unpack a site whose checksum is right, under its folder and nowhere else."""
    written = path.with_name(f"{path.name}.sha256")
    expected = written.read_text("utf-8").split()[0] if written.is_file() else None
    if expected != sha256_of_file(path):
        raise UserError(
            f"{path.name} is not what {written.name} says: expected {expected or 'a checksum'}; "
            "fetch both files of the release again"
        )
    unpacked = folder.with_name(f".{folder.name}")
    with tarfile.open(path) as archive:
        archive.extractall(unpacked, filter="data")
    (unpacked / NAME).rename(folder)
    unpacked.rmdir()
    if not (folder / "index.html").is_file():
        raise UserError(f"{path.name} holds no index.html: it is no site of this book")


def _list(versions: list[str]) -> str:
    rows = [f'<li><a href="{LATEST}/index.html">latest</a>, which is {escape(versions[0])}</li>']
    rows += [f'<li><a href="v{escape(one)}/index.html">{escape(one)}</a></li>' for one in versions]
    body = (
        "<h1>Versions of the book</h1>\n<p>A version stays as it was published. Corrections are "
        "in the latest.</p>\n<ul>\n" + "\n".join(rows) + "\n</ul>"
    )
    return plain_page("Versions of Imbalanced Learning, Reproduced", body)


def _entrance() -> str:
    body = (
        f'<p><a href="{LATEST}/index.html">Read the book</a>, or choose among '
        f'<a href="{LIST}">all versions</a>.</p>'
    )
    return plain_page("Imbalanced Learning, Reproduced", body, leads_to=f"{LATEST}/index.html")


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line, for the release workflow."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("archives", type=Path)
    parser.add_argument("site", type=Path)
    given = parser.parse_args(arguments)
    return status_of(lambda: print("on the site:", ", ".join(shelve(given.archives, given.site))))


if __name__ == "__main__":
    sys.exit(main())
