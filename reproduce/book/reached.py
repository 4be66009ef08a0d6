"""What of the package a notebook can reach: when none of it has changed, nor has the page.

Reached is the folder of its paper, all of it, and every module that the notebook, that folder or
what executes notebooks imports, and what these import in turn, wherever in a file that stands. A
module that imports by name reaches its whole room, and the rooms whose names are written in it; one
that asks a package for its `__file__`, all that lies there. Of the files that are no code, those in
other papers' folders are left out, but for the records, which are read together. Rather too much is
reached than too little: a page that is executed in vain costs minutes, an old number shown as a new
one costs the trust in all of them.
"""

import ast
import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import reproduce

PACKAGE = Path(reproduce.__file__).resolve().parent
NAME = reproduce.__name__
DATA = ("*.yaml", "*.csv", "*.sql")
# What executes the notebook of a paper, or of a chapter, and keeps what it stands on.
OF_PAPER, OF_CHAPTER = "book.execute", "book.chapters"
# A folder each, of which a page reads its own; `papers` imports the one it is asked for by name.
PAPERS = "papers"
RECORD, OF_OUR_OWN = "paper.yaml", "study.yaml"
BY_NAME = ("import_module", "__import__")


def digest(notebook: Path, package: Path | None = None) -> str:
    """Return the SHA-256 of all that a notebook reaches, names and contents."""
    package = package or PACKAGE
    found = hashlib.sha256()
    for file in sorted(files(notebook, package)):
        found.update(file.relative_to(package).as_posix().encode() + file.read_bytes())
    return found.hexdigest()


def files(notebook: Path, package: Path) -> set[Path]:
    """Return the files of the package that a notebook reaches."""
    own = package / PAPERS / notebook.stem
    # A chapter of no paper, and a study of our own, may speak of all of them.
    alone = own.is_dir() and not (own / OF_OUR_OWN).is_file()
    whole = [own] if alone else [package / PAPERS]
    # Files of no code are read by whoever is told their names.
    data = {path for kind in DATA for path in package.rglob(kind) if _is_read(path, package)}
    found = data | {path for folder in whole for path in _all(folder)}
    waiting = [path for path in found if path.suffix == ".py"]
    names = {OF_PAPER if own.is_dir() else OF_CHAPTER} | _imports(_code(notebook))
    while waiting or names:
        new = {path for name in names for path in _modules(name, package)} - found
        found |= new
        names = set()
        for path in [*waiting, *new]:
            names |= _reaches(path, package)
        waiting = []
        # A room that is reached as a whole stands there as its folder's name and a star.
        for room in {name for name in names if name.endswith(".*")}:
            names.discard(room)
            inside = _all(package.joinpath(*room.split(".")[:-1])) - found
            found |= inside
            waiting += [path for path in inside if path.suffix == ".py"]
    return found


def _is_read(path: Path, package: Path) -> bool:
    return path.relative_to(package).parts[0] != PAPERS or path.name in (RECORD, OF_OUR_OWN)


def _all(folder: Path) -> set[Path]:
    return {path for kind in ("*.py", *DATA) for path in folder.rglob(kind)}


def _code(notebook: Path) -> str:
    """Return the code of a notebook; a cell that is no plain Python is none that we can follow."""
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def _modules(name: str, package: Path) -> Iterator[Path]:
    """Yield the files of a module of the package and of the packages around it."""
    parts = name.split(".") if name else []
    for end in range(len(parts) + 1):
        place = package.joinpath(*parts[:end])
        for file in (place / "__init__.py", place.with_suffix(".py")):
            if file.is_file():
                yield file


def _reaches(path: Path, package: Path) -> set[str]:
    """Return the names that a file imports, and as `room.*` the rooms it imports from by name."""
    text = path.read_text("utf-8")
    names = set(_imports(text))
    room = path.relative_to(package).parts[0]
    if _imports_by_name(text):
        rooms = {room, *_rooms_named(text)} - {PAPERS, path.name}
        names |= {f"{one}.*" for one in rooms if (package / one).is_dir()}
    places = _places_asked(text)
    return names | {f"{name}.*" for name in names if name and name.split(".")[-1] in places}


@cache
def _imports(text: str) -> frozenset[str]:
    """Return the names, within the package, that code imports anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or "", *(f"{node.module}.{one.name}" for one in node.names)}
    ours = {name for name in found if name.partition(".")[0] == NAME}
    return frozenset(name.removeprefix(NAME).lstrip(".") for name in ours)


@cache
def _imports_by_name(text: str) -> bool:
    return any(
        (isinstance(node, ast.Name) and node.id in BY_NAME)
        or (isinstance(node, ast.Attribute) and node.attr in BY_NAME)
        for node in ast.walk(ast.parse(text))
    )


@cache
def _places_asked(text: str) -> frozenset[str]:
    """Return the names of which code asks where they lie: `name.__file__`."""
    return frozenset(
        node.value.id
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute)
        and node.attr == "__file__"
        and isinstance(node.value, ast.Name)
    )


@cache
def _rooms_named(text: str) -> frozenset[str]:
    """Return the rooms of the package whose dotted names stand in strings of a file."""
    strings = [
        node.value
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    named = {one.split(".")[1] for one in strings if one.startswith(f"{NAME}.")}
    return frozenset(named - {""})
