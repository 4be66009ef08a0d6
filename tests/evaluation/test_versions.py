"""A name carries the version of the code that computes what is kept under it."""

import pytest

from reproduce.evaluation import versions
from reproduce.evaluation.versions import current, is_current, plain, versioned
from reproduce.trials import edition as editions


@pytest.fixture
def raised(monkeypatch):
    """Raise the versions of two measures."""
    monkeypatch.setattr(versions, "VERSIONS", {"auc": 2, "divide_by_prior": 3, "learning curve": 2})


NAMES = {
    "test/auc": "test/auc@2",
    "test/accuracy": "test/accuracy",
    "auc_log_error": "auc_log_error",
    "resampled/auc/200/divide_by_prior": "resampled/auc@2/200/divide_by_prior@3",
    "posthoc/divide_by_prior+other": "posthoc/divide_by_prior@3+other",
    "learning curve": "learning curve@2",
    "": "",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_carries_what_is_beyond_the_first_version(raised, name):
    assert versioned(name) == NAMES[name]
    assert plain(versioned(name)) == name
    assert versioned(versioned(name)) == versioned(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_first_version_has_no_number(name):
    """All that was kept before there were versions is of the first."""
    assert versioned(name) == name == plain(name) and is_current(name)


def test_what_a_value_is_made_of_stands_in_its_name_where_it_is_beyond_the_first(raised):
    assert (
        versioned("calibration/10", of=("divide_by_prior",)) == "calibration/10/divide_by_prior@3"
    )
    assert versioned("calibration/10", of=("softmax",)) == "calibration/10"


def test_what_older_and_what_newer_code_computed_is_not_current(raised):
    kept = {"test/auc": 0.1, "test/auc@2": 0.2, "test/auc@3": 0.3, "test/accuracy": 0.4}
    assert current(kept) == {"test/auc": 0.2, "test/accuracy": 0.4}
    assert current({"test/accuracy@2": 1}) == {}


def test_everything_published_is_of_the_code_that_is_here():
    """Or its page would lack numbers: whoever raises a version publishes its papers again."""
    book = editions.published()
    for paper in book.papers():
        names = [row["name"] for row in book.stamp(paper)["derived"]]
        names += {name for one in editions.read_results(book, paper) for name in one.metrics}
        assert names and not [name for name in names if not is_current(name)]
