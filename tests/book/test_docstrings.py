"""Docstrings in NumPy style, read and turned into Markdown."""

import pytest

from reproduce.book import docstrings

MADE_UP = r"""Weigh apples against :math:`\pi` pears,
on one scale.

.. math::
    L = \frac{1}{N} \sum_i |a_i|

    M = 2 L

The printed form costs $5 in [0, 1]: see ``apples`` and :func:`~fruit.pears` [1]_.

Parameters
----------
apples, pears : Tensor [N, D]
    The fruit :math:`a`;
    both kinds.
reading : str
    Of the scale. "printed": as printed. "intended": as meant,

    .. math:: M = 3 L

    which is more.
untyped
    Says nothing of its type.

Differences from the paper
--------------------------
one
    The first.
two
    The second, with
    two lines.

- a point
  that goes on
- another

References
----------
.. [1] Somebody (2001), `Fruit <https://example.org/fruit>`_.
"""


@pytest.fixture
def said():
    return docstrings.read(MADE_UP)


def test_it_is_taken_apart(said):
    assert said.summary == r"Weigh apples against :math:`\pi` pears, on one scale."
    assert list(said.sections) == ["Parameters", "Differences from the paper", "References"]
    assert said.body.startswith(".. math::") and said.body.endswith("[1]_.")


def test_parameters_have_names_types_and_texts(said):
    found = said.parameters()
    assert list(found) == ["apples", "pears", "reading", "untyped"]
    assert found["apples"] is found["pears"]
    assert found["apples"].names == ("apples", "pears")
    assert found["apples"].kind == "Tensor [N, D]"
    assert found["apples"].text == "The fruit :math:`a`;\nboth kinds."
    assert found["untyped"].kind == ""


def test_equations_become_math_blocks_and_roles(said):
    written = docstrings.markdown(said.body)
    assert "```{math}\nL = \\frac{1}{N} \\sum_i |a_i|\n```\n\n\n```{math}\nM = 2 L\n```" in written
    assert docstrings.markdown(said.summary).startswith(r"Weigh apples against {math}`\pi` pears")
    reading = docstrings.markdown(said.parameters()["reading"].text)
    assert "```{math}\nM = 3 L\n```\n\n\nwhich is more." in reading


def test_what_markdown_would_take_for_something_else_is_escaped(said):
    written = docstrings.markdown(said.body)
    assert r"costs \$5 in \[0, 1]: see ``apples`` and `fruit.pears` [1]." in written
    assert docstrings.markdown("costs `$5`") == "costs `$5`"
    assert docstrings.markdown(".. math::\n\n    [a]: $") == "```{math}\n[a]: $\n```"


def test_a_subscript_after_a_bracket_is_no_citation():
    written = docstrings.markdown(r"Where :math:`[x]_+ = \max(0, x)`, as in [1]_: ``[y]_``.")
    assert written == r"Where {math}`[x]_+ = \max(0, x)`, as in [1]: ``[y]_``."


def test_definitions_lists_links_and_footnotes(said):
    written = docstrings.markdown(said.sections["Differences from the paper"])
    assert "one\n: The first.\n" in written
    assert "two\n: The second, with\n  two lines.\n" in written
    assert "- a point\n  that goes on\n- another" in written
    references = docstrings.markdown(said.sections["References"])
    assert references == "- [1] Somebody (2001), [Fruit](https://example.org/fruit)."


def test_choices_become_a_list(said):
    written = docstrings.choices(said.parameters()["reading"].text)
    assert "Of the scale.\n\n- ``printed``: as printed.\n- ``intended``: as meant,\n\n" in written
    for one_alone in ('"mean", or "sum": the same.', '"half", (a + 1) / 2, or "cosine".'):
        assert docstrings.choices(one_alone) == one_alone


@pytest.mark.parametrize("text", [None, "", "One line."])
def test_little_or_nothing_is_no_mistake(text):
    said = docstrings.read(text)
    assert said.summary == (text or "") and said.sections == {} and said.parameters() == {}
    assert docstrings.markdown(said.body) == ""


def test_a_title_at_the_end_is_no_section():
    assert docstrings.read("Sum.\n\nNotes").sections == {}
