"""Segmentation by seven methods: what is trained, killed and resumed, measured and drawn."""

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from reproduce.data import generating
from reproduce.data.records import Record
from reproduce.errors import UserError
from reproduce.figures.masks import Masks
from reproduce.figures.picture import NothingToShow
from reproduce.papers.balanced_contrastive import segmentation, segmentation_pictures
from reproduce.papers.balanced_contrastive.segmentation import EXPERIMENTS, METHODS, SETTINGS
from reproduce.trials import engine
from reproduce.trials.engine import Options
from reproduce.trials.store import Store
from tests.papers.balanced_contrastive.few_nodules import few_images, study_of
from tests.trials.killing import killed_at

ALONE = Options(workers=1, checkpoint_seconds=0)


def record(name, counts):
    return Record(
        name=name, fingerprint=name[:1] * 64, task="segmentation", shape=(128, 128),
        class_names=("background", "benign", "malignant"), counts=counts, title=name,
        licence="none", source="nowhere", images_publishable=True,
    )  # fmt: skip


BOTH = [
    record(segmentation.BUSI, {"all": (133, 437, 210)}),
    record(segmentation.HAM10000, {"all": (1, 8000, 2000)}),
]


def asked(*experiments, profile="laptop", seeds=tuple(range(10)), **more):
    return SimpleNamespace(profile=profile, experiments=experiments, seeds=seeds, **more)


def cells(*experiments, **more):
    return segmentation.cells(asked(*experiments, **more), BOTH)


# -- what is trained -------------------------------------------------------------------------------


def test_seven_methods_five_repeats_each_on_a_split_of_its_own():
    found = cells("segmentation")
    assert len(found) == 35 and {cell.seed for cell in found} == set(range(5))
    assert [cell.method for cell in found[:7]] == list(METHODS)
    for cell in found:
        trial = cell.trial
        assert (trial.task, trial.dataset) == ("segmentation", segmentation.BUSI)
        assert trial.split == {"kind": "grouped", "test_share": 0.2, "seed": cell.seed}
        assert trial.seed == trial.data_seed == cell.seed and cell.keep == ("masks",)


@pytest.mark.parametrize("profile", SETTINGS)
def test_all_methods_see_as_many_images_on_equal_terms(profile):
    """In both stages together, in one recipe; OCR's own classifier learns wherever it can."""
    of = SETTINGS[profile]
    for name in (*METHODS, *segmentation.ABLATED):
        phases = segmentation.method(of, name).phases
        assert sum(phase.iterations for phase in phases) == of.iterations, name
        for phase in phases:
            assert (phase.batch_size, phase.views, phase.transforms) == (of.batch_size, 1, "flip")
            assert phase.optimizer.learning_rate == of.learning_rate
            assert phase.optimizer.momentum == 0.9 and phase.optimizer.weight_decay == 5e-4
            assert phase.auxiliary == (0.4 if phase.train == "all" else 0.0)


def test_the_paper_has_its_network_and_rate():
    of = SETTINGS["paper"]
    assert (of.backbone, of.learning_rate) == ("hrnet_w48_ocr", 0.01)


def test_a_reading_moves_what_it_touches_and_nothing_else():
    grid = {(c.method, c.seed): c.trial.key for c in cells("segmentation")}
    found = cells("segmentation_readings")
    for cell in found:
        same = grid[cell.method, cell.seed] == cell.trial.key
        touched = "auxiliary_loss" in cell.factors["reading"] or cell.method in ("tsc", "bdcl")
        assert same != touched and cell.varied == {"reading"}
    keys = {cell.trial.key for cell in found if cell.method == "bdcl" and cell.seed == 0}
    assert len(keys) == len(segmentation.READINGS)


def test_the_second_set_and_ones_own():
    found = cells("segmentation_second")
    assert {cell.trial.dataset for cell in found} == {segmentation.HAM10000}
    assert all(cell.varied == {"dataset"} for cell in found)
    parameters = asked("segmentation_second", "segmentation")
    assert segmentation.other_data(parameters) == [segmentation.BUSI, segmentation.HAM10000]
    assert segmentation.other_data(asked("ablation")) == []
    own = asked("segmentation", segmentation_dataset="masks:/mine")
    assert segmentation.other_data(own) == ["masks:/mine"]
    with pytest.raises(UserError, match="needs the masks of 'masks:/mine'") as told:
        segmentation.cells(own, BOTH)
    assert "\n" not in str(told.value)


def test_keys_of_trials_are_all_their_own():
    every = cells(*EXPERIMENTS)
    touched = {cell.trial.key for cell in every}
    assert len({cell.trial.key for cell in cells("segmentation")}) == 35
    assert len(touched) == 35 * 2 + 5 * (2 + 2 + 2 + 2)


# -- trained for real, on few images ---------------------------------------------------------------


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Return the study of all experiments, trained at `smoke`."""
    with pytest.MonkeyPatch.context() as patch:
        few_images(patch)
        patch.setenv("REPRODUCE_DEVICE", "cpu")
        study = study_of(Store(tmp_path_factory.mktemp("seg") / "store"))
        study.run(ALONE)
        yield study
    generating._generated.cache_clear()


@pytest.mark.thorough
@pytest.mark.parametrize(("method", "iteration"), [("bdcl", 5), ("tsc", 5)])
def test_killed_and_resumed_it_has_the_same_digits(trained, tmp_path, method, iteration):
    """In the phase of the encoder, with prototypes and temperatures, or centroids."""
    [cell] = trained.arms(experiment="segmentation", method=method)
    [item] = [item for item in trained.planned() if item.trial.key == cell.trial.key]
    killed_at(item, tmp_path / "store", iteration, ALONE)
    store = Store(tmp_path / "store")
    assert store.get(item.trial.key) is None and store.checkpoint_path(item.trial.key).exists()
    steps = []
    engine.run([item], store, ALONE, lambda event: steps.append(event.done))
    assert min(filter(None, steps)) > 2, "it did not begin anew"
    expected, found = trained.result(cell), store.get(item.trial.key)
    assert (found.metrics, found.history) == (expected.metrics, expected.history)
    assert found.array_file.name == expected.array_file.name


def test_ones_own_folder_of_images_and_masks_is_trained(tmp_path):
    """`masks:PATH`, its classes named in a file; images of equal content stay on one side."""
    random = np.random.default_rng(0)
    for name in ("images", "masks"):
        (tmp_path / "mine" / name).mkdir(parents=True)
    for number in range(20):
        pixels = random.integers(0, 90, (40, 40), dtype=np.uint8)
        mask = np.zeros((40, 40), dtype=np.uint8)
        mask[5:20, 5 : 10 + number] = 1 + number % 2
        pixels[mask > 0] += 100
        Image.fromarray(pixels).save(tmp_path / "mine" / "images" / f"{number}.png")
        Image.fromarray(mask).save(tmp_path / "mine" / "masks" / f"{number}.png")
    (tmp_path / "mine" / "classes.txt").write_text("background\nbright\nbrighter\n")
    store = Store(tmp_path / "store")
    named = f"masks:{tmp_path / 'mine'}"
    study = study_of(store, experiments=["segmentation"], segmentation_dataset=named)
    [cell] = study.arms(method="bdcl")
    assert cell.trial.split["kind"] == "grouped" and cell.trial.backbone == "hrnet_small_ocr"
    [item] = [item for item in study.planned() if item.trial.key == cell.trial.key]
    assert engine.run([item], store, ALONE, lambda event: None).failures == {}
    result = study.result(cell)
    assert result.arrays["test/masks"].shape == (4, 32, 32) and len(result.counts) == 3
    assert result.metrics["test/iou_class_0"] > 0


def test_masks_are_kept_in_few_bytes(trained):
    """The classes of all pixels of 28 images, their counts, and those to be drawn."""
    for cell in trained.arms(experiment="segmentation"):
        result = trained.result(cell)
        masks = result.arrays["test/masks"]
        assert masks.dtype == np.uint8 and masks.shape == (28, 32, 32)
        assert result.array_file.stat().st_size < masks.size / 2


def test_every_result_has_the_measures_of_the_table(trained):
    rows = trained.rows(trained.arms(experiment="segmentation"))
    for row in rows:
        for name in (*segmentation_pictures.POOLED, *segmentation_pictures.BY_IMAGE):
            assert 0 <= row[name] <= 1
        assert row["miou"] == pytest.approx(np.mean([row[f"iou_class_{c}"] for c in range(3)]))


def test_the_masks_are_drawn_for_every_method(trained):
    made = segmentation_pictures.masks.of(trained)
    assert isinstance(made, Masks) and list(made.predicted) == list(METHODS)
    assert len(made.images) == 5 and made.truth.max(axis=(1, 2)).tolist() == [0, 1, 1, 2, 2]
    for name, cell in zip(METHODS, trained.arms(experiment="segmentation"), strict=True):
        whole = trained.result(cell).arrays["test/masks"]
        assert all((whole == mask).all(axis=(1, 2)).any() for mask in made.predicted[name])
    made.draw()
    assert len(made.alt()) <= 250 and "one repeat" in made.message()


@pytest.mark.parametrize(
    "name", ["overlaps", "overlaps_by_image", "second_overlaps", "segmentation_ablation",
             "segmentation_readings", "segmentation_gains", "second_masks"],
)  # fmt: skip
def test_what_the_page_shows_can_be_shown(trained, name):
    made = getattr(segmentation_pictures, name).of(trained)
    assert not isinstance(made, str), made
    if hasattr(made, "draw"):
        made.draw()
        assert made.words()
    else:
        assert "Mean" in made.columns and len(made.rows) >= 3


def test_a_table_says_what_each_method_reached(trained):
    table = segmentation_pictures.overlaps.of(trained)
    assert table.columns == ["Method", "n", "Mean", "Background", "Benign", "Malignant"]
    rows = trained.rows(trained.arms(experiment="segmentation", method="bdcl"))
    [shown] = [row for row in table.rows if row[0] == "BDCL"]
    assert shown[2].startswith(f"{100 * rows[0]['miou']:.1f}")


def test_without_the_experiment_the_page_says_so(tmp_path):
    study = study_of(Store(tmp_path), experiments=["segmentation"])
    said = segmentation_pictures.second_masks.of(study)
    assert isinstance(said, str) and said.startswith("Not")
    assert segmentation_pictures.counted(study) == ""


def test_images_are_counted_in_words(trained):
    said = segmentation_pictures.counted(trained)
    assert "about 32 images train and 28 test (4 without a mark, 14 benign, 10 malignant)" in said


def test_a_few_images_of_each_class_are_drawn():
    labels = np.array([2, 1, 1, 0, 2, 1, 0, 2])
    assert segmentation_pictures.columns(labels).tolist() == [3, 1, 2, 0, 4]


def test_images_that_may_not_be_shown_are_not(trained, monkeypatch):
    monkeypatch.setattr(segmentation_pictures, "_record",
                        lambda study, cell: SimpleNamespace(images_publishable=False))  # fmt: skip
    cell = trained.arms(experiment="segmentation")[0]
    with pytest.raises(NothingToShow, match="may not be shown"):
        segmentation_pictures._images(trained, cell)
