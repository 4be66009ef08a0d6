"""The docstring of a loss is its page in the book: it must say everything, and nothing untrue."""

import inspect
import re

import pytest

from reproduce import losses
from reproduce.errors import UserError
from tests.losses.cases import CASES

INPUTS = {
    "embeddings", "labels", "logits", "mask", "view1", "view2", "noise",
    "similarity1", "similarity2", "ranking1", "ranking2",
}  # fmt: skip
CASE_OF = {case.name: case for case in reversed(CASES)}


def sections(text):
    """Return what stands under each underlined heading; what comes first stands under ""."""
    found, heading, lines = {"": ""}, "", inspect.cleandoc(text).splitlines()
    for number, line in enumerate(lines):
        after = lines[number + 1] if number + 1 < len(lines) else ""
        if line and set(after) == {"-"}:
            assert len(after) == len(line), f"the line under '{line}' has another length"
            heading = line
            assert heading not in found, f"two sections '{heading}'"
            found[heading] = ""
        elif set(line) != {"-"}:
            found[heading] += line + "\n"
    return found


def documented(text):
    """Return the names of the parameters that a section describes."""
    heads = re.findall(r"^(\w[\w, ]*?)(?: : .+)?$", text, flags=re.MULTILINE)
    return [name for head in heads for name in head.split(", ")]


def test_it_has_every_section_and_an_equation(loss_name):
    found = sections(losses.function(loss_name).__doc__)
    for heading in ("Parameters", "Differences from the paper", "Edge cases"):
        assert found.get(heading, "").strip(), f"{loss_name} says nothing under '{heading}'"
    assert set(found) <= {
        "", "Parameters", "Returns", "Differences from the paper", "Edge cases", "References",
    }  # fmt: skip
    equations = re.findall(r"^\.\. math::\n((?:\n|    .*\n)+)", found[""], flags=re.MULTILINE)
    assert equations and all("=" in equation for equation in equations[:1])


def test_it_describes_every_parameter_and_no_other(loss_name):
    function = losses.function(loss_name)
    assert documented(sections(function.__doc__)["Parameters"]) == list(
        inspect.signature(function).parameters
    )


def test_its_first_line_is_a_sentence(loss_name):
    function = losses.function(loss_name)
    summary, _, rest = function.__doc__.partition("\n")
    assert summary[0].isupper() and summary.endswith(".") and rest.startswith("\n")
    # A backslash that Python read: "\tau" without the r before the quotes.
    assert not re.search(r"[\t\r\f\v\a\b]", function.__doc__)
    assert all(len(line) <= 100 for line in function.__doc__.splitlines())


def test_braces_and_environments_of_its_equations_are_closed(loss_name):
    text = losses.function(loss_name).__doc__
    for equation in re.findall(r"\.\. math::\n((?:\n| {4,}.*\n)+)", text):
        plain = re.sub(r"\\[{}]", "", equation)
        assert plain.count("{") == plain.count("}")
        assert equation.count(r"\left") == equation.count(r"\right")
        assert equation.count(r"\begin") == equation.count(r"\end")
    assert text.count("`") % 2 == 0


def test_it_names_every_word_that_a_parameter_takes(loss_name):
    case = CASE_OF[loss_name]
    text = losses.function(loss_name).__doc__
    # Some of them are described where they come from.
    elsewhere = set(re.findall(r"(?:in|of)\s+`(\w+)`", text)) & set(losses.LOSSES)
    text += "".join(losses.function(name).__doc__ for name in elsewhere)
    for name, default in case.takes_parameters.items():
        if not isinstance(default, str):
            continue
        with pytest.raises(UserError) as caught:
            case.loss(case.example(), **{name: "no such word"})
        words = str(caught.value).partition("expected one of ")[2].partition(", received")[0]
        assert default in words.split(", ")
        for word in words.split(", "):
            assert f'"{word}"' in text, f"{loss_name} does not say what {name}='{word}' is"


def test_what_is_not_an_input_is_given_by_name(loss_name):
    parameters = inspect.signature(losses.function(loss_name)).parameters.values()
    by_place = {each.name for each in parameters if each.kind is not each.KEYWORD_ONLY}
    assert by_place <= INPUTS
    for each in parameters:
        if each.kind is each.KEYWORD_ONLY and each.name not in ("counts",):
            assert each.default is not each.empty, f"{each.name} has no default"


def test_an_objective_says_what_it_is(loss_name):
    made_by = losses.objective_class(loss_name)
    text = made_by.__doc__ or ""
    assert text.splitlines()[0].endswith(".")
    own = {name for name in made_by.parameters_taken() if made_by.__init__ is not _plain_init()}
    of_function = set(inspect.signature(losses.function(loss_name)).parameters)
    unsaid = own - of_function - set(re.findall(r"\w+", text))
    assert not unsaid, f"{made_by.__name__} does not describe {', '.join(sorted(unsaid))}"


def _plain_init():
    from reproduce.losses.objective import Objective

    return Objective.__init__
