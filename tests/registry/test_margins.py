"""Margins that decide a claim before the run are refused, in the registry and in every file."""

import pytest

from reproduce.registry import claims
from reproduce.registry.contrasts import Contrast
from reproduce.registry.margins import require_room
from tests.registry.examples import GOOD, refused


def contrast(**changes) -> Contrast:
    return Contrast(**{**GOOD["contrasts"][0], "expect": "greater", **changes})


@pytest.mark.parametrize("gain", [0.002, 0.0006, 0.0128, 0.263158])
def test_a_margin_may_be_half_of_the_published_gain_and_no_more(gain):
    require_room(contrast(), gain / 2, gain)
    with pytest.raises(ValueError, match="more than half of the published effect"):
        require_room(contrast(), gain * 0.51, gain)
    require_room(contrast(), gain * 9, None)
    require_room(contrast(), gain * 9, -gain)


def test_a_margin_lies_below_the_headroom():
    narrow = contrast(headroom=0.0005, headroom_from="edition 1: AUC .9995")
    require_room(narrow, 0.00049, None)
    for margin in (0.0005, 0.001):
        with pytest.raises(ValueError, match=r"can move by 0\.0005 at most; take a smaller margin"):
            require_room(narrow, margin, None)
    assert "headroom and headroom_from go together" in refused(
        lambda c: c["contrasts"][0].update(headroom=0.1)
    )


def test_a_margin_of_size_is_at_most_half_of_the_size_whatever_its_sign():
    for size in (0.05, -0.05):
        require_room(contrast(expect="size", size=size), 0.025, None)
        with pytest.raises(ValueError, match=r"more than half of the published effect 0\.05"):
            require_room(contrast(expect="size", size=size), 0.026, None)
    with pytest.raises(ValueError, match="size needs a margin above 0"):
        require_room(contrast(expect="size", size=0.05), 0, None)


def test_the_registry_refuses_it_in_a_claim_and_in_its_readings():
    def greedy(entry):
        entry.update(published_gain=0.0015, published_from="Table 1")

    def greedy_reading(entry):
        held = {**GOOD["contrasts"][0], "published_gain": 0.0015}
        entry.update(published_from="Table 1", reading="a",
                     readings=[{"name": "b", "what": "x", "contrasts": [held]}])  # fmt: skip

    for change in (greedy, greedy_reading):
        assert "0.001, more than half of the published effect 0.0015" in refused(change)


def test_no_registered_margin_exceeds_half_of_its_gain():
    seen = 0
    for claim in claims.all_claims():
        every = [*claim.contrasts, *(c for of in claim.under_readings().values() for c in of)]
        for one in every:
            gain = abs(one.size) if one.expect == "size" else claim.gain_of(one)
            if gain is not None and gain > 0 and one.expect != "equal":
                assert claim.margin_of(one) <= gain / 2 + 1e-12, (claim.id, one.name)
                seen += 1
    assert seen > 200
