"""When claims were registered is read from the history, across the moves of their file."""

import subprocess
from pathlib import Path

import pytest

from reproduce.registry import registration

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def git(project):
    """Return a function that runs git in a project of its own."""

    def run(*words: str) -> str:
        given = ["git", "-c", "user.name=A", "-c", "user.email=a@b", *words]
        done = subprocess.run(given, cwd=project, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    run("init", "--quiet")
    return run


def commit(git, words: str) -> str:
    git("add", "--all")
    git("commit", "--quiet", "--message", words)
    return git("rev-parse", "--short", "HEAD")


def write(project, place: str, text: str) -> None:
    (project / place).parent.mkdir(parents=True, exist_ok=True)
    (project / place).write_text(text)


NOW = "reproduce/papers/toy/claims.yaml"
CLAIMS = "\n".join(f"line {number} of the claims" for number in range(20))


def test_a_move_is_no_edit_and_no_registration(project, git):
    write(project, "reproduce/papers/claims/toy.yaml", CLAIMS)
    first = commit(git, "register")
    write(project, "reproduce/papers/claims/toy.yaml", CLAIMS + "\nquote lengthened")
    second = commit(git, "edit")
    (project / NOW).parent.mkdir(parents=True)
    git("mv", "reproduce/papers/claims/toy.yaml", NOW)
    moved = commit(git, "move")
    said = registration.registered("toy")
    assert f"registered in commit {first} of" in said
    assert f"last edited in commit {second} of" in said
    assert moved not in said


def test_an_edit_after_the_move_is_told(project, git):
    write(project, "reproduce/papers/claims/toy.yaml", CLAIMS)
    first = commit(git, "register")
    (project / NOW).parent.mkdir(parents=True)
    git("mv", "reproduce/papers/claims/toy.yaml", NOW)
    commit(git, "move")
    write(project, NOW, CLAIMS + "\nmargin halved")
    last = commit(git, "amend")
    said = registration.registered("toy")
    assert f"registered in commit {first} of" in said
    assert f"last edited in commit {last} of" in said


def test_claims_that_nobody_committed_or_that_have_no_history_say_so(project, git, monkeypatch):
    write(project, "other.txt", "x")
    commit(git, "other")
    write(project, NOW, CLAIMS)
    assert registration.registered("toy") == "the claims are not committed yet"
    monkeypatch.setenv("PATH", "")
    assert "no git history" in registration.registered("toy")


@pytest.mark.parametrize(
    ("paper", "commit"), [("class_imbalance", "d4a862c"), ("dual_head", "8f0f5ef")]
)
def test_the_claims_of_the_papers_keep_their_first_commit(paper, commit):
    """They seem registered after their results if the history is not followed."""
    known = subprocess.run(
        ["git", "cat-file", "-t", commit], cwd=ROOT, capture_output=True, text=True
    )
    if known.stdout.strip() != "commit":
        pytest.skip("this copy has no full history")
    assert f"registered in commit {commit}" in registration.registered(paper)
