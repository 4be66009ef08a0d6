"""Buda, Maki and Mazurowski (2018), as the house runs it."""

from reproduce.data.records import Record
from reproduce.papers.class_imbalance import cells, long_tail
from reproduce.papers.class_imbalance.parameters import ClassImbalance, departures
from reproduce.registry import records
from reproduce.study.cell import Cell
from reproduce.study.protocol import Protocol


def references(parameters, record: Record, *others: Record) -> list[Cell]:
    """Return what the grid is compared with, and what is known of other data."""
    return [
        *cells.references(parameters, record),
        *long_tail.cells(parameters, record, *others),
    ]


PROTOCOL = Protocol(
    paper=records.paper("class_imbalance"),
    parameters=ClassImbalance,
    cells=cells.cells,
    references=references,
    shown_point=cells.shown_point,
    departures=departures,
    other_data=long_tail.other_data,
)
