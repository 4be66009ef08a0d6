"""Pages of a registered plan after each of its first steps: whatever is missing, no cell stops."""

import pytest

from reproduce.registry import plans
from tests.notebooks import page
from tests.papers.balanced_contrastive import made_up as balanced_contrastive
from tests.papers.difficulty_aware import made_up as difficulty_aware
from tests.papers.metric_learning import made_up as metric_learning

PAPERS = {
    "metric_learning": metric_learning,
    "balanced_contrastive": balanced_contrastive,
    "difficulty_aware": difficulty_aware,
}
CASES = [
    pytest.param(paper, steps, id=f"{paper}-{steps}")
    for paper in PAPERS
    for steps in (1, 2, 3, len(plans.load(paper).steps) - 1)
]


@pytest.mark.thorough
@pytest.mark.parametrize(("paper", "steps"), CASES)
def test_a_page_stands_after_the_first_steps(paper, steps, tmp_path, monkeypatch):
    PAPERS[paper].study_of(tmp_path / "store", steps=steps)
    monkeypatch.setenv("REPRODUCE_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("REPRODUCE_DATA", str(tmp_path / "none"))
    shown = page.execute(paper, **plans.load(paper).values)
    silent = [name for name, texts in shown.shown.items() if not texts]
    assert set(silent) <= {"launch", "parameters", "open"}
    assert "0 of them run by this cell" in shown.text
    assert "planned networks are trained" in shown.text
