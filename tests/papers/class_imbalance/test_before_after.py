import pytest

from reproduce.errors import UserError
from reproduce.papers.class_imbalance.before_after import BeforeAfter

METHODS = ("baseline", "thresholding", "oversampling", "oversampling_thresholding")
OFFSETS = {"baseline": 0, "thresholding": 0.04, "oversampling": 0.03}


@pytest.fixture
def observations():
    """Accuracies that can be worked out by hand: seeds differ by a hundredth."""
    return [
        {
            "method": method, "imbalance": "step", "rho": rho, "mu": 0.5, "seed": seed,
            "accuracy": 0.80 - 0.001 * rho + OFFSETS.get(method, 0.02) + 0.01 * seed,
        }
        for method in METHODS for rho in (10, 100) for seed in range(3)
    ]  # fmt: skip


def test_slopes_join_the_same_seed_before_and_after(observations, written):
    figure = BeforeAfter(observations).draw()
    baseline, oversampling = figure.axes
    slopes = sorted(tuple(line.get_ydata()) for line in baseline.get_lines())
    assert len(slopes) == 6
    assert slopes[0] == pytest.approx((70, 74)) and slopes[-1] == pytest.approx((81, 85))
    assert "+4.0 points" in written(figure)
    # Oversampling starts at +3 and ends at +2: a fall must not look like a rise.
    assert "−1.0 points" in written(figure)
    assert all(line.get_ydata()[1] < line.get_ydata()[0] for line in oversampling.get_lines())


def test_before_after_numbers_by_hand(observations):
    said = BeforeAfter(observations).words()
    assert "Baseline: 80.0 to 84.0 at rho 10 (n = 3), 71.0 to 75.0 at rho 100 (n = 3)." in said


def test_slopes_need_pairs(observations):
    with pytest.raises(UserError, match="pair"):
        BeforeAfter([row for row in observations if row["method"] == "baseline"])
    with pytest.raises(UserError, match="share"):
        BeforeAfter(observations + observations[:1])
