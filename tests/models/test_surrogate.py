"""Encoders that were trained here and stand in for published weights."""

import json

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from reproduce.errors import UserError
from reproduce.models import initialisations, surrogate

ABOUT = {
    "data": "identities", "fingerprint": "ab12", "seed": 3, "recipe": 2,
    "phases": [{"objective": "cross_entropy", "epochs": 5}],
}  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Give an empty folder for weights."""
    monkeypatch.setenv("REPRODUCE_WEIGHTS", str(tmp_path))
    return tmp_path / "surrogates"


@pytest.fixture
def kept(build):
    """Keep a small network as "faces" and return it."""
    network = build("small_cnn", seed=7)
    with torch.no_grad():
        network.train()(torch.rand(8, 3, 32, 32))
    surrogate.save(network, "faces", backbone="small_cnn", **ABOUT)
    return network


def rewrite(folder, about=None, **tensors):
    """Change what the file says of itself, or its tensors, without making a new digest."""
    path = folder / "faces.safetensors"
    with safe_open(path, framework="pt") as file:
        names = file.keys()
        found = {name: file.get_tensor(name) for name in names}
        said = json.loads(file.metadata()[surrogate.ENTRY])
    save_file(found | tensors, path, {surrogate.ENTRY: json.dumps(said | (about or {}))})


def test_the_encoder_comes_back_and_the_classifier_stays_fresh(build, kept):
    loaded = build("small_cnn", seed=1, classes=9, initialisation="surrogate:faces")
    fresh = build("small_cnn", seed=1, classes=9)
    saved = kept.encoder.state_dict()
    assert all(torch.equal(t, saved[key]) for key, t in loaded.encoder.state_dict().items())
    assert saved["1.running_mean"].abs().max() > 0, "running means travel too"
    assert torch.equal(loaded.classifier.weight, fresh.classifier.weight)
    images = torch.rand(2, 3, 32, 32)
    with torch.no_grad():
        assert torch.equal(loaded.eval().encoder(images), kept.eval().encoder(images))


def test_the_file_says_where_it_comes_from(kept):
    about = surrogate.about("faces")
    assert about.pop("sha256") == surrogate.digest(kept.encoder.state_dict())
    assert about == {"backbone": "small_cnn", **ABOUT}
    said = initialisations.describe("surrogate:faces")
    for word in ("faces", "small_cnn", "identities", "seed 3", "not from ImageNet"):
        assert word in said
    assert said.endswith(".") and "\n" not in said


def test_the_same_network_makes_the_same_file(build, kept, folder):
    first = (folder / "faces.safetensors").read_bytes()
    surrogate.save(kept, "faces", backbone="small_cnn", **ABOUT)
    assert (folder / "faces.safetensors").read_bytes() == first
    assert [path.name for path in folder.iterdir()] == ["faces.safetensors"]


def test_a_segmentation_network_gives_its_hrnet_only(build):
    network = build("hrnet_small_ocr", classes=3)
    surrogate.save(network, "ultrasound", backbone="hrnet_small_ocr", **ABOUT)
    other = build("hrnet_small_ocr", seed=1, classes=4, initialisation="surrogate:ultrasound")
    kept, loaded = (n.encoder.backbone.state_dict() for n in (network, other))
    assert all(torch.equal(kept[key], loaded[key]) for key in kept)


def test_the_digest_sees_names_shapes_types_and_numbers():
    base = {"a": torch.zeros(2, 3), "b": torch.tensor(1)}
    others = [
        {"c": base["a"], "b": base["b"]}, base | {"a": torch.zeros(3, 2)},
        base | {"a": torch.zeros(2, 3).int()}, base | {"b": torch.tensor(2)},
    ]  # fmt: skip
    assert surrogate.digest(dict(reversed(base.items()))) == surrogate.digest(base)
    assert len({surrogate.digest(tensors) for tensors in [base, *others]}) == 5


def test_another_backbone_is_refused(build, kept):
    with pytest.raises(UserError, match="'faces' is a small_cnn, this network is a resnet8; use"):
        build("resnet8", initialisation="surrogate:faces")


def test_other_channels_are_refused(build, kept):
    with pytest.raises(UserError, match=r"shape \(32, 3, 3, 3\), this network has \(32, 1, 3, 3\)"):
        build("small_cnn", channels=1, initialisation="surrogate:faces")


def test_changed_numbers_are_refused(build, kept, folder):
    rewrite(folder, **{"1.running_mean": torch.zeros(32)})
    with pytest.raises(UserError, match="its numbers are not those it was written with"):
        build("small_cnn", initialisation="surrogate:faces")


def test_a_missing_tensor_is_refused(build, kept, folder):
    tensors = {k: t.contiguous() for k, t in kept.encoder.state_dict().items() if k != "0.weight"}
    said = surrogate.about("faces") | {"sha256": surrogate.digest(tensors)}
    path = folder / "faces.safetensors"
    save_file(tensors, path, {surrogate.ENTRY: json.dumps(said)})
    with pytest.raises(UserError, match=r"surrogate 'faces' lack '0\.weight' \(1 tensors missing"):
        build("small_cnn", initialisation="surrogate:faces")


@pytest.mark.parametrize("keep", [0, 4, 40, -1])
def test_a_broken_file_is_refused_in_one_line(build, kept, folder, keep):
    path = folder / "faces.safetensors"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(UserError, match=r"cannot be used: .*delete it and train it anew") as error:
        build("small_cnn", initialisation="surrogate:faces")
    assert "\n" not in str(error.value)


def test_a_file_that_does_not_say_what_it_is_is_refused(build, kept, folder):
    path = folder / "faces.safetensors"
    save_file({"a": torch.zeros(1)}, path)
    with pytest.raises(UserError, match="does not say its backbone, data"):
        build("small_cnn", initialisation="surrogate:faces")


def test_an_absent_one_is_refused_with_those_that_are_there(build, kept):
    with pytest.raises(UserError, match=r"no surrogate 'face' .*\(there: faces\); train one"):
        build("small_cnn", initialisation="surrogate:face")
    with pytest.raises(UserError, match="no surrogate 'x'"):
        initialisations.describe("surrogate:x")


@pytest.mark.parametrize("name", ["../out", ".hidden", "a/b", "with space", ""])
def test_a_name_that_is_a_path_is_refused(kept, name):
    with pytest.raises(UserError, match="is no name of a surrogate"):
        surrogate.save(kept, name, backbone="small_cnn", **ABOUT)
