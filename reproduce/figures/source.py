"""The code itself, shown on a page beside the equation it computes."""

import inspect
from collections.abc import Callable
from typing import Any


class Source:
    """The source of a function or class, as a highlighted block without its docstring.

    Read from the installed package when the page is made, so the page cannot show other code than
    the one that ran.
    """

    def __init__(self, thing: Callable[..., Any] | type):
        self.thing = thing

    def __str__(self) -> str:
        text = inspect.getsource(self.thing).rstrip()
        documentation = self.thing.__doc__
        for quotes in ('"""', 'r"""'):
            text = text.replace(f"    {quotes}{documentation}{quotes[-3:]}\n", "", 1)
        return text

    def __repr__(self) -> str:
        # Without a memory address, so that the same page gives the same file.
        return f"source of {self.thing.__name__}"

    def _repr_markdown_(self) -> str:
        return f"```python\n{self}\n```"
