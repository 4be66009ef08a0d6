"""What an exercise asks for, and how an answer is judged without giving the right one away.

An exercise knows typical wrong answers, each with a hint. An answer that does on every case what a
wrong one does gets that hint; any other wrong one is told on which case it goes astray, and in
which direction. Cases are arguments that stand in no notebook.
"""

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

LONGEST_CASE = 160
TOLERANCE = 1e-4


@dataclass(frozen=True)
class Exercise(ABC):
    """One exercise.

    Attributes
    ----------
    key, title
        "1.2", and what it is about.
    asks
        The name under which a notebook defines the answer.
    level
        1, straight from the lesson; 2, a step further; 3, on one's own.
    minutes
        How long it takes in class.
    right
        An answer that is right, written apart from the solution notebook.
    wrong
        Typical wrong answers, each under its hint.
    """

    key: str
    title: str
    asks: str
    level: int
    minutes: int
    right: Any
    wrong: Mapping[str, Any]

    @abstractmethod
    def judge(self, answer: Any) -> str | None:
        """Return what is wrong with an answer; None if it is right."""


@dataclass(frozen=True)
class ByCases(Exercise):
    """A function that is asked for, called with each case and compared with a right one.

    Attributes
    ----------
    cases
        Returns the arguments of each call.
    seen
        What of a result is compared: of drawn rows, say, how many there are of each class.
    """

    cases: Callable[[], Sequence[tuple]]
    seen: Callable[..., Any] = lambda result, *arguments: result

    def judge(self, answer: Any) -> str | None:
        """Return what is wrong with a function; None if it does right on every case."""
        if not callable(answer):
            return f"expected a function, found {_kind(answer)}; begin with `def {self.asks}(...):`"
        found, wanted = [], []
        for case in self.cases():
            try:
                # A case may ask for 0 / 0 on purpose: NumPy's warning would look like a mistake.
                with np.errstate(all="ignore"):
                    result = answer(*copy.deepcopy(case))
            except NotImplementedError:
                result = None
            except Exception as error:
                return f"it stops with {type(error).__name__}: {error}; called with {_told(case)}"
            if result is None or result is ...:
                return "it gives nothing back; write its body, and end it with `return`"
            try:
                found.append(as_array(self.seen(result, *case)))
            except Exception:
                return f"what it returns is {_kind(result)}, which is not what was asked for"
            wanted.append(as_array(self.seen(self.right(*copy.deepcopy(case)), *case)))
        if all(map(alike, found, wanted)):
            return None
        return self._hint(found) or self._astray(found, wanted)

    def _hint(self, found: list[np.ndarray]) -> str | None:
        """Return the hint of the typical mistake that gives just this."""
        for hint, mistaken in self.wrong.items():
            results = self._results(mistaken)
            if results is not None and all(map(alike, found, results)):
                return hint
        return None

    def _results(self, function: Callable) -> list[np.ndarray] | None:
        """Return what a function gives on every case; None if it stops on one."""
        try:
            return [
                as_array(self.seen(function(*copy.deepcopy(case)), *case)) for case in self.cases()
            ]
        except Exception:
            return None

    def _astray(self, found: list[np.ndarray], wanted: list[np.ndarray]) -> str:
        """Say on which case an answer goes astray, and how, without the right value."""
        cases = list(self.cases())
        number = next(
            n for n, pair in enumerate(zip(found, wanted, strict=True)) if not alike(*pair)
        )
        given, right, told = found[number], wanted[number], _told(cases[number])
        if given.shape != right.shape:
            return f"called with {told}, it gives shape {given.shape}; expected {right.shape}"
        apart = ~_close(given, right)
        place = tuple(int(p) for p in np.argwhere(np.atleast_1d(apart))[0])
        value, aim = np.atleast_1d(given)[place], np.atleast_1d(right)[place]
        where = f" at {list(place)}" if given.ndim else ""
        if np.isnan(value) or np.isnan(aim):
            what = "is not a number" if np.isnan(value) else "should be NaN, not a number"
            return f"called with {told}, its result{where} {what}"
        direction = "too large" if value > aim else "too small"
        return f"called with {told}, its result{where} is {value:.4g}, which is {direction}"


@dataclass(frozen=True)
class ByTest(Exercise):
    """Anything that is asked for, put to a test of its own, which returns a hint or None."""

    test: Callable[[Any], str | None]

    def judge(self, answer: Any) -> str | None:
        """Return what is wrong with an answer; None if it passes the test."""
        if answer is None or answer is ...:
            return f"`{self.asks}` is still empty; write your answer in its place"
        try:
            return self.test(answer)
        except Exception as error:
            return f"it stops with {type(error).__name__}: {error}"


def as_array(result: Any) -> np.ndarray:
    """Return numbers, lists, tensors and tuples of them as one array of numbers."""
    if hasattr(result, "detach"):
        result = result.detach().numpy()
    if isinstance(result, list | tuple) and any(hasattr(one, "detach") for one in result):
        result = [one.detach().numpy() if hasattr(one, "detach") else one for one in result]
    return np.asarray(result, dtype=np.float64)


def alike(one: np.ndarray, other: np.ndarray) -> bool:
    """Say whether two results are the same but for rounding."""
    return one.shape == other.shape and bool(_close(one, other).all())


def _close(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.isclose(one, other, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True)


def _kind(answer: Any) -> str:
    name = type(answer).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _told(case: tuple) -> str:
    """Return the arguments of a call in words, or their shapes where they are long."""
    return ", ".join(_argument(one) for one in case)


def _argument(one: Any) -> str:
    text = " ".join(repr(one).split())
    shape = getattr(one, "shape", None)
    if len(text) > LONGEST_CASE and shape is not None:
        return f"{_kind(one)} of shape {tuple(shape)}"
    return text
