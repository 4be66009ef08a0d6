"""What a registered claim could come out as: from the spreads of trials, at its own repeats."""

import json
from importlib import import_module

import pytest

from reproduce.book import claim_power as page
from reproduce.evaluation.power import power
from reproduce.files import project_root
from reproduce.registry import claims
from reproduce.study.claim_power import MARGINS, SIMULATIONS, claim_powers, holding
from reproduce.trials import edition as editions
from tests.study.test_judging import BETTER, GRID, claim, noisy

STORED = json.loads((project_root() / page.RESULT).read_text("utf-8"))
SEEDS = {"seeds": [0, 1, 2, 3, 4], "rho": [10, 100, 1000], "mu": 0.5}


# One of a direction, one of a size.
SOME = {"imbalance_is_harmful", "mnist_loses_about_five_percent"}


@pytest.fixture
def found(study_of, same_scores, monkeypatch):
    """Powers where areas fall with rho, by seeds that differ a little."""
    some = [one for one in claims.load("class_imbalance") if one.id in SOME]
    monkeypatch.setattr(claims, "load", lambda paper: some)

    def planted(cell):
        rho = cell.factors["rho"]
        return {"auc": 0.999 - 0.00001 * rho * (1 + 0.05 * (cell.seed - 2))}

    return {one.claim: one for one in claim_powers(study_of(planted, same_scores, **SEEDS))}


def test_a_claim_without_a_printed_number_stands_for_some_margins(found):
    one = found["imbalance_is_harmful"]
    claim = next(c for c in claims.load("class_imbalance") if c.id == one.claim)
    assert (one.repeats, one.printed) == (claim.repeats, False)
    assert one.effect == pytest.approx(-MARGINS * claim.margin), "what is claimed is a loss"


def test_the_chances_are_those_of_the_rule_at_the_registered_repeats(found):
    one = found["imbalance_is_harmful"]
    claim = next(c for c in claims.load("class_imbalance") if c.id == one.claim)
    margin = claim.margin_of(claim.contrasts[0])
    said = power(one.sd, one.image_sd, one.repeats, margin, one.parts, one.effect, expect="less",
                 simulations=SIMULATIONS)  # fmt: skip
    holding = sum(chance for word, chance in said.items() if str(word).startswith("holds"))
    assert one.right == pytest.approx(holding)


def test_a_larger_effect_is_found_more_often_and_none_seldom(found):
    assert set(found) == SOME
    for one in found.values():
        assert one.half <= one.right + 0.02 and one.wrong <= 0.08


def powers_of(study, monkeypatch, *registered):
    monkeypatch.setattr(claims, "load", lambda paper: list(registered))
    return claim_powers(study)


def test_a_claim_of_no_difference_is_right_at_none_and_has_no_half(
    study_of, same_scores, monkeypatch
):
    study = study_of(noisy, same_scores, **GRID)
    (one,) = powers_of(study, monkeypatch, claim(*BETTER, expect="equal", margin=0.02))
    assert (one.expect, one.effect, one.half) == ("equal", 0.0, None)
    at_edge = power(one.sd, one.image_sd, 5, 0.02, 1, 0.02, expect="equal",
                    simulations=SIMULATIONS)  # fmt: skip
    assert one.right > 0.9 and one.wrong == pytest.approx(holding(at_edge) + at_edge["opposite"])


def test_a_claim_of_size_is_right_at_its_size(study_of, same_scores, monkeypatch):
    contrast = {"name": "size", "terms": BETTER, "expect": "size", "size": -0.05}
    study = study_of(noisy, same_scores, **GRID)
    (one,) = powers_of(study, monkeypatch, claim(contrasts=[contrast], margin=0.02))
    assert (one.effect, one.printed) == (-0.05, True)
    assert one.right > 0.9 > 0.1 > one.half


def test_of_several_readings_the_hardest_part_is_shown_in_its_own_unit(
    study_of, same_scores, monkeypatch
):
    counted = {"name": "points", "terms": BETTER, "expect": "greater", "over": "majority",
               "margin": 0.1}  # fmt: skip
    other = {"name": "other", "what": "o", "contrasts": [counted, {**counted, "name": "again"}]}
    study = study_of(lambda cell: noisy(cell) | {"auc": noisy(cell)["auc"] % 0.01}, same_scores,
                     **GRID)  # fmt: skip
    (one,) = powers_of(study, monkeypatch, claim(*BETTER, reading="mean", readings=[other],
                                                 margin=0.5))  # fmt: skip
    assert (one.over, one.parts, one.margin) == ("majority", 2, 0.1)
    shown = page._effect(vars(one))
    assert shown == "+40.0 % of the points of the grid (no number is printed)"


def test_the_page_stands_on_todays_registry():
    """What was simulated is still what is registered, for every paper that is published."""
    of_papers = {paper: {one.id: one for one in claims.load(paper)} for paper in STORED}
    assert list(STORED) == [p for p in of_papers if editions.published().stamp(p)]
    for paper, known in of_papers.items():
        stamp = editions.published().stamp(paper)
        measured = {row["claim"] for row in stamp["verdicts"] if row["data_role"]}
        told = {row["claim"] for row in STORED[paper]}
        assert told <= set(known), paper
        assert measured - told == {name for name in measured if known[name].identity}, paper
        for row in STORED[paper]:
            one = known[row["claim"]]
            readings = [one.contrasts, *one.under_readings().values()]
            assert (row["english"], row["repeats"]) == (one.english, one.repeats)
            assert row["parts"] in {len(of) for of in readings}, one.id
            assert (row["metric"], row["expect"], row["margin"]) in {
                (one.metric_of(c), c.expect, one.margin_of(c)) for of in readings for c in of
            }, one.id


def test_an_edition_that_is_published_in_parts_can_be_judged_again(tmp_path, monkeypatch):
    """What is not trained of its plan is left out, as its page leaves it out."""
    monkeypatch.syspath_prepend(str(project_root()))
    of_editions = import_module("benchmarks.edition_study")
    assert set(of_editions.published()) == set(STORED)
    study = of_editions.opened("metric_learning", tmp_path)
    assert study.cells and not study.pending()
    assert len(study.keys()) == len(editions.published().stamp("metric_learning")["keys"])


def test_every_number_of_the_page_has_a_unit_or_is_one_of_its_own():
    shown = page.tables()
    for rows in STORED.values():
        for row in rows:
            assert page.escaped(row["english"]) in shown
    counted = any(row["over"] == "majority" for rows in STORED.values() for row in rows)
    assert ("points of the grid" in shown) == counted and "none, within ± 2 points" in shown
