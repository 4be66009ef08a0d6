"""Files are written whole or not at all, and a full disk is one line."""

import errno
import hashlib
import os
import signal
import subprocess
import sys

import pytest

from reproduce import files
from reproduce.errors import UserError

DIES_WHILE_WRITING = """
import os, signal, sys
from pathlib import Path
from reproduce.files import replacing
with replacing(Path(sys.argv[1])) as temporary:
    temporary.write_text("half of the n")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def path(tmp_path):
    """A file that holds an earlier version."""
    file = tmp_path / "result.json"
    file.write_text("old")
    return file


def names_in(folder):
    return sorted(item.name for item in folder.iterdir())


def test_text_and_bytes_take_the_place_of_the_old_file(path):
    files.write_text(path, "한국어, ρ")
    assert path.read_bytes() == "한국어, ρ".encode()
    files.write_bytes(path, b"\x00\r\n")
    assert path.read_bytes() == b"\x00\r\n"
    assert names_in(path.parent) == [path.name]


def test_missing_folders_are_made(tmp_path):
    files.write_text(tmp_path / "a" / "b" / "c.txt", "new")
    assert (tmp_path / "a" / "b" / "c.txt").read_text() == "new"


def test_a_reader_sees_the_old_file_until_the_new_one_is_whole(path):
    with files.replacing(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
        assert temporary.parent == path.parent  # a rename is atomic within one file system only
    assert path.read_text() == "new"


def test_the_bytes_are_on_the_disk_before_the_old_file_goes(path, monkeypatch):
    calls = []
    monkeypatch.setattr(os, "fsync", lambda number: calls.append(path.read_text()))
    files.write_text(path, "new")
    assert calls == ["old"]


def test_a_writer_that_fails_leaves_the_old_file_and_nothing_else(path):
    with pytest.raises(KeyboardInterrupt), files.replacing(path) as temporary:
        temporary.write_text("half of the n")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert names_in(path.parent) == [path.name]


def test_a_writer_that_is_killed_leaves_the_old_file(path):
    died = subprocess.run([sys.executable, "-c", DIES_WHILE_WRITING, path], timeout=60)
    assert died.returncode == -signal.SIGKILL
    assert path.read_text() == "old"


def test_two_writers_of_one_file_do_not_meet(path):
    with files.replacing(path) as first, files.replacing(path) as second:
        assert first != second
        first.write_text("first")
        second.write_text("second")
    assert path.read_text() == "first"
    assert names_in(path.parent) == [path.name]


@pytest.mark.parametrize(("umask", "expected"), [(0o022, 0o644), (0o002, 0o664), (0o077, 0o600)])
def test_permissions_follow_the_umask(tmp_path, umask, expected):
    before = os.umask(umask)
    try:
        files.write_text(tmp_path / "shared.txt", "new")
    finally:
        os.umask(before)
    assert (tmp_path / "shared.txt").stat().st_mode & 0o777 == expected


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_one_line_and_keeps_the_old_file(path, number):
    with pytest.raises(UserError) as failure, files.replacing(path) as temporary:
        temporary.write_text("half of the n")
        raise OSError(number, os.strerror(number))
    assert "the disk is full" in str(failure.value) and "result.json" in str(failure.value)
    assert "reproduce store gc" in str(failure.value) and "\n" not in str(failure.value)
    assert path.read_text() == "old"
    assert names_in(path.parent) == [path.name]


def test_a_folder_that_cannot_be_made_is_one_line(path):
    with pytest.raises(UserError, match=r"^cannot write .*x\.txt: .*choose a folder") as failure:
        files.write_text(path / "below_a_file" / "x.txt", "new")
    assert "\n" not in str(failure.value)
    assert path.read_text() == "old"


def test_a_place_that_is_a_folder_is_one_line(tmp_path):
    (tmp_path / "taken").mkdir()
    with pytest.raises(UserError, match=r"^cannot write .*taken: Is a directory"):
        files.write_text(tmp_path / "taken", "new")
    assert names_in(tmp_path) == ["taken"]


def test_missing_permission_is_one_line(path):
    with pytest.raises(UserError) as failure, files.replacing(path):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    assert str(failure.value).startswith("cannot write ")
    assert "Permission denied; choose a folder you may write to" in str(failure.value)
    assert path.read_text() == "old"


def test_the_sha256_is_that_of_the_bytes(tmp_path):
    content = os.urandom(300_000)
    (tmp_path / "x").write_bytes(content)
    assert files.sha256_of_file(tmp_path / "x") == hashlib.sha256(content).hexdigest()


def test_the_project_is_looked_for_from_the_working_folder(tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").write_text('name = "imbalanced-learning-reproduced"')
    (tmp_path / "other" / "deep").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "other" / "deep")
    assert files.project_root() == tmp_path
    (tmp_path / "other" / "pyproject.toml").write_text('name = "another project"')
    assert files.project_root() == tmp_path


def test_outside_a_project_the_package_says_where_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    root = files.project_root()
    assert (root / "reproduce" / "files.py").is_file() or root == tmp_path


def test_paths_are_shown_relative_where_possible(tmp_path, monkeypatch):
    (tmp_path / "inside").mkdir()
    monkeypatch.chdir(tmp_path)
    assert files.relative(tmp_path / "inside" / "a.npz") == "inside/a.npz"
    assert files.relative("inside") == "inside"
    assert files.relative("/somewhere/else.npz") == "/somewhere/else.npz"
    assert files.relative(files.project_root() / "README.md") == "README.md"
