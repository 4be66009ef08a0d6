"""Margins that would decide a claim before the run are refused."""

import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.evaluation.margins import check_margin, headroom_of, is_identity


@pytest.mark.parametrize(("headroom", "margin", "gain", "expect"), [
    (0.1, 0.02, 0.04, "greater"), (None, 0.0003, 0.0006, "less"), (0.1, 0.0, 0.01, "greater"),
    (0.5, 0.09, None, "equal"), (0.5, 0.02, 0.05, "size"), (0.5, 0.02, -0.05, "size"),
    (0.1, 0.05, None, "greater"),
])  # fmt: skip
def test_margins_with_room(headroom, margin, gain, expect):
    check_margin(headroom, margin, gain, expect)


@pytest.mark.parametrize(("headroom", "margin", "gain", "expect", "message"), [
    (0.1, 0.021, 0.04, "greater", "more than half of the published effect 0.04"),
    (0.1, 0.05, 0.04, "less", "register at most 0.02"),
    (0.1, 0.04, 0.05, "size", "more than half"),
    (0.0002, 0.001, None, "greater", "can move by 0.0002 at most"),
    (0.0002, 0.001, None, "equal", "take a smaller margin"),
    (0.1, 0.1, 0.4, "greater", "can move by 0.1 at most"),
    (0.1, -0.1, 0.4, "greater", "at least 0, received -0.1"),
    (0.1, 0.1, None, "size", "needs its size"),
    (0.1, 0.1, None, "more", "unknown expectation"),
])  # fmt: skip
def test_margins_without_room_are_refused(headroom, margin, gain, expect, message):
    with pytest.raises(UserError, match=message) as caught:
        check_margin(headroom, margin, gain, expect, "oversampling at rho 10")
    assert "\n" not in str(caught.value)
    assert (
        "unknown" in str(caught.value)
        or "metric" in str(caught.value)
        or ("oversampling at rho 10" in str(caught.value))
    )


def test_the_headroom_of_an_auc_near_its_end():
    assert headroom_of(0.99978, "greater") == pytest.approx(0.00022)
    assert headroom_of(0.99978, "less") == pytest.approx(0.99978)
    assert headroom_of(0.3, "equal") == pytest.approx(0.7)
    assert headroom_of(-0.2, "less", least=-1.0) == pytest.approx(0.8)
    with pytest.raises(UserError, match="received 99"):
        headroom_of(99, "greater")


def test_an_identity_gives_no_difference_at_all():
    assert is_identity([0.0, 1e-17, -1e-12])
    assert not is_identity([0.0, 1e-4])
    assert not is_identity(np.full(5, 0.01))
