"""HRNet with object-contextual representations."""

import numpy as np
import pytest
import torch
from torch import nn

from reproduce import models
from reproduce.models import heads, hrnet
from reproduce.models.ocr import ObjectContext


@pytest.fixture(scope="module")
def large():
    """Build the published network without memory for its weights."""
    with torch.device("meta"):
        return models.build("hrnet_w48_ocr", channels=3, size=512, classes=19)


def test_the_published_network_has_the_published_size(large):
    """HRNetV2-W48 is printed with 65.9 M, its last two 1 x 1 convolutions included."""
    backbone = models.parameter_count(large.encoder.backbone)
    last = 720 * 720 + 720 + 2 * 720 + 720 * 19 + 19
    assert backbone + last == 65_859_379
    assert models.parameter_count(large) == 70_372_678
    assert large.classifier.in_features == 512


def test_parameters_of_the_context_by_hand(large):
    maps, size, key = 48 + 96 + 192 + 384, 512, 256
    auxiliary = maps * maps + maps + 2 * maps + maps * 19 + 19
    pixels = maps * size * 9 + size + 2 * size
    query = size * key + 2 * key + key * key + 2 * key
    value, context = size * key + 2 * key, key * size + 2 * size
    fusion = 2 * size * size + 2 * size
    expected = auxiliary + pixels + 2 * query + value + context + fusion
    assert models.parameter_count(large.encoder.context) == expected
    assert models.parameter_count(large.classifier) == 512 * 19 + 19


def test_no_map_is_enlarged_by_repeating_pixels(large):
    layers = [m for m in large.modules() if isinstance(m, nn.Upsample)]
    assert len(layers) > 20
    assert {(layer.mode, layer.align_corners) for layer in layers} == {("bilinear", True)}


@pytest.mark.parametrize("size", [32, 64])
def test_embeddings_of_pixels_and_logits_at_the_size_of_the_image(build, size):
    network = build("hrnet_small_ocr", size=size, channels=1, classes=3).eval()
    images = torch.rand(2, 1, size, size)
    with torch.no_grad():
        embeddings = network.encoder(images)
        logits, auxiliary = network.with_auxiliary(images)
        assert embeddings.shape == (2, network.classifier.in_features, size // 4, size // 4)
        assert logits.shape == auxiliary.shape == (2, 3, size, size)
        assert torch.equal(logits, network.classifier(embeddings))
        assert torch.equal(logits, network(images))


def test_images_need_not_be_square(build):
    network = build("hrnet_small_ocr", size=32)
    assert network(torch.rand(2, 3, 32, 64)).shape == (2, 5, 32, 64)


def test_maps_are_the_four_resolutions_one_after_the_other(build):
    backbone = build("hrnet_small_ocr", size=64).encoder.backbone.eval()
    images = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        branches, maps = backbone.stages(images), backbone(images)
    assert [tuple(b.shape[1:]) for b in branches] == [
        (16, 16, 16), (32, 8, 8), (64, 4, 4), (128, 2, 2)
    ]  # fmt: skip
    assert maps.shape == (1, backbone.out_channels, 16, 16) == (1, 240, 16, 16)
    assert torch.equal(maps[:, :16], branches[0])
    for branch, start in zip(branches[1:], (16, 48, 112), strict=True):
        enlarged = maps[0, start : start + branch.shape[1]].numpy()
        assert enlarged == pytest.approx(slow_enlarging(branch[0].numpy(), 16), abs=1e-5)


def slow_enlarging(maps, size):
    """Enlarge bilinearly: corners stay corners, the others lie evenly between them."""
    last = maps.shape[-1] - 1
    result = np.empty((len(maps), size, size))
    for row in range(size):
        for column in range(size):
            y, x = row * last / (size - 1), column * last / (size - 1)
            top, left = min(int(y), last - 1), min(int(x), last - 1)
            down, right = y - top, x - left
            upper = maps[:, top, left] * (1 - right) + maps[:, top, left + 1] * right
            lower = maps[:, top + 1, left] * (1 - right) + maps[:, top + 1, left + 1] * right
            result[:, row, column] = upper * (1 - down) + lower * down
    return result


def one_by_one(state, name, columns, slow):
    """Apply the 1 x 1 layers of this name to columns [channels, n], each normalised and cut."""
    for number in range(0, 6, 3):
        if f"{name}.{number}.weight" in state:
            columns = state[f"{name}.{number}.weight"][:, :, 0, 0] @ columns
            columns = np.maximum(slow.normalisation(columns, state, f"{name}.{number + 1}"), 0)
    return columns


def softmax(values):
    exponentials = [np.exp(value - max(values)) for value in values]
    return [e / sum(exponentials) for e in exponentials]


def slow_context(maps, state, key_size, slow):
    """Compute auxiliary logits and embeddings [., pixels] of one image by loops over classes."""
    pixels = slow.convolution(
        maps, state["pixel_features.0.weight"], state["pixel_features.0.bias"], padding=1
    )
    pixels = np.maximum(slow.normalisation(pixels, state, "pixel_features.1"), 0)
    pixels = pixels.reshape(len(pixels), -1)
    flat = maps.reshape(len(maps), -1)
    hidden = state["auxiliary.0.weight"][:, :, 0, 0] @ flat + state["auxiliary.0.bias"][:, None]
    hidden = np.maximum(slow.normalisation(hidden, state, "auxiliary.1"), 0)
    auxiliary = state["auxiliary.3.weight"][:, :, 0, 0] @ hidden
    auxiliary += state["auxiliary.3.bias"][:, None]
    regions = []
    for logits in auxiliary:
        shares = softmax(list(logits))
        regions.append(sum(share * pixels[:, p] for p, share in enumerate(shares)))
    regions = np.stack(regions, axis=1)
    query, key = (one_by_one(state, n, v, slow) for n, v in (("query", pixels), ("key", regions)))
    value = one_by_one(state, "value", regions, slow)
    attended = np.zeros((key_size, pixels.shape[1]))
    for p in range(pixels.shape[1]):
        weights = softmax([query[:, p] @ k / np.sqrt(key_size) for k in key.T])
        for k, weight in enumerate(weights):
            attended[:, p] += weight * value[:, k]
    context = one_by_one(state, "context", attended, slow)
    return auxiliary, one_by_one(state, "fusion", np.concatenate([context, pixels]), slow)


def test_the_context_equals_a_slow_one(stirred, slow):
    torch.manual_seed(0)
    context, state = stirred(ObjectContext(5, 3, size=6, key_size=4))
    # Regions that are sharp, so that a softmax over the wrong axis would be seen.
    context.auxiliary[3].weight.data *= 8
    state["auxiliary.3.weight"] = context.auxiliary[3].weight.detach().double().numpy()
    maps = torch.randn(2, 5, 3, 4) * 2
    with torch.no_grad():
        embeddings, auxiliary = context(maps)
    for number, image in enumerate(maps.double().numpy()):
        expected_auxiliary, expected = slow_context(image, state, 4, slow)
        found = auxiliary[number].flatten(1).numpy()
        assert found == pytest.approx(expected_auxiliary, abs=1e-4)
        assert embeddings[number].flatten(1).numpy() == pytest.approx(expected, abs=1e-4)


def test_dropout_belongs_to_the_classifier(build):
    network = build("hrnet_small_ocr")
    assert not [m for m in network.encoder.modules() if isinstance(m, nn.Dropout2d)]
    assert [m.p for m in network.classifier.modules() if isinstance(m, nn.Dropout2d)] == [0.05]


@pytest.mark.parametrize("kind", heads.CLASSIFIERS)
def test_a_classifier_is_put_anew(build, kind):
    network = build("hrnet_small_ocr", classes=3)
    new = heads.reset_classifier(network, kind, scale=20)
    logits = network(torch.rand(2, 3, 32, 32))
    assert logits.shape == (2, 3, 32, 32)
    assert new.in_features == 64 and new.out_features == 3
    if kind == "cosine":
        assert new.scale == 20 and logits.abs().max() <= 1 + 1e-6


def test_the_auxiliary_loss_reaches_the_auxiliary_classifier_alone_behind_the_maps(build):
    network = build("hrnet_small_ocr")
    network.with_auxiliary(torch.rand(2, 3, 32, 32))[1].square().mean().backward()
    context = network.encoder.context
    assert all(p.grad is not None for p in context.auxiliary.parameters())
    assert all(p.grad is None for p in context.fusion.parameters())


def test_it_learns_to_tell_a_bright_half_from_a_dark_one(build):
    network = build("hrnet_small_ocr", channels=1, classes=2)
    masks = torch.zeros(4, 32, 32, dtype=torch.long)
    masks[:2, :, 16:], masks[2:, 16:] = 1, 1
    images = masks[:, None].float() + 0.1 * torch.randn(4, 1, 32, 32)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.05, momentum=0.9)
    for _ in range(25):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(network(images), masks)
        loss.backward()
        optimizer.step()
    assert (network(images).argmax(dim=1) == masks).float().mean() > 0.9


def test_the_stride_is_that_of_the_network(build):
    maps = build("hrnet_small_ocr", size=64).encoder.backbone(torch.rand(2, 3, 64, 64))
    assert 64 // maps.shape[-1] == hrnet.STRIDE
