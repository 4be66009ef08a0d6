"""The supervised contrastive loss against a slow loop, another library and known numbers."""

import math

import pytest
import torch
from torch.nn import functional

from reproduce import losses
from reproduce.errors import UserError
from reproduce.losses import nt_xent, sup_con


def slow(embeddings, labels, temperature, normalize=True):
    """Take one anchor, one positive and one candidate at a time, on plain numbers."""
    rows, labels = embeddings.double().tolist(), labels.tolist()
    if normalize:
        rows = [[x / math.sqrt(sum(y * y for y in row)) for x in row] for row in rows]
    found = []
    for i, anchor in enumerate(rows):
        exponents = [
            sum(x * y for x, y in zip(anchor, other, strict=True)) / temperature for other in rows
        ]
        others = [a for a in range(len(rows)) if a != i]
        largest = max(exponents[a] for a in others)
        total = sum(math.exp(exponents[a] - largest) for a in others)
        positives = [p for p in others if labels[p] == labels[i]]
        logs = [exponents[p] - largest - math.log(total) for p in positives]
        found.append(-sum(logs) / len(logs) if logs else 0.0)
    return found


@pytest.fixture
def example():
    torch.manual_seed(0)
    # Classes of four, three, two and one; names of classes neither small nor in order.
    labels = torch.tensor([9, -3, 9, 40, -3, 9, 40, 9, 7, -3])
    return torch.randn(10, 5, dtype=torch.float64), labels


@pytest.mark.parametrize("temperature", [0.5, 0.07, 0.01])
@pytest.mark.parametrize("normalize", [True, False])
def test_it_equals_the_slow_loop(example, temperature, normalize):
    expected = slow(*example, temperature, normalize)
    options = {"temperature": temperature, "normalize": normalize}
    each = sup_con(*example, **options, reduction="none")
    assert each.tolist() == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert sup_con(*example, **options).item() == pytest.approx(sum(expected) / 10, rel=1e-12)
    assert sup_con(*example, **options, reduction="sum").item() == pytest.approx(
        sum(expected), rel=1e-12
    )


def test_values_known_by_hand():
    rows, labels = torch.eye(2).repeat(2, 1), torch.tensor([0, 1, 0, 1])
    # One positive of cosine one, two negatives of cosine zero: log(1 + 2 / e^2).
    assert sup_con(rows, labels, temperature=0.5).item() == pytest.approx(0.2395447662, abs=1e-6)
    # All alike: every positive has one of nine equal shares, whatever the classes.
    alike, halves = torch.ones(10, 3), torch.arange(10) % 2
    assert sup_con(alike, halves).item() == pytest.approx(math.log(9), abs=1e-5)
    assert sup_con(alike, torch.zeros(10).long()).item() == pytest.approx(math.log(9), abs=1e-5)


def test_an_anchor_without_a_positive_counts_as_zero_but_stays_a_negative(example):
    embeddings, labels = example
    embeddings.requires_grad_()
    each = sup_con(embeddings, labels, reduction="none")
    assert each[8].item() == 0 and (each > 0).sum() == 9
    assert sup_con(embeddings, labels).item() == pytest.approx(each.sum().item() / 10)
    each.sum().backward()
    assert embeddings.grad[8].abs().sum() > 0
    alone = torch.randn(4, 3, requires_grad=True)
    sup_con(alone, torch.arange(4)).backward()
    assert alone.grad.abs().sum() == 0


def test_the_default_temperature_is_that_of_the_authors_code(example):
    assert sup_con(*example).item() == sup_con(*example, temperature=0.07).item()


def test_the_base_temperature_is_a_factor(example):
    plain = sup_con(*example, temperature=0.1).item()
    assert sup_con(*example, temperature=0.1, base_temperature=0.07).item() == pytest.approx(
        plain / 0.7, rel=1e-12
    )


@pytest.mark.parametrize("temperature", [0.5, 0.05, 0.03])
def test_the_closed_gradient_is_that_of_the_plain_form(example, temperature):
    embeddings, labels = example
    weights = torch.linspace(-1, 2, 10, dtype=torch.float64)
    gradients = []
    for inside in (True, False):
        leaf = embeddings.clone().requires_grad_()
        given = leaf if inside else functional.normalize(leaf)
        each = sup_con(given, labels, temperature=temperature, normalize=inside, reduction="none")
        gradients += torch.autograd.grad(each @ weights, leaf)
    assert gradients[0].abs().max() > 0.01
    torch.testing.assert_close(*gradients, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("temperature, normalize", [(0.3, True), (0.03, True), (0.5, False)])
def test_the_gradient_agrees_with_finite_differences(example, temperature, normalize):
    embeddings, labels = example

    def loss(rows):
        return sup_con(rows, labels, temperature=temperature, normalize=normalize, reduction="none")

    assert torch.autograd.gradcheck(loss, embeddings.clone().requires_grad_())


def test_with_the_number_of_the_image_as_its_class_it_is_simclr():
    torch.manual_seed(2)
    first, second = torch.randn(2, 8, 5, dtype=torch.float64, requires_grad=True)
    supervised = sup_con(
        torch.cat([first, second]), torch.arange(8).repeat(2), temperature=0.2, reduction="none"
    )
    simclr = nt_xent(first, second, temperature=0.2, reduction="none")
    torch.testing.assert_close(supervised, simclr, rtol=1e-12, atol=1e-12)


def test_another_library_agrees_over_the_anchors_with_a_positive(example):
    from pytorch_metric_learning.losses import SupConLoss

    ours, theirs = (example[0].clone().requires_grad_() for _ in range(2))
    each = sup_con(ours, example[1], temperature=0.1, reduction="none")
    loss = each[each > 0].mean()
    expected = SupConLoss(temperature=0.1)(theirs, example[1])
    assert loss.item() == pytest.approx(expected.item(), rel=1e-12)
    loss.backward()
    expected.backward()
    torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-10, atol=1e-12)


def test_the_order_of_rows_does_not_matter(example):
    order = torch.randperm(10)
    found = sup_con(example[0][order], example[1][order]).item()
    assert found == pytest.approx(sup_con(*example).item(), abs=1e-12)


def test_float32_is_close_to_float64(example):
    found = sup_con(example[0].float(), example[1], reduction="none").double()
    torch.testing.assert_close(found, sup_con(*example, reduction="none"), rtol=1e-5, atol=1e-5)


GEOMETRIES = {
    "zeros": torch.zeros(6, 3),
    "alike": torch.ones(6, 3),
    "opposite": torch.tensor([[1.0, 0, 0], [-1, 0, 0]]).repeat(3, 1),
    "one pair": torch.eye(2, 3),
    "one row": torch.eye(1, 3),
    "huge": 1e18 * torch.eye(6, 3) - 1e4,
    "tiny": 1e-30 * torch.eye(6, 3),
}


@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("temperature", [0.07, 0.005])
@pytest.mark.parametrize("classes", [1, 2, 6])
def test_no_geometry_breaks_it(geometry, normalize, temperature, classes):
    rows = GEOMETRIES[geometry].clone().requires_grad_()
    labels = torch.arange(len(rows)) % classes
    loss = sup_con(rows, labels, normalize=normalize, temperature=temperature)
    loss.backward()
    assert loss.isfinite() and rows.grad.isfinite().all()


def test_it_stays_in_full_precision_under_autocast(example):
    embeddings, labels = example[0].float(), example[1]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = sup_con(embeddings, labels), sup_con(embeddings, labels, normalize=False)
    assert inside[0].item() == sup_con(embeddings, labels).item()
    assert inside[1].item() == sup_con(embeddings, labels, normalize=False).item()
    assert sup_con(embeddings.bfloat16(), labels).dtype == torch.float32


@pytest.mark.parametrize(
    "options, words",
    [
        ({"temperature": 0}, "temperature expected more than 0"),
        ({"base_temperature": 0}, "base_temperature expected more than 0"),
        ({"reduction": "max"}, "reduction"),
        ({"labels": torch.zeros(3).long()}, "labels expected shape"),
        ({"labels": torch.zeros(10)}, "whole numbers"),
    ],
)
def test_wrong_input_is_named_in_one_line(example, options, words):
    with pytest.raises(UserError, match=words) as caught:
        sup_con(**{"embeddings": example[0], "labels": example[1], **options})
    assert "\n" not in str(caught.value)


def test_it_learns_to_gather_classes():
    torch.manual_seed(1)
    context = losses.Context(classes=2, counts=(8, 8), embedding_size=3, iterations=60)
    objective = losses.build("sup_con", context, temperature=0.2)
    labels = torch.arange(8) % 2
    images = torch.randn(8, 6) + 2 * labels[:, None] * torch.tensor([1.0, -1, 0, 0, 0, 0])
    layer = torch.nn.Linear(6, 3)
    optimizer = torch.optim.Adam(layer.parameters(), lr=0.05)
    found = []
    for _ in range(60):
        views = torch.cat([images, images + 0.1 * torch.randn(8, 6)])
        loss = objective(losses.Batch(labels, embeddings=layer(views), views=2))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        found.append(loss.item())
    # Of classes as tight as can be, seven positives share the denominator.
    assert math.log(7) < found[-1] < 2.3 and found[-1] < found[0] - 0.5
