"""The papers, a folder each: record, claims, ambiguities, audit, printed tables, and its study.

A folder with a `paper.yaml` is a paper of the book; one with a `protocol.py` can be run as well. A
folder with a `study.yaml` is a study of the book's own, which is run in the same way.
"""

from collections.abc import Mapping
from importlib import import_module, resources
from typing import Any

from reproduce.errors import UserError
from reproduce.registry import records
from reproduce.registry.records import Paper, paper

__all__ = ["Paper", "everything", "names", "open_study", "paper", "protocol", "runnable"]


def names() -> list[str]:
    """Return the keys of all papers, in their order."""
    return list(records.papers())


def runnable() -> list[str]:
    """Return the keys of the papers that have a protocol and a notebook."""
    return [key for key in names() if _has_protocol(key)]


def everything() -> list[str]:
    """Return all that has a protocol and a notebook: the papers, then the studies of our own."""
    return [*runnable(), *records.own_studies()]


def protocol(key: str):
    """Return a paper's `study.protocol.Protocol`."""
    records.work(key)
    if not _has_protocol(key):
        raise UserError(
            f"the paper '{key}' has claims and tables here but no notebook, so it cannot be run; "
            f"those that can: {', '.join(everything())}"
        )
    return import_module(f"reproduce.papers.{key}.protocol").PROTOCOL


def open_study(key: str, namespace: Mapping[str, Any]):
    """Open a paper's study from the variables that its notebook's parameters cell defined."""
    from reproduce.study.study import Study

    return Study.open(protocol(key), namespace)


def _has_protocol(key: str) -> bool:
    return resources.files("reproduce.papers").joinpath(key, "protocol.py").is_file()
