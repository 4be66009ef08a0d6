"""Own images from start to end: the tiny version of what a practitioner does."""

import csv

import numpy as np
import pytest
from PIL import Image
from safetensors import safe_open

from reproduce.data import splits
from reproduce.data.near_copies import near_copies, sets_of
from reproduce.errors import UserError
from reproduce.evaluation.significance import paired_effect
from reproduce.own.comparing import FEWEST, METRIC, MOST, NOTHING, Remedies, Settings, sized
from reproduce.own.folder import Folder
from reproduce.trials import engine
from reproduce.trials.store import Store
from tests.own.drawing import CLASSES, folder_of_shapes

TINY = "--size 16 --iterations 4 --repeats 2 --workers 1"


@pytest.fixture
def photos(tmp_path, monkeypatch):
    """Return a folder of few images, beside which we are."""
    monkeypatch.chdir(tmp_path)
    return folder_of_shapes(tmp_path / "photos", (30, 20, 12))


# -- looking --------------------------------------------------------------------------------------


def test_images_are_counted_and_nothing_is_trained(photos, reproduce):
    status, said, told = reproduce("own photos --look")
    assert (status, told) == (0, "")
    assert "all 62 images can be read" in said and "no two images are nearly the same" in said
    assert "no groups.csv: each image counts as an image of its own" in said
    for name in CLASSES:
        assert name in said
    assert not Store().path.exists() or not Store().trial_keys()


def test_near_copies_are_found_and_others_are_not(photos):
    original = Image.open(photos / "disc" / "001.jpg")
    original.resize((90, 70)).save(photos / "disc" / "copy.png")
    original.save(photos / "stripes" / "again.jpg", quality=60)
    original.point(lambda level: min(255, level + 12)).save(photos / "square" / "brighter.bmp")
    folder = Folder(photos, 32, "stretch")
    found = {frozenset(folder.listing.files[row] for row in pair) for pair in folder.pairs}
    files = ("disc/001.jpg", "disc/copy.png", "stripes/again.jpg", "square/brighter.bmp")
    assert found == {frozenset((a, b)) for a in files for b in files if a < b}


def test_pictures_without_contrast_are_no_copies():
    flat = np.full((4, 20, 20, 3), 90, np.uint8)
    assert len(near_copies(flat)) == 0
    random = np.random.default_rng(0).integers(0, 255, (30, 20, 20), dtype=np.uint8)
    assert len(near_copies(random)) == 0
    assert near_copies(random[[0, 1, 2, 1]]).tolist() == [[1, 3]]
    assert sets_of(np.array([[1, 3], [3, 4]]), 6).tolist() == [0, 1, 2, 1, 1, 3]


def test_copies_across_the_test_part_are_told_and_kept_together_when_asked(photos, reproduce):
    part = Folder(photos, 32).part_of_rows(0)
    files = Folder(photos, 32).listing.files
    tested = [file for file, where in zip(files, part, strict=True) if where == "test"]
    for number, file in enumerate(tested[:3]):
        image = Image.open(photos / file)
        image.resize((image.width + 9, image.height + 5)).save(photos / "disc" / f"x{number}.png")
    _, said, _ = reproduce("own photos --look --fit stretch")
    wrong = [line for line in said.splitlines() if line.startswith("wrong")]
    assert len(wrong) == 1 and "so the test is too easy: --group-copies" in wrong[0]
    status, said, _ = reproduce("own photos --look --fit stretch --group-copies")
    assert status == 0 and "written: photos/groups.csv" in said and "wrong" not in said
    folder = Folder(photos, 32, "stretch")
    assert len(folder.pairs) >= 3
    for seed in range(3):
        part = folder.part_of_rows(seed)
        assert all(part[one] == part[other] for one, other in folder.pairs)
    status, _, told = reproduce("own photos --look --group-copies")
    assert status == 2 and "groups.csv is there already" in told


def test_the_test_part_is_the_same_in_all_repeats_and_never_validates(photos):
    folder = Folder(photos, 16)
    parts = [splits.split(folder.dataset, **folder.split(seed)) for seed in range(4)]
    tested = [set(found["test"][1]) for found in parts]
    validated = [set(found["val"][1]) for found in parts]
    assert all(one == tested[0] for one in tested) and len(set(map(frozenset, validated))) > 1
    assert not tested[0] & set.union(*validated)


def test_parts_that_were_made_already_are_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder_of_shapes(tmp_path / "mine" / "train", (12, 12, 12))
    folder_of_shapes(tmp_path / "mine" / "test", (5, 4, 3), seed=1)
    folder = Folder(tmp_path / "mine", 16)
    assert folder.counts()["test"].tolist() == [5, 4, 3]
    assert folder.split(3) == {"kind": "official", "validation_share": 0.2, "validation_seed": 3}
    folder_of_shapes(tmp_path / "mine" / "val", (3, 3, 3), seed=2)
    assert Folder(tmp_path / "mine", 16).split(3) == {"kind": "official"}


# -- comparing ------------------------------------------------------------------------------------


@pytest.fixture
def compared(photos):
    """Return a comparison that has been trained for a few steps."""
    settings = Settings(repeats=3, iterations=6, remedies=("oversampling", "thresholding"))
    remedies = Remedies(Folder(photos, 16), settings, Store())
    remedies.store.put_record(remedies.record)
    options = engine.Options(workers=1, keep_weights=True)
    engine.require_all(engine.run(remedies.planned(), remedies.store, options, lambda event: None))
    return remedies


def test_effects_are_those_of_the_studies_paired_by_seed(compared):
    assert len(compared.planned()) == 6, "thresholding trains nothing"
    for method in ("oversampling", "thresholding"):
        values = {
            name: [compared.measures.value(c, METRIC) for c in compared._cells(name)]
            for name in (method, NOTHING)
        }
        draws = {
            name: np.mean(
                [compared.measures.resampled(c, METRIC) for c in compared._cells(name)], 0
            )
            for name in (method, NOTHING)
        }
        expected = paired_effect(
            np.subtract(values[method], values[NOTHING]),
            image_draws=draws[method] - draws[NOTHING],
            seeds=range(3),
        )
        found = compared.effect(method)
        assert found.mean == pytest.approx(expected.mean)
        assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_the_choice_is_made_on_validation_images_alone(compared, monkeypatch):
    def refused(*_):
        raise AssertionError("the test part has no say")

    row = {row.method: row.validation for row in compared.rows}
    monkeypatch.setattr(compared.measures, "value", refused)
    monkeypatch.setattr(compared.measures, "confusion", refused)
    chosen = compared.chosen
    assert row[chosen.method] == max(row.values())
    mine = [compared.validated(cell) for cell in compared._cells(chosen.method)]
    assert compared.validated(chosen) == max(mine)


def test_what_validates_equally_well_goes_to_the_plainer(compared, monkeypatch):
    """Means of the same shares differ in their last digits, which are no reason to choose."""
    last_digits = {cell.trial.key: 0.54 for cell in compared.cells}
    last_digits |= {c.trial.key: 0.54 + 1e-15 for c in compared._cells("oversampling")}
    monkeypatch.setattr(compared, "validated", lambda cell: last_digits[cell.trial.key])
    assert (compared.chosen.method, compared.chosen.seed) == (NOTHING, 0)


def test_what_is_left_open_is_sized_to_the_data():
    assert sized(Settings(), 100).iterations == FEWEST
    assert sized(Settings(), 1600).iterations == 2000 == MOST
    assert sized(Settings(), 500).iterations == 625
    assert (sized(Settings(), 100).backbone, sized(Settings(), 6000).backbone) == (
        "small_cnn", "resnet8",
    )  # fmt: skip
    assert sized(Settings(backbone="lenet5", iterations=7), 100).iterations == 7
    with pytest.raises(UserError, match="no network for classification"):
        sized(Settings(backbone="hrnet_small_ocr"), 100)
    with pytest.raises(UserError, match="expected 2 or more"):
        sized(Settings(repeats=1), 100)


# -- the whole path -------------------------------------------------------------------------------


def test_one_command_goes_from_a_folder_to_a_network_that_answers(photos, reproduce):
    status, said, told = reproduce(f"own photos {TINY} -o out")
    assert status == 0, told
    assert "10 networks, 10 to train" in said and "Chosen on validation images alone" in said
    rows = list(csv.DictReader((photos.parent / "out" / "comparison.csv").open()))
    assert rows[0]["remedy"] == "baseline" and len(rows) == 6
    assert all(float(r["low"]) <= float(r["effect"]) <= float(r["high"]) for r in rows[1:])
    page = (photos.parent / "out" / "report.md").read_text("utf-8")
    card = (photos.parent / "out" / "net.md").read_text("utf-8")
    sentence = next(line for line in page.splitlines() if line.startswith("Chosen on"))
    assert sentence in card and "Not for diagnosis" in page and "Not for diagnosis" in card
    with safe_open("out/net.safetensors", "np") as file:
        assert file.metadata()["dataset"] == "folder:photos"
    status, table, told = reproduce("predict out/net.safetensors photos")
    assert status == 0 and len(table.splitlines()) == 63
    status, said, _ = reproduce(f"own photos {TINY} -o out")
    assert status == 0 and "10 networks, 0 to train" in said


def test_a_mistake_is_one_line(photos, reproduce):
    (photos.parent / "one").mkdir()
    folder_of_shapes(photos.parent / "few", (2, 2, 2))
    mistakes = {
        "own nowhere": "there is no folder nowhere",
        "own one": "expected at least two",
        "own few": "has no image in part",
        f"own photos {TINY} --fit croop": "unknown fit 'croop'; did you mean 'crop'?",
        f"own photos {TINY} --augmentation simclr": "unknown augmentation 'simclr'",
        f"own photos {TINY} --remedies oversampled": "unknown method 'oversampled'",
        f"own photos {TINY} --backbone lenet": "unknown backbone 'lenet'; did you mean 'lenet5'",
    }
    for line, words in mistakes.items():
        status, _, told = reproduce(line)
        assert status == 2 and len(told.splitlines()) == 1, (line, told)
        assert words in told, (line, told)
    (photos / "disc" / "000.png").write_bytes(b"no image")
    status, _, told = reproduce("own photos --look")
    assert status == 2 and "000.png cannot be read as an image" in told
