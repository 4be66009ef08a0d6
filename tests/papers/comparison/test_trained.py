"""A few networks really trained: the budget as the store counts it, and stages that follow."""

import pytest

from reproduce.papers.comparison.gains import Gains
from reproduce.papers.comparison.protocol import PROTOCOL as comparison
from reproduce.study import steps
from reproduce.study.study import Study
from reproduce.trials import engine
from reproduce.trials.store import Store

METHODS = ["baseline", "crt", "sup_con", "simclr", "contrastive"]


@pytest.mark.thorough
def test_methods_of_one_and_of_several_phases_made_as_many_passes(tmp_path):
    asked = {"profile": "smoke", "methods": METHODS, "seeds": [0]}
    study = Study(comparison, comparison.parameters.read(asked), Store(tmp_path))
    assert study.waiting
    summary = study.run(engine.Options(workers=1))
    assert summary.done == summary.total and not study.waiting
    gains = Gains(study)
    assert gains.methods("digits") == METHODS
    budget = 576
    for method in METHODS:
        for cell in [*study.cells, *study.references]:
            if cell.method == method:
                spent = steps.network_passes(study.result(cell))
                step = max(phase.batch_size * phase.views for phase in cell.trial.phases)
                assert 0 <= budget - spent < step, method
