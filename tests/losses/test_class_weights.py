"""Weights of classes, against numbers of the LDAM recipe and formulas written out."""

import pytest
import torch

from reproduce import losses
from reproduce.errors import UserError
from reproduce.losses.checks import without_value_checks
from reproduce.losses.classifier import class_weights

LONG_TAIL = [int(5000 * (1 / 100) ** (c / 9)) for c in range(10)]
# Of CIFAR-10-LT with ratio 100, beta 0.9999; published code gives the same four digits.
DEFERRED = [0.0506, 0.0769, 0.1211, 0.1950, 0.3188, 0.5246, 0.8683, 1.4426, 2.4092, 3.9927]
LIKE = torch.zeros(1, 3)


def test_the_weights_of_the_long_tailed_cifar_10():
    assert LONG_TAIL == [5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50]
    weights = class_weights.effective_number(LONG_TAIL)
    assert weights.tolist() == pytest.approx(DEFERRED, abs=5e-5)
    assert weights.sum().item() == pytest.approx(10, abs=1e-12)


def test_effective_numbers_written_out():
    weights = class_weights.effective_number([1, 2, 3], beta=0.5)
    # (1 - 0.5 ** n) / (1 - 0.5) is 1, 3/2 and 7/4.
    inverse = [1, 2 / 3, 4 / 7]
    expected = [3 * value / sum(inverse) for value in inverse]
    assert weights.tolist() == pytest.approx(expected, abs=1e-14)


def test_the_two_ends_of_beta():
    assert class_weights.effective_number([100, 10, 1], beta=0).tolist() == [1, 1, 1]
    near_one = class_weights.effective_number([100, 10, 1], beta=1 - 1e-9)
    assert near_one.tolist() == pytest.approx([3 / 111, 30 / 111, 300 / 111], rel=1e-6)
    with pytest.raises(UserError, match="beta expected less than 1, received 1"):
        class_weights.effective_number([3, 2], beta=1)


def test_inverse_frequencies():
    weights = class_weights.inverse_frequency([8, 4, 1])
    assert weights.tolist() == pytest.approx([3 / 11, 6 / 11, 24 / 11], abs=1e-15)


def test_what_a_loss_can_ask_for():
    def chosen(weights, **more):
        return class_weights.chosen("focal", weights, like=LIKE, **more)

    assert chosen(None) is None
    assert chosen([1, 2, 3]).tolist() == [1, 2, 3]
    counts = torch.tensor([9, 3, 1])
    named = chosen("effective_number", counts=counts, beta=0.9)
    assert named.dtype == LIKE.dtype
    expected = class_weights.effective_number([9, 3, 1], beta=0.9).tolist()
    assert named.tolist() == pytest.approx(expected, rel=1e-6)
    assert chosen("inverse", counts=counts)[2].item() == pytest.approx(27 / 13, rel=1e-6)


@pytest.mark.parametrize(
    ("weights", "counts", "words"),
    [
        ("balanced", [3, 2, 1], "class_weights expected one of effective_number, inverse, rec"),
        ("inverse", None, "counts expected 3 numbers, one per class, received None"),
        ("inverse", [3, 2], "counts expected 3 numbers, one per class, received float32"),
        ("effective_number", [3, 0, 1], "counts expected more than 0 for every class, received"),
        ([1.0, -1.0, 2.0], None, r"class_weights expected more than 0 .*received \[1.0, -1.0, 2.0"),
        (["a", "b", "c"], None, "class_weights expected 3 numbers, one per class, received"),
    ],
)
def test_what_cannot_be_weights_is_refused_in_one_line(weights, counts, words):
    with pytest.raises(UserError, match=words) as caught:
        class_weights.chosen("focal", weights, counts=counts, like=LIKE)
    assert "\n" not in str(caught.value)


def test_values_are_not_read_where_the_training_loop_says_so():
    with without_value_checks():
        found = class_weights.positive("focal", "counts", [1, 0, 1], LIKE)
    assert found.tolist() == [1, 0, 1]


@pytest.mark.parametrize("name", ["cross_entropy", "focal", "ldam"])
def test_objectives_take_the_counts_of_the_training_images(name):
    context = losses.Context(classes=3, counts=(60, 9, 1), embedding_size=4, iterations=1)
    torch.manual_seed(0)
    batch = losses.Batch(torch.tensor([0, 0, 1, 2]), logits=torch.randn(4, 3).double())
    named = losses.build(name, context, class_weights="effective_number", beta=0.99)(batch)
    numbers = class_weights.effective_number([60, 9, 1], beta=0.99).tolist()
    given = losses.build(name, context, class_weights=numbers)(batch)
    plain = losses.build(name, context)(batch)
    assert named.item() == pytest.approx(given.item(), abs=1e-12)
    assert abs(named.item() - plain.item()) > 1e-3
