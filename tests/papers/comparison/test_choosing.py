"""Choosing sees validation images alone, and judging is done on what nothing was chosen on."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.papers.comparison import tables, tuning
from reproduce.papers.comparison.choosing import SEARCH
from reproduce.papers.comparison.gains import Gains
from reproduce.study.choosing import UNDECIDED
from reproduce.study.running import ready
from tests.papers.comparison.made_up import fill, opened, put


def searched(study):
    return [cell for cell in study.references if cell.experiment == "search"]


def chosen_of(study):
    return {
        place: cell.factors["tried"]
        for place, cell in SEARCH.choices(study.measures, study.references).items()
    }


def test_what_is_searched_never_meets_a_test_image(study):
    assert searched(study)
    assert {cell.trial.evaluate_on for cell in searched(study)} == {("val",)}
    for cell in searched(study):
        result = study.result(cell)
        assert not [name for name in [*result.metrics, *result.arrays] if name.startswith("test")]


def test_a_search_that_met_test_images_is_refused(study):
    cell = searched(study)[0]
    seen = replace(cell, trial=cell.trial.but(evaluate_on=("val", "test")))
    with pytest.raises(UserError, match="expected validation images alone"):
        SEARCH.validation_scores(study.measures, {0: [seen]})


def test_other_test_results_change_no_choice(copied):
    """Nearly all test images of all repeats are got wrong at once, and every choice stays."""
    study, anew = copied
    before = chosen_of(study)
    for cell in study.cells:
        put(study.store, cell, shift=-0.8)
    after = anew()
    first = study.cells[0]
    assert after.measures.value(first, "accuracy") < 0.3
    assert chosen_of(after) == before
    assert [cell.trial.key for cell in after.cells] == [cell.trial.key for cell in study.cells]


def test_the_configuration_with_the_highest_validation_score_is_chosen(study):
    chosen = chosen_of(study)
    for place, tried in SEARCH.searched(study.references).items():
        scores = {
            number: np.mean([study.measures.measured(cell)["macro_f1"] for cell in of])
            for number, of in tried.items()
        }
        assert chosen[place] == max(scores, key=scores.get)
        for cell in study.select(dataset=place[0], method=place[1]):
            assert cell.trial.phases == tried[chosen[place]][0].trial.phases


def test_a_draw_goes_to_the_default(study, monkeypatch):
    monkeypatch.setattr(study.measures, "measured", lambda cell: {"macro_f1": 0.5})
    assert set(chosen_of(study).values()) == {0}


def test_repeats_that_judge_are_none_that_chose(study):
    of_search = {(cell.trial.data_seed, cell.trial.seed) for cell in searched(study)}
    of_grid = {(cell.trial.data_seed, cell.trial.seed) for cell in study.cells}
    assert not of_search & of_grid


def test_nothing_is_judged_before_its_search_is_whole(tmp_path):
    study = opened(tmp_path, others="none")
    assert all(cell.waiting and cell.trial.recipe == UNDECIDED for cell in study.cells)
    assert not {cell.trial.key for cell in study.cells} & {x.trial.key for x in ready(study)}
    left = [c for c in searched(study) if c.method == "crt" and c.factors["tried"] == 2]
    fill(study, {item.trial.key for item in ready(study)} - {left[0].trial.key})
    study.lay_out()
    assert {cell.method for cell in study.cells if cell.waiting} == {"crt"}
    fill(study)
    study.lay_out()
    assert not study.waiting


def test_the_excess_is_what_was_promised_less_what_fresh_images_kept(study):
    for one in tuning.searches(Gains(study)):
        cells = study.select(dataset=one.dataset, method=one.method)
        fresh = np.mean([tuning.validated(study.measures, cell) for cell in cells])
        assert one.excess == pytest.approx(max(one.scores) - fresh)
        assert (one.bought is None) == (one.number == 0)
        if one.number == 0:  # Nothing but the images can explain it.
            assert one.excess == pytest.approx(one.ease)


def test_the_curse_is_what_easy_images_do_not_explain():
    """Of two searches the images are 0.02 easier, and the one that chose another lost 0.05 more."""
    kept = tuning.Tuned("mnist", "crt", (0.80, 0.70), 0, "the default", 0.78, 0.78, None)
    lost = tuning.Tuned("mnist", "baseline", (0.60, 0.70), 1, "rate x 2", 0.63, 0.58, None)
    (found,) = tuning.luck([kept, lost])
    assert (found.excess, found.ease) == (pytest.approx(0.045), pytest.approx(0.02))
    assert found.curse == pytest.approx(0.025)
    said = tables.luck([found])
    assert "scored 4.5 points more where they were chosen" in said
    assert "(2 methods, the median)" in said
    assert (
        "method by method, +2.5 points are left in the median" in said and "winner's curse" in said
    )
    # One of which hardly a configuration works moves the middle no further than any other.
    wild = tuning.Tuned("mnist", "simclr", (0.10, 0.90), 1, "rate x 2", 0.40, 0.08, None)
    (more,) = tuning.luck([kept, lost, wild])
    assert (more.excess, more.curse) == (pytest.approx(0.07), pytest.approx(0.05))
    assert "No winner's curse is seen" in tables.luck([replace(found, curse=-0.01)])
