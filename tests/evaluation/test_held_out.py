"""Probes on training images that were kept out of their fit, for positive controls."""

import numpy as np
import pytest

from reproduce.evaluation.families import encoders
from reproduce.evaluation.registry import metric


def arrays(seen_before=False, seed=0):
    """Return embeddings of three classes, that a line can tell apart before fine-tuning or not."""
    random = np.random.default_rng(seed)
    labels = np.repeat(np.arange(3), (60, 30, 12)).astype(np.int16)
    shift = 4 * np.eye(3, 8)[labels]
    plain = random.normal(size=(len(labels), 8))
    found = {"train/encoder_labels": labels, "test/encoder_labels": labels[:5]}
    for moment, told in (("before", seen_before), ("after", True)):
        found[f"{moment}/train"] = plain + shift * told
        found[f"{moment}/test"] = np.full((5, 8), np.nan)
        found[f"{moment}/view1"] = found[f"{moment}/view2"] = plain[:10]
    return found


def measured(found):
    held = encoders.held_out(found)
    return encoders.values(held | encoders.prepared(held))


def test_a_third_of_each_class_is_held_out_and_nothing_else_moves():
    found = arrays()
    held = encoders.held_out(found)
    assert np.bincount(held["test/encoder_labels"]).tolist() == [20, 10, 4]
    assert np.bincount(held["train/encoder_labels"]).tolist() == [40, 20, 8]
    for moment in ("before", "after"):
        together = np.concatenate([held[f"{moment}/train"], held[f"{moment}/test"]])
        assert sorted(map(tuple, together)) == sorted(map(tuple, found[f"{moment}/train"]))
        fitted = set(map(tuple, held[f"{moment}/train"]))
        assert not fitted & set(map(tuple, held[f"{moment}/test"]))


def held_apart(found, seed=1):
    """Add a part that was held out from the start, on which only the encoder before tells."""
    random = np.random.default_rng(seed)
    labels = np.repeat(np.arange(3), (8, 9, 10)).astype(np.int16)
    plain = random.normal(size=(len(labels), 8))
    return found | {
        "held_out/encoder_labels": labels,
        "before/held_out": plain + 4 * np.eye(3, 8)[labels], "after/held_out": plain,
    }  # fmt: skip


def test_a_part_held_out_from_the_start_spends_no_training_image():
    found = held_apart(arrays(seen_before=True))
    held = encoders.held_out(found)
    assert (held["test/encoder_labels"] == found["held_out/encoder_labels"]).all()
    assert (held["before/train"] == found["before/train"]).all()
    measured_there = encoders.values(held | encoders.prepared(held))
    assert measured_there["probe_before"] > 0.9 > 0.7 > measured_there["probe_after"]


def test_its_images_are_in_the_same_draws_whatever_number_a_class_has():
    """Two trials on the same images, classes in other places: one resample is one resample."""
    found = held_apart(arrays(seen_before=True))
    places = np.array([2, 0, 1])
    moved = {name: places[of] if name.endswith("labels") else of for name, of in found.items()}
    every = []
    for of, names in ((found, ("a", "b", "c")), (moved, ("b", "c", "a"))):
        held = encoders.held_out(of) | {"training/class_names": names}
        every.append(encoders.draws(held | encoders.prepared(held), 50)["probe_after"])
    assert every[0] == pytest.approx(every[1])
    assert every[0].std() > 0


def test_the_probe_sees_what_is_there_and_only_that():
    blind, seeing = measured(arrays(False)), measured(arrays(True))
    assert seeing["probe_before"] > 0.9
    assert blind["probe_before"] == pytest.approx(1 / 3, abs=0.2)


def test_the_test_images_are_never_touched():
    """They are NaN above, and no value is."""
    assert np.isfinite(list(measured(arrays()).values())).all()


def test_only_what_is_fitted_on_training_images_can_be_held_out():
    assert metric("probe_before").family.holds_out
    assert not metric("minority_recall").family.holds_out
    assert not metric("accuracy").family.holds_out
