"""BDCL, as the house runs it."""

from reproduce.papers.balanced_contrastive.cells import cells, other_data, references, shown_point
from reproduce.papers.balanced_contrastive.parameters import BalancedContrastive, departures
from reproduce.registry import records
from reproduce.study.protocol import Protocol

PROTOCOL = Protocol(
    paper=records.paper("balanced_contrastive"),
    parameters=BalancedContrastive,
    cells=cells,
    references=references,
    shown_point=shown_point,
    departures=departures,
    other_data=other_data,
)
