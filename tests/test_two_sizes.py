"""The tests in two sizes: what `make test` leaves out is what `make test-rest` runs."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


def recipe(target: str) -> str:
    """Return what make would run for a target, without what the target depends on."""
    found = re.search(rf"^{target}:[^\n]*\n((?:\t[^\n]*\n)*)", MAKEFILE, re.MULTILINE)
    return found[1] if found else ""


def test_pytest_leaves_out_by_default_what_is_thorough():
    options = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]
    words = options["ini_options"]["addopts"]
    assert words[words.index("-m") + 1] == "not thorough"


def test_make_runs_both_parts():
    assert recipe("test").strip() == "$(PYTEST)"
    assert recipe("test-rest").strip() == "$(PYTEST) -m thorough"
    assert re.search(r"^test-all: test test-rest\b", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("file", [".ci/run", ".github/workflows/tests.yml"])
def test_a_merge_is_put_to_both(file):
    text = (ROOT / file).read_text("utf-8")
    assert re.findall(r"^ *(?:run: )?make (test\S*)$", text, re.MULTILINE) == ["test", "test-rest"]
