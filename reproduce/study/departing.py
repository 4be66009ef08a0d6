"""Departures that any paper's run may have, in words for the page."""

from collections.abc import Iterable, Sequence
from typing import Any

from reproduce import own_code
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


def of_own_code(methods: Iterable[str]) -> list[str]:
    """Return which of the methods are from files of one's own, so that none passes for theirs."""
    own = dict.fromkeys(own_code.label(name) for name in methods if own_code.is_one(name))
    if not own:
        return []
    return [f"not of the paper but of your own, and no claim speaks of it: {', '.join(own)}"]


def begun(parameters: Parameters, cells: Iterable[Any]) -> Parameters:
    """Return the parameters without the experiments of which there is no cell."""
    asked = getattr(parameters, "experiments", None) or []
    there = {cell.experiment for cell in cells}
    return parameters.model_copy(update={"experiments": [n for n in asked if n in there]})
