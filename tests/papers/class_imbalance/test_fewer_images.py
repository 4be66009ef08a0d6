import numpy as np
import pytest

from reproduce.errors import UserError
from reproduce.papers.class_imbalance.fewer_images import (
    ImbalanceOrFewer,
)

LEVELS = {"balanced": 0.98, "linear": 0.95, "step": 0.90}


def rows(methods=("baseline", "oversampling")):
    made = []
    for rho, images in ((10, 27_500), (100, 25_250)):
        for seed in range(3):
            for kind, level in LEVELS.items():
                value = level - 0.0001 * rho * (1 + (kind == "step")) + 0.001 * seed
                for method in ["balanced"] if kind == "balanced" else methods:
                    gain = 0.01 * (method == "oversampling")
                    made.append({
                        "method": method, "imbalance": kind, "rho": rho, "seed": seed,
                        "images": images - (4 if kind == "balanced" else 0),
                        "auc": value + gain,
                    })  # fmt: skip
    return made


def line(axis, kind):
    return next(found for found in axis.get_lines() if found.get_label() == kind)


def test_each_method_has_three_lines_and_all_share_the_control():
    baseline, oversampling = ImbalanceOrFewer(rows()).draw().axes
    assert line(baseline, "step").get_ydata() == pytest.approx([89.9, 88.1])
    assert line(oversampling, "step").get_ydata() == pytest.approx([90.9, 89.1])
    assert line(baseline, "linear").get_ydata() == pytest.approx([95.0, 94.1])
    for axis in (baseline, oversampling):
        assert line(axis, "balanced").get_ydata() == pytest.approx([98.0, 97.1])


def test_the_axis_says_rho_and_how_many_images_there_are(written):
    assert "10\n27,500" in written(ImbalanceOrFewer(rows()).draw())
    uneven = [{**row, "images": row["images"] + 9000 * (row["imbalance"] == "linear")}
              for row in rows()]  # fmt: skip
    assert "27,496 to 36,500" in written(ImbalanceOrFewer(uneven).draw())


def test_what_is_shaded_lies_between_step_and_control():
    shade = ImbalanceOrFewer(rows()).draw().axes[0].collections[0].get_paths()[0].vertices[:, 1]
    assert (shade.min(), shade.max()) == pytest.approx((88.1, 98.0))


def test_a_kind_that_is_not_there_leaves_the_others():
    few = [row for row in rows() if (row["imbalance"], row["rho"]) != ("linear", 100)]
    axis = ImbalanceOrFewer(few).draw().axes[0]
    assert len(line(axis, "linear").get_xdata()) == 1
    assert np.isfinite(line(axis, "step").get_ydata()).all()


def test_numbers_by_hand():
    said = ImbalanceOrFewer(rows(("baseline",))).words()
    assert "training images: 27,500 at rho 10, 25,250 at rho 100." in said
    assert (
        "Baseline: at rho 10 balanced 98.00 ± 0.10, linear 95.00 ± 0.10, step 89.90 ± 0.10 "
        "(step minus balanced −8.10);"
    ) in said


def test_rows_without_a_control_or_of_another_kind_are_refused():
    with pytest.raises(UserError, match="0 controls"):
        ImbalanceOrFewer([row for row in rows() if row["imbalance"] != "balanced"])
    with pytest.raises(UserError, match="unknown imbalance 'long_tail'"):
        ImbalanceOrFewer([{**row, "imbalance": "long_tail"} for row in rows()])
    with pytest.raises(UserError, match="images"):
        ImbalanceOrFewer([{k: v for k, v in row.items() if k != "images"} for row in rows()])
