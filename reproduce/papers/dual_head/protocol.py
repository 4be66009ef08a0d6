"""Yun and Kim (2026), as the house runs it."""

from reproduce.papers.dual_head.cells import cells, other_data, shown_point
from reproduce.papers.dual_head.parameters import DualHead, departures
from reproduce.papers.dual_head.references import references
from reproduce.registry import records
from reproduce.study.protocol import Protocol

PROTOCOL = Protocol(
    paper=records.paper("dual_head"),
    parameters=DualHead,
    cells=cells,
    references=references,
    shown_point=shown_point,
    departures=departures,
    other_data=other_data,
)
