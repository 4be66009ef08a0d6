"""Cross-entropy against a slow loop and numbers known by hand."""

import math

import pytest
import torch

from reproduce import losses
from reproduce.errors import UserError
from reproduce.losses.classifier.cross_entropy import cross_entropy


def slow(logits, labels):
    """Compute -log softmax one image at a time in float64."""
    losses = []
    for row, label in zip(logits.double().tolist(), labels.tolist(), strict=True):
        largest = max(row)
        total = sum(math.exp(value - largest) for value in row)
        losses.append(math.log(total) + largest - row[label])
    return losses


@pytest.fixture
def example():
    torch.manual_seed(0)
    return 3 * torch.randn(40, 7), torch.randint(7, (40,))


def test_it_equals_the_slow_loop(example):
    logits, labels = example
    expected = slow(logits, labels)
    each = cross_entropy(logits, labels, reduction="none")
    assert each.tolist() == pytest.approx(expected, abs=2e-6)
    assert cross_entropy(logits, labels).item() == pytest.approx(sum(expected) / 40, abs=2e-6)
    assert cross_entropy(logits, labels, reduction="sum").item() == pytest.approx(
        sum(expected), abs=1e-4
    )


def test_values_known_by_hand():
    equal = torch.zeros(1, 10)
    assert cross_entropy(equal, torch.tensor([4])).item() == pytest.approx(math.log(10), abs=1e-6)
    # log(e^2 + e + 1) - 2 and - 0
    logits = torch.tensor([[2.0, 1.0, 0.0]])
    assert cross_entropy(logits, torch.tensor([0])).item() == pytest.approx(0.4076059644, abs=1e-6)
    assert cross_entropy(logits, torch.tensor([2])).item() == pytest.approx(2.4076059644, abs=1e-6)


def test_the_gradient_is_probability_minus_truth(example):
    logits, labels = example
    logits.requires_grad_()
    cross_entropy(logits, labels).backward()
    truth = torch.nn.functional.one_hot(labels, 7).double()
    expected = (logits.detach().double().softmax(1) - truth) / 40
    assert torch.allclose(logits.grad.double(), expected, atol=1e-7)


def test_bfloat16_logits_are_turned_to_float32_first(example):
    logits, labels = example
    rounded = logits.bfloat16()
    loss = cross_entropy(rounded, labels)
    assert loss.dtype == torch.float32
    expected = sum(slow(rounded.float(), labels)) / 40
    assert loss.item() == pytest.approx(expected, abs=2e-6)


def test_it_stays_in_float32_under_autocast(example):
    logits, labels = example
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = cross_entropy(logits.bfloat16(), labels)
    assert inside.dtype == torch.float32
    assert inside.item() == cross_entropy(logits.bfloat16(), labels).item()


def test_huge_logits_neither_overflow_nor_vanish():
    logits = torch.tensor([[1e4, 0.0], [0.0, 1e4]])
    assert cross_entropy(logits, torch.tensor([0, 0]), reduction="none").tolist() == [0.0, 1e4]


def test_an_empty_batch_is_refused_in_one_line():
    with pytest.raises(UserError, match="at least one element, received float32") as caught:
        cross_entropy(torch.zeros(0, 3), torch.zeros(0, dtype=torch.long))
    assert "\n" not in str(caught.value)


def test_without_weights_the_digits_are_those_of_pytorch(example):
    logits, labels = example
    expected = torch.nn.functional.cross_entropy(logits, labels)
    assert cross_entropy(logits, labels).item() == expected.item()
    assert cross_entropy(logits, labels, counts=range(1, 8)).item() == expected.item()


def test_the_weighted_mean_divides_by_the_weights(example):
    logits, labels = example
    weights = [0.5, 2.0, 1.0, 3.0, 0.25, 1.5, 0.1]
    each = slow(logits, labels)
    drawn = [weights[label] for label in labels.tolist()]
    total = sum(w * loss for w, loss in zip(drawn, each, strict=True))
    found = cross_entropy(logits, labels, class_weights=weights)
    assert found.item() == pytest.approx(total / sum(drawn), rel=1e-6)
    peer = torch.nn.functional.cross_entropy(logits, labels, weight=torch.tensor(weights))
    assert found.item() == peer.item()
    summed = cross_entropy(logits, labels, class_weights=weights, reduction="sum")
    assert summed.item() == pytest.approx(total, rel=1e-6)


def test_weights_by_name_are_made_from_the_counts(example):
    logits, labels = example
    counts = [7, 6, 5, 4, 3, 2, 1]
    by_name = cross_entropy(logits, labels, class_weights="inverse", counts=counts)
    by_hand = cross_entropy(logits, labels, class_weights=[1 / n for n in counts])
    assert by_name.item() == pytest.approx(by_hand.item(), rel=1e-6)


def context(classes=3, counts=(5, 2, 1)):
    return losses.Context(classes=classes, counts=counts, embedding_size=4, iterations=10)


def test_of_mixed_images_it_is_the_loss_of_the_soft_label():
    torch.manual_seed(1)
    logits, labels = torch.randn(8, 3).double(), torch.tensor([0, 1, 2, 0])
    mixed = losses.Mixed(labels=torch.tensor([1, 1, 0, 2]), own=torch.tensor([0.7, 0.2, 1.0, 0.5]))
    batch = losses.Batch(labels, logits=logits, views=2, mixed=mixed)
    expected = 0.0
    for row in range(8):
        own = mixed.own[row % 4].item()
        soft = [0.0, 0.0, 0.0]
        soft[labels[row % 4]] += own
        soft[mixed.labels[row % 4]] += 1 - own
        total = sum(math.exp(z) for z in logits[row].tolist())
        logs = [z - math.log(total) for z in logits[row].tolist()]
        expected -= sum(share * log for share, log in zip(soft, logs, strict=True)) / 8
    found = losses.build("cross_entropy", context())(batch)
    assert found.item() == pytest.approx(expected, abs=1e-7)


def test_mixed_images_bring_the_weights_of_both_labels():
    logits = torch.tensor([[1.0, -1.0, 0.5], [0.0, 2.0, 0.3]]).double()
    labels, weights = torch.tensor([0, 1], dtype=torch.uint8), [1.0, 2.0, 4.0]
    objective = losses.build("cross_entropy", context(), class_weights=weights)
    partner, own = torch.tensor([2, 0], dtype=torch.uint8), torch.tensor([0.75, 0.5]).double()
    each = slow(logits.repeat(2, 1), torch.tensor([0, 1, 2, 0]))
    total = 0.75 * 1 * each[0] + 0.25 * 4 * each[2] + 0.5 * 2 * each[1] + 0.5 * 1 * each[3]
    divisor = 0.75 * 1 + 0.25 * 4 + 0.5 * 2 + 0.5 * 1
    mixed = losses.Mixed(labels=partner, own=own)
    found = objective(losses.Batch(labels, logits=logits, mixed=mixed))
    assert found.item() == pytest.approx(total / divisor, abs=1e-12)


@pytest.mark.parametrize(
    "weights",
    [{}, {"class_weights": "inverse"}, {"class_weights": "effective_number", "beta": 0.5}],
)
def test_an_image_that_is_wholly_itself_is_as_if_not_mixed(example, weights):
    logits, labels = example[0].double(), example[1]
    seven = context(7, (90, 50, 20, 8, 4, 2, 1))
    objective = losses.build("cross_entropy", seven, **weights)
    mixed = losses.Mixed(labels=labels.flip(0), own=torch.ones(40).double())
    whole = objective(losses.Batch(labels, logits=logits, mixed=mixed))
    plain = objective(losses.Batch(labels, logits=logits))
    assert whole.item() == pytest.approx(plain.item(), abs=1e-12)
