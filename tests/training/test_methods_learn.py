"""Every method, through the one loop, learns something: tiny, on images held out.

The sizes are nobody's: a small network, digits of 8 x 8 pixels, some dozens of steps, Adam. What
is compared is the trained network with the same one untrained, so only a method that is put
together wrongly fails; how methods compare with one another is not for these sizes to say.
"""

from functools import partial

import numpy as np
import pytest
import torch

from reproduce import models, tasks
from reproduce.data import catalog
from reproduce.data.preparation import Images, prepare
from reproduce.evaluation.neighbours import knn_accuracy
from reproduce.methods import known_answers, registry
from reproduce.methods.method import scores_after
from reproduce.randomness import seed_torch
from reproduce.tasks.prediction import predict
from reproduce.training.loop import Settings, train
from reproduce.training.phases import Heads, Optimizer, Phase, Projection

CPU = torch.device("cpu")


def adam(rate):
    return Optimizer(name="adam", learning_rate=rate)


RECIPE = Phase(batch_size=50, iterations=40, optimizer=adam(1e-2))
# Views that differ in brightness and contrast: there is nothing to crop from so few pixels.
VIEWS = {
    "transforms": "simclr_two_views",
    "transform_parameters": {"crop": "none", "flip": 0.0, "gray": 0.0, "blur": 0.0},
}
CONTRAST = RECIPE.but(iterations=60, optimizer=adam(5e-3))
HEAD = Projection(size=32)
TWO_STAGES = {"head": HEAD, "classifier": 1.0, **VIEWS}
# Cosines are scaled by 30 and their directions are long, so a classifier alone needs large steps.
LONG = RECIPE.but(iterations=120, optimizer=adam(3e-2))
ENCODER = known_answers.CONTRASTIVE.but(
    epochs=0, iterations=60, batch_size=50, optimizer=CONTRAST.optimizer,
    heads=Heads(projections={"contrast": HEAD}), **VIEWS,
)  # fmt: skip
PRE_TRAINING = CONTRAST.but(
    optimizer=Optimizer(name="adamw", learning_rate=5e-3, weight_decay=5e-4), **VIEWS
)
DEEP = {"head": Projection(size=32, hidden=32, batch_norm=True), "fine_tuning": 1.0}
EMBEDDED = {"classes_per_batch": 10, "rate": 5e-3, "embedding_size": 32}

CONTRASTIVE = [
    name for name in registry.names("classification")
    if "second" in registry.entry(name).options("classification")
]  # fmt: skip
# Judged by the neighbours of their features: the second stage leaves the encoder as it was.
METRIC = ("contrastive", "triplet", "lifted_structured")
PRE_TRAINED = [
    name for name in registry.names("classification")
    if "fine_tuning" in registry.entry(name).options("classification")
]  # fmt: skip


def given(name):
    """Return the recipe and the options that suit a method at these sizes."""
    if name in CONTRASTIVE:
        return CONTRAST, TWO_STAGES
    if name in METRIC:
        return RECIPE, EMBEDDED
    if name == "dual_head":
        # At the others' rate what it gains scatters tenfold with the first weights.
        slow = Optimizer(name="adamw", learning_rate=2e-3, weight_decay=5e-4)
        return PRE_TRAINING.but(optimizer=slow), DEEP
    if name in PRE_TRAINED:
        return PRE_TRAINING, DEEP
    return RECIPE, {}


def cases():
    """Return every method at its tiny size, by task and name, and those with known answers."""
    found = {}
    for name in registry.names("classification"):
        recipe, options = given(name)
        found["classification", name] = partial(registry.build, name, recipe, **options)
    for name in registry.names("verification"):
        found["verification", name] = partial(
            registry.build, name, RECIPE, "verification", images_per_identity=5
        )
    for name, options in known_answers.OPTIONS.items():
        # A seventh is left for cRT's new classifier.
        recipe = RECIPE.but(iterations=100)
        if name in CONTRASTIVE:
            recipe, options = LONG, {**options, "encoder": ENCODER}
        found["known_answers", name] = partial(registry.build, name, recipe, **options)
    return found


CASES = cases()
# Every eighth of them is the sample of `make test`, of embeddings every fourth.
CLASSIFYING = [
    pytest.param(case, marks=pytest.mark.thorough if number % 8 else [])
    for number, case in enumerate(case for case in CASES if case[0] != "verification")
]
EMBEDDINGS = [
    pytest.param(case, marks=pytest.mark.thorough if number % 4 else [])
    for number, case in enumerate(
        case for case in CASES if case[0] == "verification" or case[1] in (*CONTRASTIVE, *METRIC)
    )
]


@pytest.fixture(scope="module")
def digits():
    """Digits, five classes of 125 training images and five of 25."""
    return prepare(
        catalog.load("digits"),
        split={"kind": "stratified", "test_share": 0.2, "seed": 0},
        imbalance={"kind": "step", "n_max": 125, "rho": 5, "mu": 0.5},
        transforms={"size": 8, "divisor": 255},
        data_seed=0,
        evaluate_on=["test"],
    )


def small_cnn():
    seed_torch(0, "weights")
    return models.build("small_cnn", channels=1, size=8, classes=10)


@pytest.fixture(scope="module")
def kept():
    """Networks by their phases: methods that train alike are trained once."""
    return {}


@pytest.fixture
def trained(digits, run, kept):
    """Return a function that trains phases on the digits and returns the network."""

    def by_phases(phases):
        key = str(phases)
        if key not in kept:
            kept[key] = small_cnn()
            run(kept[key], phases, on=digits.train)
        return kept[key]

    return by_phases


def balanced_accuracy(network, digits, method=None):
    """Return the mean recall on the test images, after the method's post-hoc steps."""
    test = digits.evaluate["test"]
    logits, _ = predict(network, test, CPU, "float32")
    scores = torch.from_numpy(logits).double().softmax(1).numpy()
    scores = scores_after(method, scores, digits.counts) if method else scores
    right = scores.argmax(axis=1) == test.labels
    return np.mean([right[test.labels == c].mean() for c in range(10)])


def neighbours(network, digits):
    """Return the share of test images whose nearest training images vote for their class."""
    train, test = digits.train, digits.evaluate["test"]
    points, voters = (predict(network, part, CPU, "float32")[1] for part in (test, train))
    return knn_accuracy(points, test.labels, k=5, train_points=voters, train_labels=train.labels)


@pytest.mark.parametrize("case", CLASSIFYING, ids="-".join)
def test_a_method_classifies_better_than_the_network_untrained(case, digits, trained):
    method = CASES[case]()
    found = balanced_accuracy(trained(method.phases), digits, method)
    assert found > balanced_accuracy(small_cnn(), digits) + 0.3


@pytest.mark.parametrize("case", EMBEDDINGS, ids="-".join)
def test_a_frozen_encoder_has_learned_more_than_a_random_one(case, digits, trained):
    """The second stage leaves the encoder alone, so these are the features of the first."""
    found = neighbours(trained(CASES[case]().phases), digits)
    assert found > neighbours(small_cnn(), digits) + 0.03


@pytest.mark.parametrize("name", ["simclr", "auc_cl", "dual_head"])
def test_pre_training_without_labels_learns_more_than_a_random_encoder(name, digits, trained):
    before_fine_tuning = CASES["classification", name]().phases[:-1]
    found = neighbours(trained(before_fine_tuning), digits)
    assert found > neighbours(small_cnn(), digits) + 0.01


@pytest.fixture(scope="module")
def shapes():
    """24 grey images of 32 x 32 with a bright and a dim square each, and their label maps."""
    random = np.random.default_rng(0)
    pixels = random.integers(90, 130, (24, 32, 32), dtype=np.uint8)
    masks = np.zeros((24, 32, 32), dtype=np.int64)
    for image, mask in zip(pixels, masks, strict=True):
        for label, grey, side in ((1, 220, 0), (2, 10, 16)):
            row, column = random.integers(0, 20), side + random.integers(0, 5)
            image[row : row + 12, column : column + 11] = grey
            mask[row : row + 12, column : column + 11] = label
    labels = np.full(24, 2)
    return tuple(
        Images(pixels[part], labels[part], maps=masks[part]) for part in (slice(16), slice(16, 24))
    )


def mean_iou(network, part):
    logits, _ = predict(network, part, CPU, "float32")
    found = logits.argmax(axis=1)
    return np.mean([
        ((found == c) & (part.maps == c)).sum() / ((found == c) | (part.maps == c)).sum()
        for c in range(3)
    ])  # fmt: skip


# An encoder that compares pixels leaves a seventh of the steps for the classifier on it: of 60
# steps nine, which gained from .1 to .6 by how sums happen to be rounded.
@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("focal", 60),
        pytest.param("ldam_drw", 60, marks=pytest.mark.thorough),
        pytest.param("lovasz_softmax", 60, marks=pytest.mark.thorough),
        pytest.param("soft_iou", 60, marks=pytest.mark.thorough),
        pytest.param("tsc", 160, marks=pytest.mark.thorough),
        pytest.param("bdcl", 160, marks=pytest.mark.thorough),
    ],
)
def test_losses_of_label_maps_learn_to_segment(name, steps, shapes):
    training, test = shapes
    seed_torch(0, "weights")
    network = models.build("hrnet_small_ocr", channels=1, size=32, classes=3)
    before = mean_iou(network, test)
    recipe = Phase(batch_size=8, iterations=steps, optimizer=adam(1e-2))
    # Pixels, not images, are what classes have counts of.
    counts = np.bincount(training.maps.ravel()).tolist()
    phases = list(registry.build(name, recipe, "segmentation").phases)
    settings = Settings(device=CPU)
    train(
        network, phases, training, counts, data_seed=0, seed=0, precision="float32",
        settings=settings, task=tasks.named("segmentation"),
    )  # fmt: skip
    assert mean_iou(network, test) > before + 0.4
