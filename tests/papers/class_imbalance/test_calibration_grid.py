"""Calibration errors before and after thresholding, on a grid, by hand."""

import pytest

from reproduce.errors import UserError
from reproduce.figures.heat import HEAT, LOSS
from reproduce.papers.class_imbalance.calibration_grid import (
    CalibrationGrid,
)
from tests.drawing import TONES, cells

# Before and after at rho 10 and rho 100; seed 1 has a hundredth more.
ERRORS = {"baseline": [(0.10, 0.04), (0.30, 0.10)], "focal": [(0.05, 0.09), (0.06, 0.06)]}


def rows(mu=0.5):
    return [
        {"method": method, "rho": rho, "seed": seed, "calibration_error": before + seed / 100,
         "calibration_error_after": after + seed / 100} | ({} if mu is None else {"mu": mu})
        for method, errors in ERRORS.items()
        for rho, (before, after) in zip((10.0, 100.0), errors, strict=True)
        for seed in (0, 1)
    ]  # fmt: skip


def panel(figure, name):
    return next(axis for axis in figure.axes if axis.get_title(loc="left") == name)


def texts(axis):
    """Return {column: (large print, small print)}."""
    found = {}
    for text in sorted(axis.texts, key=lambda text: -text.get_position()[1]):
        found.setdefault(int(text.get_position()[0]), []).append(text.get_text())
    return found


def test_a_cell_says_before_and_after_and_is_coloured_by_what_is_taken_off():
    figure = CalibrationGrid(rows()).draw()
    assert texts(panel(figure, "Baseline")) == {0: ["10.5", "→ 4.5"], 1: ["30.5", "→ 10.5"]}
    assert texts(panel(figure, "Focal loss")) == {0: ["5.5", "→ 9.5"], 1: ["6.5", "→ 6.5"]}
    found = {name: cells(panel(figure, name)) for name in ("Baseline", "Focal loss")}
    # 6 and 20 points are taken off, 4 are added, of at most 20.
    assert found["Baseline"][0, 0] == (HEAT, pytest.approx(0.92 * 6 / 20, abs=TONES))
    assert found["Baseline"][0, 1] == (HEAT, pytest.approx(0.92, abs=TONES))
    assert found["Focal loss"][0, 0] == (LOSS, pytest.approx(0.92 * 4 / 20, abs=TONES))


def test_a_point_that_was_not_run_is_empty():
    figure = CalibrationGrid(
        [row for row in rows() if row["rho"] == 10 or row["method"] != "focal"]
    ).draw()
    assert texts(panel(figure, "Focal loss"))[1][0] == "–"


def test_linear_imbalance_has_no_share_of_minority_classes():
    figure = CalibrationGrid(rows(mu=None)).draw()
    labels = [label.get_text() for label in panel(figure, "Baseline").get_yticklabels()]
    assert labels == [""] and figure.get_supylabel() == ""
    assert "mu" not in CalibrationGrid(rows(mu=None)).words()


def test_numbers_by_hand_and_a_seed_that_occurs_twice():
    said = CalibrationGrid(rows()).words()
    assert "lowers it in 2 of 4 cells" in said
    assert "Baseline: 10.5 to 4.5 at rho 10, mu 0.5; 30.5 to 10.5 at rho 100, mu 0.5." in said
    with pytest.raises(UserError, match="once"):
        CalibrationGrid(rows() + rows())
