"""Pack a finished site for a release: an archive, its checksum, and a manifest.

    python -m reproduce.book.archive _build/html dist --tag v0.1.0 --commit 1a2b3c4

The site is checked once more before it is packed, so that an empty or broken one never leaves.
"""

import argparse
import gzip
import io
import json
import sys
import tarfile
from datetime import UTC, datetime
from pathlib import Path

from reproduce import __version__
from reproduce.book.checks import check_site
from reproduce.book.contents import read_contents
from reproduce.errors import UserError, status_of
from reproduce.files import project_root, sha256_of_file, write_bytes, write_text

NAME = "imbalanced-learning-reproduced"


def archive(site: Path, folder: Path, tag: str, commit: str, toc: Path | None = None) -> Path:
    """Write `NAME-TAG.tar.gz`, its `.sha256` and its `.json` manifest; return the archive.

    The same site gives the same archive, byte for byte: times and owners are left out of it.

    Parameters
    ----------
    site
        The built site.
    folder
        Where the three files go.
    tag
        The version tag; it must be `v` and the package's version.
    commit
        The commit the site was built from.
    toc
        The table of contents with the pages that must be there; by default the project's.
    """
    if tag != f"v{__version__}":
        raise UserError(
            f"the tag is {tag}, expected v{__version__}; "
            "change the tag, or the version in reproduce/__init__.py and pyproject.toml"
        )
    contents = read_contents(toc or project_root() / "_toc.yml")
    check_site(site, contents)
    files = sorted(path for path in site.rglob("*") if path.is_file())
    target = folder / f"{NAME}-{tag}.tar.gz"
    write_bytes(target, gzip.compress(_tar(site, files), mtime=0))
    checksum = sha256_of_file(target)
    write_text(target.with_name(f"{target.name}.sha256"), f"{checksum}  {target.name}\n")
    manifest = {
        "tag": tag,
        "commit": commit,
        "built": datetime.now(UTC).isoformat(timespec="seconds"),
        "archive": target.name,
        "sha256": checksum,
        "bytes": target.stat().st_size,
        "files": len(files),
        "pages": [f"{page}.html" for page in contents.pages],
    }
    write_text(target.with_name(f"{NAME}-{tag}.json"), json.dumps(manifest, indent=1) + "\n")
    return target


def _tar(site: Path, files: list[Path]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path in files:
            entry = tarfile.TarInfo(f"{NAME}/{path.relative_to(site).as_posix()}")
            entry.size = path.stat().st_size
            entry.mode = 0o644
            with path.open("rb") as file:
                tar.addfile(entry, file)
    return packed.getvalue()


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line, for the release workflow."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("site", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tag", required=True)
    parser.add_argument("--commit", required=True)
    given = parser.parse_args(arguments)
    return status_of(lambda: print(archive(given.site, given.folder, given.tag, given.commit)))


if __name__ == "__main__":
    sys.exit(main())
