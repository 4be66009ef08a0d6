import pytest

from reproduce.errors import UserError
from reproduce.papers.class_imbalance.two_phase import (
    TwoPhaseBetween,
    lies_between,
)

# By seed: baseline, two-phase, oversampling. The second seed is not between.
OVER = {0: (0.80, 0.84, 0.90), 1: (0.82, 0.81, 0.92), 2: (0.84, 0.88, 0.88)}
NAMES = ("baseline", "two_phase_oversampling", "oversampling")


def rows(rhos=(10, 100)):
    return [
        {"method": method, "rho": rho, "seed": seed, "auc": value - 0.0001 * rho}
        for rho in rhos for seed, values in OVER.items()
        for method, value in zip(NAMES, values, strict=True)
    ]  # fmt: skip


def slopes(axis):
    return [line for line in axis.get_lines() if list(line.get_xdata()) == [0, 1, 2]
            and line.get_marker() == "None"]  # fmt: skip


@pytest.mark.parametrize(
    ("triple", "between"),
    [((1, 2, 3), True), ((3, 2, 1), True), ((1, 1, 3), True), ((1, 4, 3), False),
     ((2, 1, 3), False), ((2, 2 + 1e-15, 2), True)],
)  # fmt: skip
def test_between_holds_both_ways_and_with_the_ends(triple, between):
    assert lies_between(triple) is between


def test_each_seed_is_a_line_through_its_three_values(written):
    figure = TwoPhaseBetween(rows()).draw()
    ten, hundred = figure.axes
    assert [list(line.get_ydata()) for line in slopes(ten)] == [
        pytest.approx([100 * v - 0.1 for v in values]) for values in OVER.values()
    ]
    assert [line.get_linestyle() for line in slopes(hundred)] == ["-", "--", "-"]
    assert written(figure).count("between: 2 of 3") == 2


def test_the_mean_of_each_method_is_a_bar():
    axis = TwoPhaseBetween(rows()).draw().axes[0]
    bars = [line.get_ydata()[0] for line in axis.get_lines() if len(line.get_xdata()) == 2]
    assert bars == pytest.approx([81.9, 84.2 + 1 / 30, 89.9])


def test_only_seeds_with_all_three_methods_count(written):
    some = [row for row in rows() if (row["method"], row["seed"]) != ("oversampling", 1)]
    assert "between: 2 of 2" in written(TwoPhaseBetween(some).draw())


def test_each_rho_has_a_row_and_each_sampler_a_column():
    both = rows((2, 5, 10, 100)) + [
        {**row, "method": row["method"].replace("over", "under")}
        for row in rows((2, 5, 10, 100)) if row["method"] != "baseline"
    ]  # fmt: skip
    figure = TwoPhaseBetween(both).draw()
    assert len(figure.axes) == 8
    assert [axis.texts[0].get_text() for axis in figure.axes[:3]] == ["rho 2", "rho 2", "rho 5"]
    labels = [label.get_text() for label in figure.axes[1].get_xticklabels()]
    assert labels == ["base", "two-\nphase", "under"]


def test_numbers_by_hand_and_refusals():
    assert (
        "Oversampling, rho 10: baseline 81.90, two-phase 84.23, oversampling 89.90; between in "
        "2 of 3 seeds."
    ) in TwoPhaseBetween(rows()).words()
    with pytest.raises(UserError, match="all three"):
        TwoPhaseBetween([row for row in rows() if row["method"] != "baseline"])
