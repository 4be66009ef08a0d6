"""The balanced split of a generated set: that of the stream, and apart from all that trains."""

import hashlib
import inspect
import json
from dataclasses import replace

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from reproduce.data import catalog, generating, splits
from reproduce.data.generated import DESCRIPTIONS, GENERATED, stream
from reproduce.data.generated.assembly import GENERATOR_VERSION, build, fingerprint
from reproduce.data.generated.balanced import BALANCED, MOST_BALANCED
from reproduce.data.generated.identities import UNSEEN
from reproduce.data.generated.lesions import SET
from reproduce.data.preparation import prepare
from reproduce.errors import UserError

FEW = {"train": (6, 5, 6, 7), "test": (2, 2, 2, 2)}


def lesions(balanced=0, **changed):
    values = {"size": 28, "difficulty": "easy", "seed": 3, "counts": FEW} | changed
    return GENERATED["lesions"](balanced=balanced, **values)


def pixels(dataset) -> set[bytes]:
    return {image.tobytes() for of_split in dataset.images.values() for image in of_split}


def test_it_holds_the_first_images_of_the_stream():
    found = lesions(30)
    streamed = next(stream("lesions", 28, "easy", seed=3, total=30, chunk=30))
    assert (found.images[BALANCED] == streamed.images).all()
    assert (found.labels[BALANCED] == streamed.labels).all()
    assert np.bincount(found.labels[BALANCED]).tolist() == [8, 8, 7, 7]
    assert found.extra[BALANCED].keys() == found.extra["train"].keys()
    for name, values in streamed.extra.items():
        np.testing.assert_array_equal(found.extra[BALANCED][name], values)


def test_the_other_splits_stay_as_they_are():
    plain, more = lesions(), lesions(30)
    assert list(plain.images) == ["train", "test"] and list(more.images)[-1] == BALANCED
    for split in ("train", "test"):
        assert (plain.images[split] == more.images[split]).all()
        assert (plain.labels[split] == more.labels[split]).all()
    assert len(pixels(more)) == sum(map(sum, FEW.values())) + 30, "no image is in two splits"
    assert not pixels(plain) & {image.tobytes() for image in more.images[BALANCED]}


@pytest.mark.parametrize("name", GENERATED)
def test_without_it_the_fingerprint_and_the_name_are_those_of_before(name):
    classes = len(DESCRIPTIONS[name].class_names)
    counts = {"train": [2, 1] + [0] * (classes - 2)}
    parameters = {"size": 28, "difficulty": "medium", "seed": 0, "counts": counts}
    text = json.dumps([name, GENERATOR_VERSION, parameters], sort_keys=True)
    found = GENERATED[name](size=28, counts=counts, balanced=0)
    assert found.fingerprint == hashlib.sha256(text.encode()).hexdigest()
    assert catalog.canonical(f"{name}?balanced=0&size=64") == name
    assert inspect.signature(GENERATED[name]).parameters["balanced"].default == 0


def test_the_fingerprint_covers_it():
    prints = [lesions(balanced).fingerprint for balanced in (0, 4, 5)]
    assert len(set(prints)) == 3


def test_the_default_set_is_known_by_its_fingerprint():
    """Stored results carry it; they are found again as long as it does not change."""
    counts = DESCRIPTIONS["lesions"].counts
    assert fingerprint(DESCRIPTIONS["lesions"], 64, "medium", 0, counts) == (
        "4c8f40ed12bee2e7e4acf06a7e4b2cf42f975fb2af3c309f6a02f132350e125b"
    )


def threads_of_numpy() -> set[int]:
    """Return how many threads NumPy's products may use; other libraries bring their own."""
    return {
        pool["num_threads"]
        for pool in threadpool_info()
        if pool["user_api"] == "blas" and "numpy" in pool["filepath"]
    }


def test_images_are_drawn_by_one_thread_whatever_is_allowed():
    """Two threads would add up products in another order, and a pixel in a million changes."""
    seen = []

    def draw(labels, size, level, draws):
        seen.append(threads_of_numpy())
        return SET.draw(labels, size, level, draws)

    with threadpool_limits(limits=2, user_api="blas"):
        found = build(replace(SET, draw=draw), 28, "easy", 3, counts=FEW)
        after = threads_of_numpy()
    assert seen == [{1}] * 3
    assert after == {2}, "and what was allowed is allowed again"
    assert (found.images["train"] == lesions().images["train"]).all()


def test_it_is_asked_for_by_name():
    name = "lesions?balanced=8&difficulty=easy&size=28"
    assert catalog.canonical("lesions?size=28&balanced=8&difficulty=easy") == name
    found = catalog.load(name)
    assert found.name == name and found.record().counts[BALANCED] == (2, 2, 2, 2)
    assert found.record().counts["train"] == DESCRIPTIONS["lesions"].counts["train"]


def test_the_rarest_class_may_be_another_and_the_split_stays_balanced():
    turned = lesions(9, rare=0)
    assert np.bincount(turned.labels["train"]).argmin() == 0
    assert np.bincount(turned.labels[BALANCED]).tolist() == [3, 2, 2, 2]


def test_masks_and_groups_go_with_it():
    nodules = GENERATED["nodules"](size=28, counts={"train": (1, 1, 1)}, balanced=5)
    assert nodules.masks[BALANCED].shape == (5, 28, 28)
    few = {"train": tuple(4 if c < 4 else 0 for c in range(1000))}
    identities = GENERATED["identities"](size=28, counts=few, balanced=300)
    assert sorted(identities.labels[BALANCED].tolist()) == list(UNSEEN)
    assert not set(identities.groups[BALANCED]) & set(identities.groups["train"])


@pytest.mark.parametrize(
    "spec",
    [
        {"kind": "official"},
        {"kind": "official", "validation_share": 0.3},
        {"kind": "stratified", "test_share": 0.3, "seed": 0},
        {"kind": "random", "test_share": 0.3, "seed": 0},
        {"kind": "cross_validation", "folds": 2, "fold": 0, "seed": 0},
    ],
    ids=str,
)
def test_no_split_takes_it_for_training_or_validation(spec):
    parts = splits.split(lesions(30), **spec)
    for part, (source, _) in parts.items():
        assert (source == BALANCED) == (part == BALANCED)
    plain = splits.split(lesions(), **spec)
    assert (parts["train"][1] == plain["train"][1]).all()
    counts = splits.training_counts(lesions(30).record(), **spec)
    assert counts == splits.training_counts(lesions().record(), **spec)


def test_it_can_be_evaluated_on_beside_the_test_part():
    found = prepare(
        lesions(30),
        split={"kind": "official"},
        imbalance={"kind": "none"},
        transforms={"size": 28, "divisor": 256},
        data_seed=0,
        evaluate_on=["test", BALANCED],
    )
    assert {part: len(images.labels) for part, images in found.evaluate.items()} == {
        "test": 8, BALANCED: 30,
    }  # fmt: skip
    assert found.counts.tolist() == list(FEW["train"])


@pytest.mark.parametrize("balanced", [-1, 3, 100_001, 4.0, True, "20000", None])
def test_a_wrong_number_gets_one_line(balanced):
    with pytest.raises(UserError, match=r"expected 0 .* from 4, .* to 100,000") as caught:
        lesions(balanced)
    assert "\n" not in str(caught.value)


def test_by_name_the_range_is_the_same():
    low, high = generating.RANGES["balanced"]
    assert (low, high) == (0, MOST_BALANCED)
    with pytest.raises(UserError, match="expected a value from 0 to 100000"):
        catalog.load("lesions?balanced=100001")
    with pytest.raises(UserError, match="from 300, one for each class"):
        catalog.load("identities?size=28&balanced=299")


def test_counts_that_have_a_split_of_its_name_are_refused():
    with pytest.raises(UserError, match="leave it out or ask for balanced=0"):
        lesions(8, counts={**FEW, BALANCED: (1, 1, 1, 1)})
    assert BALANCED in lesions(0, counts={**FEW, BALANCED: (1, 1, 1, 1)}).images


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("lesions?size=28", marks=pytest.mark.thorough),
        "dermoscopy?size=28&total=300",
        pytest.param("lesions?balanced=8&size=28", marks=pytest.mark.thorough),
        pytest.param("warts_corns?rare=1&size=28", marks=pytest.mark.thorough),
        pytest.param("lesions?difficulty=hard&seed=3&size=28", marks=pytest.mark.thorough),
    ],
)
def test_the_fingerprint_is_known_without_drawing(name):
    assert catalog.fingerprint_of(name) == catalog.load(name).fingerprint
