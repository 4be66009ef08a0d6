"""Trainings that diverge are a finding: told, not tried again, chosen if all others did."""

import pytest

from reproduce.errors import UserError
from reproduce.papers.comparison import lost, pictures, tuning
from reproduce.papers.comparison.choosing import SEARCH
from reproduce.papers.comparison.gains import Gains
from reproduce.study.judging import judge
from reproduce.study.running import ready
from reproduce.trials import upkeep
from tests.papers.comparison.made_up import fill, opened

SAID = "the loss became nan at iteration 7 of 1500 in phase 1 (cross_entropy, learning rate 0.05)"


def diverging(folder, method, numbers, repeats=True):
    """Return a study in which a method diverged at these of its three configurations.

    All else is filled in, stage by stage, as training would. With the default its repeats diverge
    as well, with all three those of what was chosen, if `repeats` do.
    """
    study = opened(folder, others="none")
    of = {"default": {0}, "grid": {0, 1, 2}} if repeats else {"default": {-1}, "grid": {-1}}
    for _ in range(3):
        gone = set()
        for cell in [*study.cells, *study.references]:
            needed = of.get(cell.experiment) or {cell.factors.get("tried")}
            if cell.method == method and not cell.waiting and needed <= set(numbers):
                gone.add(cell.trial.key)
        fill(study, {item.trial.key for item in ready(study)} - gone)
        for key in gone:
            study.store.fail(key, SAID)
        study.lay_out()
    return study


def test_a_configuration_that_diverged_scores_nothing_and_another_is_chosen(tmp_path):
    study = diverging(tmp_path, "crt", (0, 1))
    assert not study.waiting and not study.pending()
    found = tuning.searches(Gains(study))
    (one,) = [one for one in found if one.method == "crt"]
    assert one.number == 2 and one.scores[:2] == (0, 0) and one.promised > 0
    # The default diverged on the repeats too: nothing can be said over it.
    assert one.default_again is None and one.bought is None and one.lost == {0, 1}
    said = lost.searched(study)
    assert said.startswith("2 trainings of 9 of the search diverged")
    assert said.endswith(" On MNIST: cRT 2 of 3.") and not lost.compared(study)
    default = "On MNIST cRT at its default diverged in 5 repeats of 5."
    assert lost.as_they_come(study) == [default]
    assert str(pictures.diverged.of(study)) == f"{said} {default}"


def test_what_is_better_than_no_network_is_no_gain_and_no_luck(tmp_path):
    """The default diverges in the search alone: neither curve nor curse takes its 0 for a score."""
    study = diverging(tmp_path, "crt", (0,), repeats=False)
    found = tuning.searches(Gains(study))
    whole = [one for one in found if one.method != "crt"]
    assert len(whole) == len(found) - 1
    assert tuning.curves(found) == tuning.curves(whole)
    assert tuning.luck(found) == tuning.luck(whole)


def test_where_all_diverge_the_method_is_told_and_not_compared(tmp_path):
    study = diverging(tmp_path, "class_weights", (0, 1, 2))
    assert not study.waiting and not study.pending()
    gains = Gains(study)
    assert "class_weights" not in gains.methods() and {"crt", "thresholding"} < set(gains.methods())
    (said,) = lost.compared(study)
    assert said == (
        "On MNIST class weights cannot be compared: 5 repeats of 5 diverged with its chosen "
        "configuration."
    )
    assert f"- {said}\n" in str(pictures.unknown.of(study))
    assert "class weights 3 of 3" in lost.searched(study)


def test_repeats_that_are_left_of_an_arm_are_not_compared(copied):
    """Two of five diverge: the three that did not are the lucky ones."""
    study, anew = copied
    gone = study.select(method="class_weights", dataset="mnist")[:2]
    upkeep.remove(study.store, [cell.trial.key for cell in gone])
    for cell in gone:
        study.store.fail(cell.trial.key, SAID)
    left = anew()
    assert not left.select(method="class_weights", dataset="mnist") and not left.pending()
    assert left.select(method="class_weights", dataset="ham10000")
    assert left.keys() == study.keys() - {cell.trial.key for cell in gone}, (
        "nothing trained is lost"
    )
    assert "2 repeats of 5 diverged" in " ".join(lost.compared(left))
    drawn = pictures.gains_here.of(left)
    assert "Class weights" not in drawn.words() and "cRT" in drawn.words()
    (claim,) = [one for one in judge(left) if one.claim_id == "weights_help_digits"]
    assert claim.reason.startswith("its training diverged: class_weights at")


def test_nothing_is_told_where_nothing_diverged(study):
    assert lost.searched(study) == "No training of the search diverged."
    assert not lost.compared(study)


def test_a_failure_of_another_kind_is_no_score(tmp_path):
    """Of lack of memory nothing follows for the method: its search waits."""
    study = opened(tmp_path, others="none")
    (first, *_) = [cell for cell in study.references if cell.experiment == "search"]
    fill(study, {item.trial.key for item in ready(study)} - {first.trial.key})
    study.store.fail(first.trial.key, "lack of memory")
    study.lay_out()
    assert first.method in {cell.method for cell in study.cells if cell.waiting}
    study.store.fail(first.trial.key, SAID)
    study.lay_out()
    assert not study.waiting
    assert SEARCH.choices(study.measures, [*study.references, *study.lost])[
        "mnist", first.method
    ].factors["tried"]


def test_a_page_whose_baseline_diverged_is_an_error_in_one_line(tmp_path):
    with pytest.raises(UserError, match=r"^what the page draws in detail diverged: the"):
        diverging(tmp_path, "baseline", (0, 1, 2))
