"""Equal error rate against area under the curve."""

import numpy as np
import pytest
from scipy.stats import norm

from reproduce.audit import verification
from reproduce.errors import UserError

RNG = np.random.default_rng(2)


def curve(genuine, impostor):
    """Return (EER, AUC) of scores by sweeping every threshold."""
    grid = np.sort(np.concatenate([genuine, impostor]))
    missed = np.searchsorted(np.sort(genuine), grid) / len(genuine)
    alarms = 1 - np.searchsorted(np.sort(impostor), grid) / len(impostor)
    i = np.argmin(np.abs(missed - alarms))
    return (missed[i] + alarms[i]) / 2, -np.trapezoid(1 - missed, alarms)


@pytest.mark.parametrize("apart", [1.0, 2.0, 2.87])
@pytest.mark.parametrize("width", [1.0, 2.0])
def test_normal_scores_are_plausible(apart, width):
    grid = np.linspace(-12, 20, 400_001)
    missed, alarms = norm.cdf(grid, apart, width), norm.sf(grid)
    eer = np.interp(0, missed - alarms, alarms)
    auc = -np.trapezoid(1 - missed, alarms)
    found = verification.eer_against_auc(f"{eer:.4f}", f"{auc:.4f}")
    assert found.status == "consistent" and found.evidence["verdict"] == "plausible"
    if width == 1.0:
        assert found.evidence["auc_of_equal_normals"] == pytest.approx(auc, abs=1e-3)
        assert found.evidence["eer_of_equal_normals"] == pytest.approx(eer, abs=1e-3)


def test_uniform_scores_reach_the_upper_bound():
    eer, auc = curve(RNG.random(20_000) + 0.8, RNG.random(20_000))
    assert eer == pytest.approx(0.1, abs=5e-3)
    assert auc == pytest.approx(1 - 2 * 0.1**2, abs=5e-3)
    assert verification.eer_against_auc("0.100", "0.980").evidence["verdict"] == "plausible"
    assert verification.eer_against_auc("0.100", "0.982").evidence["verdict"] == "implausible"


def test_implausible_is_not_inconsistent():
    far = verification.eer_against_auc("30.0", "0.99", eer_scale=100)
    assert far.status == "not_testable" and "implausible" in far.statement
    assert not far.evidence["within_any_curve"]
    near = verification.eer_against_auc("0.10", "0.989")
    assert near.evidence["verdict"] == "implausible" and near.evidence["within_any_curve"]
    low = verification.eer_against_auc("0.10", "0.85")
    assert low.evidence["verdict"] == "implausible" and low.evidence["within_any_curve"]


@pytest.mark.parametrize("pair", [("0.6", "0.7"), ("0.1", "0.4"), ("0.0", "1.0")])
def test_wrong_input_is_refused(pair):
    with pytest.raises(UserError):
        verification.eer_against_auc(*pair)
