"""The code itself, shown on a page beside the equation it computes."""

import ast
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from reproduce.errors import UserError


class Source:
    """The source of a function or class, as a highlighted block without its docstring.

    Read from the file of the installed package when the page is made, so the page cannot show
    other code than the one that ran; what needs PyTorch to run can be read without it.

    Parameters
    ----------
    thing
        A function, class or module, or where it stands: "reproduce.losses.embedding.bdcl:bdcl".
        A module is shown whole.
    """

    def __init__(self, thing: Callable[..., Any] | type | ModuleType | str):
        if isinstance(thing, ModuleType):
            place = thing.__name__
        else:
            place = thing if isinstance(thing, str) else f"{thing.__module__}:{thing.__qualname__}"
        self.module, _, self.name = place.partition(":")

    def __str__(self) -> str:
        found = find_spec(self.module)
        if found is None or found.origin is None:
            raise UserError(f"there is no module {self.module} to show the source of")
        text = Path(found.origin).read_text("utf-8")
        if not self.name:
            return text.rstrip()
        node: Any = ast.parse(text)
        for name in self.name.split("."):
            named = [one for one in node.body if getattr(one, "name", None) == name]
            if not named:
                raise UserError(f"{self.module} defines no '{self.name}' to show the source of")
            node = named[-1]
        lines = text.splitlines()
        said = node.body[0]
        hidden: range | tuple[()] = ()
        if ast.get_docstring(node) is not None:
            hidden = range(said.lineno, said.end_lineno + 1)
        first = min(one.lineno for one in (node, *node.decorator_list))
        kept = (n for n in range(first, node.end_lineno + 1) if n not in hidden)
        return "\n".join(lines[number - 1] for number in kept)

    def __repr__(self) -> str:
        # Without a memory address, so that the same page gives the same file.
        return f"source of {self.name.rpartition('.')[2] or self.module}"

    def _repr_markdown_(self) -> str:
        return f"```python\n{self}\n```"
