"""LDAM against a slow loop, the margins of long-tailed CIFAR-10, and cross-entropy."""

import math

import pytest
import torch

from reproduce import losses
from reproduce.errors import UserError
from reproduce.losses import cross_entropy, ldam
from reproduce.losses.classifier.ldam import class_margins

LONG_TAIL = [5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50]
MARGINS = [0.1581, 0.1797, 0.2042, 0.2321, 0.2638, 0.2998, 0.3407, 0.3872, 0.4405, 0.5]
COUNTS = [300, 40, 7, 90]


def slow(cosines, labels, counts, max_margin=0.5, scale=30.0):
    constant = max_margin / max(1 / n**0.25 for n in counts)
    losses = []
    for row, label in zip(cosines.tolist(), labels.tolist(), strict=True):
        moved = [
            scale * (z - constant / counts[c] ** 0.25 if c == label else z)
            for c, z in enumerate(row)
        ]
        losses.append(math.log(sum(math.exp(z) for z in moved)) - moved[label])
    return losses


@pytest.fixture
def example():
    torch.manual_seed(0)
    return 2 * torch.rand(24, 4).double() - 1, torch.randint(4, (24,))


def test_the_margins_of_the_long_tailed_cifar_10():
    counts = torch.tensor(LONG_TAIL).double()
    assert class_margins(counts).tolist() == pytest.approx(MARGINS, abs=5e-5)
    # Equal outputs: s * margin is all that tells classes apart, 9 others against one.
    labels = torch.arange(10)
    each = ldam(torch.zeros(10, 10).double(), labels, counts=LONG_TAIL, reduction="none")
    found = [math.log(math.expm1(loss) / 9) / 30 for loss in each.tolist()]
    assert found == pytest.approx(MARGINS, abs=5e-5)


@pytest.mark.parametrize("parameters", [{}, {"max_margin": 0.2, "scale": 10.0}])
def test_it_equals_the_slow_loop(example, parameters):
    expected = slow(*example, COUNTS, **parameters)
    each = ldam(*example, counts=COUNTS, **parameters, reduction="none")
    assert each.tolist() == pytest.approx(expected, abs=1e-11)
    mean = ldam(*example, counts=COUNTS, **parameters).item()
    assert mean == pytest.approx(sum(expected) / 24, abs=1e-11)


def test_deferred_weights_stand_inside_the_mean(example):
    beta = 0.99
    inverse = [(1 - beta) / (1 - beta**n) for n in COUNTS]
    drawn = [inverse[label] for label in example[1].tolist()]
    each = slow(*example, COUNTS)
    expected = sum(w * loss for w, loss in zip(drawn, each, strict=True)) / sum(drawn)
    found = ldam(*example, counts=COUNTS, class_weights="effective_number", beta=beta)
    assert found.item() == pytest.approx(expected, abs=1e-11)


def test_without_margin_it_is_the_cross_entropy_of_scaled_cosines(example):
    cosines, labels = example
    found = ldam(cosines, labels, counts=COUNTS, max_margin=0)
    assert found.item() == pytest.approx(cross_entropy(30 * cosines, labels).item(), abs=1e-12)


def test_the_gradient_is_that_of_the_scaled_softmax(example):
    cosines, labels = example
    cosines.requires_grad_()
    assert torch.autograd.gradcheck(lambda z: ldam(z, labels, counts=COUNTS), (cosines,))


def test_the_rarest_class_must_win_by_the_most():
    # The true class leads by 0.4: enough for the most frequent, not for the rarest.
    cosines = torch.tensor([[0.4, 0.0], [0.0, 0.4]])
    frequent, rare = ldam(
        cosines, torch.tensor([0, 1]), counts=[10_000, 1], reduction="none"
    ).tolist()
    assert frequent < 1e-3 < math.log(2) < rare


def test_the_objective_knows_the_counts():
    context = losses.Context(classes=4, counts=tuple(COUNTS), embedding_size=4, iterations=1)
    torch.manual_seed(2)
    cosines, labels = torch.rand(6, 4).double(), torch.tensor([0, 1, 2, 3, 2, 2])
    found = losses.build("ldam", context, scale=5)(losses.Batch(labels, logits=cosines))
    assert found.item() == pytest.approx(sum(slow(cosines, labels, COUNTS, scale=5)) / 6, abs=1e-11)


def test_a_class_without_images_is_refused(example):
    with pytest.raises(UserError, match=r"ldam: counts expected more than 0 .* \[3.0, 0.0, 1.0"):
        ldam(*example, counts=[3, 0, 1, 1])


@pytest.mark.parametrize("size", [0.0, 1e4, 1e18])
def test_extreme_outputs_have_finite_gradients(size):
    logits = torch.tensor([[size, 0.0, -size], [-size, size, 0.0]], requires_grad=True)
    loss = ldam(logits, torch.tensor([0, 0]), counts=[9, 3, 1])
    loss.backward()
    assert loss.isfinite() and logits.grad.isfinite().all()
