"""Buda, Maki and Mazurowski (2018), as the house runs it."""

from reproduce.papers.class_imbalance.cells import cells, references, shown_point
from reproduce.papers.class_imbalance.parameters import ClassImbalance, departures
from reproduce.registry import records
from reproduce.study.protocol import Protocol

PROTOCOL = Protocol(
    paper=records.paper("class_imbalance"),
    parameters=ClassImbalance,
    cells=cells,
    references=references,
    shown_point=shown_point,
    departures=departures,
)
