"""Kim, Kim and Chun (2021), as the house runs it."""

from reproduce.papers.metric_learning.cells import cells, other_data, references, shown_point
from reproduce.papers.metric_learning.parameters import MetricLearning, departures
from reproduce.registry import records
from reproduce.study.protocol import Protocol

PROTOCOL = Protocol(
    paper=records.paper("metric_learning"),
    parameters=MetricLearning,
    cells=cells,
    references=references,
    shown_point=shown_point,
    departures=departures,
    other_data=other_data,
)
