"""Only a public address is published, and never the user or token in it."""

import subprocess

import pytest

from reproduce.book.repository import public_address, repository_address


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("https://github.com/someone/book.git", "https://github.com/someone/book"),
        ("https://someone:ghp_secret@github.com/someone/book", "https://github.com/someone/book"),
        ("https://x-access-token@GitHub.com/someone/book/", "https://github.com/someone/book"),
        ("git@github.com:someone/book.git\n", "https://github.com/someone/book"),
        ("ssh://git@gitlab.com:22/group/below/book.git", "https://gitlab.com/group/below/book"),
        ("git@bitbucket.org:someone/book.git", "https://bitbucket.org/someone/book"),
        ("ssh://git@codeberg.org/someone/my.book", "https://codeberg.org/someone/my.book"),
    ],
)
def test_known_hosts_become_plain_https(remote, address):
    assert public_address(remote) == address


@pytest.mark.parametrize(
    "remote",
    [
        "",
        "/home/someone/book",
        "../book",
        "file:///srv/git/book",
        "http://github.com/someone/book",
        "https://git.intranet.example/someone/book",
        "https://github.com.example.org/someone/book",
        "https://example.org/github.com/someone/book",
        "https://token@example.org/someone/book",
        "https://github.com/someone",
        "https://github.com/someone/book?token=secret",
    ],
)
def test_everything_else_is_kept_private(remote):
    assert public_address(remote) is None


def test_the_address_is_that_of_origin(tmp_path):
    assert repository_address(tmp_path) is None
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    assert repository_address(tmp_path) is None
    remote = "https://user:secret@github.com/someone/book.git"
    subprocess.run(["git", "-C", str(tmp_path), "remote", "add", "origin", remote], check=True)
    assert repository_address(tmp_path) == "https://github.com/someone/book"
