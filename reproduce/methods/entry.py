"""What the registry holds of a method."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reproduce.methods.method import Method
from reproduce.own_code import Source

Builder = Callable[..., Method]
CLASSIFICATION, SEGMENTATION, VERIFICATION = "classification", "segmentation", "verification"
TASKS = (CLASSIFICATION, SEGMENTATION, VERIFICATION)


@dataclass(frozen=True)
class Entry:
    """A method.

    Attributes
    ----------
    words
        What it is, in one line.
    origin
        Where it comes from.
    builders
        By task, the function of a recipe that returns it. The tasks share its meaning: what an
        encoder is followed by depends on what is asked of it.
    label
        Its name in figures and tables, where no paper's record says one and its own is none.
    takes
        Options that the builder for classification hands on, besides those in its signature.
    source
        The file of one's own that it is from; None for what the package has.
    space
        Where it is tuned, the values that its own options are drawn from; `search_spaces` has them.
    """

    words: str
    origin: str
    builders: Mapping[str, Builder]
    label: str | None = None
    takes: tuple[str, ...] = ()
    source: Source | None = None
    space: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    @property
    def tasks(self) -> tuple[str, ...]:
        """Return the tasks that it can be trained for."""
        return tuple(self.builders)

    def options(self, task: str) -> tuple[str, ...]:
        """Return the options that it takes for a task."""
        named = tuple(part.name for part in self._parts(task) if part.kind is part.KEYWORD_ONLY)
        handed_on = self.takes if task == CLASSIFICATION else ()
        free = (name for name in handed_on if name not in self._bound(task))
        return tuple(dict.fromkeys((*named, *free)))

    def needs(self, task: str) -> tuple[str, ...]:
        """Return the options without which it is not complete."""
        named = [part for part in self._parts(task) if part.kind is part.KEYWORD_ONLY]
        return tuple(part.name for part in named if part.default is part.empty)

    def accepts(self, option: str, task: str) -> bool:
        """Say whether it takes an option; one that is its loss alone takes those of the loss."""
        if option in self.options(task):
            return True
        closed = self.takes and task == CLASSIFICATION
        handed_on = any(part.kind is part.VAR_KEYWORD for part in self._parts(task))
        return handed_on and not closed and option not in self._signature(task)

    def _parts(self, task: str) -> list[inspect.Parameter]:
        """Return the parameters of the builder that its entry leaves open."""
        parts = self._signature(task).values()
        return [part for part in parts if part.name not in self._bound(task)]

    def _signature(self, task: str) -> Mapping[str, inspect.Parameter]:
        return inspect.signature(self.builders[task]).parameters

    def _bound(self, task: str) -> Mapping[str, Any]:
        return getattr(self.builders[task], "keywords", {})
