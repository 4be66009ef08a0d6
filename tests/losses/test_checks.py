"""What every loss checks of its inputs, and what it says of them."""

import pytest
import torch

from reproduce.errors import UserError
from reproduce.losses import checks


def line(call, *given, **named):
    """Return the one line with which a check refuses."""
    with pytest.raises(UserError) as caught:
        call(*given, **named)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_numbers_pass_unchanged_in_float32_and_float64():
    for dtype in (torch.float32, torch.float64):
        value = torch.randn(3, 2, dtype=dtype)
        assert checks.numbers("focal", "logits", value, "N, C") is value


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_shorter_numbers_become_float32_and_keep_their_gradient(dtype):
    value = torch.randn(3, 2, dtype=dtype, requires_grad=True)
    found = checks.numbers("focal", "logits", value, "N, C")
    assert found.dtype == torch.float32 and torch.equal(found.detach(), value.detach().float())
    found.sum().backward()
    assert value.grad.dtype == dtype


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (torch.ones(3, 2, dtype=torch.int64), "a floating tensor [N, C], received int64 [3, 2]"),
        (torch.ones(3, 2, dtype=torch.complex64), "received complex64 [3, 2]"),
        ([[1.0]], "a floating tensor [N, C], received list"),
        (None, "received NoneType"),
        (torch.ones(3), "[N, C] with at least one element, received float32 [3]"),
        (torch.ones(3, 2, 1), "received float32 [3, 2, 1]"),
        (torch.ones(0, 2), "received float32 [0, 2]"),
        (torch.ones(3, 0), "received float32 [3, 0]"),
    ],
)
def test_numbers_of_another_kind_or_shape(value, said):
    found = line(checks.numbers, "focal", "logits", value, "N, C")
    assert found.startswith("focal: logits expected ") and said in found


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_numbers_that_are_not_finite_are_counted(bad, dtype):
    value = torch.zeros(3, 2, dtype=dtype)
    value[1] = bad
    assert "finite numbers, received 2 of 6" in line(checks.numbers, "x", "y", value, "N, C")


def test_the_largest_numbers_are_finite():
    checks.numbers("x", "y", torch.tensor([[3e38, -3e38]]), "N, C")


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64])
def test_labels_become_int64(dtype):
    found = checks.labels("x", torch.tensor([2, 0, 1], dtype=dtype), torch.ones(3, 4), classes=3)
    assert found.dtype == torch.int64 and found.tolist() == [2, 0, 1]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (torch.tensor([0.0, 1.0, 2.0]), "whole numbers [3], received float32 [3]"),
        (torch.tensor([True, False, True]), "whole numbers [3], received bool [3]"),
        ([0, 1, 2], "received list"),
        (torch.tensor([0, 1]), "shape [3], received int64 [2]"),
        (torch.tensor([[0], [1], [2]]), "shape [3], received int64 [3, 1]"),
        (torch.tensor(0), "shape [3], received int64 []"),
        (torch.tensor([0, 1, 4]), "0 to 3, received 0 to 4"),
        (torch.tensor([0, -1, 3]), "0 to 3, received -1 to 3"),
        (torch.tensor([0, 1, 255]), "0 to 3, received 0 to 255"),
    ],
)
def test_labels_of_another_kind_shape_or_range(value, said):
    found = line(checks.labels, "ldam", value, torch.ones(3, 4), classes=4)
    assert found.startswith("ldam: labels expected ") and said in found


def test_labels_of_pixels_stand_beside_their_pixels():
    maps, rows = torch.zeros(2, 5, 6, dtype=torch.int64), torch.ones(2, 3, 5, 6)
    maps[0, 0, 0] = 255
    assert checks.labels("x", maps, rows, 3, ignored=255).shape == (2, 5, 6)
    assert "255 (ignored), received 0 to 7" in line(
        checks.labels, "x", maps.clamp(max=254).where(maps == 0, 7), rows, 3, ignored=255
    )
    assert "expected shape [2, 5, 6]" in line(checks.labels, "x", maps[:, :4], rows, 3, ignored=255)


def test_labels_that_are_names_may_be_any_number():
    names = torch.tensor([-5, 10**15, 0])
    assert checks.labels("x", names, torch.ones(3, 4)).tolist() == names.tolist()


def test_a_pair_of_views_has_one_shape():
    first, second = checks.pair("nt_xent", torch.ones(3, 2), torch.ones(3, 2).bfloat16())
    assert first.dtype == second.dtype == torch.float32
    for other in (torch.ones(2, 2), torch.ones(3, 1)):
        said = line(checks.pair, "nt_xent", torch.ones(3, 2), other)
        assert f"view2 expected shape [3, 2], received float32 {list(other.shape)}" in said


@pytest.mark.parametrize(
    ("bounds", "inside", "outside"),
    [
        ({"above": 0}, (1e-9, 5), (0, -1, float("nan"))),
        ({"least": 0}, (0, 5), (-1e-9, float("nan"))),
        ({"most": 1}, (1, -5), (1.01, float("nan"))),
        ({"above": 0, "most": 1}, (0.5, 1), (0, 2, float("nan"))),
    ],
)
def test_a_parameter_has_a_range(bounds, inside, outside):
    for value in inside:
        checks.parameter("tsc", "temperature", value, **bounds)
    for value in outside:
        said = line(checks.parameter, "tsc", "temperature", value, **bounds)
        assert said.startswith("tsc: temperature expected ") and f"received {value:g}" in said


def test_a_word_is_one_of_those_known():
    checks.choice("tsc", "reading", "code", ("printed", "code"))
    said = line(checks.choice, "tsc", "reading", "Code", ("printed", "code"))
    assert said == "tsc: reading expected one of printed, code, received 'Code'"


def test_numbers_per_class_are_as_many_as_classes():
    like = torch.ones(2, 3, dtype=torch.float64)
    found = checks.per_class("ldam", "counts", [1, 2, 3], 3, like)
    assert found.dtype == torch.float64 and found.tolist() == [1, 2, 3]
    assert "3 numbers, one per class, received float64 [2]" in line(
        checks.per_class, "ldam", "counts", [1, 2], 3, like
    )


def test_values_are_checked_again_after_they_were_not():
    bad, labels = torch.full((2, 2), float("nan")), torch.tensor([0, 9])
    with pytest.raises(ZeroDivisionError), checks.without_value_checks():
        with checks.without_value_checks():
            pass
        checks.numbers("x", "y", bad, "N, C")
        checks.labels("x", labels, bad, classes=2)
        line(checks.numbers, "x", "y", bad[0], "N, C")
        1 / 0  # noqa: B018
    line(checks.numbers, "x", "y", bad, "N, C")
    line(checks.labels, "x", labels, bad, classes=2)
