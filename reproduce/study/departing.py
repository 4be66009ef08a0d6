"""Departures that any paper's run may have, in words for the page."""

from collections.abc import Iterable, Sequence

from reproduce.data import catalog
from reproduce.study.parameters import Parameters


def of_data(dataset: str, own: str) -> str:
    """Say that a data set stands in for the paper's own."""
    generated = catalog.entry_of(dataset).kind == "generated"
    what = f"{dataset} (generated images)" if generated else dataset
    return f"data: {what} stands in for {own}; it is not the paper's data"


def of_repeats(ours: Sequence[int], theirs: Sequence[int]) -> list[str]:
    """Say that there are fewer repeats than the paper has; of more nothing is said."""
    if len(ours) >= len(theirs):
        return []
    repeats = "1 repeat" if len(ours) == 1 else f"{len(ours)} repeats"
    return [f"{repeats} instead of {len(theirs)}"]


def of_values(ours: Parameters, theirs: Parameters, names: Iterable[str]) -> list[str]:
    """Say which of these parameters have other values than the paper's, a line each."""
    pairs = ((name, getattr(ours, name), getattr(theirs, name)) for name in names)
    return [f"{name} {our} instead of {their}" for name, our, their in pairs if our != their]
