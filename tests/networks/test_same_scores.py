"""An exported network says of the test images what its trial stored of them, without the data."""

import shutil

import numpy as np
import pytest

from reproduce.networks import asking
from reproduce.networks.exporting import export
from reproduce.networks.reading import read
from reproduce.training.phases import Heads
from reproduce.trials.store import Store

SMALL = {"size": 24, "divisor": 255}
COLOUR = {"size": 32, "divisor": 255, "mean": [0.5, 0.4, 0.3], "deviation": [0.2, 0.25, 0.3]}
COSINE = {"objective": "ldam", "heads": Heads(classifier="cosine", scale=16.0)}
EMBEDDED = {"heads": Heads(embedding=8)}
CASES = {
    "grey": ("digits", "small_cnn", SMALL, {}),
    "grey, the middle of it": ("digits", "small_cnn", {**SMALL, "stored": 28}, {}),
    "grey, MobileNet": ("digits", "mobilenet_v1_quarter", {"size": 32, "divisor": 255}, {}),
    "grey, LeNet": ("digits", "lenet5", {"size": 28, "divisor": 256}, {}),
    "colour": ("photos", "small_cnn", SMALL, {}),
    "colour, MobileNet": ("photos", "mobilenet_v2", COLOUR, {}),
    "colour, cosines": ("photos", "small_cnn", SMALL, COSINE),
    "colour, padded": ("photos", "small_cnn", {**SMALL, "padded": True}, EMBEDDED),
}


@pytest.mark.parametrize("case", CASES)
def test_the_scores_are_those_that_the_trial_stored(
    case, photos, store, train, test_images, tmp_path
):
    dataset, backbone, transforms, phase = CASES[case]
    name = f"folder:{photos}?size=40" if dataset == "photos" else dataset
    result = train(name, backbone, transforms=transforms, phase=phase)
    stored, folder = result.arrays["test/logits"], test_images(result.trial)
    path, _ = export(store, result.key, tmp_path / "net.safetensors")
    # Neither the data nor the store is needed any more.
    shutil.rmtree(store.path)
    shutil.rmtree(photos)
    exported = read(path)
    found = asking.logits_of(exported, asking.files_in([folder]))
    np.testing.assert_allclose(found, stored, rtol=1e-5, atol=1e-5)
    assert np.ptp(found, axis=0).max() > 1e-3, "a network that says one thing of all shows nothing"


def test_files_as_they_were_given_say_the_same(photos, store, train, tmp_path):
    """Straight from the photographs, of any format and size, not from what was stored of them."""
    from reproduce.data import catalog, splits

    name = f"folder:{photos}?size=32&fit=pad"
    result = train(name, "small_cnn", transforms={"size": 32, "divisor": 255})
    path, _ = export(store, result.key, tmp_path / "net.safetensors")
    _, rows = splits.split(catalog.load(name), **result.trial.split)["test"]
    found = asking.logits_of(read(path), [asking.files_in([photos])[row] for row in rows])
    np.testing.assert_allclose(found, result.arrays["test/logits"], rtol=1e-5, atol=1e-5)


def test_probabilities_are_calibrated_and_thresholded_as_asked(store, train, tmp_path):
    step = {"kind": "step", "rho": 4.0, "mu": 0.5, "n_max": 60, "minority": "lowest"}
    result = train("digits", "small_cnn", transforms=SMALL, imbalance=step)
    header = read(export(Store(store.path), result.key[:8], tmp_path / "n.safetensors")[0]).header
    assert header.temperature and header.calibrated_on == len(result.arrays["val/labels"])
    logits = result.arrays["test/logits"]
    plain = asking.probabilities(header, logits)
    np.testing.assert_allclose(plain.sum(axis=1), 1)
    assert (plain.argmax(axis=1) == logits.argmax(axis=1)).all()
    divided = plain / np.asarray(header.prior)
    expected = divided / divided.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(asking.probabilities(header, logits, True), expected)
    assert (expected.argmax(axis=1) != plain.argmax(axis=1)).any()
