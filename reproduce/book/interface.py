"""The names that code of one's own imports, each as an object that other books can link to.

Written in Sphinx's own words for Python (`py:function`), so that `objects.inv` has every name. They
are not left to autodoc: it imports what it tells of, and a book is built without PyTorch as well.
"""

import inspect
from collections.abc import Callable
from importlib import import_module
from typing import Any

from reproduce.book import docstrings, markup

# By part of the page: modules, and what is imported from them. A test compares this with the code
# that the pages show. Every loss and every network stands on a page of its own kind beside these.
NAMES: dict[str, dict[str, tuple[str, ...]]] = {
    "losses": {
        "reproduce.losses": (
            "module", "names", "shape", "function", "build", "Context", "Batch", "Mixed",
            "objective_class",
        ),
    },
    "networks": {
        "reproduce.models": ("build", "parameter_count"),
        "reproduce.networks.reading": ("read",),
    },
    "samplers": {"reproduce.data.batch_samplers": ("batch_sampler", "BatchSampler")},
    "studies": {"reproduce.study.study": ("Study",), "reproduce.pages.showing": ("show",)},
    "checks": {"reproduce.audit.own_table": ("check",), "reproduce.course": ("check",)},
}  # fmt: skip
DEFINED = ("Parameters", "Attributes")


def part(name: str) -> str:
    """Return what there is to say of the names of one part."""
    found = [
        entry(f"{module}.{one}", getattr(import_module(module), one))
        for module, names in NAMES[name].items()
        for one in names
    ]
    return markup.joined(found)


def entry(place: str, found: Any) -> str:
    """Return one name: how it is called, and what its docstring says.

    Parameters
    ----------
    place
        Module and name, as they are imported.
    found
        The function or class.
    """
    said = docstrings.read(inspect.getdoc(found))
    inner = [docstrings.markdown(said.summary), docstrings.markdown(said.body)]
    for title, text in said.sections.items():
        inner += [markup.rubric(title), _section(title, text, said)]
    return described(place, found, markup.joined(inner))


def described(place: str, found: Any, inner: str = "", contents: bool = True) -> str:
    """Return the directive that makes a function or class something to link to.

    Where a heading says its name already, it is left out of the list of contents.
    """
    kind = "class" if inspect.isclass(found) else "function"
    # Longer than the fences of equations and code within it.
    fence = "`" * (6 if inner else 3)
    options = [] if contents else [":no-contents-entry:"]
    head = [f"{fence}{{py:{kind}}} {place}{call(found)}", *options]
    return "\n".join([*head, *(["", inner] if inner else []), fence])


def call(found: Callable) -> str:
    """Return the parameters of a function and their defaults, without types, in brackets."""
    parameters = inspect.signature(found).parameters.values()
    bare = [part.replace(annotation=inspect.Parameter.empty) for part in parameters]
    return str(inspect.Signature(bare)).replace("<factory>", "...")


def _section(title: str, text: str, said: docstrings.Docstring) -> str:
    if title == "Examples":
        return markup.listing(text, "pycon")
    if title not in DEFINED:
        return docstrings.markdown(text)
    entries = {one.names: one for one in said.parameters(title).values()}
    return markup.definitions(
        (
            ", ".join(map(markup.code, names))
            + (f" *{markup.escaped(one.kind)}*" if one.kind else ""),
            docstrings.markdown(one.text),
        )
        for names, one in entries.items()
    )
