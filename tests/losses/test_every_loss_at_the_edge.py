"""Batches that training does meet, however rarely: every loss stays finite, and so its gradient."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from reproduce.errors import UserError

HUGE = (1e4, 1e10, 1e18)
TINY = (1e-10, 1e-30)


def _half_opposite(value):
    signs = torch.ones(len(value), *[1] * (value.ndim - 1), dtype=value.dtype)
    signs[::2] = -1
    return signs * value[:1]


def _first_row_zero(value):
    return torch.cat([torch.zeros_like(value[:1]), value[1:]])


def _of_all_sizes(value):
    sizes = torch.logspace(-18, 18, len(value), dtype=torch.float64).to(value.dtype)
    return value * sizes.reshape(-1, *[1] * (value.ndim - 1))


GEOMETRIES = {
    "zeros": torch.zeros_like,
    "ones": torch.ones_like,
    "identical": lambda value: value[:1].expand_as(value).clone(),
    "nearly identical": lambda value: value[:1] + 1e-6 * value,
    "two opposite points": _half_opposite,
    "pairs": lambda value: value[torch.arange(len(value)) // 2],
    "first row zero": _first_row_zero,
    "on one axis": lambda value: value * (torch.arange(value.shape[1]) == 0).reshape(
        1, -1, *[1] * (value.ndim - 2)
    ),
    "of all sizes": _of_all_sizes,
    **{f"times {size:g}": lambda value, size=size: value * size for size in HUGE + TINY},
}  # fmt: skip


def finite(loss_case, example, where=""):
    """Assert that the loss and every gradient are finite, and return both."""
    loss, gradients = loss_case.loss_and_gradients(example)
    assert loss.shape == () and loss.isfinite(), f"loss {loss.item()} {where}"
    for name, gradient in gradients.items():
        bad = int((~gradient.isfinite()).sum())
        assert not bad, f"{bad} of {gradient.numel()} numbers of the gradient of {name} {where}"
    return loss, gradients


def finite_or_refused(loss_case, example):
    """Assert the same where the loss can be computed at all; one line says why it cannot."""
    try:
        finite(loss_case, example)
    except UserError as error:
        assert "expected" in str(error) and "received" in str(error)
        assert "\n" not in str(error)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_any_geometry_is_finite(loss_case, dtype):
    example = loss_case.example(rows=12, width=8, dtype=dtype)
    for name, geometry in GEOMETRIES.items():
        finite(loss_case, example.inputs_changed(geometry), f"where embeddings are {name}")


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_the_smallest_batches_are_finite(loss_case, rows):
    for seed in range(3):
        for classes in (2, 3):
            example = loss_case.example(rows=rows, classes=classes, seed=seed, dtype=torch.float32)
            finite(loss_case, example)


@pytest.mark.parametrize(
    "labels",
    {
        "one class": [1] * 8,
        "no two alike": [0, 1, 2, 3, 4, 5, 6, 7],
        "one alone": [0, 0, 0, 0, 1, 1, 1, 7],
        "one against all": [3, 3, 3, 3, 3, 3, 3, 0],
        "classes absent": [2, 2, 2, 2, 5, 5, 5, 5],
    }.items(),
    ids=lambda item: item[0],
)
def test_any_labels_are_finite(labelled_case, labels):
    loss_case = labelled_case
    example = loss_case.example(rows=8, classes=8, width=9, dtype=torch.float32)
    chosen = torch.tensor(labels[1])
    # All pixels of an image get its label.
    chosen = chosen.reshape(-1, *[1] * (example.labels.ndim - 1)).expand_as(example.labels)
    example = example.with_labels(chosen.contiguous())
    finite(loss_case, example)
    for geometry in ("identical", "zeros", "first row zero"):
        finite(loss_case, example.inputs_changed(GEOMETRIES[geometry]))


def test_pixels_of_which_nothing_is_known_have_loss_zero(pixel_case):
    loss_case = pixel_case
    example = loss_case.example(dtype=torch.float32)
    unknown = example.with_labels(torch.full_like(example.labels, 255))
    loss, gradients = finite(loss_case, unknown)
    assert loss == 0 and not gradients["logits"].any()


def test_what_is_ignored_has_no_influence(pixel_case):
    loss_case = pixel_case
    example = loss_case.example()
    ignored = (example.labels == 255).unsqueeze(1)
    assert ignored.any() and not ignored.all()
    other = example.inputs_changed(lambda value: value.where(~ignored, torch.randn_like(value)))
    loss, gradients = loss_case.loss_and_gradients(example)
    assert loss_case.loss(other).item() == pytest.approx(loss.item(), rel=1e-14)
    assert not gradients["logits"][ignored.expand_as(gradients["logits"])].any()


def test_one_dimension_is_enough(loss_case):
    finite_or_refused(loss_case, loss_case.example(rows=6, width=1, dtype=torch.float32))


def test_one_class_in_all_is_enough(loss_case):
    finite_or_refused(loss_case, loss_case.example(rows=6, classes=1, dtype=torch.float32))


@settings(max_examples=30, deadline=None, derandomize=True, database=None)
@given(data=st.data())
def test_anything_finite_is_finite_and_does_not_depend_on_order(loss_case, data):
    rows, classes = data.draw(st.integers(1, 7)), data.draw(st.integers(2, 4))
    example = loss_case.example(rows=rows, classes=classes, width=4, dtype=torch.float32)
    # Few and round numbers, so that ties, zeros and equal rows are common.
    number = st.sampled_from([0.0, 1.0, -1.0, 0.5, 3.0, -100.0, 1e-6, 1e6, 1e18])

    def drawn(value):
        count = value.numel()
        numbers = data.draw(st.lists(number, min_size=count, max_size=count))
        return torch.tensor(numbers, dtype=value.dtype).reshape(value.shape)

    example = example.inputs_changed(drawn)
    if example.labels is not None:
        labels = data.draw(
            st.lists(
                st.integers(0, classes - 1),
                min_size=example.labels.numel(),
                max_size=example.labels.numel(),
            )
        )
        example = example.with_labels(torch.tensor(labels).reshape(example.labels.shape))
    finite(loss_case, example)
    exact = example.to(torch.float64)
    order = torch.tensor(data.draw(st.permutations(range(rows))))
    assert loss_case.loss(exact.selected("rows", order)).item() == pytest.approx(
        loss_case.loss(exact).item(), rel=1e-9, abs=1e-12
    )
