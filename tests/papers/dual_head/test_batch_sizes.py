import numpy as np
import pytest
from matplotlib.collections import PolyCollection

from reproduce.errors import UserError
from reproduce.figures.wording import method_label
from reproduce.papers.dual_head.batch_sizes import BatchSizes

SLOPES = {"simclr": 0.02, "auc_cl": 0.0}
SIZES = (32, 64, 128, 256)
NAME = method_label("simclr")


def rows(seeds=3):
    return [
        {"method": method, "batch_size": size, "seed": seed,
         "macro_f1": 0.40 + slope * np.log2(size / 32) + 0.01 * seed
         + 0.001 * seed * (size == 256)}
        for method, slope in SLOPES.items() for size in SIZES[::-1] for seed in range(seeds)
    ]  # fmt: skip


def line(figure, label):
    return next(x for x in figure.axes[0].get_lines() if x.get_label() == label)


def test_a_line_has_the_means_by_rising_batch_size_on_a_log_axis():
    figure = BatchSizes(rows()).draw()
    found = line(figure, NAME)
    assert found.get_ydata() == pytest.approx([41, 43, 45, 47.1])
    # Lines stand aside of each other by less than a tenth of a step.
    assert np.log2(found.get_xdata()) == pytest.approx([5, 6, 7, 8], abs=0.1)
    axis = figure.axes[0]
    assert axis.get_xscale() == "log"
    assert [label.get_text() for label in axis.get_xticklabels()] == ["32", "64", "128", "256"]


def test_the_band_is_one_sd_and_every_seed_is_a_dot():
    figure = BatchSizes(rows()).draw()
    axis = figure.axes[0]
    bands = [found for found in axis.collections if isinstance(found, PolyCollection)]
    corners = bands[0].get_paths()[0].vertices[:, 1]
    assert (corners.min(), corners.max()) == pytest.approx((40, 47.1 + 1.1))
    dots = [c for c in axis.collections if len(c.get_offsets()) == 3]
    assert len(dots) == len(SLOPES) * len(SIZES)
    assert np.asarray(dots[0].get_offsets()[:, 1]) == pytest.approx([40, 41, 42])
    assert "seeds (n = 3)" in BatchSizes(rows()).reading()


def test_one_seed_has_a_line_without_a_band():
    figure = BatchSizes(rows(1)).draw()
    assert line(figure, NAME).get_ydata() == pytest.approx([40, 42, 44, 46])
    assert "32 minus 256 −6.0." in BatchSizes(rows(1)).words()


def test_a_size_that_one_method_lacks_leaves_the_others():
    few = [row for row in rows() if (row["method"], row["batch_size"]) != ("simclr", 64)]
    figure = BatchSizes(few).draw()
    assert len(line(figure, NAME).get_xdata()) == 3
    assert len(line(figure, method_label("auc_cl")).get_xdata()) == 4


def test_numbers_by_hand():
    said = BatchSizes(rows()).words()
    assert f"{NAME}: 41.0 ± 1.0 at 32, 43.0 ± 1.0 at 64, 45.0 ± 1.0 at 128" in said
    # Differences −6.0, −6.1, −6.2; their interval stands in the findings, with the images.
    assert "32 minus 256 −6.1." in said and "[" not in said
    assert "from 32 to 256, mean ± sd over seeds (n = 3)" in said


def test_wrong_rows_are_refused():
    with pytest.raises(UserError, match="batch_size"):
        BatchSizes([{"method": "simclr", "seed": 0, "macro_f1": 0.4}]).draw()
    with pytest.raises(UserError, match="above 0"):
        BatchSizes([{**row, "batch_size": row["batch_size"] - 32} for row in rows()]).draw()
    with pytest.raises(UserError, match="numbers"):
        BatchSizes([{**row, "batch_size": str(row["batch_size"])} for row in rows()]).draw()
    with pytest.raises(UserError, match="more than once"):
        BatchSizes(rows() + rows()).draw()
