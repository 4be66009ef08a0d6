"""Layout and counts of every paper's own data, looked at without reading an image."""

import pytest

from reproduce.data import catalog
from reproduce.data.glance import glance
from reproduce.registry import records
from tests.replications import layouts

OWN = [name for paper in records.papers().values() for name in paper.own_data]
COUNTED = [name for name in OWN if catalog.CATALOG[name].published]
NO_COUNTS = sorted(set(OWN) - set(COUNTED))


def counts_as_they_are(monkeypatch, name, opened):
    """Let the catalog state the counts that the tiny copy has."""
    found = catalog.load(f"{opened}{'&' if '?' in opened else '?'}size=8").record().counts
    entry = catalog.CATALOG[name]
    monkeypatch.setitem(
        catalog.CATALOG, name, catalog.replace(entry, published=found, checksums={})
    )


def test_every_own_data_set_has_a_hand_made_copy():
    assert set(OWN) == set(layouts.LAYOUTS)


@pytest.mark.parametrize("name", COUNTED)
def test_counts_that_are_off_are_said_with_what_was_expected(name, tmp_path):
    opened = layouts.write(name, tmp_path / "data")
    [first, *_] = glance(opened).problems
    assert "published are" in first and "\n" not in first


@pytest.mark.parametrize("name", sorted({*OWN} - {"mnist", "cifar10"}))
def test_a_whole_copy_with_its_counts_is_in_order(name, tmp_path, monkeypatch):
    opened = layouts.write(name, tmp_path / "data")
    if name in COUNTED:
        counts_as_they_are(monkeypatch, name, opened)
    found = glance(opened)
    assert not found.problems and any("files are there" in line for line in found.passed)


@pytest.mark.parametrize("name", OWN)
def test_what_is_not_there_is_one_line(name, tmp_path):
    [line] = glance(name).problems
    assert "is not here: " in line and name in line and "\n" not in line


@pytest.mark.parametrize("name", ["acne04", "isic2019"])
def test_a_file_that_a_table_names_and_nobody_has_is_counted(name, tmp_path, monkeypatch):
    opened = layouts.write(name, tmp_path / "data")
    counts_as_they_are(monkeypatch, name, opened)
    gone = sorted((tmp_path / "data" / name).rglob("*.jpg"))[3]
    gone.unlink()
    [line] = glance(opened).problems
    assert line.startswith("1 of ") and gone.name in line


def test_photographs_under_other_names_are_not_taken_for_the_papers_classes(tmp_path):
    layouts.write("warts_photographs", tmp_path / "data")
    root = tmp_path / "data" / "warts_photographs"
    for part in ("train", "test"):
        (root / part / "1_normal_skin").rename(root / part / "4_normal_skin")
    assert "expected 1_normal_skin, 2_corns, 3_warts" in glance("warts_photographs").problems[0]


def test_a_glance_reads_no_image(tmp_path, monkeypatch):
    layouts.write("acne04", tmp_path / "data")
    monkeypatch.setattr("reproduce.data.cache.read_bytes", lambda *_: pytest.fail("it was read"))
    glance("acne04")
