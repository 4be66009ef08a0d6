"""When a paper's claims were registered: the history of their file says it, nobody's word."""

import subprocess
from pathlib import Path

from reproduce.files import project_root


def registered(paper: str) -> str:
    """Say in which commit the claims of a paper were first and last written."""
    file = Path("reproduce") / "papers" / "claims" / f"{paper}.yaml"
    try:
        log = subprocess.run(
            ["git", "log", "--format=%h of %cs", "--", file.as_posix()],
            cwd=project_root(), capture_output=True, text=True, timeout=20, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return "no git history here says when the claims were registered"
    commits = log.stdout.splitlines()
    if not commits:
        return "the claims are not committed yet"
    last = f"; last edited in commit {commits[0]}" if len(commits) > 1 else ""
    return f"claims registered in commit {commits[-1]}{last}"
