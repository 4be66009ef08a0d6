"""A second network on each division of the ordered set, and what it tells of the spread."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.evaluation.components import components
from reproduce.papers.dual_head import divisions, pictures
from reproduce.papers.dual_head.bed import ANEW, ROTATING
from reproduce.papers.dual_head.protocol import PROTOCOL as dual_head
from reproduce.study.study import Study
from reproduce.trials.store import Store
from tests.papers.dual_head import made_up
from tests.papers.dual_head.test_bed import KNOWN, SEEDS, cells
from tests.papers.dual_head.test_bed_controls import put

BOTH = ["second", "divisions"]
ASKED = {"profile": "laptop", "dataset": ROTATING, "seeds": [*SEEDS, 15], "experiments": BOTH}


def test_a_second_network_learns_from_the_same_images_and_is_tested_on_the_same():
    every = cells(**ASKED)
    again = [cell for cell in every if cell.experiment == "divisions"]
    first = {(cell.method, cell.seed): cell for cell in every if cell.experiment == "second"}
    assert len(again) == len(SEEDS) * len(made_up.METHODS), "the first five seeds"
    for cell in again:
        one, other = first[cell.method, cell.seed].trial, cell.trial
        assert (other.split, other.data_seed) == (one.split, one.data_seed)
        assert other.seed == one.seed + 1000 and other.phases == one.phases
        assert other.dataset == one.dataset == ANEW and cell.factors["network"] == 2
    assert len({cell.trial.key for cell in [*first.values(), *again]}) == 44


def test_it_is_refused_where_nothing_is_divided_anew():
    for asked in ({"dataset": "retinamnist"}, {"experiments": ["divisions"]},
                  {"second_dataset": "lesions?size=28"}):  # fmt: skip
        with pytest.raises(UserError, match="'divisions' puts a second network on each division"):
            dual_head.parameters.read({**ASKED, **asked})


@pytest.fixture
def study(tmp_path, monkeypatch):
    monkeypatch.setattr("reproduce.study.study.find_record", lambda name, store: KNOWN[name])
    found = Study(dual_head, dual_head.parameters.read(ASKED), Store(tmp_path / "store"))
    for cell in [*found.cells, *found.references]:
        luck = np.random.default_rng([cell.trial.seed, len(cell.method)]).uniform(0.5, 0.9)
        put(found.store, cell, 0.0, luck, True)
        result = found.store.get(cell.trial.key)
        classes = len(KNOWN[cell.trial.dataset].class_names)
        found.store.put(replace(result, counts=[9] * classes))
    return found


def test_the_table_divides_each_spread_and_that_of_each_gain(study):
    table = pictures.spread.of(study)
    names = [row[0] for row in table.rows]
    assert names[:4] == ["Supervised", "SimCLR", "AUC-CL", "Dual-head"]
    assert names[4:] == ["Dual-head minus Supervised", "Dual-head minus SimCLR",
                         "Dual-head minus AUC-CL"]  # fmt: skip
    measured = {}
    for experiment in BOTH:
        for cell in study.of_experiment(experiment):
            if cell.seed in SEEDS:
                at = (cell.method, cell.seed, experiment)
                value = study.measures.value(cell, "macro_f1")
                measured[at] = value, study.measures.resampled(cell, "macro_f1")
    for row, pair in ((1, ("simclr", None)), (5, ("dual_head", "simclr"))):
        values, draws = [], []
        for seed in SEEDS:
            both = [measured[pair[0], seed, experiment] for experiment in BOTH]
            if pair[1]:
                rival = [measured[pair[1], seed, experiment] for experiment in BOTH]
                both = [(a - c, b - d) for (a, b), (c, d) in zip(both, rival, strict=True)]
            values.append([value for value, _ in both])
            draws.append([drawn for _, drawn in both])
        known = components(values, draws)
        parts = [max(0, part) for part in (known.seed, known.images, known.division)]
        said = [f"{100 * part**0.5:.2f} ({100 * part / sum(parts):.0f} %)" for part in parts]
        assert table.rows[row][1] == f"{100 * sum(parts) ** 0.5:.2f}"
        assert list(table.rows[row][2:]) == said
    assert "2 networks on each of 5 divisions" in table.note
    assert "retinamnist" in table.provenance.lower() or "Retina" in table.provenance


def test_it_is_not_shown_without_two_networks(study):
    study.references = [cell for cell in study.references if cell.seed == SEEDS[0]]
    assert pictures.spread.of(study) == (
        "Not shown: it needs two networks on each of two divisions or more."
    )
    assert divisions.METRIC == "macro_f1"
