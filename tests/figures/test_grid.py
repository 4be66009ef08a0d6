import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from reproduce.errors import UserError
from reproduce.figures.factor import Factor
from reproduce.figures.grid import Grid, Square, blues
from reproduce.figures.heat import HEAT, LOSS
from reproduce.figures.metric_grids import GainGrid, MetricGrid
from reproduce.figures.style import FAINT, SMALLEST
from tests.drawing import TONES, cells

RHO, MU = Factor("rho", "imbalance ratio rho"), Factor("mu", "minority share mu")

# Gains that do not depend on the seed but for a hundredth of a point: the sign is known.
GAINS = {"baseline": 0.0, "oversampling": 0.02, "undersampling": -0.01}


def rows(rhos=(10, 100), mus=(0.2, 0.8), seeds=3, methods=tuple(GAINS)):
    return [
        {
            "method": method, "rho": rho, "mu": mu, "seed": seed,
            "auc": 0.95 - 0.0001 * rho - 0.01 * mu + 0.001 * seed
            + GAINS[method] + 0.0001 * seed * (method != "baseline"),
        }
        for method in methods for rho in rhos for mu in mus for seed in range(seeds)
    ]  # fmt: skip


def metric_grid(rows):
    return MetricGrid(rows, "auc", RHO, MU)


def still(row, metric):
    """Draws of a test set whose choice moves nothing: the interval is that of the seeds."""
    return np.zeros(50)


def gain_grid(rows, reference="baseline", draws=still):
    return GainGrid(rows, "auc", RHO, MU, reference=reference, draws=draws)


def panel(figure, name):
    return next(axis for axis in figure.axes if axis.get_title(loc="left") == name)


def strengths(axis):
    found = cells(axis)
    rows, columns = (1 + max(place[turn] for place in found) for turn in (0, 1))
    return np.array([[found[r, c][1] for c in range(columns)] for r in range(rows)])


def colours(axis):
    return {colour for colour, _ in cells(axis).values()}


def hatched(axis):
    boxes = [patch for patch in axis.patches if isinstance(patch, Rectangle) and patch.get_hatch()]
    return sorted((int(box.get_x()), int(box.get_y())) for box in boxes)


def test_a_cell_lies_at_its_rho_and_mu_and_says_mean_and_sd():
    figure = metric_grid(rows()).draw()
    axis, lowest = panel(figure, "Baseline"), panel(figure, "Undersampling")
    assert [label.get_text() for label in lowest.get_xticklabels()] == ["10", "100"]
    assert [label.get_text() for label in lowest.get_yticklabels()] == ["0.2", "0.8"]
    # Rows are mu, upwards; columns are rho.
    assert strengths(axis)[1, 1] < strengths(axis)[0, 1] < strengths(axis)[1, 0]
    at = {(round(t.get_position()[0] - 0.5, 2), t.get_text()) for t in axis.texts}
    assert {(1.0, "93.90"), (0.0, "94.20"), (1.0, "± 0.10")} <= at


def test_all_panels_share_one_scale_of_colour():
    figure = metric_grid(rows()).draw()
    baseline, other = (strengths(panel(figure, n)) for n in ("Baseline", "Undersampling"))
    best = strengths(panel(figure, "Oversampling"))
    # From the least of all panels, 92.31, to the most, 96.81.
    assert other.min() == pytest.approx(0.08, abs=TONES)
    assert best.max() == pytest.approx(0.92, abs=TONES)
    expected = 0.08 + 0.84 * (94.8 - 92.31) / 4.5
    assert baseline[0, 0] == pytest.approx(expected, abs=TONES)


def test_gains_are_centred_on_zero_and_the_reference_has_no_panel():
    figure = gain_grid(rows()).draw()
    axis = panel(figure, "Undersampling")
    assert strengths(axis) == pytest.approx(0.92 * 0.99 / 2.01, abs=TONES)
    assert colours(axis) == {LOSS} and colours(panel(figure, "Oversampling")) == {HEAT}
    assert all(axis.get_title(loc="left") != "Baseline" for axis in figure.axes)


def test_cells_whose_interval_holds_zero_are_hatched_and_only_those():
    unsure = [
        {**row, "auc": row["auc"] + 0.05 * (row["seed"] - 1) * (row["method"] == "oversampling")}
        if (row["rho"], row["mu"]) == (100, 0.2) else row for row in rows()
    ]  # fmt: skip
    figure = gain_grid(unsure).draw()
    assert hatched(panel(figure, "Oversampling")) == [(1, 0)]
    assert hatched(panel(figure, "Undersampling")) == []
    assert "holds 0 in 1 of the 8 cells that have one." in gain_grid(unsure).words()


def test_without_test_images_no_cell_has_an_interval(written):
    picture = gain_grid(rows(), draws=None)
    figure = picture.draw()
    assert len(hatched(panel(figure, "Oversampling"))) == 4 and "95 %" not in written(figure)
    assert "holds 0 in 0 of the 0 cells that have one; 8 have no interval." in picture.words()
    assert "−0.99 (no interval) at rho 10" in picture.words()


def test_one_seed_has_neither_sd_nor_interval(written):
    single = rows(seeds=1)
    assert "± 0" not in written(metric_grid(single).draw())
    figure = gain_grid(single).draw()
    assert len(hatched(panel(figure, "Oversampling"))) == 4
    assert "interval over seeds" not in written(figure)


@pytest.mark.parametrize("size", [1, 3, 9])
def test_grids_of_every_size_are_drawn_with_legible_print(size):
    rhos, mus = [2**power for power in range(size)], [(i + 1) / 10 for i in range(size)]
    for draw in (metric_grid, gain_grid):
        figure = draw(rows(rhos, mus, 2, ("baseline", "oversampling"))).draw()
        sizes = [text.get_fontsize() for axis in figure.axes for text in axis.texts]
        assert len(sizes) >= size * size and min(sizes) >= SMALLEST
        figure.draw_without_rendering()
        for axis in figure.axes:
            boxes = [t.get_window_extent() for t in axis.texts if t.get_fontsize() == max(sizes)]
            assert not any(a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[:k])


def test_a_point_that_was_not_measured_is_a_dash(written):
    some = [row for row in rows() if (row["rho"], row["mu"]) != (100, 0.8)]
    figure = metric_grid(some).draw()
    assert "–" in written(figure)
    assert cells(panel(figure, "Baseline"))[1, 1] == (FAINT, pytest.approx(0.12))


def test_numbers_by_hand():
    said = metric_grid(rows()).words()
    assert "Baseline: 94.80 ± 0.10 at rho 10, mu 0.2; 94.20 ± 0.10 at rho 10, mu 0.8;" in said
    said = gain_grid(rows()).words()
    assert (
        "Undersampling: −0.99 at rho 10, mu 0.2" in said and "holds 0 in 0 of the 8 cells" in said
    )
    large = metric_grid(rows(range(10, 60, 10), (0.1, 0.2, 0.3))).words()
    assert "Baseline: 15 points from 94.30 ± 0.10 at rho 50, mu 0.3 to 94.90" in large


def test_wrong_rows_are_refused():
    with pytest.raises(UserError, match="no observations"):
        metric_grid([])
    with pytest.raises(UserError, match="mu"):
        metric_grid([{**row, "mu": None} for row in rows()])
    with pytest.raises(UserError, match="Focal loss"):
        gain_grid(rows(), reference="focal")


def test_linear_imbalance_is_one_row_without_a_share_of_minority_classes():
    """It has no group of rare classes, so its rows carry no mu."""
    linear = [{k: v for k, v in row.items() if k != "mu"} for row in rows(mus=(0.5,))]
    for figure in (metric_grid(linear).draw(), gain_grid(linear).draw()):
        assert figure.get_supylabel() == ""
        assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == [""]
    assert metric_grid(rows()).draw().get_supylabel() != ""
    said = metric_grid(linear).words(), gain_grid(linear).words()
    assert all("at rho 10;" in text and "mu" not in text.split(". ", 1)[1] for text in said)


def framed_grid(rows=()):
    cells = {
        (None, 0.1, 5): Square(0.4, "40.0", "± 1.0, n = 3", "paper 77", said="40.0", framed=True),
        (None, 0.2, 5): Square(0.5, "50.0", "± 1.0, n = 3", said="50.0"),
        (None, 0.1, 10): Square(None, "–", "not measured", "paper 60"),
    }
    return Grid(
        rows, cells, Factor("weight", "weight λ"), Factor("count", say="{} each".format),
        colours=blues([0.4, 0.5]), label="F1 (%)", opening="F1.", framed=("the paper's", "#cc3311"),
    )  # fmt: skip


def test_a_grid_without_methods_has_one_panel_and_can_frame_cells(written):
    figure = framed_grid().draw()
    axis = figure.axes[0]
    assert axis.get_title(loc="left") == ""
    frames = [patch for patch in axis.patches if to_hex(patch.get_edgecolor()) == "#cc3311"]
    assert [(int(box.get_x()), int(box.get_y())) for box in frames] == [(0, 0)]
    assert {"paper 77", "paper 60", "not measured"} <= set(written(figure).split("\n"))
    assert "the paper's" in written(figure) and "holds 0" not in written(figure)
    assert framed_grid().words() == "F1. 40.0 at weight 0.1, 5 each; 50.0 at weight 0.2, 5 each."


def test_three_lines_in_a_cell_do_not_overlap():
    figure = framed_grid().draw()
    figure.draw_without_rendering()
    texts = [text for text in figure.axes[0].texts if text.get_text()]
    assert min(text.get_fontsize() for text in texts) >= SMALLEST
    boxes = [text.get_window_extent() for text in texts]
    assert not any(a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[:k])


def test_the_title_counts_signs_that_are_known_and_crowns_no_cell_among_several():
    assert gain_grid(rows()).message() == (
        "4 of 8 intervals of a gain over the baseline lie above 0, 4 below."
    )
    one = [row for row in rows() if row["method"] != "oversampling" or (
        row["rho"] == 10 and row["mu"] == 0.2)]  # fmt: skip
    assert gain_grid(one).message() == (
        "1 of 5 intervals of a gain over the baseline lies above 0 (Oversampling, +2.01 points at "
        "rho 10, mu 0.2), 4 below."
    )
    assert (
        gain_grid(rows(), draws=None).message()
        == "8 differences from the baseline, without intervals."
    )
    worse = [row for row in rows() if row["method"] != "oversampling"]
    assert gain_grid(worse).message() == (
        "None of 4 gains over the baseline has an interval above 0; 4 lie below 0."
    )
    assert metric_grid(rows()).message() == (
        "ROC AUC is lowest at rho 100, mu 0.8: 92.31 % (undersampling); the highest mean there is "
        "95.31 % (oversampling)."
    )


def test_small_print_that_does_not_fit_is_left_out_and_stays_in_the_words(written):
    many = rows(range(10, 100, 10), (0.2, 0.8))
    assert "± 0.10" not in written(metric_grid(many).draw())
    assert "± 0.10" in metric_grid(many).words()
