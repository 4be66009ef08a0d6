"""What a release says of itself to archives and checkers, written from the published edition.

`.zenodo.json` for the archive that gives a release its DOI, `codecheck.yml` for who checks that
the results can be made again, `book/results/croissant.json` for who looks for the tables as data.

`python -m reproduce.book.deposit` writes them anew after an edition was published; a test compares.
"""

import csv
import json
from pathlib import Path
from typing import Any

import yaml

from reproduce.data.croissant import table_of_results
from reproduce.figures.wording import plural
from reproduce.files import project_root, sha256_of_file, write_text
from reproduce.registry import records
from reproduce.trials import edition as editions
from reproduce.trials.edition import Edition

ZENODO, CODECHECK = ".zenodo.json", "codecheck.yml"
CROISSANT = "book/results/croissant.json"
# The columns of an edition's tables that all papers have, and that a reader can use as they are.
COLUMNS = ("key", "dataset", "backbone", "sampler", "iterations", "data_seed", "seed", "seconds")
CODECHECK_VERSION = "https://codecheck.org.uk/spec/config/1.0/"


def written(root: Path) -> dict[str, str]:
    """Return the text of each file by its path in the project."""
    citation = yaml.safe_load((root / "CITATION.cff").read_text("utf-8"))
    edition = Edition(root / "book")
    return {
        ZENODO: _json(zenodo(citation, edition)),
        CODECHECK: _yaml(codecheck(citation, edition, root)),
        CROISSANT: _json(croissant(citation, edition, root)),
    }


def zenodo(citation: dict[str, Any], edition: Edition) -> dict[str, Any]:
    """Return what Zenodo is to know of a release."""
    papers = [
        {"identifier": one["doi"], "relation": "cites", "resource_type": "publication-article"}
        for one in citation["references"]
        if one.get("doi")
    ]
    return {
        "title": citation["title"],
        "upload_type": "software",
        "version": str(citation["version"]),
        "creators": [{"name": _name(one)} for one in citation["authors"]],
        "license": str(citation["license"]).lower(),
        "description": f"<p>{_one_line(citation['abstract'])}</p><p>{_stands(edition)}</p>",
        "keywords": list(citation["keywords"]),
        "language": "eng",
        "related_identifiers": papers,
        "notes": "Not for diagnosis. Data sets and quoted papers keep their own terms.",
    }


def codecheck(citation: dict[str, Any], edition: Edition, root: Path) -> dict[str, Any]:
    """Return what a codechecker begins with: every file of results, and how it was made."""
    manifest = []
    for key, stamp in _stamps(edition).items():
        made = _made(key, stamp)
        manifest.append({
            "file": _place(edition.notebook(key), root),
            "comment": f"{records.work(key).short}: the executed notebook. {made}",
        })  # fmt: skip
        manifest.append({
            "file": _place(edition.results(key, "csv"), root),
            "comment": f"{records.work(key).short}: its {len(stamp['keys']):,} trials, a row each",
        })  # fmt: skip
    return {
        "version": CODECHECK_VERSION,
        "paper": {
            "title": citation["title"],
            "authors": [{"name": _name(one)} for one in citation["authors"]],
        },
        "manifest": manifest,
        "summary": "Not checked by anybody else yet. `make read` redraws nothing and builds the "
        "site; `reproduce store merge published`, then `reproduce run PAPER --profile PROFILE`, "
        "redraws a notebook from the published trials; `reproduce publish PAPER --force` trains "
        "all of them again.",
    }


def croissant(citation: dict[str, Any], edition: Edition, root: Path) -> dict[str, Any]:
    """Return the tables of the edition as a data set that others can find and load."""
    files, columns = {}, list(COLUMNS)
    stamps = _stamps(edition)
    for key in stamps:
        path = edition.results(key, "csv")
        files[key] = (path.name, sha256_of_file(path))
        with open(path, newline="", encoding="utf-8") as file:
            there = next(csv.reader(file))
        columns = [name for name in columns if name in there]
    dates = [stamp["executed"] for stamp in stamps.values()]
    more = {
        "license": "https://opensource.org/license/mit",
        "version": str(citation["version"]),
        "datePublished": max(dates),
        "citeAs": f"{citation['title']}, version {citation['version']}",
    }
    said = f"{_one_line(citation['abstract'])} {_stands(edition)}"
    return table_of_results("imbalanced-learning-reproduced", said, files, columns, more)


def _stamps(edition: Edition) -> dict[str, dict[str, Any]]:
    found = {key: edition.stamp(key) for key in [*records.papers(), *records.own_studies()]}
    return {key: stamp for key, stamp in found.items() if stamp is not None}


def _stands(edition: Edition) -> str:
    """Return on which trials the edition stands, in a sentence."""
    stamps = _stamps(edition)
    trials = sum(len(stamp["keys"]) for stamp in stamps.values())
    hours = sum(stamp["training_seconds"] for stamp in stamps.values()) / 3600
    scales = sorted({stamp["scale"] for stamp in stamps.values()})
    dates = sorted(stamp["executed"] for stamp in stamps.values())
    return (
        f"Its published edition has executed notebooks of {plural(len(stamps), 'chapter')} at "
        f"{' and '.join(scales)} scale, with {trials:,} trained networks ({hours:.0f} hours of "
        f"training), executed between {dates[0]} and {dates[-1]}."
    )


def _made(key: str, stamp: dict[str, Any]) -> str:
    hours = stamp["training_seconds"] / 3600
    given = {"profile": "quick", **stamp["given"]}
    asked = " ".join(
        f"--profile {value}" if name == "profile" else f"-p {name} '{json.dumps(value)}'"
        for name, value in given.items()
    )
    return (
        f"`reproduce publish {key} {asked}`, executed on {stamp['executed']} at commit "
        f"{stamp['commit']}; {hours:.1f} hours of training."
    )


def _place(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _name(author: dict[str, str]) -> str:
    if "name" in author:
        return author["name"]
    return f"{author['family-names']}, {author['given-names']}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _json(values: dict[str, Any]) -> str:
    return json.dumps(values, indent=1, ensure_ascii=False) + "\n"


def _yaml(values: dict[str, Any]) -> str:
    head = "# Written by `python -m reproduce.book.deposit` from the stamps of the edition.\n"
    return head + yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=100)


def main() -> None:
    """Write the files anew."""
    root = project_root()
    found = written(root)
    for name, text in found.items():
        write_text(root / name, text)
    print(f"written from {plural(len(_stamps(editions.published())), 'edition')}: "
          f"{', '.join(found)}")  # fmt: skip


if __name__ == "__main__":
    main()
