"""The public address of the repository, if it has one."""

import re
import subprocess
from pathlib import Path

HOSTS = ("github.com", "gitlab.com", "bitbucket.org", "codeberg.org")
ADDRESS = re.compile(
    r"(?:https://(?:[^@/\s]+@)?|ssh://(?:[^@/\s]+@)?|[\w.-]+@)"  # the scheme, the user dropped
    r"(?P<host>[A-Za-z0-9.-]+)(?::\d+)?[:/]"
    r"(?P<path>[\w.-]+(?:/[\w.-]+)+)/?"
)


def public_address(remote: str) -> str | None:
    """Return a git remote as an https address without user or token; None if it is not public.

    A remote may be a path of somebody's machine or hold a password, and whatever the book links
    to is published: only addresses of known hosts pass, rebuilt from host and path alone.
    """
    match = ADDRESS.fullmatch(remote.strip())
    if match is None or match["host"].lower() not in HOSTS:
        return None
    return f"https://{match['host'].lower()}/{match['path'].removesuffix('.git')}"


def repository_address(root: Path) -> str | None:
    """Return the public address of the checkout's `origin`; None without one."""
    try:
        answer = subprocess.run(
            ["git", "-C", str(root), "remote", "get-url", "origin"],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return public_address(answer.stdout) if answer.returncode == 0 else None
