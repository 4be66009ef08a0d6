"""The pinned environment and the ranges it must satisfy."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
PYTHONS = ("3.11", "3.12")


def ranges() -> list[Requirement]:
    """Return what the project asks for, with all extras."""
    extras = PROJECT.get("optional-dependencies", {}).values()
    texts = [*PROJECT["dependencies"], *(text for extra in extras for text in extra)]
    return [Requirement(text) for text in texts]


def pins(python: str) -> dict[str, str]:
    """Return the versions that the lock installs with a Python version, on Linux."""
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.5",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_machine": "x86_64",
        "os_name": "posix",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    found = {}
    for line in LOCK.splitlines():
        pin, _, marker = line.partition(" ; ")
        if marker and not Marker(marker).evaluate(environment):
            continue
        name, _, version = pin.partition("==")
        assert canonicalize_name(name) not in found, f"{name} is pinned twice for Python {python}"
        found[canonicalize_name(name)] = version
    return found


def test_the_lock_holds_pins_and_nothing_else():
    for line in LOCK.splitlines():
        assert re.fullmatch(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==[A-Za-z0-9.!+-]+( ; .+)?", line), line
    assert "://" not in LOCK and "--" not in LOCK and "@" not in LOCK


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("requirement", ranges(), ids=str)
def test_every_pin_satisfies_its_range(requirement, python):
    if requirement.marker and not requirement.marker.evaluate({"python_version": python}):
        pytest.skip(f"not for Python {python}")
    version = pins(python).get(canonicalize_name(requirement.name))
    assert version is not None, f"{requirement.name} is in pyproject.toml but not in the lock"
    assert requirement.specifier.contains(version, prereleases=True), (
        f"{requirement.name} {version} does not satisfy {requirement.specifier}"
    )


def test_jupyter_book_stays_below_2():
    (book,) = [r for r in ranges() if canonicalize_name(r.name) == "jupyter-book"]
    assert not book.specifier.contains("2.0.0")
    assert book.specifier.contains("1.0.4")


def test_the_conda_environment_installs_from_the_lock():
    dependencies = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
    (pip,) = [entry["pip"] for entry in dependencies if isinstance(entry, dict)]
    assert pip == ["-r requirements.lock", "-e ."]
    (python,) = [entry for entry in dependencies if str(entry).startswith("python=")]
    supported = SpecifierSet(PROJECT["requires-python"])
    assert supported.contains(python.removeprefix("python=") + ".0")
    assert all(supported.contains(f"{version}.0") for version in PYTHONS)


def test_the_version_is_the_same_everywhere():
    import reproduce

    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert reproduce.__version__ == PROJECT["version"] == citation["version"]
