"""Label maps: a classifier's loss is that of its known pixels; losses of whole maps."""

import pytest
import torch

from reproduce import losses
from reproduce.errors import UserError

CONTEXT = losses.Context(classes=3, counts=(900, 60, 40), embedding_size=4, iterations=10)
OF_PIXELS = ["cross_entropy", "focal", "dual_focal", "calibrated_focal", "ldam"]
OF_PIXELS += ["balanced_softmax", "logit_adjustment"]
OF_MAPS = ["lovasz_softmax", "soft_iou"]


@pytest.fixture
def example():
    torch.manual_seed(0)
    logits, mask = torch.randn(2, 3, 4, 5).double(), torch.randint(3, (2, 4, 5))
    mask[0, 1:3] = 255
    mask[1, 0, 0] = 255
    return logits, mask


@pytest.mark.parametrize(
    ("name", "weights"),
    [(name, None) for name in OF_PIXELS]
    + [(name, "effective_number") for name in ("cross_entropy", "focal", "ldam")],
)
def test_the_loss_of_maps_is_a_loop_over_their_pixels(name, weights, example):
    logits, mask = example
    given = {"class_weights": weights} if weights else {}
    function = losses.function(name)
    if "counts" in losses.objective_class(name).parameters_taken():
        counts = {"counts": CONTEXT.counts}
    else:
        counts = {}
    total, divisor = 0.0, 0.0
    beta = 0.9999
    inverse = [(1 - beta) / (1 - beta**n) for n in CONTEXT.counts]
    shares = [3 * value / sum(inverse) for value in inverse]
    for i in range(2):
        for y in range(4):
            for x in range(5):
                label = mask[i, y, x]
                if label != 255:
                    pixel = logits[i, :, y, x][None]
                    total += function(pixel, label[None], **counts, **given, reduction="sum")
                    divisor += shares[label] if weights else 1
    objective = losses.build(name, CONTEXT, **given)
    found = objective(losses.Batch(mask, logits=logits))
    assert found.item() == pytest.approx(total.item() / divisor, abs=1e-12)


@pytest.mark.parametrize("name", [*OF_PIXELS, "gcl", *OF_MAPS])
def test_maps_of_unknown_pixels_alone_cost_nothing(name, example):
    logits, mask = example[0].float().requires_grad_(), torch.full_like(example[1], 255)
    loss = losses.build(name, CONTEXT)(losses.Batch(mask, logits=logits))
    loss.backward()
    assert loss.shape == () and loss.item() == 0
    assert logits.grad.abs().max() == 0


@pytest.mark.parametrize("name", ["focal", *OF_MAPS])
def test_two_views_bring_the_mask_twice(name, example):
    logits, mask = example
    objective = losses.build(name, CONTEXT)
    twice = objective(losses.Batch(mask, logits=logits.repeat(2, 1, 1, 1), views=2))
    assert twice.item() == pytest.approx(objective(losses.Batch(mask, logits=logits)).item())


@pytest.mark.parametrize("name", [*OF_PIXELS, *OF_MAPS])
def test_half_precision_and_small_labels_are_taken(name, example):
    logits, mask = example[0].bfloat16(), example[1].to(torch.uint8)
    objective = losses.build(name, CONTEXT)
    found = objective(losses.Batch(mask, logits=logits))
    assert found.dtype == torch.float32
    expected = objective(losses.Batch(example[1], logits=logits.double()))
    assert found.item() == pytest.approx(expected.item(), rel=1e-5)


@pytest.mark.parametrize("name", [*OF_PIXELS, "gcl", *OF_MAPS])
@pytest.mark.parametrize("size", [0.0, 1e4, 1e18])
def test_extreme_maps_have_finite_gradients(name, size, example):
    logits = (size * example[0].float()).requires_grad_()
    loss = losses.build(name, CONTEXT)(losses.Batch(example[1], logits=logits))
    loss.backward()
    assert loss.isfinite() and logits.grad.isfinite().all()


@pytest.mark.parametrize("name", ["focal", *OF_MAPS])
def test_mixed_maps_are_refused(name, example):
    logits, mask = example
    mixed = losses.Mixed(labels=mask, own=torch.ones(2))
    with pytest.raises(UserError, match="take the mixing out of this phase") as caught:
        losses.build(name, CONTEXT)(losses.Batch(mask, logits=logits, mixed=mixed))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["focal", *OF_MAPS])
def test_masks_that_do_not_fit_are_refused(name, example):
    logits, mask = example
    objective = losses.build(name, CONTEXT)
    with pytest.raises(UserError, match=r"labels expected shape \[2, 4, 5\], received int64"):
        objective(losses.Batch(mask[:, :3], logits=logits))
    with pytest.raises(UserError, match=r"labels expected 0 to 2 or 255 .* received 0 to 3"):
        objective(losses.Batch(mask.masked_fill(mask == 255, 3), logits=logits))
