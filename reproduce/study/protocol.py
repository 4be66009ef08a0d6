"""What a paper's folder says of its study: the contract between one paper and the house."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reproduce.data.records import Record
from reproduce.registry.records import Work
from reproduce.study.cell import Cell
from reproduce.study.parameters import Parameters

if TYPE_CHECKING:
    from reproduce.study.measures import Measures


def no_cells(parameters: Parameters, record: Record, *others: Record) -> list[Cell]:
    """Return no cells: a paper that compares its grid with nothing beside it."""
    return []


def no_data(parameters: Parameters) -> list[str]:
    """Return no names: a paper that needs one data set."""
    return []


def nothing_chosen(measures: "Measures", cells: Sequence[Cell]) -> list[Cell]:
    """Return the cells as they are: a paper that chooses nothing by results."""
    return list(cells)


@dataclass(frozen=True)
class Protocol:
    """How a paper is run: written down in `reproduce/papers/<key>/protocol.py` as `PROTOCOL`.

    Attributes
    ----------
    paper
        Its record, `registry.records.work(key)`.
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
    chosen
        The cells, with those whose configuration results decide in the place of those that wait
        for it: `chosen(measures, cells)`, of cells and references together.
    outlives_divergence
        Whether a training that diverges is a finding of the study, told on its page; elsewhere it
        is a mistake in what was asked for, and an error.
    """

    paper: Work
    parameters: type[Parameters]
    cells: Callable[..., list[Cell]]
    shown_point: Callable[[Any], dict[str, Any]]
    departures: Callable[[Any, Record], list[str]]
    references: Callable[..., list[Cell]] = no_cells
    other_data: Callable[[Any], list[str]] = no_data
    chosen: Callable[["Measures", Sequence[Cell]], list[Cell]] = nothing_chosen
    outlives_divergence: bool = False
