"""The README promises nothing that is not there."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from typer.main import get_command

from reproduce import papers
from reproduce.book.readme import PART, found, with_found
from reproduce.cli import app
from reproduce.data import catalog
from reproduce.trials import edition as editions
from reproduce.trials.edition import Edition

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```bash\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
INLINE = re.findall(r"(?<!`)`([^`\n]+)`", README)
LINES = [line.removeprefix(".venv/bin/") for line in "\n".join([*BLOCKS, *INLINE]).splitlines()]
COMMANDS = sorted({line for line in LINES if re.match(r"reproduce [a-z]", line)})


def test_there_are_commands_to_check():
    assert len(COMMANDS) >= 5


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_exists_with_its_options_and_parameters(line):
    words = shlex.split(line, comments=True)[1:]
    command = get_command(app)
    while words and hasattr(command, "commands"):
        assert words[0] in command.commands
        command = command.commands[words.pop(0)]
    known = {name for parameter in command.params for name in parameter.opts} | {"-p"}
    assert {word for word in words if re.fullmatch(r"--?[a-z][a-z-]*", word)} <= known
    given = {words[i + 1]: words[i + 2] for i, word in enumerate(words) if word == "-p"}
    if given:
        papers.protocol(words[0]).parameters.read(given)


def test_make_targets_exist():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = {line.split()[1] for line in LINES if line.startswith("make ")}
    assert {"book", "test", "read"} <= named <= targets


def test_links_and_pictures_lead_somewhere():
    links = re.findall(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)", README)
    assert links
    for picture, text, target in links:
        if not target.startswith("https://"):
            assert (ROOT / target.partition("#")[0]).exists(), target
        if picture:
            assert len(text) >= 20, "a picture needs alt text"


def test_it_begins_with_what_the_published_edition_found():
    """A row for each paper, as the edition has it; and before any command."""
    (part,) = PART.findall(README)
    assert part == found(editions.published()), "python -m reproduce.book.readme writes it anew"
    rows = re.findall(r"^\| `(\w+)`", part, re.MULTILINE)
    assert rows == list(papers.names()) and len(rows) == 5 and "Five papers" in README
    assert README.index(part) < README.index("```bash")


def test_a_change_of_the_edition_changes_what_it_says():
    changed = with_found(README, Edition(ROOT / "nowhere"))
    assert changed != README and changed.count("Not run in this edition.") == len(papers.names())


def test_no_line_of_a_command_is_cut_off_and_no_head_of_a_table_is_empty():
    assert max(len(line) for block in BLOCKS for line in block.splitlines()) <= 90
    assert "| | |" not in README


def test_the_folders_it_draws_exist():
    """An indented line draws what lies in the package."""
    rest = re.sub(r"^```bash\n.*?^```", "", README, flags=re.MULTILINE | re.DOTALL)
    (drawing,) = re.findall(r"^```\n(.*?)^```", rest, re.MULTILINE | re.DOTALL)
    for line in drawing.splitlines():
        folder = ROOT / "reproduce" if line.startswith(" ") else ROOT
        names = re.findall(r"(?:^| )([a-z_]+/|[a-z_]+\.py)(?= |$)", line)
        assert names, line
        for name in names:
            assert (folder / name).exists(), name


def test_it_names_the_pythons_that_the_project_supports():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    said = {c.rpartition(" ")[2] for c in project["classifiers"] if "Python :: 3." in c}
    # What was found has numbers of its own.
    named = set(re.findall(r"\b3\.\d+\b", README.partition("<!-- /found -->")[2]))
    assert named == said and len(said) == 4
    assert all(version in SpecifierSet(project["requires-python"]) for version in said)


def test_it_names_the_arrays_that_a_data_file_needs():
    assert "digits are embedded" in README and catalog.is_here("digits")
    named = set(re.findall(r"`((?:train|val|test)_(?:images|labels|\*))`", README))
    assert named == {"train_images", "train_labels", "test_images", "test_labels", "val_*"}
