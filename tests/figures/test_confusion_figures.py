import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.figures.confusion import (
    Confusion,
    lost_share,
    per_class,
    per_class_table,
)
from reproduce.figures.style import RARE
from tests.drawing import TONES, cells

# Rows are true classes: recall of b is 30 / 40, its precision 30 / 33.
MATRIX = [[97, 3], [10, 30]]


def shares(axis):
    """Return {(row, column): strength of the coloured cell there}."""
    return {place: strength for place, (_, strength) in cells(axis).items()}


def test_rows_are_normalised_and_written(written):
    figure = Confusion({"baseline": MATRIX}, ["a", "b"]).draw()
    words = written(figure).split("\n")
    assert {"97", "3", "25", "75"} <= set(words)
    assert "Baseline" in words and "mean recall 86.0 %" in written(figure)
    axis = figure.axes[0]
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("predicted", "true")
    expected = {(0, 0): 0.97, (0, 1): 0.03, (1, 0): 0.25, (1, 1): 0.75}
    assert shares(axis) == pytest.approx(expected, abs=TONES)


def test_classes_are_ordered_by_their_training_images_and_the_rare_ones_marked():
    matrix = [[8, 2, 0], [1, 9, 0], [4, 1, 5]]
    made = Confusion({"baseline": matrix}, ["x", "y", "z"], [10, 500, 300], drawn="seed 3")
    assert made.class_names == ["y", "z", "x"] and made.rare.tolist() == [False, False, True]
    axis = made.draw().axes[0]
    labels = axis.get_yticklabels()
    assert [label.get_text() for label in labels] == ["y", "z", "x"]
    assert [label.get_color() == RARE for label in labels] == [False, False, True]
    # The first row is y: 9 of 10 right, 1 called x, which is the last column.
    assert shares(axis)[0, 0] == pytest.approx(0.9, abs=TONES)
    assert shares(axis)[0, 2] == pytest.approx(0.1, abs=TONES)
    lines = [line.get_ydata()[0] for line in axis.get_lines() if line.get_color() == RARE]
    assert 2 in lines


def test_frequent_against_rare_stands_beside_and_gives_the_title(written):
    # Of x, the rare class, 6 of 10 go to y and z; of those, 3 + 0 of 20 go to x.
    matrices = {"baseline": [[4, 5, 1], [1, 9, 0], [2, 0, 8]],
                "oversampling": [[8, 1, 1], [1, 9, 0], [2, 0, 8]]}  # fmt: skip
    made = Confusion(matrices, ["x", "y", "z"], [10, 500, 300], drawn="seed 0")
    assert made.groups("baseline") == pytest.approx(np.array([[17, 3], [6, 4]]) / [[20], [10]])
    figure = made.draw()
    assert len(figure.axes) == 4
    small = [text.get_text() for text in figure.axes[1].texts]
    assert small == ["85", "15", "60", "40"]
    assert made.message() == (
        "The baseline sends 60 % of the rare classes' images to frequent classes, oversampling "
        "20 % (seed 0)."
    )
    assert "called a frequent class" in made.words()
    equal = Confusion(matrices, ["x", "y", "z"], [10, 10, 10])
    assert not equal.rare.any() and equal.message() == "" and len(equal.draw().axes) == 2


def test_the_message_tells_means_over_repeats_where_one_draw_would_mislead():
    matrices = {"baseline": [[1, 9], [0, 10]], "oversampling": [[9, 1], [0, 10]]}
    lost = {"baseline": [0.9, 0.3], "oversampling": [0.1, 0.9]}
    made = Confusion(matrices, ["x", "y"], [10, 500], drawn="seed 0", lost=lost)
    assert made.message() == (
        "The baseline sends 60 % of the rare classes' images to frequent classes, oversampling "
        "50 % (means of 2 repeats; drawn: seed 0)."
    )
    # x and z are rare: of their 20 images 5 + 2 go to y; what goes from x to z stays among them.
    share = lost_share([[4, 5, 1], [1, 9, 0], [0, 2, 8]], [10, 500, 20])
    assert share == pytest.approx(7 / 20)
    assert np.isnan(lost_share([[0, 0], [1, 9]], [10, 500]))


@pytest.mark.parametrize("classes", [2, 3, 8])
@pytest.mark.parametrize("names", ["{}", "VAS{}", "benign lesion {}"])
def test_every_label_is_inside_the_figure_and_no_cell_is_huge_or_tiny(classes, names):
    class_names = [names.format(n) for n in range(classes)]
    counts = [100, *([10] * (classes - 1))]
    both = {"baseline": np.eye(classes), "oversampling": np.eye(classes)}
    figure = Confusion(both, class_names, counts).draw()
    figure.draw_without_rendering()
    width = figure.get_figwidth()
    for axis in figure.axes:
        box = axis.get_position()
        if len(axis.get_yticks()):
            assert 0.15 < box.width * width / classes <= 0.56
    for axis in figure.axes:
        for text in (axis.yaxis.label, axis.xaxis.label, *axis.get_yticklabels()):
            if text.get_text():
                assert text.get_window_extent().x0 >= 0, text.get_text()


def test_long_names_lose_what_they_say_in_brackets_unless_that_tells_them_apart(written):
    counts = {"baseline": [[8, 2], [1, 9]]}
    text = written(Confusion(counts, ["bkl (for warts)", "mel (for corns)"]).draw())
    assert "bkl" in text and "(for" not in text and "…" not in text
    counts = {"baseline": [[8, 2, 0], [1, 9, 0], [4, 1, 5]]}
    names = ["mole (for warts)", "mole (for corns)", "skin (for skin)"]
    assert "…" in written(Confusion(counts, names).draw())


def test_a_printed_matrix_shows_the_counts_as_printed(written):
    words = written(Confusion({"a": MATRIX}, ["Grade 0", "Grade 1"], printed=True).draw())
    assert {"97", "3", "10", "30"} <= set(words.split("\n")) and "75" not in words.split("\n")
    assert "true grade" in words and "Grade 0" not in words


def test_many_classes_have_colours_without_numbers_on_one_scale(class_names):
    rng = np.random.default_rng(0)
    matrices = {name: rng.integers(1, 9, (10, 10)) for name in ("baseline", "oversampling", "ldam")}
    figure = Confusion(matrices, class_names).draw()
    assert len(figure.axes) == 3
    for axis, matrix in zip(figure.axes, matrices.values(), strict=True):
        expected = matrix[4, 7] / matrix[4].sum()
        assert shares(axis)[4, 7] == pytest.approx(expected, abs=TONES)
        assert not [text for text in axis.texts if text.get_text().isdigit()]


def test_numbers_hold_the_recall_of_each_class():
    said = Confusion({"baseline": MATRIX, "oversampling": [[1, 1], [0, 4]]}, ["a", "b"]).words()
    assert said == (
        "Baseline: recall in percent by class: a 97.0, b 75.0; mean 86.0. "
        "Oversampling: recall in percent by class: a 50.0, b 100.0; mean 75.0."
    )


def test_counts_for_other_classes_are_refused():
    with pytest.raises(UserError, match="training counts"):
        Confusion({"baseline": MATRIX}, ["a", "b"], [1, 2, 3])


def test_a_class_without_test_images_is_a_gap_not_a_zero():
    matrix = [[5, 0], [0, 0]]
    assert "b –" in Confusion({"baseline": matrix}, ["a", "b"]).words()
    drawn = shares(Confusion({"baseline": matrix}, ["a", "b"]).draw().axes[0])
    assert drawn == {(0, 0): 1, (0, 1): pytest.approx(0, abs=TONES), (1, 0): 0, (1, 1): 0}


def test_per_class_values_by_hand():
    matrix = np.array(MATRIX, dtype=float)
    assert per_class(matrix, "recall") == pytest.approx([0.97, 0.75])
    assert per_class(matrix, "precision") == pytest.approx([97 / 107, 30 / 33])
    assert per_class(matrix, "f1") == pytest.approx([194 / 207, 60 / 73])
    assert np.isnan(per_class(np.array([[2.0, 0], [3, 0]]), "precision")[1])


def test_the_table_has_a_row_per_class():
    table = per_class_table(
        {"baseline": MATRIX}, ["a", "b"], provenance="digits", training_counts=[100, 10]
    )
    assert list(table.columns) == ["Class", "Training images", "Test images", "Baseline"]
    assert table.rows == [["a", "100", "100", "97.0"], ["b", "10", "40", "75.0"]]
    with pytest.raises(UserError, match="recall"):
        per_class_table({"baseline": MATRIX}, ["a", "b"], provenance="x", metric="recal")


@pytest.mark.parametrize(
    "matrices", [{}, {"x": [[1, 2, 3]]}, {"x": [[1, 2], [3]]}, {"x": [[-1, 2], [3, 4]]},
                 {"x": [[np.nan, 2], [3, 4]]}],
)  # fmt: skip
def test_bad_matrices_are_refused(matrices):
    with pytest.raises(UserError):
        Confusion(matrices, ["a", "b"])
