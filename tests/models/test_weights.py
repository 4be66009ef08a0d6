"""Published weights: names, files, downloads, and what they become in a network."""

from dataclasses import replace

import pytest
import timm
import torch
import torchvision
from safetensors.torch import save_file

from reproduce.errors import UserError
from reproduce.files import sha256_of_file
from reproduce.models import hrnet, initialisations, transfer, weights

V2 = "imagenet:IMAGENET1K_V2"


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch):
    """Give empty folders for weights, ours and torch's."""
    monkeypatch.setenv("REPRODUCE_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "hub"))
    (tmp_path / "weights").mkdir()
    (tmp_path / "hub" / "checkpoints").mkdir(parents=True)
    return tmp_path


@pytest.fixture
def publish(monkeypatch):
    """Return a function that makes a file the published one: its digest, and its address."""

    def publish(backbone, name, path, address=None):
        known = weights.WEIGHTS[backbone][name]
        made = replace(known, address=address or known.address, sha256=sha256_of_file(path)[:8])
        monkeypatch.setitem(weights.WEIGHTS[backbone], name, made)
        return made

    return publish


def whole(name):
    """Return the published network with numbers of its own, as its package builds it."""
    torch.manual_seed(5)
    if name == "mobilenet_v1":
        return settled(timm.create_model("mobilenetv1_100", pretrained=False, pad_type="same"))
    if name == "inception_v3":
        network = torchvision.models.inception_v3(init_weights=False, transform_input=True)
        beside, network.AuxLogits = network.AuxLogits, None
        settled(network).AuxLogits = beside
        return network
    return settled(getattr(torchvision.models, name)(weights=None))


def settled(network):
    """Let batch normalisation see images, so that what comes in decides what comes out."""
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 1.0
    with torch.no_grad():
        network.train()(torch.randn(8, 3, 96, 96))
    return network.eval()


@pytest.fixture
def downloaded(places, publish):
    """Return a function that puts a file of published weights where a download would."""

    def put(backbone, name, folder="weights", drop=(), **changes):
        network = whole(backbone)
        tensors = {k: v.clone() for k, v in network.state_dict().items() if not k.endswith(drop)}
        tensors |= changes
        file = weights.WEIGHTS[backbone][name].file
        path = places / folder / file
        if path.suffix == ".safetensors":
            save_file(tensors, path)
        else:
            torch.save(tensors, path)
        publish(backbone, name, path)
        return network, path

    return put


@pytest.mark.parametrize("name", ["resnet50", "inception_v3", "mobilenet_v2"])
def test_names_and_addresses_are_those_of_torchvision(name):
    published = {w.name: w.url for w in torchvision.models.get_model_weights(name)}
    known = weights.WEIGHTS[name]
    assert {tag: found.address for tag, found in known.items()} == published
    for tag, found in known.items():
        assert f"-{found.sha256}." in found.file and len(found.sha256) == 8
        assert (
            tuple(torchvision.models.get_model_weights(name)[tag].transforms().mean) == found.mean
        )


@pytest.mark.parametrize(("name", "model"), [("hrnet_w48_ocr", "hrnet_w48")])
def test_names_and_colours_are_those_of_timm(name, model):
    for tag, found in weights.WEIGHTS[name].items():
        published = timm.get_pretrained_cfg(f"{model}.{tag}")
        assert found.address == f"https://huggingface.co/{published.hf_hub_id}/resolve/main/" + (
            "model.safetensors"
        )
        assert (published.mean, published.std) == (found.mean, found.std)
        assert initialisations.normalisation(name, f"imagenet:{tag}") == (found.mean, found.std)


@pytest.mark.parametrize(
    ("name", "tag", "folder"),
    [("resnet50", "IMAGENET1K_V2", "weights"), ("mobilenet_v2", "IMAGENET1K_V1", "hub/checkpoints"),
     ("mobilenet_v1", "tf_slim_in1k", "weights"),
     ("inception_v3", "IMAGENET1K_V1", "weights")],
)  # fmt: skip
def test_the_encoder_computes_what_the_published_network_computes(
    build, downloaded, name, tag, folder
):
    """The last layer of the published network on our embeddings gives its logits."""
    network, _ = downloaded(name, tag, folder)
    ours = build(name, size=96, initialisation=f"imagenet:{tag}").eval()
    last = {"resnet50": "fc", "inception_v3": "fc", "mobilenet_v1": "classifier"}
    layer = network.get_submodule(last.get(name, "classifier.1"))
    images = torch.randn(2, 3, 96, 96)
    with torch.no_grad():
        expected, found = network(images), layer(ours.encoder(images))
    # The two images differ far more than the two networks.
    assert (expected[0] - expected[1]).abs().max() > 0.1
    assert torch.allclose(found, expected, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(
    ("name", "tag"), [("mobilenet_v2", "IMAGENET1K_V1"), ("inception_v3", "IMAGENET1K_V1")]
)
def test_a_grey_image_gives_what_three_equal_channels_give(build, downloaded, name, tag):
    downloaded(name, tag)
    encoders = [
        build(name, size=96, channels=channels, initialisation=f"imagenet:{tag}").eval().encoder
        for channels in (1, 3)
    ]
    images = torch.randn(2, 1, 96, 96)
    with torch.no_grad():
        grey, colour = encoders[0](images), encoders[1](images.repeat(1, 3, 1, 1))
    assert torch.allclose(grey, colour, rtol=1e-3, atol=1e-4 * colour.abs().max().item())


def test_the_classifier_is_the_one_that_would_have_been_drawn(build, downloaded):
    downloaded("mobilenet_v2", "IMAGENET1K_V2")
    loaded, random = (build("mobilenet_v2", initialisation=i) for i in (V2, "random"))
    assert torch.equal(loaded.classifier.weight, random.classifier.weight)
    assert not torch.equal(next(loaded.parameters()), next(random.parameters()))


def test_old_files_without_counters_of_batches_are_read(build, downloaded):
    downloaded("mobilenet_v2", "IMAGENET1K_V2", drop="num_batches_tracked")
    build("mobilenet_v2", initialisation=V2)


def test_hrnet_weights_replace_the_hrnet_and_nothing_else(build):
    network = build("hrnet_small_ocr")
    context = {k: t.clone() for k, t in network.encoder.context.state_dict().items()}
    torch.manual_seed(9)
    published = hrnet.timm.models.hrnet.HighResolutionNet(hrnet.SMALL).state_dict()
    assert any(name.startswith("incre_modules.") for name in published)
    transfer.put_imagenet(network, "hrnet_small_ocr", 3, published, "weights")
    stages = network.encoder.backbone.stages.state_dict()
    assert all(torch.equal(tensor, published[name]) for name, tensor in stages.items())
    assert all(torch.equal(t, context[k]) for k, t in network.encoder.context.state_dict().items())


def test_absent_weights_are_named_with_the_places_and_the_way(build, places):
    with pytest.raises(UserError) as error:
        build("resnet50", initialisation=V2)
    said = str(error.value)
    assert "\n" not in said and "resnet50-11ad3fa6.pth" in said
    assert str(places / "weights") in said and str(places / "hub" / "checkpoints") in said
    assert "reproduce models fetch resnet50 IMAGENET1K_V2" in said


@pytest.mark.parametrize(
    ("backbone", "initialisation", "said"),
    [
        ("lenet5", "imagenet:V1", "no ImageNet weights are known for lenet5 .*resnet50.*'random'"),
        (
            "resnet50",
            "imagenet:V2",
            "unknown weights of resnet50 'V2'.*IMAGENET1K_V1, IMAGENET1K_V",
        ),
        ("resnet50", "imagenet", "unknown initialisation 'imagenet'; expected 'random'"),
        ("resnet50", "imagenet:", "unknown initialisation 'imagenet:'"),
        ("resnet50", "random:x", "unknown initialisation 'random:x'"),
        ("resnet50", "default", "unknown initialisation 'default'"),
    ],
)
def test_unknown_initialisations_are_refused(build, backbone, initialisation, said):
    with pytest.raises(UserError, match=said):
        build(backbone, size=28 if backbone == "lenet5" else 32, initialisation=initialisation)


def test_other_numbers_of_channels_are_refused(build, downloaded):
    downloaded("mobilenet_v2", "IMAGENET1K_V2")
    with pytest.raises(UserError, match="images of 3 channels, or of 1, received 4"):
        build("mobilenet_v2", channels=4, initialisation=V2)


def test_a_changed_file_is_refused(build, downloaded):
    _, path = downloaded("mobilenet_v2", "IMAGENET1K_V2")
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(UserError, match=r"is damaged or not the published file \(SHA-256"):
        build("mobilenet_v2", initialisation=V2)


@pytest.mark.parametrize("content", [b"", b"not weights", b"\x80\x02}q\x00."])
def test_a_file_that_holds_no_tensors_is_refused(build, places, publish, content):
    path = places / "weights" / weights.WEIGHTS["mobilenet_v2"]["IMAGENET1K_V2"].file
    path.write_bytes(content)
    publish("mobilenet_v2", "IMAGENET1K_V2", path)
    with pytest.raises(UserError, match=r"is damaged|another network") as error:
        build("mobilenet_v2", initialisation=V2)
    assert "\n" not in str(error.value)


def test_a_pickle_that_runs_code_is_refused(build, places, publish):
    class Harm:
        def __reduce__(self):
            return print, ("harm",)

    path = places / "weights" / weights.WEIGHTS["mobilenet_v2"]["IMAGENET1K_V2"].file
    torch.save({"features.0.0.weight": Harm()}, path)
    publish("mobilenet_v2", "IMAGENET1K_V2", path)
    with pytest.raises(UserError, match="is damaged"):
        build("mobilenet_v2", initialisation=V2)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"drop": "features.0.1.weight"},
            "lack 'features.0.1.weight' .1 tensors missing, 0 unknown",
        ),
        ({"stem": torch.zeros(2)}, "have an unknown 'stem' .0 tensors missing, 1 unknown"),
        ({"features.0.0.weight": torch.zeros(8, 3, 3, 3)}, r"of shape \(8, 3, 3, 3\), this netw"),
    ],
)
def test_weights_of_another_network_are_refused(build, downloaded, changes, said):
    downloaded("mobilenet_v2", "IMAGENET1K_V2", **changes)
    with pytest.raises(UserError, match=said):
        build("mobilenet_v2", initialisation=V2)


def test_a_file_is_fetched_once_and_its_digest_checked(places, publish, monkeypatch):
    source = places / "source.pth"
    torch.save({"a": torch.ones(3)}, source)
    made = publish("resnet50", "IMAGENET1K_V1", source, source.as_uri())
    path = weights.fetch("resnet50", "IMAGENET1K_V1")
    assert path == places / "weights" / made.file
    assert path.read_bytes() == source.read_bytes()
    assert weights.find("resnet50", "IMAGENET1K_V1") == path
    source.unlink()
    assert weights.fetch("resnet50", "IMAGENET1K_V1") == path, "it is there already"
    path.write_bytes(b"something else")
    with pytest.raises(UserError, match="is damaged or not the published file"):
        weights.fetch("resnet50", "IMAGENET1K_V1")


def test_a_file_with_another_digest_is_thrown_away(places, publish):
    source = places / "source.pth"
    source.write_bytes(b"published")
    made = publish("resnet50", "IMAGENET1K_V1", source, source.as_uri())
    source.write_bytes(b"changed on the way")
    with pytest.raises(UserError, match="is not the file that was published"):
        weights.fetch("resnet50", "IMAGENET1K_V1")
    assert list((places / "weights").iterdir()) == [], made.file


def test_an_address_that_does_not_answer_is_said_in_one_line(places, publish):
    source = places / "source.pth"
    source.write_bytes(b"published")
    publish("resnet50", "IMAGENET1K_V1", source, (places / "nowhere.pth").as_uri())
    with pytest.raises(UserError, match=r"cannot be had: .*get it by hand") as error:
        weights.fetch("resnet50", "IMAGENET1K_V1")
    assert "\n" not in str(error.value)


def test_initialisations_are_described_in_a_sentence():
    for initialisation in ("random", V2):
        said = initialisations.describe(initialisation)
        assert said.endswith(".") and said.count(".") == 1
    assert "IMAGENET1K_V2" in said
    assert initialisations.normalisation("resnet50", "random") is None
