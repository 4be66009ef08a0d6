"""Every loss of label maps: its gradient is that of a slow reference, pixel by pixel in float64.

The references are written from the equations, in numbers of Python; their gradient is taken by
central differences.
"""

import math

import pytest
import torch

from reproduce import losses
from reproduce.losses.checks import IGNORED

COUNTS = (900, 60, 40)
CONTEXT = losses.Context(classes=3, counts=COUNTS, embedding_size=2, iterations=10)
STEP = 1e-6


def softmax(logits):
    top = max(logits)
    powers = [math.exp(value - top) for value in logits]
    return [power / sum(powers) for power in powers]


def cross_entropy(pixels):
    return sum(-math.log(softmax(logits)[y]) for logits, y in pixels) / len(pixels)


def focal(pixels):
    total = 0.0
    for logits, y in pixels:
        p = softmax(logits)[y]
        total -= (1 - p) ** 2 * math.log(p)
    return total / len(pixels)


def ldam(pixels):
    total = 0.0
    for logits, y in pixels:
        margin = 0.5 * (min(COUNTS) / COUNTS[y]) ** 0.25
        moved = [30 * (z - margin * (k == y)) for k, z in enumerate(logits)]
        total -= math.log(softmax(moved)[y])
    return total / len(pixels)


def soft_iou(pixels):
    found = []
    for c in sorted({y for _, y in pixels}):
        both = sum(softmax(logits)[c] for logits, y in pixels if y == c)
        either = sum(softmax(logits)[c] + (y == c) for logits, y in pixels) - both
        found.append(1 - both / either)
    return sum(found) / len(found)


def lovasz_softmax(pixels):
    found = []
    for c in sorted({y for _, y in pixels}):
        errors = [(abs((y == c) - softmax(logits)[c]), y == c) for logits, y in pixels]
        errors.sort(key=lambda one: -one[0])
        total, before, loss = sum(truly for _, truly in errors), 0.0, 0.0
        for k in range(1, len(errors) + 1):
            of_class = sum(truly for _, truly in errors[:k])
            jaccard = 1 - (total - of_class) / (total + k - of_class)
            loss += errors[k - 1][0] * (jaccard - before)
            before = jaccard
        found.append(loss)
    return sum(found) / len(found)


OF_LOGITS = {
    "cross_entropy": cross_entropy, "focal": focal, "ldam": ldam, "soft_iou": soft_iou,
    "lovasz_softmax": lovasz_softmax,
}  # fmt: skip


@pytest.fixture
def example():
    torch.manual_seed(3)
    mask = torch.randint(3, (2, 3, 4))
    mask[1, 1] = IGNORED
    return torch.randn(2, 3, 3, 4, dtype=torch.float64) / 3, mask


def listed(maps, mask):
    """Return the numbers of each known pixel, and its class."""
    return [
        (maps[i, :, y, x].tolist(), int(mask[i, y, x]))
        for i, y, x in (mask != IGNORED).nonzero().tolist()
    ]


def differences(of, maps, mask):
    """Return the gradient of a function of pixels at maps, by central differences."""
    found = torch.zeros_like(maps)
    for place in range(maps.numel()):
        ends = []
        for sign in (1, -1):
            moved = maps.clone()
            moved.view(-1)[place] += sign * STEP
            ends.append(of(moved, mask))
        found.view(-1)[place] = (ends[0] - ends[1]) / (2 * STEP)
    return found


@pytest.mark.parametrize("name", OF_LOGITS)
def test_value_and_gradient_of_logits_are_those_of_the_slow_loss(name, example):
    logits, mask = example
    logits = logits.clone().requires_grad_()
    loss = losses.build(name, CONTEXT)(losses.Batch(mask, logits=logits))
    loss.backward()
    slow = OF_LOGITS[name]
    assert loss.item() == pytest.approx(slow(listed(logits.detach(), mask)), rel=1e-9)
    expected = differences(lambda maps, known: slow(listed(maps, known)), logits.detach(), mask)
    assert torch.allclose(logits.grad, expected, atol=1e-7)
    assert (logits.grad[1, :, 1] == 0).all() and logits.grad.abs().max() > 1e-3


def compared(maps, mask, temperature, prototypes=None, weight=None):
    """Return the mean loss of all anchors, each compared within its image and with all vectors.

    BDCL: the vector of its class is one positive more. TSC: it is pulled to it with a weight.
    """
    total = count = 0
    for i in range(len(maps)):
        pixels = listed(maps[i : i + 1], mask[i : i + 1])
        units = [([x / math.hypot(*row) for x in row], y) for row, y in pixels]
        for a, (mine, own) in enumerate(units):
            dots = [
                (sum(map(math.prod, zip(mine, other, strict=True))) / temperature, y == own)
                for b, (other, y) in enumerate(units) if b != a
            ]  # fmt: skip
            stars = [
                sum(map(math.prod, zip(mine, star, strict=True))) / temperature
                for star in prototypes or []
            ]
            whole = math.log(sum(math.exp(s) for s in [*(s for s, _ in dots), *stars]))
            positive = [whole - s for s, same in dots if same]
            if stars and weight is None:
                positive.append(whole - stars[own])
            total += sum(positive) / max(1, len(positive))
            if weight is not None:
                total += weight * (whole - stars[own])
            count += 1
    return total / count


def test_the_gradient_of_bdcl_is_that_of_a_loop_over_anchors(example):
    """With prototypes as they stand when the loss is computed, which get no gradient."""
    maps, mask = example[0][:, :2].clone().requires_grad_(), example[1]
    objective = losses.build("bdcl", CONTEXT, pixels_per_class=99).double()
    objective.prototypes.vectors = torch.tensor([[1.0, 0], [0, 1], [-0.6, 0.8]]).double()
    objective.prototypes.seen = torch.ones(3, dtype=torch.bool)
    stars = objective.prototypes.vectors.tolist()
    loss = objective(losses.Batch(mask, embeddings=maps))
    loss.backward()

    def slow(moved, known, temperature=0.1):
        return compared(moved, known, temperature, stars)

    assert loss.item() == pytest.approx(slow(maps.detach(), mask), rel=1e-6)
    assert torch.allclose(maps.grad, differences(slow, maps.detach(), mask), atol=1e-5)
    # All classes' temperatures moved together.
    ends = [slow(maps.detach(), mask, 0.1 + sign * STEP) for sign in (1, -1)]
    slope = (ends[0] - ends[1]) / (2 * STEP)
    assert objective.temperatures.grad.sum().item() == pytest.approx(slope, rel=1e-3)


def test_the_gradient_of_tsc_is_that_of_a_loop_over_anchors(example):
    """Every pixel of the class a positive, and the target of the class as it is assigned."""
    maps, mask = example[0][:, :2].clone().requires_grad_(), example[1]
    objective = losses.build("tsc", CONTEXT, pixels_per_class=99, positives=None).double()
    loss = objective(losses.Batch(mask, embeddings=maps))
    loss.backward()
    from reproduce.losses.embedding.tsc import assigned

    chosen = assigned(objective.centroids.vectors, objective.targets)
    targets = objective.targets[chosen].tolist()

    def slow(moved, known):
        return compared(moved, known, 0.07, targets, weight=0.2)

    assert loss.item() == pytest.approx(slow(maps.detach(), mask), rel=1e-6)
    assert torch.allclose(maps.grad, differences(slow, maps.detach(), mask), atol=1e-5)
