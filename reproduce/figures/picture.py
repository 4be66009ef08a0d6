"""What a cell shows as a figure: one object that draws itself and says itself in words."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
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
    kind
        What kind of picture it is, said by a class whose pictures the gallery sets side by side.
    sources
        The observations or results it was made of, for the line that says where it comes from.
    point
        At which point of the grid they lie, said at the end of that line; may be empty.
    origin
        The whole line, of a picture that no result of the run stands behind ("as printed in
        Table 1").
    """

    kind = ""

    def __init__(self, sources: Iterable[Any] = ()):
        self.sources: Sequence[Any] = list(sources)
        self.point = ""
        self.origin = ""

    def made_of(self, sources: Iterable[Any]) -> Self:
        """Say what it was made of, where that is not what it was given; return it."""
        self.sources = list(sources)
        return self

    def at(self, point: str) -> Self:
        """Say at which point of the grid its sources lie; return it."""
        self.point = point
        return self

    def out_of(self, origin: str) -> Self:
        """Say where it comes from, where that is no list of trials; return it."""
        self.origin = origin
        return self

    @abstractmethod
    def draw(self) -> Figure:
        """Draw it."""

    @abstractmethod
    def words(self) -> str:
        """Say in words what is drawn, with the numbers."""
