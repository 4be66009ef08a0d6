"""What every loss checks of its inputs: one line that says what was expected and received.

Checks of shape and type cost nothing and are always made. Checks of values (finite numbers, labels
in range) read the tensors, which makes a GPU wait; the training loop, which knows its labels and
watches its loss, makes them once and then works under `without_value_checks`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch

from reproduce.errors import UserError

# Counts or weights, one per class.
Numbers = Sequence[int] | Sequence[float] | np.ndarray | torch.Tensor

IGNORED = 255
_WHOLE = (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64)
_values_are_checked = True


@contextmanager
def without_value_checks() -> Iterator[None]:
    """Skip the checks that read values, in here."""
    global _values_are_checked
    before, _values_are_checked = _values_are_checked, False
    try:
        yield
    finally:
        _values_are_checked = before


def numbers(loss: str, name: str, value: torch.Tensor, shape: str) -> torch.Tensor:
    """Return a finite floating tensor of this shape, float32 at least.

    `shape` is written as in the docstrings, "N, D" or "N, C, H, W": only how many is checked.
    """
    axes = shape.count(",") + 1
    if not isinstance(value, torch.Tensor) or not value.is_floating_point():
        raise UserError(f"{loss}: {name} expected a floating tensor [{shape}], {_received(value)}")
    if value.ndim != axes or value.numel() == 0:
        raise UserError(
            f"{loss}: {name} expected [{shape}] with at least one element, {_received(value)}"
        )
    if _values_are_checked:
        low, high = (float(bound) for bound in torch.aminmax(value.detach()))
        if not (low > -float("inf") and high < float("inf")):
            count = int((~torch.isfinite(value.detach())).sum())
            raise UserError(
                f"{loss}: {name} expected finite numbers, received {count} of {value.numel()} "
                "that are infinite or not a number"
            )
    return value.float() if value.dtype in (torch.float16, torch.bfloat16) else value


def labels(
    loss: str,
    value: torch.Tensor,
    rows: torch.Tensor,
    classes: int | None = None,
    ignored: int | None = None,
) -> torch.Tensor:
    """Return whole-number labels, one per row of `rows` (or per pixel of it), as int64."""
    expected = (rows.shape[0], *rows.shape[2:])
    if not isinstance(value, torch.Tensor) or value.dtype not in _WHOLE:
        raise UserError(
            f"{loss}: labels expected a tensor of whole numbers {list(expected)}, "
            f"{_received(value)}"
        )
    if tuple(value.shape) != expected:
        raise UserError(f"{loss}: labels expected shape {list(expected)}, {_received(value)}")
    if _values_are_checked and classes is not None and value.numel():
        counted = value if ignored is None else value[value != ignored]
        if counted.numel():
            low, high = (int(bound) for bound in torch.aminmax(counted))
            if low < 0 or high >= classes:
                also = "" if ignored is None else f" or {ignored} (ignored)"
                raise UserError(
                    f"{loss}: labels expected 0 to {classes - 1}{also}, received {low} to {high}"
                )
    return value.long()


def pair(loss: str, view1: torch.Tensor, view2: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return two views [N, D] of the same images."""
    first, second = numbers(loss, "view1", view1, "N, D"), numbers(loss, "view2", view2, "N, D")
    if first.shape != second.shape:
        raise UserError(f"{loss}: view2 expected shape {list(first.shape)}, {_received(second)}")
    return first, second


def parameter(
    loss: str, name: str, value: float, *, above: float | None = None, least: float | None = None,
    most: float | None = None,
) -> None:  # fmt: skip
    """Refuse a parameter outside its range."""
    wanted = [
        f"{words} {bound:g}"
        for words, bound, kept in (
            ("more than", above, above is None or value > above),
            ("at least", least, least is None or value >= least),
            ("at most", most, most is None or value <= most),
        )
        if not kept
    ]
    if wanted:
        raise UserError(f"{loss}: {name} expected {wanted[0]}, received {value:g}")


def choice(loss: str, name: str, value: str, known: tuple[str, ...]) -> None:
    """Refuse a word that is not one of those known."""
    if value not in known:
        raise UserError(f"{loss}: {name} expected one of {', '.join(known)}, received '{value}'")


def per_class(
    loss: str, name: str, value: Numbers | None, classes: int, like: torch.Tensor
) -> torch.Tensor:
    """Return one number per class, as a tensor like `like`."""
    values = torch.as_tensor(value, dtype=like.dtype, device=like.device)
    if tuple(values.shape) != (classes,):
        raise UserError(
            f"{loss}: {name} expected {classes} numbers, one per class, {_received(values)}"
        )
    return values


def _received(value: object) -> str:
    if isinstance(value, torch.Tensor):
        kind = str(value.dtype).removeprefix("torch.")
        return f"received {kind} {list(value.shape)}"
    return f"received {type(value).__name__}"
