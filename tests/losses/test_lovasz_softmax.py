"""Lovász-softmax against a loop over sets of pixels, the IoU itself, and hand-made cases."""

import math

import pytest
import torch

from reproduce.losses import lovasz_softmax


def jaccard_loss(wrong, truth):
    """Return 1 - IoU of a class if exactly the pixels in `wrong` are on the wrong side."""
    predicted = {i for i, t in enumerate(truth) if (t == 1) != (i in wrong)}
    actual = {i for i, t in enumerate(truth) if t == 1}
    union = predicted | actual
    return 1 - len(predicted & actual) / len(union) if union else 0.0


def slow(logits, mask):
    """Follow the definition of the Lovász extension: sets that grow by falling error."""
    pixels = []
    n, classes, height, width = logits.shape
    for i in range(n):
        for y in range(height):
            for x in range(width):
                if mask[i, y, x] != 255:
                    row = logits[i, :, y, x].tolist()
                    total = sum(math.exp(z) for z in row)
                    pixels.append(([math.exp(z) / total for z in row], mask[i, y, x].item()))
    losses = []
    for c in range(classes):
        truth = [1 if label == c else 0 for _, label in pixels]
        if not any(truth):
            continue
        errors = [abs(t - p[c]) for t, (p, _) in zip(truth, pixels, strict=True)]
        order = sorted(range(len(errors)), key=lambda k: -errors[k])
        wrong, before, loss = set(), 0.0, 0.0
        for k in order:
            wrong.add(k)
            now = jaccard_loss(wrong, truth)
            loss += errors[k] * (now - before)
            before = now
        losses.append(loss)
    return sum(losses) / len(losses)


def example(classes=3, seed=0, absent=None):
    torch.manual_seed(seed)
    logits = 2 * torch.randn(2, classes, 4, 5).double()
    mask = torch.randint(classes, (2, 4, 5))
    mask[mask == absent] = 0
    mask[0, 0, :2] = 255
    return logits, mask


@pytest.mark.parametrize("absent", [None, 1, 2])
@pytest.mark.parametrize("seed", [0, 1])
def test_it_equals_the_slow_loop(seed, absent):
    logits, mask = example(seed=seed, absent=absent)
    assert lovasz_softmax(logits, mask).item() == pytest.approx(slow(logits, mask), abs=1e-12)


def as_logits(predicted, classes, size=200.0):
    return size * torch.nn.functional.one_hot(predicted, classes).permute(0, 3, 1, 2).double()


def test_of_hard_predictions_it_is_one_minus_the_mean_iou():
    torch.manual_seed(3)
    mask, predicted = torch.randint(3, (2, 6, 6)), torch.randint(4, (2, 6, 6))
    losses = []
    for c in range(3):  # The fourth class is predicted but absent, and so is left out.
        both = ((mask == c) & (predicted == c)).sum().item()
        either = ((mask == c) | (predicted == c)).sum().item()
        losses.append(1 - both / either)
    found = lovasz_softmax(as_logits(predicted, 4), mask)
    assert found.item() == pytest.approx(sum(losses) / 3, abs=1e-12)


def test_a_perfect_prediction_costs_nothing_and_a_wholly_wrong_one_everything():
    mask = torch.tensor([[[0, 1], [1, 1]]])
    assert lovasz_softmax(as_logits(mask, 2), mask).item() == pytest.approx(0, abs=1e-80)
    assert lovasz_softmax(as_logits(1 - mask, 2), mask).item() == pytest.approx(1, abs=1e-12)


def test_values_known_by_hand():
    # p of class 1 is 0.8, 0.4; truth 1, 0. Class 1: errors 0.4 (other: 1/2), 0.2 (own: 1/2), and
    # class 0 has the same errors with the roles changed: 0.4 (own: 1), 0.2 (other: 0).
    odds = torch.tensor([0.8 / 0.2, 0.4 / 0.6], dtype=torch.float64).log()
    logits = torch.stack([torch.zeros(2).double(), odds]).reshape(1, 2, 1, 2)
    expected = ((0.4 * 0.5 + 0.2 * 0.5) + 0.4) / 2
    found = lovasz_softmax(logits, torch.tensor([[[1, 0]]]))
    assert found.item() == pytest.approx(expected, abs=1e-12)


def test_the_gradient_follows_the_order_of_the_errors():
    logits, mask = example()
    logits.requires_grad_()
    assert torch.autograd.gradcheck(lambda z: lovasz_softmax(z, mask), (logits,))


def test_ignored_pixels_have_no_gradient_and_no_say():
    logits, mask = example()
    logits.requires_grad_()
    loss = lovasz_softmax(logits, mask)
    loss.backward()
    assert logits.grad[0, :, 0, :2].abs().max() == 0
    assert logits.grad[0, :, 0, 2:].abs().max() > 0
    moved = logits.detach().clone()
    moved[0, :, 0, :2] += torch.randn(3, 2).double()
    assert lovasz_softmax(moved, mask).item() == loss.item()


def test_equal_errors_give_the_same_loss_in_any_order():
    logits = torch.zeros(1, 2, 3, 3).double()
    mask = torch.tensor([[[0, 1, 0], [1, 1, 0], [0, 0, 1]]])
    first = lovasz_softmax(logits, mask).item()
    assert first == pytest.approx(0.5, abs=1e-12)
    assert lovasz_softmax(logits, mask.flip(1, 2)).item() == pytest.approx(first, abs=1e-12)


def test_float32_keeps_its_digits_over_many_pixels():
    torch.manual_seed(0)
    logits = torch.randn(8, 3, 64, 64)
    mask = (torch.rand(8, 64, 64) > 0.92).long() + (torch.rand(8, 64, 64) > 0.97).long()
    gradients = []
    for at in (logits.clone().requires_grad_(), logits.double().requires_grad_()):
        lovasz_softmax(at, mask).backward()
        gradients.append(at.grad.double())
    assert (gradients[0] - gradients[1]).norm() < 1e-5 * gradients[1].norm()
