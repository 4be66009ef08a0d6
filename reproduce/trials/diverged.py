"""Trials whose loss, weights or scores became infinite or not a number: they never have a result.

Training is repeatable to the bit, so one that diverged diverges again. In a study of which methods
can be trained at all that is a finding of its own. It is kept among the failures of a store, and an
edition carries it, so that what was chosen among the others is chosen again from what travels.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from reproduce.trials.store import EARLIER, Store
from reproduce.trials.stored_rows import trial_from
from reproduce.trials.trial import Planned, Trial

# How training says so: of a loss, in a stack too, of what the very last step left, and of weights
# too large to count with.
BEGINS = ("the loss became", "the weights became", "the scores became")


def among(store: Store, keys: Iterable[str]) -> dict[str, str]:
    """Return, by key, what was said of those of these trials that diverged."""
    wanted = set(keys)
    said = ((key, text.removeprefix(EARLIER)) for key, text in store.failures().items())
    return {key: text for key, text in said if key in wanted and text.startswith(BEGINS)}


def to_json(store: Store, said: Mapping[str, str]) -> dict[str, Any]:
    """Return what an edition carries of trials that diverged."""
    return {
        key: {"trial": store.trial(key).to_json(), "message": text}
        for key, text in sorted(said.items())
    }


def from_json(carried: Mapping[str, Any]) -> list[tuple[Trial, str]]:
    """Read what an edition carries; raise ValueError where it is of no trial that diverged."""
    for key, row in carried.items():
        if not row["message"].startswith(BEGINS):
            raise ValueError(f"trial {key} is said to have diverged, but: {row['message']}")
    return [(trial_from(key, row["trial"]), row["message"]) for key, row in carried.items()]


def take(store: Store, carried: Iterable[tuple[Trial, str]]) -> None:
    """Note trials that diverged elsewhere, but those that have a result here."""
    found = list(carried)
    store.add(Planned(trial) for trial, _ in found)
    trained = store.first_of(trial.key for trial, _ in found)
    for trial, text in found:
        if trial.key not in trained:
            store.fail(trial.key, text)
