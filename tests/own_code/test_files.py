"""Files of one's own: read once, run from what was read, every mistake one line."""

import hashlib

import pytest

from reproduce import own_code
from reproduce.errors import UserError


def refusal(name: str) -> str:
    with pytest.raises(UserError) as refused:
        own_code.find(name)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_an_object_is_found_by_its_file_and_its_name(mine):
    source, found = own_code.find("mine.py:sharp")
    assert found.__name__ == "sharp"
    assert source.file == "mine.py"
    assert source.sha256 == hashlib.sha256(mine.read_bytes()).hexdigest()
    assert own_code.known("mine.py", source.sha256) == source


def test_what_is_a_name_of_ones_own_and_what_is_none():
    assert own_code.is_one("a/mine.py:sharp")
    assert not any(map(own_code.is_one, ("focal", "npz:file.npz", "folder:a/b", 3, None)))
    assert own_code.short("/home/somebody/mine.py:sharp") == "mine.py:sharp"
    assert own_code.label("/home/somebody/mine.py:sharp") == "sharp (mine.py)"
    assert own_code.short("focal") == "focal"


def test_a_file_is_named_from_the_root_of_the_project(project, write, monkeypatch):
    """There notebooks are executed, wherever the command was given."""
    write("a = 1", "folder/mine.py")
    monkeypatch.chdir(project / "folder")
    assert own_code.canonical("mine.py:f") == "folder/mine.py:f"
    assert own_code.canonical(f"{project}/folder/mine.py:f") == "folder/mine.py:f"
    assert own_code.canonical("absent.py:f") == "absent.py:f"
    assert own_code.take_in("folder/mine.py").file == "mine.py"


def test_an_edited_file_is_another_one_and_the_old_stays_what_it_was(write):
    write("def f():\n    return 1\n")
    first, one = own_code.find("mine.py:f")
    write("def f():\n    return 2\n")
    second, two = own_code.find("mine.py:f")
    assert first.sha256 != second.sha256
    assert (one(), two(), own_code.member(first, "f")()) == (1, 2, 1)


def test_a_file_that_is_not_there(project):
    assert "there is no file absent.py here or in" in refusal("absent.py:f")


def test_a_name_that_is_not_in_it(mine):
    said = refusal("mine.py:sharpp")
    assert said == "mine.py has no 'sharpp'; did you mean 'sharp'? (it has: sharp, my_remedy)"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 / 0", "mine.py stopped with ZeroDivisionError: division by zero; mend it"),
        ("def f(:", "mine.py stopped with SyntaxError: invalid syntax (mine.py, line 1); mend it"),
        ("import nothing_of_this_name", "stopped with ModuleNotFoundError: No module named"),
        ("raise SystemExit(3)", "mine.py stopped with SystemExit: 3; mend it"),
        ("raise ValueError('one\\ntwo')", "mine.py stopped with ValueError: one; mend it"),
    ],
)
def test_a_file_that_does_not_run(write, text, said):
    path = write(text)
    assert said in refusal("mine.py:f").replace(str(path), "mine.py")


def test_bytes_that_are_no_text(project):
    (project / "mine.py").write_bytes(b"\xff\xfe")
    assert "mine.py cannot be read" in refusal("mine.py:f")


@pytest.mark.parametrize("line", ["import other", "from other import g", "from . import other"])
def test_another_file_is_refused_since_no_key_would_know_it(write, line):
    write("def g():\n    pass\n", "other.py")
    write(f"def f():\n    {line}\n")
    assert "another file of your own; expected one file that holds" in refusal("mine.py:f")
