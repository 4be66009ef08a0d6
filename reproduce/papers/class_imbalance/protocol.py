"""Buda, Maki and Mazurowski (2018), as the house runs it."""

from reproduce.data.records import Record
from reproduce.papers.class_imbalance import building, cifar10, long_tail, tuned
from reproduce.papers.class_imbalance import cells as of_the_grid
from reproduce.papers.class_imbalance import parameters as asked
from reproduce.registry import records
from reproduce.study.cell import Cell
from reproduce.study.protocol import Protocol


def cells(parameters, record: Record, *others: Record) -> list[Cell]:
    """Return what claims are judged on: the grid, what stands beside it, and other data."""
    return [
        *of_the_grid.cells(parameters, record),
        *tuned.cells(parameters, record),
        *cifar10.cells(parameters, record, *others),
    ]


def references(parameters, record: Record, *others: Record) -> list[Cell]:
    """Return what the grid is compared with, what chose rates, and what is known of other data."""
    return [
        *of_the_grid.references(parameters, record),
        *tuned.references(parameters, record),
        *long_tail.cells(parameters, record, *others),
    ]


def other_data(parameters) -> list[str]:
    """Return the names of the data sets of experiments that have their own."""
    return list(dict.fromkeys([*cifar10.other_data(parameters), *long_tail.other_data(parameters)]))


def departures(parameters, record: Record) -> list[str]:
    """Return in what a run departs from the paper, its experiments included."""
    return [
        *asked.departures(parameters, record),
        *tuned.departures(parameters),
        *cifar10.departures(parameters),
    ]


PROTOCOL = Protocol(
    paper=records.paper("class_imbalance"),
    parameters=asked.ClassImbalance,
    cells=cells,
    references=references,
    shown_point=building.shown_point,
    departures=departures,
    other_data=other_data,
    chosen=tuned.SEARCH.chosen,
)
