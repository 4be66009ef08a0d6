"""Soft IoU against a loop over pixels, the IoU itself, and hand-made cases."""

import math

import pytest
import torch

from reproduce.losses import soft_iou


def slow(logits, mask):
    n, classes, height, width = logits.shape
    intersection, union, shown = [0.0] * classes, [0.0] * classes, set()
    for i in range(n):
        for y in range(height):
            for x in range(width):
                label = mask[i, y, x].item()
                if label == 255:
                    continue
                shown.add(label)
                row = logits[i, :, y, x].tolist()
                total = sum(math.exp(z) for z in row)
                for c, z in enumerate(row):
                    p, t = math.exp(z) / total, 1 if c == label else 0
                    intersection[c] += p * t
                    union[c] += p + t - p * t
    return 1 - sum(intersection[c] / union[c] for c in shown) / len(shown)


def example(absent=None):
    torch.manual_seed(0)
    logits = 2 * torch.randn(2, 3, 4, 5).double()
    mask = torch.randint(3, (2, 4, 5))
    mask[mask == absent] = 0
    mask[0, 0, :2] = 255
    return logits, mask


@pytest.mark.parametrize("absent", [None, 1, 2])
def test_it_equals_the_slow_loop(absent):
    logits, mask = example(absent)
    assert soft_iou(logits, mask).item() == pytest.approx(slow(logits, mask), abs=1e-12)


def test_of_hard_predictions_it_is_one_minus_the_mean_iou():
    mask = torch.tensor([[[0, 0, 1], [1, 1, 2]]])
    predicted = torch.tensor([[[0, 1, 1], [1, 2, 2]]])
    logits = 200 * torch.nn.functional.one_hot(predicted, 3).permute(0, 3, 1, 2).double()
    # Class 0: 1 of 2, class 1: 2 of 4, class 2: 1 of 2.
    assert soft_iou(logits, mask).item() == pytest.approx(0.5, abs=1e-12)
    perfect = 200 * torch.nn.functional.one_hot(mask, 3).permute(0, 3, 1, 2).double()
    assert soft_iou(perfect, mask).item() == pytest.approx(0, abs=1e-12)


def test_a_value_known_by_hand():
    # p of the true class is 1/2 for both pixels: intersection 1/2, union 1/2 + 1 in each class.
    found = soft_iou(torch.zeros(1, 2, 1, 2), torch.tensor([[[0, 1]]]))
    assert found.item() == pytest.approx(1 - 0.5 / 1.5, abs=1e-6)


def test_the_gradient_is_the_derivative():
    logits, mask = example()
    logits.requires_grad_()
    assert torch.autograd.gradcheck(lambda z: soft_iou(z, mask), (logits,))
    soft_iou(logits, mask).backward()
    assert logits.grad[0, :, 0, :2].abs().max() == 0


def test_descending_it_finds_a_small_object():
    mask = torch.zeros(1, 6, 6, dtype=torch.long)
    mask[0, 2:4, 2:4] = 1
    logits = torch.zeros(1, 2, 6, 6, requires_grad=True)
    optimizer = torch.optim.SGD([logits], lr=20.0)
    for _ in range(60):
        optimizer.zero_grad()
        soft_iou(logits, mask).backward()
        optimizer.step()
    assert torch.equal(logits.argmax(1), mask)
