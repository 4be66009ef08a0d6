"""What a cell shows as a figure: one object that draws itself and says itself in words."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Self

from matplotlib.figure import Figure

from reproduce.errors import UserError


class NothingToShow(UserError):
    """There is nothing to draw or to tabulate, and the message says why in a sentence.

    A page prints the sentence where the figure would stand; anything else that goes wrong is a
    mistake and stops it.
    """


class Picture(ABC):
    """A figure and its numbers in words, computed once from the same rows.

    A subclass takes its rows when it is made, works out everything that both of its faces need,
    and raises `NothingToShow` where that is nothing.

    Attributes
    ----------
    sources
        The observations or results it was made of, for the line that says where it comes from.
    origin
        What that line says besides, or alone where no result of the run stands behind it
        ("as printed in Table 1").
    """

    def __init__(self, sources: Iterable[Any] = ()):
        self.sources: Sequence[Any] = list(sources)
        self.origin = ""

    def made_of(self, sources: Iterable[Any] = (), origin: str = "") -> Self:
        """Say what it was made of, where that is not what it was given; return it."""
        self.sources, self.origin = list(sources), origin
        return self

    @abstractmethod
    def draw(self) -> Figure:
        """Draw it."""

    @abstractmethod
    def words(self) -> str:
        """Say in words what is drawn, with the numbers."""


class OfFunctions(Picture):
    """A picture of two functions without arguments, one that draws and one that says the words.

    The words are asked for at once, so that what cannot be shown is known when it is made.
    """

    def __init__(
        self, sources: Iterable[Any], draw: Callable[[], Figure], words: Callable[[], str]
    ):
        super().__init__(sources)
        self._draw, self._words = draw, words()

    def draw(self) -> Figure:
        """Draw it."""
        return self._draw()

    def words(self) -> str:
        """Say in words what is drawn."""
        return self._words
