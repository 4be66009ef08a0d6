"""Finished trials trained again: how many give the same digits, and how far the others are.

What is stored stays as it is: everything is trained into a folder that is thrown away.
"""

import random
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from reproduce.errors import UserError
from reproduce.evaluation.versions import current
from reproduce.files import relative
from reproduce.trials.engine import Event, Options, run
from reproduce.trials.result import Result
from reproduce.trials.store import Store
from reproduce.trials.trial import RECIPE, Planned


@dataclass(frozen=True)
class Compared:
    """A trial trained again: the stored result, the new one, or why there is none."""

    stored: Result
    again: Result | None
    failure: str = ""

    @property
    def is_equal(self) -> bool:
        """Say whether all that was measured is the same, digit for digit."""
        return (
            self.again is not None
            and measured(self.stored) == measured(self.again)
            and self.stored.confusion == self.again.confusion
            and self.stored.history == self.again.history
        )

    @property
    def distance(self) -> tuple[float, str]:
        """Return the largest difference of a measure, and its name."""
        assert self.again is not None
        old, new = measured(self.stored), measured(self.again)
        shared = old.keys() & new.keys()
        return max(((abs(old[name] - new[name]), name) for name in sorted(shared)), default=(0, ""))

    @property
    def elsewhere(self) -> list[str]:
        """Return what differs in what made the two: device, versions."""
        assert self.again is not None
        old, new = self.stored.provenance, self.again.provenance
        names = sorted(old.keys() | new.keys())
        return [
            f"{name} {old.get(name, 'unknown')} then, {new.get(name, 'unknown')} now"
            for name in names
            if old.get(name) != new.get(name)
        ]


def measured(result: Result) -> dict[str, float]:
    """Return what this version of the code measures of a result."""
    return current(result.metrics)


def able(results: Iterable[Result], at_most: float | None = None) -> dict[str, Result]:
    """Return by their keys the results that can be trained again, of each trial the first.

    Only such as this recipe can train and nobody's own code; with `at_most`, only trials that took
    no more seconds than that.
    """
    return {
        result.key: result
        for result in sorted(results, key=lambda one: (one.key, -one.replicate))
        if result.trial.recipe == RECIPE
        and not result.trial.own_code
        and (at_most is None or result.seconds <= at_most)
    }


def sample(
    results: Iterable[Result], number: int, seed: int, at_most: float | None = None
) -> list[Result]:
    """Return so many of the results that are `able`, drawn at random; all if they are fewer."""
    found = able(results, at_most)
    if not found:
        limit = "" if at_most is None else f" that took {at_most:g} s or less"
        raise UserError(
            f"there is no finished trial{limit} to train again; train or merge some first"
            + ("" if at_most is None else ", or give a larger --seconds")
        )
    drawn = random.Random(seed).sample(sorted(found), min(number, len(found)))
    return [found[key] for key in sorted(drawn)]


def again(
    results: Sequence[Result], options: Options, reporter: Callable[[Event], None], folder: Path
) -> list[Compared]:
    """Train the trials of these results again, in a folder of their own, and compare."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=".again-") as name:
        store = Store(Path(name))
        planned = [Planned(result.trial, result.labels) for result in results]
        failures = run(planned, store, options, reporter).failures
        return [
            Compared(result, store.get(result.key), failures.get(result.key, ""))
            for result in results
        ]


def report(found: Sequence[Compared], store: Path, at_most: float | None = None) -> list[str]:
    """Return the lines of a report: how many are equal, how far each of the others is."""
    trained = [one for one in found if one.again is not None]
    equal = [one for one in trained if one.is_equal]
    among = "" if at_most is None else f" among those that took {at_most:g} s or less"
    lines = [
        f"{len(equal)} of {len(trained)} trials of {relative(store)}, drawn at random{among} and "
        "trained again, gave the same digits"
    ]
    for one in trained:
        if not one.is_equal:
            size, name = one.distance
            where = "; ".join(one.elsewhere) or "on the same device with the same versions"
            what = f"at most {size:.2g} apart ({name})" if size else "other history or counts"
            lines.append(f"{one.stored.key}: {what}; {where}")
    lines += [f"{one.stored.key}: not trained: {one.failure}" for one in found if one.failure]
    left = len(found) - len(trained) - sum(bool(one.failure) for one in found)
    if left:
        lines.append(f"{left} were not reached")
    return lines
