"""Objects of a notebook as a file of one's own: what they need is gathered, or they are refused.

A result is kept by the digest of the code that made it, and workers and other machines run that
code anew. So an object goes where files go: its source, with the functions, classes, imports and
plain values it uses, is written to `runs/own/NAME.py`, and taken from there.
"""

import ast
import importlib
import inspect
import linecache
import symtable
import textwrap
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

from reproduce.errors import UserError
from reproduce.files import project_root, write_text
from reproduce.own_code import OF_FILE

FOLDER = "runs/own"
PLAIN = (bool, int, float, str, bytes, type(None))


def named(found: Any) -> str:
    """Write an object of a notebook to a file of its own; return the name methods ask for it by."""
    if not (inspect.isfunction(found) or inspect.isclass(found)):
        raise UserError(
            f"{found!r} is no function or class; expected a method, `def name(recipe)`, a loss, or "
            "the name of one"
        )
    if not found.__name__.isidentifier():
        raise UserError("a function without a name is kept by none; expected a `def` for it")
    text = gathered(found)
    path = f"{FOLDER}/{found.__name__.lower()}.py"
    place = project_root() / path
    if not place.is_file() or place.read_text("utf-8") != text:
        write_text(place, text)
    return f"{path.removesuffix('.py')}{OF_FILE}{found.__name__}"


def gathered(found: Any) -> str:
    """Return a text that holds an object and all that it uses, in an order that runs."""
    imports: dict[str, None] = {}
    parts: dict[str, str] = {}
    _gather(found, found.__name__, imports, parts, ())
    heading = f'"""Taken from a notebook: {found.__name__}."""'
    return (
        "\n\n\n".join(filter(None, [heading, "\n".join(sorted(imports)), *parts.values()])) + "\n"
    )


def _gather(found: Any, name: str, imports: dict, parts: dict, on_the_way: tuple) -> None:
    """Add an object to the parts, after what it uses."""
    if name in parts or name in on_the_way:
        return
    text, space = source_of(found), _surroundings(found)
    for used in sorted(_used(text)):
        if used == name or used not in space:
            continue  # A built-in, or what it will find missing itself.
        value = space[used]
        if isinstance(value, PLAIN) or _is_plain(value):
            parts.setdefault(used, f"{used} = {value!r}")
        elif line := _import_of(used, value):
            imports[line] = None
        elif inspect.isfunction(value) or inspect.isclass(value):
            if value.__name__ != used:
                raise _refused(name, f"uses {value.__name__} by the other name '{used}'")
            _gather(value, used, imports, parts, (*on_the_way, name))
        else:
            raise _refused(name, f"uses '{used}', a {type(value).__name__} of the notebook")
    parts[name] = text


def source_of(found: Any) -> str:
    """Return the source of a function or class, or refuse what has none."""
    try:
        text = textwrap.dedent(_source_of_class(found) if inspect.isclass(found)
                               else inspect.getsource(found))  # fmt: skip
        first = next(iter(ast.parse(text).body), None)
    except (OSError, TypeError, SyntaxError):
        first = None
    # What is made of a string may be given the lines of another one, such as that of `python -c`.
    if getattr(first, "name", None) != found.__name__:
        raise _refused(found.__name__, "has no source that can be read")
    if inspect.isfunction(found) and found.__code__.co_freevars:
        raise _refused(found.__name__, f"uses '{found.__code__.co_freevars[0]}' of a function "
                       "around it")  # fmt: skip
    return text.rstrip()


def _source_of_class(found: type) -> str:
    """Return the source of a class; Python alone finds none of what was typed into a notebook."""
    for value in vars(found).values():
        function = getattr(value, "__func__", value)
        if not inspect.isfunction(function) or function.__qualname__.count(".") != 1:
            continue
        text = "".join(linecache.getlines(function.__code__.co_filename))
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef) and node.name == found.__name__:
                first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
                return "\n".join(text.splitlines()[first - 1 : node.end_lineno])
    return inspect.getsource(found)


def _surroundings(found: Any) -> Mapping[str, Any]:
    """Return the names that an object sees around it."""
    if inspect.isfunction(found):
        return found.__globals__
    return vars(importlib.import_module(found.__module__))


def _used(text: str) -> set[str]:
    """Return the names that a piece of code takes from what is around it."""
    return set(_globals_of(symtable.symtable(text, "code", "exec")))


def _globals_of(table: symtable.SymbolTable) -> Iterator[str]:
    top = table.get_type() == "module"
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (symbol.is_global() or (top and not symbol.is_assigned())):
            yield symbol.get_name()
    for child in table.get_children():
        yield from _globals_of(child)


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return _is_plain([*value.keys(), *value.values()])
    return isinstance(value, tuple | list) and all(
        isinstance(one, PLAIN) or _is_plain(one) for one in value
    )


def _import_of(used: str, value: Any) -> str:
    """Return the line that imports a value under a name; empty if it is of the notebook."""
    if isinstance(value, ModuleType):
        return f"import {value.__name__}" + ("" if value.__name__ == used else f" as {used}")
    origin, name = getattr(value, "__module__", None), getattr(value, "__name__", None)
    if not origin or not name or origin == "__main__":
        return ""
    try:
        same = getattr(importlib.import_module(origin), name, None) is value
    except ImportError:
        return ""
    return f"from {origin} import {name}" + ("" if name == used else f" as {used}") if same else ""


def _refused(name: str, why: str) -> UserError:
    return UserError(
        f"{name} {why}, and nothing is kept of code that cannot be run again; expected a function "
        "or class with its source that uses imports, plain values and others of its kind: write it "
        f"into a file of its own and name it, FILE.py:{name}"
    )
