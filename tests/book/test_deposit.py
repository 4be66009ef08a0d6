"""What a release says of itself to archives: written from the edition, and never stale."""

import json

import pytest
import yaml

from reproduce.book import deposit
from reproduce.data import catalog
from reproduce.data.croissant import CONFORMS, described
from reproduce.files import project_root
from reproduce.trials import edition as editions

ROOT = project_root()


@pytest.fixture(scope="module")
def written():
    return deposit.written(ROOT)


@pytest.mark.parametrize("name", [deposit.ZENODO, deposit.CODECHECK, deposit.CROISSANT])
def test_what_is_committed_is_what_the_edition_gives(written, name):
    there = (ROOT / name).read_text("utf-8")
    assert there == written[name], "`python -m reproduce.book.deposit` writes it anew"


def test_zenodo_is_told_the_citation_and_the_trials(written):
    said = json.loads(written[deposit.ZENODO])
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert (said["title"], said["version"]) == (citation["title"], citation["version"])
    edition = editions.published()
    trials = sum(len((edition.stamp(key) or {"keys": ()})["keys"]) for key in edition.papers())
    assert f"{trials:,} trained networks" in said["description"]
    dois = {one["doi"] for one in citation["references"] if one.get("doi")}
    assert {one["identifier"] for one in said["related_identifiers"]} == dois


def test_the_manifest_of_a_codecheck_names_files_that_are_there(written):
    said = yaml.safe_load(written[deposit.CODECHECK])
    assert said["version"] == deposit.CODECHECK_VERSION and "codechecker" not in said
    files = [one["file"] for one in said["manifest"]]
    assert len(files) == 2 * len([k for k in editions.published().papers()])
    assert all((ROOT / file).is_file() for file in files)
    for one in said["manifest"][::2]:
        stamp = editions.published().stamp(one["file"].split("/")[-1].removesuffix(".ipynb"))
        assert stamp["commit"] in one["comment"] and stamp["executed"] in one["comment"]


def test_another_stamp_gives_other_files(tmp_path):
    """The test above can fail: a newer edition shows in each of the three."""
    for name in ("CITATION.cff",):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    place = tmp_path / "book" / "results"
    place.mkdir(parents=True)
    for suffix in ("json", "csv"):
        there = ROOT / "book" / "results" / f"metric_learning.{suffix}"
        (place / there.name).write_bytes(there.read_bytes())
    before = deposit.written(tmp_path)
    stamp = json.loads((place / "metric_learning.json").read_text())
    (place / "metric_learning.json").write_text(json.dumps({**stamp, "executed": "2030-01-01"}))
    after = deposit.written(tmp_path)
    assert all(before[name] != after[name] and "2030-01-01" in after[name] for name in before)


def sound(found):
    """Return what is wrong with a description, as far as its structure says it."""
    wrong = [name for name in ("@context", "name", "description", "license", "conformsTo")
             if not found.get(name)]  # fmt: skip
    wrong += ["type"] * (found["@type"] != "sc:Dataset")
    wrong += ["version"] * (found["conformsTo"] != CONFORMS)
    files = {one["@id"] for one in found.get("distribution", [])}
    for one in found.get("distribution", []):
        wrong += [one["@id"]] * (not (one.get("md5") or one.get("sha256")))
        wrong += [one["@id"]] * (not one["contentUrl"] or not one["encodingFormat"])
    for records in found.get("recordSet", []):
        fields = {one["@id"] for one in records["field"]}
        wrong += [records["@id"]] * (not all(set(row) == fields for row in records.get("data", [])))
        for one in records["field"]:
            source = one.get("source", {}).get("fileObject", {}).get("@id")
            wrong += [one["@id"]] * (source is not None and source not in files)
            wrong += [one["@id"]] * (source is None and "data" not in records)
    return wrong


def test_the_structural_check_sees_what_is_wrong():
    found = described("mnist", catalog.CATALOG["mnist"])
    assert sound(found) == []
    del found["distribution"][0]["md5"], found["recordSet"][0]["data"][3]["mnist/classes/name"]
    assert len(sound({**found, "license": ""})) == 3


@pytest.mark.parametrize("name", catalog.CATALOG)
def test_every_data_set_of_the_catalog_is_described(name):
    entry = catalog.CATALOG[name]
    found = described(name, entry)
    assert sound(found) == [] and found["citeAs"] == entry.source
    assert ("may not be shown" in found["description"]) == (not entry.images_publishable)
    for split, counts in entry.published.items():
        total = counts if isinstance(counts, int) else sum(counts)
        assert f"{split}: {total:,} images" in found["description"]
    if entry.class_names and any(not isinstance(n, int) for n in entry.published.values()):
        rows = found["recordSet"][0]["data"]
        assert [row[f"{name}/classes/name"] for row in rows] == list(entry.class_names)


def test_the_description_of_the_results_is_sound(written):
    found = json.loads(written[deposit.CROISSANT])
    assert sound(found) == [] and len(found["distribution"]) == len(found["recordSet"])


def test_the_command_prints_a_description_and_refuses_a_file_of_ones_own(reproduce, image_file):
    status, said, _ = reproduce("data croissant 'acne04?split=fold0'")
    assert status == 0 and json.loads(said)["name"] == "acne04"
    image_file("tiny")
    status, _, error = reproduce("data croissant tiny")
    assert status == 2 and "a file of yours" in error
