"""The plain sentences of the dual-head page say what the rows say, direction included."""

import numpy as np

from reproduce.papers.dual_head import plain_words
from tests.papers.dual_head.found import STILL, Study, grid


def still(row, metric):
    return STILL


def test_the_rivals_each_with_its_sign_and_whether_the_interval_excludes_none():
    said = plain_words._rivals(grid((0.50, 0.52, 0.54)), still)
    assert said.startswith("On generated lesions, 28 px the macro F1 of the dual-head method is ")
    assert "points above supervised training (the interval " in said
    assert said.count("(the interval") == 3 and " and " in said
    lower = plain_words._rivals(grid((0.10, 0.12, 0.14)), still)
    assert "points below SimCLR (the interval excludes 0)" in lower
    few = plain_words._rivals(grid((0.10, 0.12, 0.14)), still, (292, 3386))
    assert (
        few.startswith("On 292 test images of generated lesions")
        and "the 3,386 of the larger" in few
    )


def test_nothing_is_said_of_rivals_that_were_not_run():
    alone = [row for row in grid() if row["method"] == "dual_head"]
    assert plain_words._rivals(alone, still) == ""
    assert plain_words._pretraining([], still) == ""


def test_a_grade_that_nobody_recognises_is_named():
    study = Study()
    study.table = np.array([[5, 0], [5, 0]])
    study.measures = type("Measures", (), {"confusion": lambda self, cell: study.table})()
    said = plain_words._never(study, [object(), object()])
    assert "recognises even one image of the class “severe”" in said
    study.table = np.array([[5, 0], [4, 1]])
    assert plain_words._never(study, [object()]) == ""


def test_the_probe_counts_encoders_above_what_they_started_from():
    def rows(simclr):
        return [
            {**row, "probe_before": {"supervised": 0.4, "simclr": simclr}.get(row["method"], 0.4)}
            for row in grid()
        ]

    assert "no pre-trained encoder can be shown to hold more of the classes" in (
        plain_words._probe(rows(0.3), still)
    )
    assert "reads more of the classes from 1 of the 3 pre-trained encoders" in (
        plain_words._probe(rows(0.5), still)
    )
    unmeasured = [{**row, "probe_before": None} for row in grid()]
    assert plain_words._probe(unmeasured, still) == ""
