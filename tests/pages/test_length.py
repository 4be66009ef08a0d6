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
            SimpleNamespace(
                method=name,
                trial=SimpleNamespace(phases=of),
                experiment="grid",
                factors={},
                seed=seed,
            )
            for name, of in phases.items()
            for seed in (0, 1)
        ]

    def result(self, cell):
        # A phase that stops by itself took what its history counted.
        history = [{"phase": n, "iteration": 100 * (cell.seed + 1)}
                   for n, phase in enumerate(cell.trial.phases) if phase.stop]  # fmt: skip
        return SimpleNamespace(trial=cell.trial, history=history)

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


def test_repeats_that_stop_by_themselves_are_told_from_the_fewest_steps_to_the_most():
    stops = SimpleNamespace(**{**vars(PHASE), "stop": 3})
    (row,) = steps_table(Study({"baseline": [stops, PHASE]}), "where").rows
    assert row[1] == "2,100 to 2,200 (100 to 200 + 2,000)"


def test_what_a_method_is_shown_is_said(rows):
    assert rows[0][3] == "not altered"
    assert rows[2][3] == "simclr two views, mixup; then not altered"
