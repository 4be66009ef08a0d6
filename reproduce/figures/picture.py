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


LONGEST_ALT = 250


class Picture(ABC):
    """A figure and its numbers in words, computed once from the same rows.

    A subclass takes its rows when it is made, works out everything that both of its faces need,
    and raises `NothingToShow` where that is nothing. Over the picture stands what it tells, then
    what is seen and how to read it; the numbers fold away under it.

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

    def message(self) -> str:
        """Return the title: what these numbers tell, with the number; empty if they tell nothing.

        It holds for this very run: of one seed it says so, and of an interval that holds 0 it
        claims no difference.
        """
        return ""

    def seen(self) -> str:
        """Return in a sentence or two what is drawn, without a result: the alt text's beginning."""
        return ""

    def reading(self) -> str:
        """Return how to read the marks; empty where nothing needs it."""
        return ""

    def alt(self) -> str:
        """Return what is seen, and what it tells where both fit; never over 250 characters."""
        first, both = self.seen(), f"{self.seen()} {self.message()}".strip()
        return both if len(both) <= LONGEST_ALT else shortened(first, LONGEST_ALT)


def shortened(text: str, longest: int) -> str:
    """Return a text, or as many of its words as fit."""
    if len(text) <= longest:
        return text
    return text[: longest - 1].rsplit(" ", 1)[0].rstrip(",;: ") + "…"
