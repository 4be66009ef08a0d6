"""Every command that a page tells the reader to type exists, with its options."""

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from reproduce.cli import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*sorted((ROOT / "book").glob("*.md")), ROOT / "CONTRIBUTING.md"]
EXTRA_OPTIONS = {"-p"}


def commands_on(page: Path) -> list[str]:
    """Return the commands in the code blocks and between backticks of a page."""
    text = page.read_text("utf-8")
    blocks = "\n".join(re.findall(r"^```bash\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    inline = re.findall(r"(?<!`)`(reproduce [a-z][^`]*)`", re.sub(r"\s*\n\s*", " ", text))
    lines = [line for line in blocks.splitlines() if line.startswith("reproduce ")]
    return sorted({*lines, *inline})


EVERY = [(page.name, line) for page in PAGES for line in commands_on(page)]


def test_there_are_commands_to_check():
    assert len(EVERY) > 20


@pytest.mark.parametrize(("page", "line"), EVERY)
def test_a_command_exists_with_its_options(page, line):
    words = shlex.split(line, comments=True)[1:]
    command = get_command(app)
    while words and hasattr(command, "commands") and not words[0].startswith("-"):
        assert words[0] in command.commands, f"{page}: there is no command `{line}`"
        command = command.commands[words.pop(0)]
    known = {name for parameter in command.params for name in parameter.opts} | {"--help", "-h"}
    used = {word for word in words if re.fullmatch(r"--?[a-z][a-z-]*", word)}
    assert used <= known | EXTRA_OPTIONS, f"{page}: `{line}` uses an option that does not exist"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_make_target_exists(page):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", page.read_text("utf-8"), re.MULTILINE))
    assert named <= targets
