"""The post on the difficulty-aware loss, as the house runs it."""

from reproduce.papers.difficulty_aware.cells import (
    cells,
    other_data,
    references,
    shown_point,
)
from reproduce.papers.difficulty_aware.parameters import DifficultyAware, departures
from reproduce.registry import records
from reproduce.study.protocol import Protocol

PROTOCOL = Protocol(
    paper=records.paper("difficulty_aware"),
    parameters=DifficultyAware,
    cells=cells,
    references=references,
    shown_point=shown_point,
    departures=departures,
    other_data=other_data,
)
