"""Which remedy when, as the house runs it."""

from reproduce.papers.comparison.cells import cells, other_data, references, shown_point
from reproduce.papers.comparison.choosing import SEARCH
from reproduce.papers.comparison.parameters import WhichRemedy, departures
from reproduce.registry import records
from reproduce.study.protocol import Protocol

PROTOCOL = Protocol(
    paper=records.work("comparison"),
    parameters=WhichRemedy,
    cells=cells,
    references=references,
    shown_point=shown_point,
    departures=departures,
    other_data=other_data,
    chosen=SEARCH.chosen,
    outlives_divergence=SEARCH.outlives_divergence,
)
