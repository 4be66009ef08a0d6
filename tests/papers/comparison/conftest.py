"""The comparison as if all of it had been trained, made up once, and copies a test may harm."""

import shutil

import pytest

from reproduce.study.study import Study
from reproduce.trials.store import Store
from tests.papers.comparison.made_up import study_of


@pytest.fixture(scope="package")
def study(tmp_path_factory):
    return study_of(tmp_path_factory.mktemp("comparison"))


@pytest.fixture
def copied(study, tmp_path):
    """Return the same study on a store of its own, and a function that opens it anew."""
    shutil.copytree(study.store.path, tmp_path / "store")

    def anew() -> Study:
        return Study(study.protocol, study.parameters, Store(tmp_path / "store"))

    return anew(), anew
