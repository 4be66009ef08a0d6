"""The derivative of the loss by a temperature: exact, by differences, and as printed."""

import pytest

from reproduce.papers.balanced_contrastive.gradients import CASES, slopes, table


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.words)
def test_autograd_and_finite_differences_agree_and_the_printed_one_is_never_negative(case):
    exact, differences, printed = slopes(case)
    assert exact == pytest.approx(differences, rel=1e-4, abs=1e-6)
    assert printed >= 0


def test_the_printed_one_lowers_every_temperature_and_the_exact_one_does_not():
    moves = {row[0]: row[4:] for row in table().rows}
    assert moves["a compact class, the other near"] == ["lowers it", "lowers it"]
    assert moves["one hard negative, the others far"] == ["raises it", "lowers it"]
    assert {row[1] for row in moves.values()} == {"lowers it"}
