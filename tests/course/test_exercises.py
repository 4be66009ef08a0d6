"""Exercises check themselves: what is right passes, and each typical mistake gets its own hint."""

import json
import re
from types import SimpleNamespace

import pytest

from reproduce.course import checking, readiness, student
from reproduce.errors import UserError

EXERCISES = checking.exercises()
MISTAKES = [(key, hint) for key, one in EXERCISES.items() for hint in one.wrong]
every_exercise = pytest.mark.parametrize("key", EXERCISES)


@every_exercise
def test_a_right_answer_passes_and_an_empty_one_does_not(key):
    one = EXERCISES[key]
    assert one.judge(one.right) is None
    for empty in (None, ..., lambda *_: None, 0):
        assert one.judge(empty)


@pytest.mark.parametrize(("key", "hint"), MISTAKES)
def test_a_typical_mistake_fails_with_its_hint(key, hint):
    assert EXERCISES[key].judge(EXERCISES[key].wrong[hint]) == hint


@every_exercise
def test_there_are_several_typical_mistakes_and_none_gives_the_answer_away(key):
    one = EXERCISES[key]
    assert len(one.wrong) >= 3
    assert not any("(" in hint for hint in one.wrong if "`" not in hint), "no formula in a hint"
    assert one.level in (1, 2, 3) and one.key == key


@every_exercise
def test_the_solution_passes_and_the_students_version_does_not(key):
    folder = student.folder()
    for name, wanted in (("solutions", True), ("exercises", False)):
        ((right, line),) = checking.of_notebook(key, folder / f"{name}_{key[0]}.ipynb")
        assert right is wanted, line
    assert "not yet" in line


def written(tmp_path, *sources):
    path = tmp_path / "mine.ipynb"
    cells = [{"cell_type": "code", "source": text.splitlines(True)} for text in sources]
    path.write_text(json.dumps({"cells": cells}))
    return path


def test_a_wrong_notebook_ends_with_1_and_says_where_to_look(tmp_path, reproduce):
    path = written(
        tmp_path, "%matplotlib inline\nimport numpy", "1 / 0",
        "def recalls(matrix):\n    return matrix.diagonal() / matrix.sum(axis=0)",
    )  # fmt: skip
    code, said, _ = reproduce(f"check 1.1 {path}")
    assert code == 1 and said.startswith("1.1 recalls: not yet. You divide by how often")


def test_a_right_answer_is_not_followed_by_warnings(recwarn):
    """A class without images makes 0 / 0, which the exercise asks for."""
    assert checking.said("1.1", lambda matrix: matrix.diagonal() / matrix.sum(axis=1)).endswith(
        ": right."
    )
    assert not [one for one in recwarn if issubclass(one.category, RuntimeWarning)]


def test_only_what_the_answer_needs_is_run(tmp_path):
    """A lone call that fails, or takes long, and all that stands below the answer."""
    path = written(
        tmp_path, "raise SystemExit", "def recalls(matrix):\n    return matrix.sum(1)",
        "import nothing_of_this_name",
    )  # fmt: skip
    ((right, line),) = checking.of_notebook("1.1", path)
    assert not right and "too large" in line


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("recall = 1", "defines no `recalls`"),
        ("import nothing_of_this_name\nrecalls = 1", "stops with ModuleNotFoundError"),
        ("recalls = 1", "Expected a function, found an int"),
        ("def recalls(matrix):\n    return matrix.nothing", "It stops with AttributeError"),
        ("def recalls(matrix):\n    return 'a word'", "is a str, which is not what was asked for"),
        ("def recalls(matrix):\n    return matrix * 0.5", "it gives shape (3, 3); expected (3,)"),
        (
            "def recalls(matrix):\n    matrix[:] = 0\n    return [0.8, 0.6, 0.6]",
            "Called with array(",
        ),
    ],
)
def test_other_mistakes_are_one_line(tmp_path, source, said):
    ((right, line),) = checking.of_notebook("1.1", written(tmp_path, source))
    assert not right and "\n" not in line
    assert said in line


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("check 1.9 x.ipynb", "unknown exercise '1.9'; did you mean '1."),
        ("check 1.1 nowhere.ipynb", "nowhere.ipynb cannot be read (No such file or directory)"),
        ("check 1.1", "no notebook is named"),
    ],
)
def test_a_mistake_in_the_command_is_one_line(reproduce, line, said):
    code, _, error = reproduce(line)
    assert code == 2 and said in error and error.count("\n") == 1


def test_a_cell_that_is_no_python_is_named(tmp_path):
    ((right, line),) = checking.of_notebook("1.1", written(tmp_path, "a = 1", "def recalls(:"))
    assert not right and re.search(r"Code cell 2 of \S*mine.ipynb is not Python \(line 1", line)
    ((right, line),) = checking.of_notebook("1.1", written(tmp_path, "def recall(matrix:"))
    assert not right and "Code cell 1 of" in line


RECALLS = "def recalls(matrix):\n    return matrix.diagonal() / matrix.sum(axis=1)"


def test_a_half_written_answer_keeps_no_other_exercise_from_its_check(tmp_path):
    path = written(tmp_path, "def auc(scores, positive):\n    return scores[", "%time 1", RECALLS)
    (first, _), (second, line), (third, _) = checking.of_notebook("1", path)
    assert first and not second and not third
    assert "Code cell 1 of" in line and "is not Python" in line
    # What was right once and is now half written counts as it is now.
    ((right, line),) = checking.of_notebook("1.1", written(tmp_path, RECALLS, "def recalls(:"))
    assert not right and "Code cell 2" in line


def test_the_check_in_a_cell_prints_the_same(capsys):
    from reproduce.course import check

    check("1.1", lambda matrix: matrix.diagonal() / matrix.sum())
    assert capsys.readouterr().out.startswith("1.1 recalls: not yet. You divide by all images")


@pytest.mark.parametrize(
    ("seconds", "worked", "waiting", "said"),
    [
        (9.9, 9.8, 0.1, "9.9 s"),
        (9.9, 2.0, 5.0, "9.9 s"),
        (18.0, 7.5, 0.4, "18.0 s, 7.5 s of them at work; slow now: this machine is busy"),
        (18.0, 18.0, 1.5, "18.0 s, 18.0 s of them at work; slow now: this machine is busy"),
    ],
)
def test_a_busy_machine_is_ready_and_hears_that_it_is_slow_now(seconds, worked, waiting, said):
    line = readiness._speed(seconds, worked, waiting)
    assert line.startswith(said) and ("busy" in line) == ("busy" in said)


def test_a_slow_machine_that_does_nothing_else_is_not_ready():
    with pytest.raises(UserError, match="takes 18 s, and no other program holds it up"):
        readiness._speed(18.0, 17.5, 0.5)


def test_by_a_made_up_clock_a_training_that_waits_is_slow_now(monkeypatch):
    """Two clocks that tell what a busy machine does: 40 s pass, of which 4 s are work."""
    clock, work = iter((0.0, 40.0)), iter((1.0, 5.0))
    told = SimpleNamespace(perf_counter=lambda: next(clock), process_time=lambda: next(work))
    monkeypatch.setattr(readiness, "time", told)
    monkeypatch.setattr(readiness, "STEPS", 1)
    monkeypatch.setattr(readiness, "LEAST_RECALL", 0.0)
    line = readiness._training()
    assert "in 40.0 s, 4.0 s of them at work; slow now: this machine is busy" in line


def test_the_machine_is_checked_before_the_first_lesson(reproduce, monkeypatch):
    # A machine that runs tests beside is slow; how slow is not asked here.
    monkeypatch.setattr(readiness, "ENOUGH_SECONDS", 600)
    code, said, _ = reproduce("check setup")
    lines = said.splitlines()
    assert len(lines) == 6 and "trains a network" in said
    assert (code == 0) == (lines[-1] == "Ready for the first lesson.")
    assert (code == 0) == all(line.startswith("ok") for line in lines[:-1])
    monkeypatch.setattr(readiness, "LEAST_RECALL", 1.01)
    code, said, _ = reproduce("check setup")
    assert code == 1 and "no  a network was trained and recognises" in said
