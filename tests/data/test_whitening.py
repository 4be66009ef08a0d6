"""Contrast normalisation and ZCA: against plain loops, and where the numbers come from."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from reproduce.data import preparation, splits, whitening
from reproduce.data.preparation import Images, prepare
from reproduce.data.records import Dataset
from reproduce.errors import UserError
from reproduce.randomness import seed_torch
from reproduce.training.inputs import Inputs
from reproduce.training.loop import Settings, train
from reproduce.training.phases import Optimizer, Phase

CPU = torch.device("cpu")


def pictures(count=40, size=4, seed=0):
    """Return colour images whose pixels hang together, so that there is something to whiten."""
    random = np.random.default_rng(seed)
    rough = random.normal(size=(count, size, size, 3)).cumsum(axis=1).cumsum(axis=2)
    rough += random.normal(size=(count, 1, 1, 1))
    return np.clip(128 + 25 * rough, 0, 255).astype(np.uint8)


# -- slow references, in Python's own floats ------------------------------------------------------


def normalised_by_hand(image) -> list[float]:
    """Less its mean, to norm 55."""
    values = [float(value) for value in image.reshape(-1)]
    mean = math.fsum(values) / len(values)
    centred = [value - mean for value in values]
    norm = math.sqrt(math.fsum(value * value for value in centred))
    return [value * 55 / norm for value in centred]


def covariance_by_hand(rows) -> tuple[list[float], list[list[float]]]:
    count, size = len(rows), len(rows[0])
    mean = [math.fsum(row[i] for row in rows) / count for i in range(size)]
    table = [
        [math.fsum((row[i] - mean[i]) * (row[j] - mean[j]) for row in rows) / count
         for j in range(size)]
        for i in range(size)
    ]  # fmt: skip
    return mean, table


def inverse_square_root(table) -> np.ndarray:
    """Return (table + 0.1)^(-1/2) by Newton's iteration (Denman and Beavers), no eigenvectors."""
    y, z = np.array(table) + 0.1 * np.eye(len(table)), np.eye(len(table))
    for _ in range(60):
        y, z = (y + np.linalg.inv(z)) / 2, (z + np.linalg.inv(y)) / 2
    return z


def test_every_image_has_no_mean_and_norm_55():
    rows = whitening.contrast_normalised(pictures())
    assert rows.dtype == np.float64 and rows.shape == (40, 48)
    for row, image in zip(rows, pictures(), strict=True):
        assert row.tolist() == pytest.approx(normalised_by_hand(image), abs=1e-10)
    assert rows.sum(axis=1) == pytest.approx(np.zeros(40), abs=1e-9)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.full(40, 55.0))


def test_whitening_is_that_of_plain_loops():
    images, others = pictures(), pictures(7, seed=1)
    mean, table = covariance_by_hand([normalised_by_hand(image) for image in images])
    matrix = inverse_square_root(table)
    fitted = whitening.fit("gcn_zca", images)
    assert fitted.dtype == np.float32 and fitted.shape == (49, 48)
    assert fitted[0] == pytest.approx(np.array(mean), abs=1e-5)
    assert fitted[1:] == pytest.approx(matrix, abs=1e-5)
    found = whitening.apply("gcn_zca", fitted, others)
    assert found.dtype == np.float32 and found.shape == others.shape
    for made, image in zip(found, others, strict=True):
        row = [a - b for a, b in zip(normalised_by_hand(image), mean, strict=True)]
        by_hand = [
            math.fsum(value * weight for value, weight in zip(row, column, strict=True))
            for column in matrix.T.tolist()
        ]
        assert made.reshape(-1) == pytest.approx(np.array(by_hand), abs=2e-3)


def test_the_whitened_covariance_has_eigenvalues_e_over_e_plus_a_tenth():
    images = pictures(400)
    before = np.linalg.eigvalsh(np.cov(whitening.contrast_normalised(images).T, bias=True))
    white = whitening.apply("gcn_zca", whitening.fit("gcn_zca", images), images)
    after = np.linalg.eigvalsh(np.cov(white.reshape(400, -1).astype(float).T, bias=True))
    assert before.max() > 50 * 0.1 and before.min() < 0.1
    assert after == pytest.approx(before / (before + 0.1), abs=2e-3)


def test_whitening_keeps_the_picture():
    """ZCA is symmetric: of all ways to whiten the one that moves pixels least."""
    images = pictures()
    matrix = whitening.fit("gcn_zca", images)[1:]
    assert matrix == pytest.approx(matrix.T, abs=1e-5)
    assert np.linalg.eigvalsh(matrix.astype(float)).min() > 0


def test_contrast_alone_learns_nothing():
    images = pictures()
    fitted = whitening.fit("gcn", images)
    assert fitted.shape == (1, 48) and not fitted.any()
    found = whitening.apply("gcn", fitted, images).reshape(40, -1)
    assert found == pytest.approx(whitening.contrast_normalised(images), abs=1e-4)


@pytest.mark.parametrize("name", whitening.KINDS)
def test_an_image_of_one_colour_has_no_contrast(name):
    images = pictures()
    images[3] = 77
    assert not whitening.contrast_normalised(images)[3].any()
    fitted = whitening.fit(name, images)
    assert np.isfinite(fitted).all()
    assert np.isfinite(whitening.apply(name, fitted, images)).all()
    only = np.full((5, 4, 4), 9, dtype=np.uint8)
    assert not whitening.apply(name, whitening.fit(name, only), only).any()


@pytest.mark.parametrize("at_once", [1, 7, 40])
def test_how_many_are_done_at_once_changes_nothing(monkeypatch, at_once):
    images = pictures()
    fitted = whitening.fit("gcn_zca", images)
    found = whitening.apply("gcn_zca", fitted, images)
    monkeypatch.setattr(whitening, "AT_ONCE", at_once)
    assert whitening.fit("gcn_zca", images) == pytest.approx(fitted, abs=1e-6)
    assert whitening.apply("gcn_zca", fitted, images) == pytest.approx(found, abs=1e-4)


def test_gray_images_are_whitened_too():
    images = pictures()[..., 0]
    found = whitening.apply("gcn_zca", whitening.fit("gcn_zca", images), images)
    assert found.shape == (40, 4, 4)


def test_an_unknown_whitening_is_one_line():
    with pytest.raises(UserError, match="did you mean 'gcn_zca'") as refused:
        whitening.fit("gcn_zac", pictures())
    assert "\n" not in str(refused.value)


# -- from a data set to batches -------------------------------------------------------------------

WHITE = {"size": 8, "divisor": 1, "whitening": "gcn_zca"}
STEP = {"kind": "step", "n_max": 30, "rho": 10, "mu": 0.5}


@pytest.fixture
def dataset():
    """Return a function that makes a set of two classes: 80 images to train on, 20 to test."""

    def make(test_seed=5, fingerprint="a" * 64):
        labels = {"train": np.repeat([0, 1], 40), "test": np.repeat([0, 1], 10)}
        images = {"train": pictures(80, size=8), "test": pictures(20, size=8, seed=test_seed)}
        for part in images:
            images[part][labels[part] == 1, :4] //= 3
        return Dataset(
            name="made", task="classification", title="Made", images_publishable=True,
            images=images, labels=labels, class_names=("a", "b"),
            fingerprint=fingerprint, licence="none", source="nowhere",
        )  # fmt: skip

    return make


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    """Forget what was made of other data sets, and let no later test find what is made here."""
    monkeypatch.setattr(preparation, "_made", {})


def prepared(made, imbalance=None, transforms=WHITE, data_seed=0):
    return prepare(
        made, split={"kind": "official"}, imbalance=imbalance or {"kind": "none"},
        transforms=transforms, data_seed=data_seed, evaluate_on=["test"],
    )  # fmt: skip


def everything(images):
    return images.stored(np.arange(len(images.labels)))


def test_prepared_images_are_whitened_with_what_the_training_images_say(dataset):
    made = dataset()
    fitted = whitening.fit("gcn_zca", made.images["train"])
    found = prepared(made)
    for part, images in (("train", found.train), ("test", found.evaluate["test"])):
        assert images.pixels.dtype == np.float32
        expected = whitening.apply("gcn_zca", fitted, made.images[part])
        assert everything(images) == pytest.approx(expected, abs=1e-6)
        seen = images.tensor(np.arange(3), CPU)
        assert torch.equal(seen, torch.from_numpy(expected[:3]).permute(0, 3, 1, 2))


def test_test_images_are_not_looked_at(dataset):
    one = everything(prepared(dataset(), STEP).train)
    other = everything(prepared(dataset(test_seed=6, fingerprint="b" * 64), STEP).train)
    assert (one == other).all()


@pytest.mark.parametrize(
    "split",
    [
        {"kind": "stratified", "test_share": 0.25, "seed": 0},
        {"kind": "random", "test_share": 0.25, "seed": 1},
        {"kind": "cross_validation", "folds": 4, "fold": 2, "seed": 0},
    ],
    ids=lambda split: split["kind"],
)
def test_of_one_file_only_the_training_rows_are_learned_from(dataset, split):
    """Test images lie in the same array; whatever they are, training looks the same."""
    one, other = dataset(), dataset(fingerprint="c" * 64)
    one, other = (replace(made, labels=_alone(made.labels), images=_alone(made.images))
                  for made in (one, other))  # fmt: skip
    source, tested = splits.split(one, **split)["test"]
    other.images[source] = other.images[source].copy()
    other.images[source][tested] //= 4
    found, changed = (
        prepare(
            made, split=split, imbalance={"kind": "none"}, transforms=WHITE, data_seed=0,
            evaluate_on=["test"],
        )
        for made in (one, other)
    )  # fmt: skip
    assert 0 < len(tested) < len(one.labels[source])
    assert (everything(found.train) == everything(changed.train)).all()
    assert (everything(found.evaluate["test"]) != everything(changed.evaluate["test"])).any()
    fitted = whitening.fit("gcn_zca", one.images[source][found.train.rows])
    expected = whitening.apply("gcn_zca", fitted, one.images[source][found.train.rows])
    assert everything(found.train) == pytest.approx(expected, abs=1e-6)


def _alone(by_split):
    """Return what a file holds that has no test part of its own."""
    return {"all": by_split["train"]}


def test_what_is_rare_is_decided_afterwards(dataset):
    """All points of a grid see an image alike: mean and covariance are of all training images."""
    whole = everything(prepared(dataset()).train)
    for data_seed in (0, 1):
        sample = prepared(dataset(), STEP, data_seed=data_seed).train
        assert (everything(sample) == whole[sample.rows]).all()


def test_the_loop_trains_on_whitened_images(dataset):
    from reproduce import models

    found = prepared(dataset())
    before = found.train.pixels.copy()
    seed_torch(0, "weights")
    network = models.build("small_cnn", channels=3, size=8, classes=2)
    optimizer = Optimizer(name="sgd", learning_rate=0.05, momentum=0.9)
    phase = Phase(batch_size=20, iterations=40, optimizer=optimizer)
    state = train(
        network, [phase], found.train, [40, 40], data_seed=0, seed=0, precision="float32",
        settings=Settings(CPU),
    )  # fmt: skip
    losses = [row["loss"] for row in state.history]
    assert losses[-1] < 0.5 * losses[0]
    assert (found.train.pixels == before).all()


def test_whitened_images_are_not_augmented(dataset):
    images = prepared(dataset()).train
    optimizer = Optimizer(name="sgd", learning_rate=0.1)
    phase = Phase(batch_size=4, iterations=1, optimizer=optimizer, transforms="crop_flip")
    with pytest.raises(UserError, match=r"'crop_flip' need uint8 pixels, .* float32") as refused:
        Inputs(phase, images, [40, 40], 0, 0, 0)
    assert "\n" not in str(refused.value)


def test_float_pixels_are_left_as_they_are():
    """Batches are put on the network's scale in place; that must not reach what is stored."""
    pixels = np.full((3, 2, 2), 200, dtype=np.float32)
    images = Images(pixels, np.zeros(3, dtype=int), 2.0, (1.0,), (4.0,))
    assert images.tensor(slice(0, 3), CPU).unique().tolist() == [(200 / 2 - 1) / 4]
    assert (pixels == 200).all()
