"""Projections and classifiers that stand on an encoder."""

import numpy as np
import pytest
import torch
from torch import nn

from reproduce import models
from reproduce.errors import UserError
from reproduce.models import heads


def slow_cosines(embeddings, weight):
    """Return the cosines of every row with every direction, by loops."""
    result = np.empty((len(embeddings), len(weight)))
    for i, row in enumerate(embeddings):
        for k, direction in enumerate(weight):
            dot = sum(a * b for a, b in zip(row, direction, strict=True))
            length = sum(a * a for a in row) ** 0.5 * sum(b * b for b in direction) ** 0.5
            result[i, k] = dot / length
    return result


@pytest.mark.parametrize(
    ("made", "layers", "count"),
    [
        ((2048, 2048, 128, {}), ["Linear", "ReLU", "Linear"], 2049 * 2048 + 2049 * 128),
        ((2048, 512, 128, {"batch_norm": True}), ["Linear", "BatchNorm1d", "ReLU", "Linear"],
         2049 * 512 + 2 * 512 + 513 * 128),
        ((8, 6, 4, {"bias": False}), ["Linear", "ReLU", "Linear"], 8 * 6 + 6 * 4),
    ],
)  # fmt: skip
def test_projections_have_the_layers_of_the_papers(made, layers, count):
    *sizes, options = made
    head = heads.Projection(*sizes, **options)
    assert [type(layer).__name__ for layer in head.layers] == layers
    assert models.parameter_count(head) == count
    assert head.in_features == sizes[0] and head.out_features == sizes[2]
    assert head(torch.rand(4, sizes[0])).shape == (4, sizes[2])


def test_a_linear_projection_is_one_layer():
    head = heads.LinearProjection(8, 3)
    rows = torch.rand(5, 8)
    assert torch.equal(head(rows), rows @ head.layer.weight.T + head.layer.bias)
    assert models.parameter_count(heads.LinearProjection(8, 3, bias=False)) == 24


@pytest.mark.parametrize(
    "head",
    [heads.Projection(6, 5, 4), heads.Projection(6, 5, 4, batch_norm=True),
     heads.LinearProjection(6, 4), heads.CosineClassifier(6, 4)],
    ids=["projection", "normalised", "linear", "cosine"],
)  # fmt: skip
def test_pixels_are_treated_as_rows(head):
    maps = torch.randn(2, 6, 3, 5)
    found = head(maps)
    assert found.shape == (2, 4, 3, 5)
    rows = torch.stack([maps[n, :, i, j] for n in range(2) for i in range(3) for j in range(5)])
    expected = head(rows).view(2, 3, 5, 4)
    assert torch.allclose(found.permute(0, 2, 3, 1), expected, atol=1e-5)


def test_cosines_equal_slow_ones_and_are_not_scaled():
    classifier = heads.CosineClassifier(5, 3, scale=7).double()
    embeddings = torch.randn(6, 5, dtype=torch.float64) * 4
    expected = slow_cosines(embeddings.tolist(), classifier.weight.tolist())
    assert classifier(embeddings).detach().numpy() == pytest.approx(expected, abs=1e-12)
    assert classifier.scale == 7.0


@pytest.mark.parametrize("factor", [1e-20, 1e-10, 1.0, 1e4, 1e18])
def test_cosines_of_extreme_lengths_are_finite_with_finite_gradients(factor):
    classifier = heads.CosineClassifier(5, 3)
    draw = torch.Generator().manual_seed(0)
    embeddings = (torch.randn(4, 5, generator=draw) * factor).requires_grad_()
    cosines = classifier(embeddings)
    cosines.sum().backward()
    assert (cosines.abs() <= 1 + 1e-6).all()
    assert embeddings.grad.isfinite().all() and classifier.weight.grad.isfinite().all()
    if factor >= 1e-10:
        expected = slow_cosines(embeddings.double().tolist(), classifier.weight.double().tolist())
        assert cosines.detach().numpy() == pytest.approx(expected, abs=1e-5)


def test_a_row_of_zeros_has_cosine_zero_and_a_finite_gradient():
    classifier = heads.CosineClassifier(5, 3)
    embeddings = torch.zeros(2, 5, requires_grad=True)
    cosines = classifier(embeddings)
    assert (cosines == 0).all()
    cosines.sum().backward()
    assert embeddings.grad.isfinite().all()


def test_the_gradient_of_cosines_is_right():
    classifier = heads.CosineClassifier(4, 3).double()
    embeddings = torch.randn(3, 4, dtype=torch.float64, requires_grad=True)
    inputs = (embeddings, classifier.weight)
    assert torch.autograd.gradcheck(
        lambda rows, weight: heads.unit(rows) @ heads.unit(weight).T, inputs
    )
    assert torch.autograd.gradcheck(classifier, (embeddings,))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: heads.Projection(8, 0, 4), "whole number hidden of 1 or more, received 0"),
        (lambda: heads.LinearProjection(8, 2.5), r"number size of 1 or more, received 2\.5"),
        (lambda: heads.CosineClassifier(8, -1), "number classes of 1 or more, received -1"),
        (lambda: heads.CosineClassifier(8, 2, 0.0), r"positive scale, received 0\.0"),
        (lambda: heads.CosineClassifier(8, 2, float("nan")), "positive scale, received nan"),
    ],
)
def test_sizes_that_make_no_sense_are_refused(make, said):
    with pytest.raises(UserError, match=said):
        make()


@pytest.mark.parametrize("name", ["lenet5", "resnet8", "all_cnn", "resnet10", "mobilenet_v2"])
@pytest.mark.parametrize("kind", heads.CLASSIFIERS)
def test_a_classifier_is_put_anew(build, name, kind):
    network = build(name, size=28 if name == "lenet5" else 32)
    encoder = {key: t.clone() for key, t in network.encoder.state_dict().items()}
    old = network.classifier
    new = heads.reset_classifier(network, kind, 9, scale=16)
    assert network.classifier is new and new is not old
    assert new.in_features == old.in_features and new.out_features == 9
    images = torch.rand(2, 3, *([28] * 2 if name == "lenet5" else [32] * 2))
    assert network.eval()(images).shape == (2, 9)
    assert all(torch.equal(t, encoder[key]) for key, t in network.encoder.state_dict().items())
    assert kind == "linear" or (isinstance(new, heads.CosineClassifier) and new.scale == 16)


def test_without_a_number_of_classes_it_keeps_them(build):
    network = build("small_cnn", classes=6).eval()
    before = network.classifier.weight.clone()
    assert heads.reset_classifier(network).weight.shape == (6, 64)
    assert not torch.equal(before, network.classifier.weight)
    assert isinstance(network.classifier, nn.Linear) and not network.classifier.training


def test_an_unknown_kind_lists_the_known_ones(build):
    with pytest.raises(UserError, match=r"unknown kind of classifier 'cosin'; did you mean 'cos"):
        heads.reset_classifier(build("small_cnn"), "cosin")
