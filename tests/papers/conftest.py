"""A paper's study as if everything of its plan had been trained; the module says which."""

import pytest

from reproduce.study.judging import judge


@pytest.fixture(scope="module")
def whole(request, tmp_path_factory):
    """Everything the laptop scale runs, by the `study_of` of the module that asks."""
    return request.module.study_of(tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="module")
def judged(whole):
    """The judgement of each claim, by its id."""
    return {judgement.claim_id: judgement for judgement in judge(whole)}
