"""The tests in two sizes: what `make test` leaves out is what `make test-rest` runs."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
SAMPLE = "tests/notebooks/test_subsets.py"


def recipe(target: str) -> str:
    """Return what make would run for a target, without what the target depends on."""
    found = re.search(rf"^{target}:[^\n]*\n((?:\t[^\n]*\n)*)", MAKEFILE, re.MULTILINE)
    return found[1] if found else ""


def collected(*words: str) -> set[str]:
    """Return the tests of one file that pytest would run with these words."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", *words, SAMPLE],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    return {line for line in done.stdout.splitlines() if "::" in line}


def test_the_two_parts_are_all_tests_and_share_none():
    some, rest = collected(), collected("-m", "thorough")
    assert some and rest and not some & rest
    assert some | rest == collected("-m", "thorough or not thorough")


def test_make_runs_both_parts():
    assert recipe("test").strip() == "$(PYTEST)"
    assert recipe("test-rest").strip() == "$(PYTEST) -m thorough"
    assert re.search(r"^test-all: test test-rest\b", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("file", [".ci/run", ".github/workflows/tests.yml"])
def test_a_merge_is_put_to_both(file):
    text = (ROOT / file).read_text("utf-8")
    assert re.findall(r"^ *(?:run: )?make (test\S*)$", text, re.MULTILINE) == ["test", "test-rest"]
