"""How data sets are named: NAME, or NAME?key=value&key=value, or kind:PATH for files of yours."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reproduce.errors import UserError, unknown_name

PATH_KINDS = ("npz", "folder", "masks")
_OPTIONS = re.compile(r"^[a-z_]+=[^=&]*(&[a-z_]+=[^=&]*)*$")


@dataclass(frozen=True)
class Name:
    """A data set's name, taken apart.

    `base` is the name without its options; for `kind:PATH` it is the kind and `path` the rest.
    """

    text: str
    base: str
    path: Path | None
    options: Mapping[str, str]

    @property
    def plain(self) -> str:
        """Return the name without its options."""
        return self.text.rpartition("?")[0] if self.options else self.text


@dataclass(frozen=True)
class Option:
    """One option of a data set: its default, and what it may be (a range, or a list of words)."""

    default: Any
    meaning: str
    choices: tuple = ()
    low: float | None = None
    high: float | None = None

    def read(self, key: str, text: str, name: str) -> Any:
        """Return the value in the type of the default, or say what was expected."""
        value: Any = text
        if isinstance(self.default, int | float):
            try:
                value = type(self.default)(text)
            except ValueError:
                kind = "a whole number" if isinstance(self.default, int) else "a number"
                raise UserError(f"'{name}': {key} is '{text}', expected {kind}") from None
        if self.choices and value not in self.choices:
            known = ", ".join(str(choice) for choice in self.choices)
            raise UserError(f"'{name}': {key} is '{text}', expected one of: {known}")
        if self.low is not None and not self.low <= value <= self.high:
            raise UserError(
                f"'{name}': {key} is {text}, expected a value from {self.low:g} to {self.high:g}"
            )
        return value


def parse(text: str) -> Name:
    """Take a name apart; options are text still, `values` gives them their types.

    In `kind:PATH` a question mark belongs to the path unless key=value pairs follow it.
    """
    kind, colon, rest = text.partition(":")
    if colon and kind in PATH_KINDS:
        path, mark, options = rest.rpartition("?")
        if not mark or not _OPTIONS.match(options):
            path, options = rest, ""
        if not path:
            raise UserError(f"'{text}' names no path; expected {kind}:PATH")
        return Name(text, kind, Path(path).expanduser(), _pairs(text, options))
    base, mark, options = text.partition("?")
    if mark and not _OPTIONS.match(options):
        raise UserError(
            f"'{text}' cannot be read: after '?' come key=value pairs joined by '&', "
            f"for instance {base}?size=64"
        )
    return Name(text, base, None, _pairs(text, options))


def values(name: Name, known: Mapping[str, Option]) -> dict[str, Any]:
    """Return every known option's value, its default where the name does not give one."""
    for key in name.options:
        if key not in known:
            if not known:
                raise UserError(f"'{name.text}': '{name.plain}' takes no options")
            raise unknown_name(f"option of '{name.plain}'", key, known)
    return {
        key: option.read(key, name.options[key], name.text) if key in name.options else
        option.default
        for key, option in known.items()
    }  # fmt: skip


def canonical(name: Name, known: Mapping[str, Option]) -> str:
    """Return the one spelling of a name: options sorted, defaults left out."""
    given = values(name, known)
    said = [f"{key}={given[key]}" for key in sorted(given) if given[key] != known[key].default]
    return name.plain + ("?" + "&".join(said) if said else "")


def _pairs(text: str, options: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for pair in filter(None, options.split("&")):
        key, _, value = pair.partition("=")
        if key in pairs:
            raise UserError(f"'{text}' gives {key} twice; give it once")
        pairs[key] = value
    return pairs
