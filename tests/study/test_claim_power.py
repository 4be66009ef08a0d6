"""What a registered claim could come out as: from the spreads of trials, at its own repeats."""

import pytest

from reproduce.evaluation.power import power
from reproduce.registry import claims
from reproduce.study.claim_power import MARGINS, SIMULATIONS, claim_powers

SEEDS = {"seeds": [0, 1, 2, 3, 4], "rho": [10, 100, 1000], "mu": 0.5}


@pytest.fixture
def found(study_of, same_scores):
    """Powers where areas fall with rho, by seeds that differ a little."""

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
    assert found
    for one in found.values():
        assert one.half <= one.right + 0.02 and one.wrong <= 0.08
