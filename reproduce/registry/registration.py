"""When a paper's claims were registered: the history of their file says it, nobody's word."""

import subprocess

from reproduce.files import project_root


def registered(paper: str) -> str:
    """Say in which commit the claims of a paper were first and last written."""
    file = f"reproduce/papers/{paper}/claims.yaml"
    try:
        log = subprocess.run(
            ["git", "log", "--follow", "--name-status", "--format=commit %h of %cs", "--", file],
            cwd=project_root(), capture_output=True, text=True, timeout=20, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return "no git history here says when the claims were registered"
    commits = _written(log.stdout)
    if not commits:
        return "the claims are not committed yet"
    last = f"; last edited in commit {commits[0]}" if len(commits) > 1 else ""
    return f"claims registered in commit {commits[-1]}{last}"


def _written(log: str) -> list[str]:
    """Return the commits that wrote the file, newest first: to move it is not to write it."""
    found = []
    for entry in log.split("commit ")[1:]:
        commit, *changes = entry.split("\n")
        if any(change and not change.startswith("R100") for change in changes):
            found.append(commit)
    return found
