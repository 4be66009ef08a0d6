"""What every loss promises of its value and gradient, in each reading of the table."""

import pytest
import torch

from reproduce import losses
from reproduce.errors import UserError
from tests.losses.cases import CASES


def size(tensors):
    """Return the length of several tensors taken as one vector."""
    return torch.cat([tensor.double().reshape(-1) for tensor in tensors]).norm().item()


def apart(first, second):
    """Return how far two dictionaries of gradients are from each other."""
    return size([first[name].double() - second[name].double() for name in first])


def alike(first, second, tolerance):
    """Assert that two losses with their gradients are the same, relative to their size."""
    (loss, gradients), (other, others) = first, second
    scale = max(size([other]), 1e-3)
    assert size([loss.double() - other.double()]) <= tolerance * scale
    assert apart(gradients, others) <= tolerance * max(size(others.values()), 1e-3)


def test_the_table_has_every_registered_loss():
    assert {case.name for case in CASES} == set(losses.LOSSES)
    assert len({str(case) for case in CASES}) == len(CASES)


def test_one_number_and_a_gradient_for_every_input(loss_case):
    loss, gradients = loss_case.loss_and_gradients(loss_case.example())
    assert loss.shape == () and loss.isfinite() and loss.dtype == torch.float64
    for name, gradient in gradients.items():
        assert gradient.isfinite().all(), name
        assert gradient.dtype == torch.float64
        assert gradient.abs().sum() > 0, f"no gradient reaches {name}"


def test_the_gradient_is_the_derivative(derivative_case):
    loss_case = derivative_case
    example = loss_case.example(rows=7, width=4, seed=3)
    learned = {name: part for name, part in example.parts.items() if part.learned}

    def of(*values):
        given = dict(zip(learned, values, strict=True))
        return loss_case.loss(example.replaced(given))

    leaves = [part.value.clone().requires_grad_() for part in learned.values()]
    assert torch.autograd.gradcheck(of, leaves, eps=1e-6, atol=1e-6, rtol=1e-5)


def test_the_gradient_is_taken_as_often_as_asked_and_scales(loss_case):
    example = loss_case.example()
    _, expected = loss_case.loss_and_gradients(example)
    name, part = next((n, p) for n, p in example.parts.items() if p.learned)
    leaf = part.value.clone().requires_grad_()
    loss = loss_case.loss(example.replaced({name: leaf}))
    for factor in (1.0, -2.5, 1.0):
        (found,) = torch.autograd.grad(factor * loss, leaf, retain_graph=True)
        assert torch.allclose(found, factor * expected[name], rtol=1e-12, atol=1e-14)


def test_a_second_derivative_is_right_or_refused(derivative_case):
    loss_case, example = derivative_case, derivative_case.example(rows=6, width=3, seed=5)
    name, part = next((n, p) for n, p in example.parts.items() if p.learned)
    leaf = part.value.clone().requires_grad_()
    loss = loss_case.loss(example.replaced({name: leaf}))
    try:
        (first,) = torch.autograd.grad(loss, leaf, create_graph=True)
        # Not `autograd.grad`, which passes by a refusal that does not lie on the way to the leaf.
        first.square().sum().backward()
    except (RuntimeError, UserError) as error:
        refusals = ("differentiate twice", "second derivative", "does not require grad")
        assert any(refusal in str(error) for refusal in refusals), error
        return
    step, expected = 1e-5, torch.zeros_like(leaf)
    for index in range(leaf.numel()):
        sides = []
        for sign in (1, -1):
            moved = part.value.clone()
            moved.view(-1)[index] += sign * step
            _, gradients = loss_case.loss_and_gradients(example.replaced({name: moved}))
            sides.append(gradients[name].square().sum())
        expected.view(-1)[index] = (sides[0] - sides[1]) / (2 * step)
    assert torch.allclose(leaf.grad, expected, rtol=1e-4, atol=1e-6)


def test_the_order_of_the_batch_does_not_matter(loss_case):
    example = loss_case.example(rows=24, seed=1)
    order = torch.randperm(24)
    moved = example.selected("rows", order)
    expected = {
        name: gradient.index_select(0, order) if "rows" in example.parts[name].axes else gradient
        for name, gradient in loss_case.loss_and_gradients(example)[1].items()
    }
    loss, gradients = loss_case.loss_and_gradients(moved)
    alike((loss, gradients), (loss_case.loss(example), expected), 1e-12)


def test_the_names_of_the_classes_do_not_matter(loss_case):
    example = loss_case.example(rows=24, classes=4, seed=1)
    order = torch.tensor([1, 2, 0, 3])
    renamed = example.selected("classes", order)
    assert loss_case.loss(renamed).item() == pytest.approx(
        loss_case.loss(example).item(), rel=1e-12, abs=1e-14
    )


def test_turning_the_space_changes_nothing(space_case):
    loss_case = space_case
    example = loss_case.example(rows=16)
    turn, _ = torch.linalg.qr(torch.randn(5, 5, dtype=torch.float64))
    turned = example.turned(turn)
    loss, gradients = loss_case.loss_and_gradients(example)
    expected = {
        name: gradient @ turn if "width" in example.parts[name].axes else gradient
        for name, gradient in gradients.items()
    }
    alike(loss_case.loss_and_gradients(turned), (loss, expected), 1e-11)


@pytest.mark.parametrize("rows", [16, 96])
def test_float32_is_close_to_float64(loss_case, rows):
    example = loss_case.example(rows=rows, classes=5, width=16, seed=2).to(torch.float32)
    single = loss_case.loss_and_gradients(example)
    assert single[0].dtype == torch.float32
    alike(single, loss_case.loss_and_gradients(example.to(torch.float64)), loss_case.tolerance)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_is_turned_to_float32_first(loss_case, dtype):
    coarse = loss_case.example().inputs_changed(lambda value: value.to(dtype))
    coarse = coarse.others_changed(lambda value: value.float())
    loss, gradients = loss_case.loss_and_gradients(coarse)
    fine = coarse.inputs_changed(lambda value: value.float())
    expected, fine_gradients = loss_case.loss_and_gradients(fine)
    assert loss.dtype == torch.float32
    assert loss.item() == expected.item()
    for name in coarse.inputs:
        assert gradients[name].dtype == dtype
        assert torch.equal(gradients[name], fine_gradients[name].to(dtype))


def test_autocast_changes_nothing(loss_case):
    example = loss_case.example(rows=24, width=16).to(torch.float32)
    name, value = next(iter(example.inputs.items()))
    expected, gradients = loss_case.loss_and_gradients(example)
    leaf = value.clone().requires_grad_()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = loss_case.loss(example.replaced({name: leaf}))
    loss.backward()
    alike((loss.detach(), {name: leaf.grad}), (expected, {name: gradients[name]}), 1e-6)


def test_memory_layout_does_not_matter(loss_case):
    example = loss_case.example()

    def strided(value):
        wide = torch.zeros(*value.shape[:-1], 2 * value.shape[-1], dtype=value.dtype)
        wide[..., ::2] = value
        return wide[..., ::2]

    def transposed(value):
        return value.transpose(0, -1).contiguous().transpose(0, -1)

    expected = loss_case.loss(example)
    for layout in (strided, transposed):
        assert not layout(next(iter(example.inputs.values()))).is_contiguous()
        found = loss_case.loss(example.inputs_changed(layout))
        assert found.item() == pytest.approx(expected.item(), rel=1e-12)


def test_nothing_given_is_changed_and_the_same_comes_twice(loss_case):
    example = loss_case.example()
    before = {name: part.value.clone() for name, part in example.parts.items()}
    labels = None if example.labels is None else example.labels.clone()
    loss, gradients = loss_case.loss_and_gradients(example)
    again, gradients_again = loss_case.loss_and_gradients(example)
    assert torch.equal(loss, again)
    for name, gradient in gradients.items():
        assert torch.equal(gradient, gradients_again[name])
    for name, part in example.parts.items():
        assert torch.equal(part.value, before[name])
    assert labels is None or torch.equal(example.labels, labels)


def test_it_can_be_computed_without_a_gradient(loss_case):
    example = loss_case.example()
    expected, _ = loss_case.loss_and_gradients(example)
    with torch.no_grad():
        assert loss_case.loss(example).item() == pytest.approx(expected.item(), rel=1e-14)
    with torch.inference_mode():
        assert loss_case.loss(example).item() == pytest.approx(expected.item(), rel=1e-14)


def test_it_knows_its_reductions_and_no_others(loss_case):
    example = loss_case.example()
    found = {}
    for reduction in ("mean", "sum", "none", "median"):
        if reduction in loss_case.reductions:
            found[reduction] = loss_case.loss(example, reduction=reduction)
        else:
            with pytest.raises((UserError, TypeError), match="reduction"):
                loss_case.loss(example, reduction=reduction)
    if "mean" in found:
        assert found["mean"].item() == loss_case.loss(example).item()
    if "sum" in found and found["mean"].item() != found["sum"].item():
        assert abs(found["sum"].item()) > abs(found["mean"].item())
    if "none" in found:
        assert found["none"].ndim == 1
        assert found["none"].sum().item() == pytest.approx(found["sum"].item(), rel=1e-12)


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int8, torch.int16, torch.int32])
def test_labels_may_be_whole_numbers_of_any_size(labelled_case, dtype):
    loss_case, example = labelled_case, labelled_case.example()
    if dtype is torch.int8:
        # 255 does not fit.
        example = example.with_labels(example.labels.where(example.labels != 255, 0))
    small = example.with_labels(example.labels.to(dtype))
    assert torch.equal(loss_case.loss(small), loss_case.loss(example))


def test_labels_of_embeddings_are_names_only(named_case):
    loss_case, example = named_case, named_case.example()
    named = example.with_labels(torch.tensor([-7, 10**12, 3])[example.labels])
    assert loss_case.loss(named).item() == pytest.approx(loss_case.loss(example).item(), rel=1e-12)
