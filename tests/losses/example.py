"""A call of a loss as data, so that one test can be asked of all of them.

The inputs of a call carry the names of their axes: a test permutes the rows of all losses, or
renames the classes, or turns the space, without knowing which loss it has.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import torch

from reproduce import losses
from reproduce.losses.checks import IGNORED


@dataclass(frozen=True)
class Part:
    """One input: its numbers, the names of its axes, and whether a gradient is asked of it."""

    value: torch.Tensor
    axes: tuple[str, ...] = ()
    learned: bool = True

    def selected(self, axis: str, order: torch.Tensor) -> "Part":
        """Return the part with this axis in another order, unchanged where it has none such."""
        if axis not in self.axes:
            return self
        return replace(self, value=self.value.index_select(self.axes.index(axis), order))


@dataclass(frozen=True)
class Example:
    """The inputs of one call: parts by the name of the parameter, and labels where there are."""

    parts: dict[str, Part]
    labels: torch.Tensor | None
    classes: int

    def replaced(self, values: dict[str, torch.Tensor]) -> "Example":
        """Return the example with other numbers for the named parts."""
        parts = dict(self.parts)
        for name, value in values.items():
            parts[name] = replace(parts[name], value=value)
        return replace(self, parts=parts)

    def with_labels(self, labels: torch.Tensor) -> "Example":
        """Return the example with other labels."""
        return replace(self, labels=labels)

    @property
    def inputs(self) -> dict[str, torch.Tensor]:
        """Return what the network would deliver: the learned parts that have rows."""
        return {name: part.value for name, part in self.parts.items() if _is_input(part)}

    @property
    def others(self) -> dict[str, torch.Tensor]:
        """Return all other parts."""
        return {name: part.value for name, part in self.parts.items() if not _is_input(part)}

    def inputs_changed(self, change: Callable[[torch.Tensor], torch.Tensor]) -> "Example":
        """Return the example with other numbers in what the network would deliver."""
        return self.replaced({name: change(value) for name, value in self.inputs.items()})

    def others_changed(self, change: Callable[[torch.Tensor], torch.Tensor]) -> "Example":
        """Return the example with other numbers in everything else that is no whole number."""
        floating = {n: v for n, v in self.others.items() if v.is_floating_point()}
        return self.replaced({name: change(value) for name, value in floating.items()})

    def to(self, dtype: torch.dtype) -> "Example":
        """Return the example in another precision; whole numbers stay whole."""
        change = lambda value: value.to(dtype)  # noqa: E731
        return self.inputs_changed(change).others_changed(change)

    def selected(self, axis: str, order: torch.Tensor) -> "Example":
        """Return the example with its rows or its classes in another order."""
        parts = {name: part.selected(axis, order) for name, part in self.parts.items()}
        labels = self.labels
        if labels is not None and axis == "rows":
            labels = labels[order]
        if labels is not None and axis == "classes":
            # The class that stood at order[k] is now called k; 255 stays what it is.
            new = torch.arange(256).index_copy(0, order, torch.arange(len(order)))
            labels = new[labels]
        return replace(self, parts=parts, labels=labels)

    def turned(self, turn: torch.Tensor) -> "Example":
        """Return the example with the space of the embeddings turned."""
        return self.replaced(
            {name: part.value @ turn for name, part in self.parts.items() if "width" in part.axes}
        )


def _is_input(part: Part) -> bool:
    return part.learned and "rows" in part.axes


def _views(rows, classes, width):
    first = torch.randn(rows, width)
    second = first + 0.8 * torch.randn(rows, width)
    axes = ("rows", "width")
    return Example({"view1": Part(first, axes), "view2": Part(second, axes)}, None, classes)


def _embeddings(rows, classes, width):
    labels = torch.arange(rows) % classes
    values = 0.6 * torch.randn(classes, width)[labels] + 0.5 * torch.randn(rows, width)
    return Example({"embeddings": Part(values, ("rows", "width"))}, labels, classes)


def _logits(rows, classes, width):
    labels = torch.arange(rows) % classes
    return Example(
        {"logits": Part(2 * torch.randn(rows, classes), ("rows", "classes"))}, labels, classes
    )


def _pixels(rows, classes, width):
    mask = torch.randint(classes, (rows, 3, width))
    mask[:, 0, 0] = IGNORED
    axes = ("rows", "classes", "height", "width")
    return Example({"logits": Part(torch.randn(rows, classes, 3, width), axes)}, mask, classes)


def _two_heads(rows, classes, width):
    similarity, ranking = (_views(rows, classes, width).parts for _ in range(2))
    parts = {f"similarity{k}": similarity[f"view{k}"] for k in (1, 2)}
    parts |= {f"ranking{k}": ranking[f"view{k}"] for k in (1, 2)}
    return Example(parts, None, classes)


SHAPES = {
    "views": _views,
    "two_heads": _two_heads,
    "embeddings": _embeddings,
    "logits": _logits,
    "pixels": _pixels,
}


@dataclass(frozen=True)
class Case:
    """A loss with some of its parameters.

    Attributes
    ----------
    takes
        The shape of the call, a key of `SHAPES`.
    tolerance
        How far float32 may be from float64, relative to the size of the loss and of the gradient.
    derivative
        False where the gradient is meant not to be the derivative of the loss.
    reductions
        What it knows; all else is refused.
    """

    name: str
    takes: str
    parameters: dict = field(default_factory=dict)
    extras: Callable[[int, int, int], dict[str, Part]] | None = None
    tolerance: float = 1e-5
    derivative: bool = True
    reductions: tuple[str, ...] = ("mean", "sum", "none")

    def __str__(self) -> str:
        chosen = [f"{name}={value}" for name, value in self.parameters.items()]
        given = self.extras.__name__.strip("_") if self.extras else ""
        return "-".join([self.name, *chosen, *[given] * bool(given)])

    @property
    def takes_parameters(self) -> dict[str, Any]:
        """Return the parameters that the function takes by name only, with their defaults."""
        taken = inspect.signature(losses.function(self.name)).parameters.values()
        return {each.name: each.default for each in taken if each.kind is each.KEYWORD_ONLY}

    @property
    def labelled(self) -> bool:
        """Tell whether the function takes labels."""
        return self.takes in ("embeddings", "logits", "pixels")

    @property
    def knows_classes(self) -> bool:
        """Tell whether a label is the number of a class, and not only a name."""
        example = self.example()
        return any("classes" in part.axes for part in example.parts.values())

    def example(self, rows=12, classes=3, width=5, seed=0, dtype=torch.float64) -> Example:
        """Return inputs drawn at random, the same for the same arguments."""
        # Not `manual_seed`, which keeps a stack trace a call where there is no accelerator.
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)
            example = SHAPES[self.takes](rows, classes, width)
            if self.extras:
                example = replace(
                    example, parts={**example.parts, **self.extras(rows, classes, width)}
                )
        return example.to(dtype)

    def loss(self, example: Example, **more) -> torch.Tensor:
        """Return what the function says."""
        given = {name: part.value for name, part in example.parts.items()}
        if example.labels is not None:
            given["mask" if self.takes == "pixels" else "labels"] = example.labels
        return losses.function(self.name)(**{**given, **self.parameters, **more})

    def loss_and_gradients(self, example: Example, **more):
        """Return the loss and the gradient of every learned part, by its name."""
        learned = {
            name: part.value.detach().requires_grad_()
            for name, part in example.parts.items()
            if part.learned
        }
        loss = self.loss(example.replaced(learned), **more)
        found = torch.autograd.grad(loss.sum(), list(learned.values()), allow_unused=True)
        return loss.detach(), {
            name: torch.zeros_like(leaf) if gradient is None else gradient
            for (name, leaf), gradient in zip(learned.items(), found, strict=True)
        }
