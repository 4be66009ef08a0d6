"""What a paper's folder says of its study: the contract between one paper and the house."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reproduce.data.records import Record
from reproduce.registry.records import Paper
from reproduce.study.cell import Cell
from reproduce.study.parameters import Parameters


def no_cells(parameters: Parameters, record: Record, *others: Record) -> list[Cell]:
    """Return no cells: a paper that compares its grid with nothing beside it."""
    return []


def no_data(parameters: Parameters) -> list[str]:
    """Return no names: a paper that needs one data set."""
    return []


@dataclass(frozen=True)
class Protocol:
    """How a paper is run: written down in `reproduce/papers/<key>/protocol.py` as `PROTOCOL`.

    Attributes
    ----------
    paper
        Its record, `registry.records.paper(key)`.
    parameters
        The class of its notebook's parameters.
    cells
        What claims are judged on: `cells(parameters, record, *others)`.
    shown_point
        The factors of the point that is drawn in detail, from the parameters.
    departures
        In what a run departs from the paper, in words, from the parameters and the main record.
    references
        What the cells are compared with and no claim speaks of; called like `cells`.
    other_data
        The names of the data sets beside the main one, from the parameters; their records follow
        the main one in the calls above.
    """

    paper: Paper
    parameters: type[Parameters]
    cells: Callable[..., list[Cell]]
    shown_point: Callable[[Any], dict[str, Any]]
    departures: Callable[[Any, Record], list[str]]
    references: Callable[..., list[Cell]] = no_cells
    other_data: Callable[[Any], list[str]] = no_data
