"""`reproduce compare`: any number of runs, parameters of one paper, and a page."""

import pytest

from reproduce.commands.compare import page, varied
from reproduce.errors import UserError
from reproduce.study.comparing import Comparison

OPTIONS = ("--paper",)


@pytest.mark.parametrize(("line", "sides"), [
    ("-p rho 10 -p rho 20", [{"rho": "10"}, {"rho": "20"}]),
    ("-p rho=10 -p rho=20 -p rho=30", [{"rho": "10"}, {"rho": "20"}, {"rho": "30"}]),
    ("-p seeds 0 -p rho 1 -p rho=2", [{"seeds": "0", "rho": "1"}, {"seeds": "0", "rho": "2"}]),
    ("", [{}]),
])  # fmt: skip
def test_what_is_given_once_is_common_and_what_more_often_differs(line, sides):
    assert varied(line.split(), OPTIONS) == sides


@pytest.mark.parametrize(("line", "said"), [
    ("-p a 1 -p a 2 -p a 3 -p b 1 -p b 2", "'b' is given 2 times and another 3 times"),
    ("-p", "needs a name and a value"),
    ("--what", "--what"),
])  # fmt: skip
def test_parameters_that_make_no_runs_are_one_line(line, said):
    with pytest.raises(UserError, match=said):
        varied(line.split(), OPTIONS)


@pytest.mark.parametrize(("line", "said"), [
    ("class_imbalance", "needs a parameter with two values"),
    ("latest", "expected two or more"),
    ("latest 'runs/none-*'", "no run is called 'runs/none-*'"),
    ("latest published -p rho 1", "-p is given with one paper"),
    ("latest published", "no paper has results both in"),
])  # fmt: skip
def test_what_cannot_be_compared_is_one_line(reproduce, project, line, said):
    status, _, error = reproduce(f"compare {line}")
    assert status == 2 and said in error and len(error.strip().splitlines()) == 1


def test_the_page_has_everything_escaped_and_loads_nothing():
    row = ("baseline", "rho 10", "accuracy", "90 %", "91 %", "+1.00 points", "+1 [0, 2], 2 seeds")
    found = Comparison([("rho", 10, "<b>")], 3, 1, [row], [("claim", "holds", "undecided")])
    text = page([("class_imbalance", "latest", "runs/<x>", found)])
    assert "&lt;x&gt;" in text and "<x>" not in text and "<b>" not in text
    for part in ("Parameters that differ", "+1 [0, 2], 2 seeds", "undecided", "3 trials in both"):
        assert part in text
    assert "http" not in text and "src=" not in text
