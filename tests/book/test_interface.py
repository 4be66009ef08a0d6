"""The names for one's own code: each is there to link to, as it is called."""

import ast
import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest

from reproduce import losses, models
from reproduce.book import interface, reference

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
OBJECT = re.compile(r"^`{3,}\{py:(?:function|class)\} ([\w.]+)\((.*)\)$", re.MULTILINE)


def objects() -> dict[str, str]:
    """Return every name of the book that others can link to, with its parameters."""
    found = [match for page in reference.PAGES for match in OBJECT.findall(reference.page(page))]
    assert len(dict(found)) == len(found), "a name has two places"
    return dict(found)


def imported(text: str) -> set[str]:
    """Return the functions and classes of this package that code imports or reaches by dots."""
    known: dict[str, str] = {}
    tree = ast.parse(text)
    for one in ast.walk(tree):
        if isinstance(one, ast.ImportFrom) and str(one.module).partition(".")[0] == "reproduce":
            known |= {alias.name: f"{one.module}.{alias.name}" for alias in one.names}
    reached = set(known.values())
    for one in ast.walk(tree):
        if isinstance(one, ast.Attribute) and getattr(one.value, "id", None) in known:
            reached.add(f"{known[one.value.id]}.{one.attr}")
    return {name for name in reached if is_called(name)}


def is_called(name: str) -> bool:
    """Say whether a name is a function or class of a module: no module, no value."""
    module, _, last = name.rpartition(".")
    try:
        found = getattr(import_module(module), last)
    except (ModuleNotFoundError, AttributeError):
        return False
    return inspect.isroutine(found) or inspect.isclass(found)


def test_code_reaches_names_in_both_ways():
    text = "from reproduce import losses\nfrom reproduce.models import build\nlosses.module('a')\n"
    assert imported(text) == {"reproduce.losses.module", "reproduce.models.build"}
    assert imported("import torch\nfrom reproduce import losses") == set()


def test_what_pages_import_can_be_linked_to():
    there, used = objects(), set()
    for page in [ROOT / "README.md", *sorted((ROOT / "book").rglob("*.md"))]:
        for block in BLOCK.findall(page.read_text("utf-8")):
            used |= imported(block)
    assert {"reproduce.losses.module", "reproduce.study.study.Study"} <= used
    assert used <= set(there), f"reproduce/book/interface.py lacks {used - set(there)}"


def test_every_loss_and_every_network_can_be_linked_to():
    there = objects()
    for name in losses.LOSSES:
        assert f"reproduce.losses.{name}" in there
    for network in models.BACKBONES.values():
        assert f"reproduce.models.{network.made_by.replace(':', '.')}" in there


def test_what_the_losses_offer_is_complete():
    values = {"LOSSES", "SHAPES"}
    assert set(interface.NAMES["losses"]["reproduce.losses"]) == {*losses.__all__} - values


@pytest.mark.parametrize("part", interface.NAMES)
def test_the_page_has_every_part(part):
    page = (ROOT / "book" / "interface.md").read_text("utf-8")
    assert page.count(f"<!-- registry: names {part} -->") == 1
    assert f"{{py:{'class' if part == 'studies' else 'function'}}} reproduce." in (
        reference.names_of(part)
    )


def test_a_name_is_called_as_its_code_says():
    def made_up(one, *, two: float = 0.5, **rest: int) -> None:
        """Do something.

        Parameters
        ----------
        two : float
            The second, `a`.
        **rest
            All else.

        Examples
        --------
        >>> made_up(1)
        """

    entry = interface.entry("reproduce.made_up", made_up)
    head, *_, last = entry.splitlines()
    assert head == "``````{py:function} reproduce.made_up(one, *, two=0.5, **rest)"
    assert last == "``````"
    assert "`two` *float*\n: The second, `a`." in entry and "`**rest`\n: All else." in entry
    assert "```pycon\n>>> made_up(1)\n```" in entry
    assert objects()["reproduce.losses.Batch"].startswith("labels, logits=None, embeddings=None")
    assert "heads=..., " in objects()["reproduce.losses.Batch"]
