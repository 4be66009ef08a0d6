"""How long methods were trained is read off the trials, each phase by itself."""

from types import SimpleNamespace

import pytest

from reproduce.pages.length import steps_table

PHASE = SimpleNamespace(iterations=2000, transforms="none", mixing=SimpleNamespace(name="none"),
                        batch_size=64, stop=0)  # fmt: skip
VIEWS = SimpleNamespace(iterations=300, transforms="simclr_two_views", batch_size=64,
                        mixing=SimpleNamespace(name="mixup"), stop=0)  # fmt: skip


class Study:
    """Two methods, of which one trains twice as long."""

    def __init__(self, phases):
        self.cells = [
            SimpleNamespace(method=name, trial=SimpleNamespace(phases=of))
            for name, of in phases.items()
        ]

    def result(self, cell):
        return SimpleNamespace(trial=cell.trial, history=[])

    def paper_steps(self, cell):
        return None if cell.method == "tsc" else tuple(10_000 for _ in cell.trial.phases)


@pytest.fixture
def rows():
    study = Study({
        "baseline": [PHASE], "two_phase_oversampling": [PHASE, PHASE], "tsc": [VIEWS, PHASE],
    })  # fmt: skip
    return steps_table(study, "where").rows


def test_phases_are_added_up_and_told_apart(rows):
    assert [row[1] for row in rows] == ["2,000", "4,000 (2,000 + 2,000)", "2,300 (300 + 2,000)"]
    assert [row[2] for row in rows] == ["10,000", "20,000 (10,000 + 10,000)", "–"]


def test_what_a_method_is_shown_is_said(rows):
    assert rows[0][3] == "not altered"
    assert rows[2][3] == "simclr two views, mixup; then not altered"
