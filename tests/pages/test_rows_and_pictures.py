"""Rows of an experiment with further measures, and what the page of any paper can show."""

from types import SimpleNamespace

import pytest

from reproduce.figures.picture import NothingToShow
from reproduce.pages import pictures
from reproduce.pages.rows import rows_at, rows_of
from reproduce.study.measures import NotMeasured


class Study:
    def __init__(self):
        self.measures = self

    def of_experiment(self, experiment, **wanted):
        return [1, 2] if experiment == "grid" else []

    def rows(self, cells):
        return [{"method": "simclr", "seed": cell} for cell in cells]

    def value(self, cell, metric):
        if metric == "minority_f1":
            raise NotMeasured("minority_f1 has no value here")
        return cell / 10


def test_rows_have_further_measures_and_none_where_there_is_no_value():
    found = rows_of(Study(), "grid", ("macro_precision", "minority_f1"))
    assert [row["macro_precision"] for row in found] == [0.1, 0.2]
    assert [row["minority_f1"] for row in found] == [None, None]
    assert rows_of(Study(), "second", ("macro_precision",)) == []


def test_rows_at_some_values():
    rows = [{"rare": "normal", "seed": 0}, {"rare": "normal", "seed": 1}, {"seed": 0}]
    assert rows_at(rows, rare="normal", seed=1) == rows[1:2]
    assert rows_at(rows) == rows


def judged(*counts):
    return [SimpleNamespace(parts=[object()] * count) for count in counts]


def test_figures_have_about_as_many_claims():
    found = judged(5, 1, 1, 1)
    assert pictures.parted(found, 2) == [found[:2], found[2:]]
    assert pictures.parted(found, 1) == [found]
    assert [len(part) for part in pictures.parted(judged(*[1] * 9), 3)] == [3, 3, 3]
    assert pictures.parted([], 3) == [[], [], []]
    many = judged(3, 1, 4, 1, 5, 9, 2, 6)
    assert [one for part in pictures.parted(many, 3) for one in part] == many


def test_a_forest_of_nothing_says_why():
    with pytest.raises(NothingToShow, match="none of the registered claims"):
        pictures.forest.make(Study(), judgements=judged(0, 0))
    with pytest.raises(NothingToShow, match="in the figure above"):
        pictures.forest.make(Study(), judgements=judged(1), part=(1, 2))
