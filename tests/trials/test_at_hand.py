"""Data from which little can be learned is trained on, and is said to be so: once."""

import numpy as np
import pytest

from reproduce.data import catalog
from reproduce.trials import at_hand


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, []),
        ({"train_images": np.full((160, 28, 28), 7, np.uint8)}, ["all 160 images of 'train' are"]),
        (
            {
                "train_images": np.arange(160, dtype=np.uint8).reshape(160, 1, 1),
                "test_images": np.arange(40, dtype=np.uint8).reshape(40, 1, 1),
            },
            ["its images are a single pixel each"],
        ),
        ({"test_images": None, "test_labels": None}, ["it has no images for testing"]),
    ],
)
def test_what_is_doubtful_is_said(image_file, changed, said):
    image_file("odd", **changed)
    found = [*at_hand.doubts(catalog.load("odd"))]
    assert len(found) == len(said)
    for one, beginning in zip(found, said, strict=True):
        assert one.startswith(beginning)


def test_digits_that_are_divided_by_design_are_not_doubtful():
    assert [*at_hand.doubts(catalog.load("digits"))] == []


def test_it_is_said_once(image_file, on_tiny, capsys, monkeypatch):
    monkeypatch.setattr(at_hand, "_SAID", set())
    item = on_tiny()
    image_file("tiny", train_images=np.zeros((160, 28, 28), np.uint8))
    dataset = catalog.load("tiny")
    trial = item.trial.model_copy(update={"fingerprint": dataset.fingerprint})
    planned = type(item)(trial)
    for _ in range(2):
        at_hand.check([planned])
    (line,) = capsys.readouterr().err.splitlines()
    assert line == (
        "data set 'tiny': all 160 images of 'train' are the same: there is nothing to learn"
    )
