"""When something of a paper was registered: the history of its file says it, nobody's word."""

import subprocess

from reproduce.files import project_root

# What can be asked for: its file, and the words of a sentence about it.
FILES = {"claims": ("claims.yaml", "were", "are"), "plan": ("plan.yaml", "was", "is")}


def registered(paper: str, what: str = "claims") -> str:
    """Say in which commit the claims of a paper, or its plan, were first and last written."""
    name, was, present = FILES[what]
    file = f"reproduce/papers/{paper}/{name}"
    try:
        log = subprocess.run(
            ["git", "log", "--follow", "--name-status", "--format=commit %h of %cs", "--", file],
            cwd=project_root(), capture_output=True, text=True, timeout=20, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return f"no git history here says when the {what} {was} registered"
    commits = _written(log.stdout)
    if not commits:
        return f"the {what} {present} not committed yet"
    last = f"; last edited in commit {commits[0]}" if len(commits) > 1 else ""
    return f"{what} registered in commit {commits[-1]}{last}"


def _written(log: str) -> list[str]:
    """Return the commits that wrote the file, newest first: to move it is not to write it."""
    found = []
    for entry in log.split("commit ")[1:]:
        commit, *changes = entry.split("\n")
        if any(change and not change.startswith("R100") for change in changes):
            found.append(commit)
    return found
