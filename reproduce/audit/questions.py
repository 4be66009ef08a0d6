"""What each check asks: the first line of its own documentation, so that the two cannot differ."""

import inspect
import pkgutil
from importlib import import_module

import reproduce.audit
from reproduce.audit.outcome import Outcome


def questions() -> dict[str, str]:
    """Return {check: its question} for every function of this package that returns an outcome."""
    found = {}
    for info in pkgutil.walk_packages(reproduce.audit.__path__, "reproduce.audit."):
        module = import_module(info.name)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            own = function.__module__ == module.__name__ and not name.startswith("_")
            if own and inspect.signature(function).return_annotation is Outcome:
                found[name] = (inspect.getdoc(function) or "").partition("\n")[0]
    return dict(sorted(found.items()))
