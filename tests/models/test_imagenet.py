"""Networks from torchvision and timm: their sizes, and where they are cut."""

import pytest
import timm
import torch
import torchvision

from reproduce import models

# Learned parameters with 1,000 classes, as published with torchvision (timm for the first).
PUBLISHED = {
    "mobilenet_v1": 4_231_976,
    "mobilenet_v2": 3_504_872,
    "resnet50": 25_557_032,
    "inception_v3": 23_834_568,
}
FEATURES = {"mobilenet_v1": 1024, "mobilenet_v2": 1280, "resnet50": 2048, "inception_v3": 2048}


def published(name):
    if name == "mobilenet_v1":
        return timm.create_model("mobilenetv1_100", pretrained=False, num_classes=5)
    more = {"aux_logits": False, "init_weights": False} if name == "inception_v3" else {}
    return getattr(torchvision.models, name)(weights=None, num_classes=5, **more)


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_number_of_parameters_is_the_published_one(build, name):
    with torch.device("meta"):
        network = build(name, size=224, classes=1000)
    assert models.parameter_count(network) == PUBLISHED[name]
    assert network.classifier.in_features == FEATURES[name]


@pytest.mark.parametrize("name", PUBLISHED)
def test_cut_in_two_it_computes_what_the_whole_network_computes(build, name):
    network, whole = build(name, size=96).eval(), published(name).eval()
    tensors = network.encoder.state_dict()
    last = {"resnet50": "fc", "inception_v3": "fc", "mobilenet_v1": "classifier",
            "mobilenet_v2": "classifier.1"}[name]  # fmt: skip
    tensors |= {f"{last}.{key}": t for key, t in network.classifier.state_dict().items()}
    whole.load_state_dict(tensors)
    images = torch.randn(2, 3, 96, 96)
    with torch.no_grad():
        assert torch.allclose(network(images), whole(images), rtol=1e-4)


@pytest.mark.parametrize("name", PUBLISHED)
def test_other_channels_change_the_first_convolution_only(build, name):
    colour, grey = (build(name, size=96, channels=c).state_dict() for c in (3, 1))
    changed = [key for key in colour if colour[key].shape != grey[key].shape]
    assert len(changed) == 1
    assert colour[changed[0]].shape[1] == 3 and grey[changed[0]].shape[1] == 1


@pytest.mark.parametrize("name", ["resnet50", "mobilenet_v2"])
def test_a_grey_first_convolution_is_drawn_like_the_published_one(build, name):
    weights = [next(build(name, channels=c).parameters()) for c in (1, 3)]
    fan_out = weights[0].shape[0] * weights[0][0, 0].numel()
    for weight in weights:
        error = 5 * (2 / weight.numel()) ** 0.5
        assert weight.var().item() * fan_out / 2 == pytest.approx(1, abs=error)


@pytest.mark.parametrize(("name", "share"), [("inception_v3", 0.5), ("mobilenet_v2", 0.2)])
def test_dropout_belongs_to_the_classifier(build, name, share):
    """Embeddings are whole: only batch normalisation tells training from evaluation in them."""
    network = build(name, size=96)
    dropped = [m for m in network.encoder.modules() if isinstance(m, torch.nn.Dropout) and m.p]
    assert dropped == []
    embeddings = torch.ones(1, network.classifier.in_features)
    kept = network.classifier.train().dropout(embeddings)
    assert (kept == 0).float().mean().item() == pytest.approx(share, abs=0.1)
    logits = network.classifier.eval()(embeddings)
    assert torch.equal(logits, network.classifier(embeddings))


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_new_classifier_differs_in_its_numbers_only(build, name):
    network = build(name, size=96)
    new = network.new_classifier(5)
    assert type(new) is type(network.classifier)
    assert new.weight.shape == network.classifier.weight.shape
    assert not torch.equal(new.weight, network.classifier.weight)
    spread = new.weight.std() / network.classifier.weight.std()
    assert spread.item() == pytest.approx(1, abs=0.1)


@pytest.mark.filterwarnings("error")
def test_no_network_warns(build):
    for name in PUBLISHED:
        build(name, size=96)
