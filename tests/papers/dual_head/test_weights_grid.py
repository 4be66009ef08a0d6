import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from reproduce.errors import UserError
from reproduce.figures.heat import HEAT
from reproduce.figures.style import FAINT, PUBLISHED, SMALLEST
from reproduce.papers.dual_head import printed
from reproduce.papers.dual_head.weights_grid import (
    WeightsGrid,
)
from reproduce.registry import published
from tests.drawing import cells

WEIGHTS, COUNTS = (0.1, 0.2, 0.5), (5, 10)


def rows(seeds=3):
    return [
        {"method": "dual_head", "sim_weight": weight, "hard_negatives": count, "seed": seed,
         "macro_f1": 0.40 + 0.1 * weight + 0.001 * count + 0.01 * seed}
        for weight in WEIGHTS for count in COUNTS for seed in range(seeds)
        if (weight, count) != (0.5, 10)
    ]  # fmt: skip


def frames(axis):
    boxes = [patch for patch in axis.patches if isinstance(patch, Rectangle)]
    framed = [box for box in boxes if tuple(box.get_edgecolor())[:3] == to_rgb(PUBLISHED)]
    return sorted((int(box.get_x()), int(box.get_y())) for box in framed)


def cell(axis, column, row):
    """Return what is written in a cell, from the top."""
    inside = [t for t in axis.texts if np.floor(t.get_position()).tolist() == [column, row]]
    return [
        t.get_text() for t in sorted(inside, key=lambda t: -t.get_position()[1]) if t.get_text()
    ]


def test_the_papers_table_has_four_points():
    found = printed.weights(published.load("dual_head"))
    assert found == {(0.1, 5): 0.77, (0.2, 5): 0.8, (0.5, 5): 0.76, (0.2, 10): 0.6}


def test_a_cell_says_mean_and_spread_at_its_place():
    axis = WeightsGrid(rows()).draw().axes[0]
    assert cell(axis, 1, 0) == ["43.5", "± 1.0"]
    assert cell(axis, 1, 1) == ["44.0", "± 1.0"]
    assert cell(axis, 2, 1) == ["–"]
    assert [label.get_text() for label in axis.get_xticklabels()] == ["0.1", "0.2", "0.5"]
    assert [label.get_text() for label in axis.get_yticklabels()] == ["5", "10"]
    assert cell(WeightsGrid(rows(1)).draw().axes[0], 0, 0) == ["41.5"]


def test_the_papers_points_are_framed_and_its_values_stand_beside_ours(written):
    figure = WeightsGrid(rows(), published=published.load("dual_head")).draw()
    axis = figure.axes[0]
    assert frames(axis) == [(0, 0), (1, 0), (1, 1), (2, 0)]
    assert cell(axis, 0, 0)[-1] == "paper 77" and cell(axis, 1, 1)[-1] == "paper 60"
    assert "what it prints" in written(figure)
    assert frames(WeightsGrid(rows()).draw().axes[0]) == []


def test_the_colour_rises_with_the_metric_and_a_missing_cell_is_grey():
    figure = WeightsGrid(rows()).draw()
    figure.draw_without_rendering()
    found = cells(figure.axes[0])
    strong = {place: strength for place, (_, strength) in found.items()}
    assert strong[0, 2] > strong[1, 1] > strong[0, 1] > strong[0, 0]
    assert found[1, 2][0] == FAINT and found[0, 0][0] == HEAT


@pytest.mark.parametrize("size", [1, 3, 7])
def test_print_is_legible_and_does_not_overlap(size):
    many = [
        {"sim_weight": w / 10, "hard_negatives": k, "seed": s, "macro_f1": 0.4 + w / 100 + s / 50}
        for w in range(1, size + 1) for k in range(5, 5 + size) for s in range(3)
    ]  # fmt: skip
    figure = WeightsGrid(many, published=published.load("dual_head")).draw()
    figure.draw_without_rendering()
    texts = [text for text in figure.axes[0].texts if text.get_text()]
    assert min(text.get_fontsize() for text in texts) >= SMALLEST
    boxes = [text.get_window_extent() for text in texts]
    assert not any(a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[:k])


def test_numbers_by_hand():
    said = WeightsGrid(rows(), published=published.load("dual_head")).words()
    assert "5 points" in said and "(n = 3)" in said
    assert "from 42.5 ± 1.0 at lambda 0.1, k 5 to 46.5 ± 1.0 at lambda 0.5, k 5." in said
    assert "lambda 0.2, k 10 44.0 ± 1.0 (paper 60)" in said
    assert "from lambda 0.2, k 5: to lambda 0.1, k 5 −1.0 (paper −3)" in said
    assert "to lambda 0.2, k 10 +0.5 (paper −20)." in said
    assert "paper" not in WeightsGrid(rows()).words()


def test_steps_are_paired_by_seed():
    few = [row for row in rows() if (row["hard_negatives"], row["seed"]) != (10, 2)]
    said = WeightsGrid(few, published=published.load("dual_head")).words()
    assert "to lambda 0.2, k 10 +0.5 (paper −20)." in said


def test_wrong_input_is_refused():
    with pytest.raises(UserError, match="Table 6"):
        WeightsGrid(rows(), published=published.load("dual_head")[:10])
    with pytest.raises(UserError, match="numbers"):
        WeightsGrid(
            [{**row, "hard_negatives": str(row["hard_negatives"])} for row in rows()]
        ).draw()
    with pytest.raises(UserError, match="sim_weight"):
        WeightsGrid([{"seed": 0, "macro_f1": 0.5}]).draw()
