"""The pictures of the audit: what they write, frame and mark, and what they say in words."""

from itertools import pairwise
from types import SimpleNamespace

import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from reproduce.audit.f1_bound import macro_f1_bound
from reproduce.audit.iba import intercept_against_g_mean
from reproduce.errors import UserError
from reproduce.pages.audit import OUTSIDE, FramedConfusion, Mend
from reproduce.pages.audit_iba import IbaRegion
from reproduce.pages.audit_regions import (
    KINDS,
    F1Region,
    ImpliedSizes,
)

CLASSES = ["mild", "severe"]
TABLES = {"Table A": [[8, 2], [1, 4]], "Table B": [[9, 3], [1, 4]]}
SIZES = [10, 5]
MENDS = {"Table B": Mend(0, 1, 1)}


def frames(axis) -> list[Rectangle]:
    boxes = [p for p in axis.patches if isinstance(p, Rectangle) and not p.get_fill()]
    return [box for box in boxes if to_hex(box.get_edgecolor()) == OUTSIDE]


def panel(figure, name: str):
    """Return the axes that this name is written over."""
    return next(a for a in figure.axes if name in [text.get_text() for text in a.texts])


# -- confusion matrices ---------------------------------------------------------------------------


def test_the_cell_that_would_mend_a_table_is_framed_with_both_counts():
    figure = FramedConfusion(TABLES, CLASSES, SIZES, MENDS).draw()
    (frame,) = frames(panel(figure, "Table B"))
    assert (frame.get_x(), frame.get_y()) == (1, 0), "row 0, column 1"
    assert frames(panel(figure, "Table A")) == []
    assert "3\n→ 1" in [text.get_text() for text in panel(figure, "Table B").texts]


def test_row_sums_stand_beside_and_only_wrong_ones_stand_out(written):
    figure = FramedConfusion(TABLES, CLASSES, SIZES, MENDS).draw()
    wrong, right = panel(figure, "Table B"), panel(figure, "Table A")
    assert [t.get_text() for t in wrong.texts if t.get_color() == OUTSIDE] == ["3\n→ 1", "12 ≠ 10"]
    assert [t for t in right.texts if t.get_color() == OUTSIDE] == []
    assert "17 images, stated 15" in written(figure)
    assert "15 images, as stated" in written(figure)


def test_every_printed_count_stands_in_its_cell():
    texts = panel(FramedConfusion(TABLES, CLASSES, SIZES).draw(), "Table A").texts
    at = {t.get_position(): t.get_text() for t in texts}
    assert {place: at[place] for place in [(0.5, 0.5), (1.5, 0.5), (0.5, 1.5), (1.5, 1.5)]} == {
        (0.5, 0.5): "8", (1.5, 0.5): "2", (0.5, 1.5): "1", (1.5, 1.5): "4",
    }  # fmt: skip


def test_the_words_name_the_wrong_row_and_the_cell():
    assert FramedConfusion(TABLES, CLASSES, SIZES, MENDS).words() == (
        "Table A: 15 images, rows add up to mild 10, severe 5. "
        "Table B: 17 images, rows add up to mild 12 where 10 are stated, severe 5. "
        "Framed: mild predicted as severe, printed 3, would need 1."
    )


def test_a_class_without_images_can_be_drawn():
    assert FramedConfusion({"A": [[0, 0], [0, 3]]}, CLASSES, [0, 3]).draw()


@pytest.mark.parametrize(
    ("tables", "sizes", "said"),
    [
        ({}, SIZES, "no confusion matrices"),
        (TABLES, [15], "1 class sizes are stated, expected 2"),
        ({"A": [[1, 2]]}, SIZES, r"has shape \(1, 2\)"),
    ],
)
def test_what_cannot_be_drawn_is_refused(tables, sizes, said):
    with pytest.raises(UserError, match=said):
        FramedConfusion(tables, CLASSES, sizes).draw()


# -- the region of F1 -----------------------------------------------------------------------------


def outcome(f1: str, bound: float, status: str = "consistent"):
    """Return an outcome with what the picture reads of it."""
    evidence = {"f1": f1, "harmonic_mean_as_printed": bound, "high": bound + 0.0005}
    return SimpleNamespace(status=status, evidence=evidence)


HOLDS = outcome("0.730", 0.7335)
FAILS = outcome("0.792", 0.7845, "inconsistent")


def test_the_check_decides_what_is_outside_not_the_drawing():
    """Rounding may put a point above the line that can hold all the same."""
    touching = {"Weights": outcome("0.740", 0.7399), "Mixing": FAILS}
    markers = [line.get_marker() for line in F1Region(touching).draw().axes[0].lines[1:]]
    assert sorted(markers) == sorted([KINDS[False][0], KINDS[True][0]])


def test_points_stand_where_the_printed_numbers_are():
    axis = F1Region({"Sampling": HOLDS, "Mixing": FAILS}).draw().axes[0]
    at = {line.get_marker(): line.get_xydata()[0].tolist() for line in axis.lines[1:]}
    assert at[KINDS[True][0]] == pytest.approx([0.7845, 0.792])
    assert at[KINDS[False][0]] == pytest.approx([0.7335, 0.730])
    assert axis.get_xlim() == axis.get_ylim(), "so that the line is the diagonal"


def test_percentages_are_drawn_as_fractions():
    axis = F1Region({"Sampling": outcome("73.00", 0.7335)}, scale=100).draw().axes[0]
    assert axis.lines[1].get_xydata()[0].tolist() == pytest.approx([0.7335, 0.730])


def test_percentages_taken_for_fractions_are_refused():
    with pytest.raises(UserError, match="'Sampling' is 73, expected at most 1; pass scale=100"):
        F1Region({"Sampling": outcome("73.00", 0.7335)}).draw()


def test_the_legend_names_only_what_is_drawn(written):
    assert "cannot hold as printed" not in written(F1Region({"Sampling": HOLDS}).draw())
    both = written(F1Region({"Sampling": HOLDS, "Mixing": FAILS}).draw())
    assert "cannot hold as printed" in both and "\ncan hold" in both
    assert "can hold" not in written(F1Region({"Mixing": FAILS}).draw())


def test_names_do_not_lie_on_each_other():
    axis = F1Region({name: HOLDS for name in "abc"}).draw().axes[0]
    heights = sorted(t.get_position()[1] for t in axis.texts if t.get_text() in "abc")
    low, high = axis.get_ylim()
    assert min(b - a for a, b in pairwise(heights)) > 0.04 * (high - low)


def test_the_words_of_the_region_say_which_row_is_outside():
    assert F1Region({"Sampling": HOLDS, "Mixing": FAILS}).words() == (
        "Sampling: printed F1 0.730, at most 0.73400 possible. "
        "Mixing: printed F1 0.792, at most 0.78500 possible, outside."
    )
    with pytest.raises(UserError, match="no rows with precision"):
        F1Region({}).draw()


def test_the_picture_reads_what_the_check_says():
    real = macro_f1_bound("0.50", "0.50", "0.60")
    assert F1Region({"made up": real}).words() == (
        "made up: printed F1 0.60, at most 0.50500 possible, outside."
    )
    assert F1Region({"made up": real}).draw()


# -- class sizes ----------------------------------------------------------------------------------

IMPLIED = {"Table A": {"mild": [10, 20], "severe": [5]}, "Table B": {"mild": [11], "severe": []}}
STATED = {"mild": 10, "severe": 5}


def test_sizes_are_marked_by_whether_the_stated_one_is_among_them(written):
    figure = ImpliedSizes(IMPLIED, STATED).draw()
    mild, severe = figure.axes
    assert [list(line.get_xdata()) for line in mild.lines[1:]] == [[11], [10, 20]]
    markers = [line.get_marker() for line in mild.lines[1:]]
    assert markers == [KINDS[True][0], KINDS[False][0]]
    assert list(mild.lines[0].get_xdata()) == [10, 10], "the stated size, dashed"
    assert [tick.get_text() for tick in mild.get_yticklabels()] == ["Table B", "Table A"]
    assert "  none" in [text.get_text() for text in severe.texts]
    assert "mild: 10 images stated (dashed)" in written(figure)


def test_many_sizes_are_all_drawn_and_the_nearest_is_written():
    many = list(range(3, 60, 3))
    axis = ImpliedSizes({"Table A": {"mild": many}}, {"mild": 10}).draw().axes[0]
    assert list(axis.lines[1].get_xdata()) == many
    assert [text.get_text() for text in axis.texts if text.get_text().isdigit()] == ["9"]
    said = ImpliedSizes({"Table A": {"mild": many}}, {"mild": 10}).words()
    assert said == "Table A, mild: 3, 6, 9, 12, 15, 18 and 13 more (stated: 10)."


def test_the_words_of_the_sizes():
    assert ImpliedSizes(IMPLIED, STATED).words() == (
        "Table A, mild: 10, 20 (stated: 10). Table B, mild: 11 (stated: 10). "
        "Table A, severe: 5 (stated: 5). Table B, severe: no size (stated: 5)."
    )


# -- IBA ------------------------------------------------------------------------------------------

LINE = {"0.1": "61.0", "0.5": "55.0", "1": "47.5"}


def test_the_intercept_of_the_printed_line_stands_over_the_g_mean(written):
    outcome = intercept_against_g_mean(LINE, "78.0", "mean", scale=100)
    figure = IbaRegion(
        {"Digits": {"Sampling": outcome}, "Masks": {"Sampling": outcome}}, 100
    ).draw()
    axis = figure.axes[0]
    for name in ("Digits", "Masks"):
        (line,) = [one for one in axis.lines if one.get_label() == name]
        assert line.get_xydata()[0].tolist() == pytest.approx([0.78, 0.625], abs=1e-3)
        assert name in written(figure)
    markers = {line.get_marker() for line in axis.lines if line.get_label() in ("Digits", "Masks")}
    assert len(markers) == 2, "told apart without colour"


def test_the_words_say_by_how_much_the_intercept_exceeds_the_square():
    outcome = intercept_against_g_mean(LINE, "78.0", "mean", scale=100)
    said = IbaRegion({"Digits": {"Sampling": outcome}}, 100).words()
    low, high = outcome.evidence["intercept"]
    assert f"{(low + high) / 2 - 0.78**2:.4f} to" in said and "in 1 rows" not in said
    with pytest.raises(UserError, match="no rows with IBA"):
        IbaRegion({}).draw()
