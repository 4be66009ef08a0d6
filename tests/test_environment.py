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

from reproduce import installed

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
# By lock, from the smallest door to the largest: the extras that it installs.
DOORS = {
    "requirements-read.lock": ("book",),
    "requirements.lock": ("book", "train", "lab"),
    "requirements-dev.lock": tuple(EXTRAS),
}
# What PyTorch with CUDA asks for, on Linux; a PyTorch without asks for none of it.
CUDA = "requirements-cuda.lock"
LOCKS = (*DOORS, CUDA)
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = {
    "Linux": ("linux", "Linux", "x86_64", "posix"),
    "Linux on ARM": ("linux", "Linux", "aarch64", "posix"),
    "macOS": ("darwin", "Darwin", "arm64", "posix"),
    "macOS on Intel": ("darwin", "Darwin", "x86_64", "posix"),
    "Windows": ("win32", "Windows", "AMD64", "nt"),
}
PLACES = [(python, system) for python in PYTHONS for system in SYSTEMS]
NO_TORCH = ("torch", "torchvision", "timm", "albumentations", "opencv-python-headless")


def ranges(extras=tuple(EXTRAS)) -> list[Requirement]:
    """Return what the project asks for, with extras."""
    texts = [*PROJECT["dependencies"], *(text for extra in extras for text in EXTRAS[extra])]
    return [Requirement(text) for text in texts]


def surroundings(python: str, system: str) -> dict[str, str]:
    """Return what markers ask about."""
    platform, name, machine, kind = SYSTEMS[system]
    return {
        "python_version": python, "python_full_version": f"{python}.5", "sys_platform": platform,
        "platform_system": name, "platform_machine": machine, "os_name": kind,
        "implementation_name": "cpython", "platform_python_implementation": "CPython", "extra": "",
    }  # fmt: skip


def lines(lock: str) -> list[str]:
    """Return the lines of a lock."""
    return (ROOT / lock).read_text("utf-8").splitlines()


def pins(lock: str, python: str = "3.11", system: str = "Linux") -> dict[str, str]:
    """Return the versions that a lock installs with a Python version on a system."""
    there, found = surroundings(python, system), {}
    for line in lines(lock):
        pin, _, marker = line.partition(" ; ")
        if marker and not Marker(marker).evaluate(there):
            continue
        name, _, version = pin.partition("==")
        assert canonicalize_name(name) not in found, f"{name} is pinned twice for Python {python}"
        found[canonicalize_name(name)] = version
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_pins_and_nothing_else(lock):
    assert lines(lock)
    for line in lines(lock):
        assert re.fullmatch(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==[A-Za-z0-9.!+-]+( ; .+)?", line), line
    text = "\n".join(lines(lock))
    assert "://" not in text and "--" not in text and "@" not in text


@pytest.mark.parametrize(("python", "system"), PLACES)
@pytest.mark.parametrize("lock", DOORS)
def test_every_pin_satisfies_its_range(lock, python, system):
    there, found = surroundings(python, system), pins(lock, python, system)
    for requirement in ranges(DOORS[lock]):
        if requirement.marker and not requirement.marker.evaluate(there):
            continue
        version = found.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is in pyproject.toml but not in {lock}"
        assert requirement.specifier.contains(version, prereleases=True), (
            f"{requirement.name} {version} does not satisfy {requirement.specifier}"
        )


@pytest.mark.parametrize(("python", "system"), PLACES)
def test_a_larger_door_has_all_that_a_smaller_one_has(python, system):
    read, train, develop = (pins(lock, python, system) for lock in DOORS)
    assert read.items() <= train.items() <= develop.items()
    assert len(read) < len(train) < len(develop)


@pytest.mark.parametrize("system", SYSTEMS)
def test_to_read_nothing_is_installed_that_trains(system):
    assert not set(pins("requirements-read.lock", "3.12", system)) & set(NO_TORCH)
    train = set(pins("requirements.lock", "3.12", system)) & set(NO_TORCH)
    assert train == (set() if system == "macOS on Intel" else set(NO_TORCH))
    maps = "opentsne" in pins("requirements-read.lock", "3.12", system)
    assert maps == (system != "Linux on ARM")


def test_the_lock_of_what_trained_the_editions_has_not_moved():
    """Bit-equality is promised for it: another PyTorch is another edition."""
    found = pins("requirements.lock")
    assert found["torch"] == "2.11.0" and found["torchvision"] == "0.26.0"
    assert found["albumentations"] == "2.0.8"


def test_what_only_cuda_needs_stands_apart():
    names = [canonicalize_name(line.partition("==")[0]) for line in lines(CUDA)]
    assert all(re.match(r"(nvidia|cuda)-|triton$", name) for name in names) and len(names) > 10
    for lock in DOORS:
        assert not set(names) & set(pins(lock))
    assert all("sys_platform == 'linux'" in line for line in lines(CUDA))
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert f"-c {CUDA}" in makefile


def test_every_range_has_a_lowest_version():
    """Without one the oldest release of all counts as supported."""
    for requirement in ranges():
        assert any(s.operator in (">=", "==", "~=") for s in requirement.specifier), requirement


def test_the_makefile_opens_each_door_with_its_lock():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for lock, stamps in (("requirements-read.lock", 1), ("requirements.lock", 2),
                         ("requirements-dev.lock", 3)):  # fmt: skip
        (call,) = re.findall(rf"\$\(call opened,{re.escape(lock)},(.*)\)", makefile)
        assert len(re.findall(r"\$\((READ|TRAIN|DEV)\)", call)) == stamps
    for target, door in (("read", "READ"), ("book", "TRAIN"), ("test", "DEV"), ("lint", "DEV")):
        assert re.search(rf"^{target}: \$\({door}\)", makefile, re.MULTILINE)


def test_the_classifiers_name_the_pythons():
    said = [c.rpartition(" ")[2] for c in PROJECT["classifiers"] if "Python :: 3." in c]
    assert tuple(said) == PYTHONS


def test_what_an_extra_brings_is_known_where_it_is_missed():
    """The extra a command names is one that can be installed."""
    assert set(installed.EXTRAS) <= set(EXTRAS)
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for _, target in installed.EXTRAS.values():
        assert re.search(rf"^{target}: ", makefile, re.MULTILINE)


def test_jupyter_book_stays_below_2():
    (book,) = [r for r in ranges() if canonicalize_name(r.name) == "jupyter-book"]
    assert not book.specifier.contains("2.0.0")
    assert book.specifier.contains("1.0.4")


def test_the_conda_environment_installs_from_the_lock():
    dependencies = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
    (pip,) = [entry["pip"] for entry in dependencies if isinstance(entry, dict)]
    assert pip == ["-r requirements.lock", "-c requirements-cuda.lock", "-e ."]
    (python,) = [entry for entry in dependencies if str(entry).startswith("python=")]
    supported = SpecifierSet(PROJECT["requires-python"])
    assert supported.contains(python.removeprefix("python=") + ".0")
    assert all(supported.contains(f"{version}.0") for version in PYTHONS)


def test_the_version_is_the_same_everywhere():
    import reproduce

    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert reproduce.__version__ == PROJECT["version"] == citation["version"]
