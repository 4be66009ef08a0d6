"""A mended measure is never shown as older code had it, and nothing that is kept is lost."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.book import measured
from reproduce.evaluation import metrics, resampling, versions
from reproduce.methods.method import POSTHOC
from reproduce.papers.class_imbalance import rows
from reproduce.study.measures import NotMeasured
from reproduce.trials import edition as editions
from reproduce.trials.edition import Edition
from reproduce.trials.store import Store
from tests.study.conftest import measured as measured_of

DRAWS = 200
ONE_POINT = {"rho": 100, "mu": 0.5, "seeds": [0], "methods": ["baseline", "thresholding"]}


@pytest.fixture
def mended(monkeypatch):
    """Return a function that puts other arithmetic in place and raises its version, or does not."""

    def mend(raised=True):
        monkeypatch.setitem(POSTHOC, "divide_by_prior", lambda scores, counts: -scores)
        monkeypatch.setattr(rows, "divide_by_prior", _turned)
        monkeypatch.setattr(metrics, "auc_macro_ovr", lambda scores, labels: 0.125)
        monkeypatch.setattr(resampling, "_resampled_auc", lambda *_: np.full(DRAWS, 0.125))
        if raised:
            monkeypatch.setattr(versions, "VERSIONS", {"divide_by_prior": 2, "auc": 2})

    return mend


def _turned(scores, counts):
    return 1 - scores


_turned.__name__ = "divide_by_prior"


def cells_of(study):
    """Return the trained network and, of the same trial, what thresholding makes of it."""
    (plain,), (corrected,) = study.select(method="baseline"), study.select(method="thresholding")
    return plain, corrected


def shown(study):
    """Return numbers that a page shows of both cells, each from another kind of stored value."""
    plain, corrected = cells_of(study)
    return {
        "auc": study.measures.value(plain, "auc"),
        "auc after": study.measures.value(corrected, "auc"),
        "accuracy after": study.measures.value(corrected, "accuracy"),
        "drawn after": study.measures.resampled(corrected, "accuracy").mean(),
        "drawn auc": study.measures.resampled(plain, "auc").mean(),
        "counts after": study.measures.value(corrected, "minority_recall"),
        "calibration": rows.calibration_rows(study)[0][rows.AFTER],
    }


def test_a_mended_measure_is_computed_anew(study_of, same_scores, mended):
    """Every number that it has a part in, each as the code that is here computes it."""
    study = study_of(lambda cell: measured_of(cell, same_scores(cell)), same_scores, **ONE_POINT)
    before, derived = shown(study), set(study.store.query("SELECT name, value FROM derived"))
    mended()
    after = shown(study)
    unchanged = {name for name in before if before[name] == after[name]}
    assert unchanged == set() and after["auc"] == after["auc after"] == 0.125
    labels = study.measures.scores(cells_of(study)[0])[1]
    least_likely = study.measures.scores(cells_of(study)[1])[0].argmax(axis=1)
    assert after["accuracy after"] == pytest.approx(np.mean(least_likely == labels))
    # What older code left is still there, for older code.
    kept = {tuple(row) for row in study.store.query("SELECT name, value FROM derived")}
    assert {tuple(row) for row in derived} < kept


def test_what_was_not_mended_is_as_it_was(study_of, same_scores, mended):
    study = study_of(lambda cell: measured_of(cell, same_scores(cell)), same_scores, **ONE_POINT)
    plain, _ = cells_of(study)
    before = {name: study.measures.value(plain, name) for name in metrics.FROM_CONFUSION}
    draws = study.measures.resampled(plain, "accuracy")
    mended()
    assert before == {name: study.measures.value(plain, name) for name in metrics.FROM_CONFUSION}
    assert np.array_equal(study.measures.resampled(plain, "accuracy"), draws)


def test_without_a_raised_version_the_older_number_stays(study_of, same_scores, mended):
    """Which is why a test asks for it: nothing else can tell."""
    study = study_of(lambda cell: measured_of(cell, same_scores(cell)), same_scores, **ONE_POINT)
    before = shown(study)
    mended(raised=False)
    assert shown(study) == before


@pytest.fixture
def carried(study_of, same_scores, tmp_path):
    """Return a study over a store that has an edition alone, which carries no scores."""
    study = study_of(lambda cell: measured_of(cell, same_scores(cell)), same_scores, **ONE_POINT)
    shown(study)
    book = Edition(tmp_path / "book")
    labels = tuple({"method": cell.method, "experiment": "grid"} for cell in study.select())
    results = [replace(study.store.get(key), labels=labels) for key in sorted(study.keys())]
    derived = study.store.derived_from(study.keys())
    editions.write(book, study.paper, results, derived, study.records, {}, set())
    away = Store(tmp_path / "away")
    editions.merge(away, book, study.paper)
    study.measures.store = study.store = away
    return study, book


def test_where_the_scores_stayed_at_home_it_is_missing_and_said_to_be(carried, mended):
    """An older number in its place would look like any other."""
    study, _ = carried
    plain, corrected = cells_of(study)
    assert study.measures.value(plain, "auc") > 0.2
    mended()
    with pytest.raises(NotMeasured, match=r"older code measured it, and the scores .* not in this"):
        study.measures.value(plain, "auc")
    with pytest.raises(NotMeasured):
        study.measures.value(corrected, "accuracy")
    assert study.measures.value(plain, "accuracy") == study.measures.measured(plain)["accuracy"]
    assert "auc" not in study.measures.measured(plain)


def test_the_front_page_shows_no_older_number(carried, mended):
    """It reads the edition's files and no store."""
    study, book = carried
    before = {one.method: one.metrics for one in measured.grid(book, study.paper)}
    assert set(before) == {"baseline", "thresholding"} and "auc" in before["baseline"]
    mended()
    after = {one.method: one.metrics for one in measured.grid(book, study.paper)}
    assert set(after) == {"baseline"} and "auc" not in after["baseline"]
    assert after["baseline"]["accuracy"] == before["baseline"]["accuracy"]


def test_an_edition_carries_only_what_the_code_that_is_here_computed(study_of, same_scores, mended):
    study = study_of(lambda cell: measured_of(cell, same_scores(cell)), same_scores, **ONE_POINT)
    shown(study)
    mended()
    shown(study)
    names = [name for name, *_ in study.store.derived_from(study.keys())]
    assert any("divide_by_prior@2" in name for name in names)
    assert all(versions.is_current(name) for name in names)
