import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.figures.confusion import (
    Confusion,
    per_class,
    per_class_table,
)

# Rows are true classes: recall of b is 30 / 40, its precision 30 / 33.
MATRIX = [[97, 3], [10, 30]]


def test_rows_are_normalised_and_written(written):
    figure = Confusion({"baseline": MATRIX}, ["a", "b"]).draw()
    words = written(figure).split("\n")
    assert {"97", "3", "25", "75"} <= set(words)
    assert "Baseline" in words and "mean recall 86.0 %" in written(figure)
    axis = figure.axes[0]
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("predicted class", "true class")


def test_all_matrices_share_one_colour_scale(class_names):
    rng = np.random.default_rng(0)
    matrices = {name: rng.integers(0, 9, (10, 10)) for name in ("baseline", "oversampling", "ldam")}
    figure = Confusion(matrices, class_names).draw()
    meshes = [c for axis in figure.axes[:3] for c in axis.collections]
    assert len(meshes) == 3 and {mesh.get_clim() for mesh in meshes} == {(0, 100)}
    assert len(figure.axes) == 4


def test_numbers_hold_the_recall_of_each_class():
    said = Confusion({"baseline": MATRIX, "oversampling": [[1, 1], [0, 4]]}, ["a", "b"]).words()
    assert said == (
        "Baseline: recall in percent by class: a 97.0, b 75.0. "
        "Oversampling: recall in percent by class: a 50.0, b 100.0."
    )


def test_a_class_without_test_images_is_a_gap_not_a_zero():
    matrix = [[5, 0], [0, 0]]
    assert "b –" in Confusion({"baseline": matrix}, ["a", "b"]).words()
    Confusion({"baseline": matrix}, ["a", "b"]).draw()


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
