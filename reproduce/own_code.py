"""Python files of one's own: `mine.py:my_remedy` is an object of a file outside the package.

A file is read once, when somebody here names it, and its text is taken in: it is known from then on
by its name and its SHA-256, runs from that text alone, and is what worker processes are handed. So
a file that is edited while it trains changes nothing that is under way, and what a plan or a store
names is never looked for on the disk: nothing runs that nobody here has asked for.
"""

import ast
import hashlib
import inspect
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

from reproduce.errors import UserError, nearest, reason
from reproduce.files import project_root, relative

# Between a file and a name in it; between either and the digits of the file.
OF_FILE, AT = ".py:", "@"
# So many digits tell the files that one process has read.
SHORT = 8


@dataclass(frozen=True)
class Source:
    """The text of a file, with the path it was read from."""

    path: str
    text: str

    @property
    def file(self) -> str:
        """Return the file's name without its folder, which is one machine's own."""
        return Path(self.path).name

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of the text in UTF-8, which is that of the file."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def mark(self) -> str:
        """Return file and digest as the description of a phase has them."""
        return f"{self.file}{AT}{self.sha256}"

    def qualified(self, name: str) -> str:
        """Return by what name a phase asks for an object of this very text."""
        return f"{self.file}:{name}{AT}{self.sha256[:SHORT]}"


# By their marks; filled by `take_in` alone.
_TAKEN_IN: dict[str, Source] = {}


def is_one(name: object) -> bool:
    """Say whether a name is that of an object in a file of one's own."""
    return isinstance(name, str) and OF_FILE in name


def split(name: str) -> tuple[str, str]:
    """Return the path of the file, and the name in it."""
    path, _, attribute = name.rpartition(":")
    return path, attribute


def short(name: str) -> str:
    """Return a name without its file's folder; any other name as it is."""
    if not is_one(name):
        return name
    path, attribute = split(name)
    return f"{Path(path).name}:{attribute}"


def label(name: str) -> str:
    """Return what a page calls it: its name with the file it is from, so that none is mistaken."""
    path, attribute = split(name)
    return f"{attribute} ({Path(path).name})"


def canonical(name: str) -> str:
    """Return the name with its path from the project's root, where notebooks are executed.

    A path that is no file from the working folder is left as it is: it may be from the root.
    """
    path, attribute = split(name)
    here = Path(path).absolute()
    if not here.is_file():
        return name
    root = project_root()
    inside = here.is_relative_to(root)
    return f"{(here.relative_to(root) if inside else here).as_posix()}:{attribute}"


def take_in(path: str | Path) -> Source:
    """Read a file of one's own, from the working folder or the project's root, and trust it."""
    place = next((p for p in (Path(path), project_root() / path) if p.is_file()), None)
    if place is None:
        raise UserError(
            f"there is no file {path} here or in {project_root().name}/; expected a Python file of "
            "your own: check its path, or bring it back to where it was"
        )
    try:
        found = Source(str(place.absolute()), place.read_bytes().decode("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            f"{relative(place)} cannot be read ({reason(error)}); expected a Python file in UTF-8"
        ) from None
    take_in_all([found])
    return found


def take_in_all(sources: Iterable[Source]) -> None:
    """Take in what another process has read."""
    _TAKEN_IN.update({source.mark: source for source in sources})


def taken_in() -> tuple[Source, ...]:
    """Return everything that was taken in, to be handed to a worker."""
    return tuple(_TAKEN_IN.values())


def known(file: str, digits: str) -> Source | None:
    """Return what was taken in under a file's name and the first digits of its SHA-256."""
    if len(digits) < SHORT:
        return None
    found = [s for s in _TAKEN_IN.values() if s.file == file and s.sha256.startswith(digits)]
    return found[0] if found else None


def unknown(file: str, sha256: str) -> UserError:
    """Say that nobody here has taken in a file that something to be trained needs."""
    others = [source for source in _TAKEN_IN.values() if source.file == file]
    if others:
        return UserError(
            f"{file} here has the SHA-256 {others[-1].sha256[:12]}..., what is to be trained was "
            f"described with {sha256[:12]}...; get the same file, or make the plan anew"
        )
    return UserError(
        f"what is to be trained runs code of {file} (SHA-256 {sha256[:12]}...), which is not of "
        f"this package; expected that you trust it: read the file, then give --trust {file}"
    )


def find(name: str) -> tuple[Source, object]:
    """Read a file of one's own anew and return it with the object that a name says."""
    path, attribute = split(name)
    source = take_in(path)
    return source, member(source, attribute)


def member(source: Source, name: str) -> object:
    """Return an object of a file by its name."""
    space = vars(module(source))
    if name not in space:
        own = [key for key, value in space.items() if is_own(source, value)]
        raise UserError(
            f"{source.file} has no '{name}'{nearest(name, own)} (it has: {', '.join(own) or '-'})"
        )
    return space[name]


def is_own(source: Source, value: object) -> bool:
    """Say whether a function or class was written in the file, not imported by it."""
    named = inspect.isfunction(value) or inspect.isclass(value)
    return named and value.__module__ == module(source).__name__


@cache
def module(source: Source) -> ModuleType:
    """Run the text of a file as a module, once; what it raises becomes one line."""
    made = ModuleType(f"own_{source.sha256[:SHORT]}_{Path(source.path).stem}")
    made.__file__ = source.path
    # Known by its name as modules are: dataclasses and `inspect` look for it there.
    sys.modules[made.__name__] = made
    try:
        tree = ast.parse(source.text, source.path)
        _refuse_neighbours(source, tree)
        exec(compile(tree, source.path, "exec"), vars(made))
    except UserError:
        raise
    except (Exception, SystemExit) as error:
        raise stopped(source.file, error, "mend it, or see where with --debug") from error
    return made


def stopped(what: str, error: BaseException, advice: str) -> UserError:
    """Return in one line what code of one's own raised."""
    return UserError(f"{what} stopped with {type(error).__name__}: {reason(error)}; {advice}")


def _refuse_neighbours(source: Source, tree: ast.Module) -> None:
    """Refuse a file that imports another of one's own, whose text no key would know."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names = ["" if node.level else str(node.module)]
        else:
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
        for name in (one.partition(".")[0] for one in names):
            if not name or _is_neighbour(name, Path(source.path).parent):
                raise UserError(
                    f"{source.file} imports {name or 'a neighbour'}, another file of your own; "
                    "expected one file that holds all its code, since results are kept by its "
                    "digest: put both into one"
                )


def _is_neighbour(name: str, folder: Path) -> bool:
    """Say whether a module lies where files of one's own do, and not where packages do."""
    inside = (f"{name}.py", f"{name}/__init__.py")
    places = {folder, Path.cwd(), project_root()} if name != "reproduce" else ()
    return any((place / file).is_file() for place in places for file in inside)
