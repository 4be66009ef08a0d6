"""`export` and `predict`: what they write, and one line for whatever goes wrong."""

import csv
import io
import json

import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from reproduce.networks import asking
from reproduce.networks.exporting import export
from reproduce.networks.reading import read


@pytest.fixture
def network(photos, store, train, tmp_path, monkeypatch):
    """Return the file of a network of photographs, its result, and the folder of the photographs.

    We are in a folder of our own, so that paths are short.
    """
    monkeypatch.chdir(tmp_path)
    result = train(f"folder:{photos}?size=32", "small_cnn", transforms={"size": 32, "divisor": 255})
    return export(store, result.key, tmp_path / "net.safetensors")[0], result, photos


def test_the_header_says_what_the_network_is(network):
    path, result, photos = network
    with safe_open(path, "np") as file:
        said = file.metadata()
    assert said["architecture"] == "small_cnn" and said["trial"] == result.key
    assert json.loads(said["classes"]) == ["cats", "dogs"]
    assert json.loads(said["image_shape"]) == [32, 32] and said["image_fit"] == "crop"
    assert json.loads(said["normalisation"]) == {"divisor": 255}
    assert json.loads(said["training_counts"]) == result.counts
    assert sum(json.loads(said["prior"])) == pytest.approx(1)
    # The folders above the images may name a person.
    assert said["dataset"] == "folder:photos"
    assert not any(str(photos.parent) in value for value in said.values())


def test_the_card_has_counts_and_intervals_of_the_stored_result(network):
    path, result, _ = network
    card = path.with_suffix(".md").read_text("utf-8")
    right = sum(row[c] for c, row in enumerate(result.confusion["test"]))
    assert f"{right} of 18 right" in card and "95 % interval" in card
    assert "Not for diagnosis" in card and result.key in card
    assert "Licence of the data: unknown" in card
    assert "| cats | 15 | 50.0 % |" in card


def test_the_command_exports_and_predicts(network, store, reproduce):
    _, result, _ = network
    status, said, told = reproduce(f"export {result.key[:10]} -o other.safetensors")
    assert (status, told) == (0, "") and said.split() == ["other.safetensors", "other.md"]
    status, said, told = reproduce("predict other.safetensors photos photos/cats/00.png")
    assert status == 0 and "Probabilities are" in told
    rows = list(csv.DictReader(io.StringIO(said)))
    assert len(rows) == 61 and rows[0]["file"] == "photos/cats/00.png"
    assert rows[0] == rows[-1], "an image says the same wherever it is named"
    for row in rows:
        found = {name: float(row[f"p_{name}"]) for name in ("cats", "dogs")}
        assert sum(found.values()) == pytest.approx(1, abs=1e-5)
        assert row["label"] == max(found, key=found.get)
        assert float(row["probability"]) == max(found.values())
    status, said, told = reproduce("predict net.safetensors photos --thresholded -o labels.csv")
    assert (status, said) == (0, "") and "60 images in labels.csv" in told


def test_a_trial_that_looked_at_no_validation_images_is_not_calibrated(store, train, tmp_path):
    split = {"kind": "stratified", "test_share": 0.2, "seed": 0}
    result = train("digits", "lenet5", split=split, evaluate_on=("test",))
    header = read(export(store, result.key, tmp_path / "net.safetensors")[0]).header
    assert header.temperature is None
    assert header.calibration.startswith("not calibrated: no scores of validation images")


def test_what_cannot_be_exported_is_one_line(store, train, reproduce, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    kept = train("digits", "lenet5", keep_weights=False)
    mistakes = {
        "export 0123 -o n.safetensors": "no trial '0123'",
        f"export {kept.key} -o n.safetensors": "were not kept; run its study again with",
        f"export {kept.key} -o n.pt": "n.pt is to be a .safetensors file",
        "export '' -o n.safetensors": "no trial ''",
    }
    for line, words in mistakes.items():
        status, said, told = reproduce(line)
        assert (status, said, len(told.splitlines())) == (2, "", 1) and words in told


def test_what_cannot_be_asked_is_one_line(network, reproduce, tmp_path):
    path, _, photos = network
    (photos / "cats" / "broken.png").write_bytes(b"no image")
    (tmp_path / "empty").mkdir()
    (tmp_path / "junk.safetensors").write_bytes(b"0123456789" * 9)
    with safe_open(path, "np") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        metadata = file.metadata()
    save_file(tensors, "foreign.safetensors")
    save_file(tensors, "segments.safetensors", {**metadata, "task": "segmentation"})
    save_file(tensors, "newer.safetensors", {**metadata, "imbalanced_learning_reproduced": "9"})
    save_file(tensors, "garbled.safetensors", {**metadata, "classes": "[1"})
    tensors.pop("classifier.bias")
    save_file(tensors, "half.safetensors", metadata)
    mistakes = {
        "nowhere.safetensors photos": "no file nowhere.safetensors",
        "junk.safetensors photos": "cannot be read as a safetensors file",
        "photos photos": "no file photos",
        "foreign.safetensors photos": "does not say what network it holds",
        "segments.safetensors photos": "no classification network",
        "newer.safetensors photos": "written in format 9",
        "garbled.safetensors photos": "cannot be read; export it again",
        "half.safetensors photos": "lack 'classifier.bias'",
        "net.safetensors photos": "broken.png cannot be read as an image",
        "net.safetensors nowhere": "no file or folder nowhere",
        "net.safetensors empty": "empty holds no images",
    }
    for line, words in mistakes.items():
        status, said, told = reproduce(f"predict {line}")
        assert (status, said, len(told.splitlines())) == (2, "", 1), told
        assert words in told


def test_weights_that_are_wanted_are_trained_once_more_and_change_no_number(store, train):
    first = train("digits", "lenet5", keep_weights=False)
    assert not first.has_weights
    again = train("digits", "lenet5")
    assert again.has_weights and again.metrics == first.metrics
    written = again.weights_file.stat().st_mtime_ns
    assert train("digits", "lenet5").weights_file.stat().st_mtime_ns == written


def test_images_are_sorted_and_hidden_ones_left_alone(photos):
    (photos / ".thumbs").mkdir()
    (photos / ".thumbs" / "00.png").write_bytes(b"")
    (photos / "notes.txt").write_text("none of these")
    found = asking.files_in([photos])
    assert found == sorted(found) and len(found) == 60
