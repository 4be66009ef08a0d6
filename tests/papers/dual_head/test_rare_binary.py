import pytest

from reproduce.errors import UserError
from reproduce.figures.wording import method_label
from reproduce.papers.dual_head import printed
from reproduce.papers.dual_head.rare_binary import (
    RareBinary,
)
from reproduce.registry import published

GAINS = {"supervised": 0.0, "simclr": 0.01, "auc_cl": -0.02, "dual_head": 0.04}
METRICS = ("accuracy", "macro_f1")


def rows(seeds=3):
    """Gains are half as large if normal is rare, and differ by a point from seed to seed."""
    return [
        {"method": method, "rare_share": share, "rare": rare, "seed": seed,
         **{metric: 0.7 + share + 0.02 * seed + gain * (0.5 if rare == "normal" else 1)
            + 0.01 * (seed - 1) * (method == "dual_head") for metric in METRICS}}
        for method, gain in GAINS.items() for share in (0.1, 0.05)
        for rare in ("abnormal", "normal") for seed in range(seeds)
    ]  # fmt: skip


def mark(axis, label):
    return next(line for line in axis.get_lines() if line.get_label() == label)


def test_the_papers_table_is_read_in_fractions():
    found = printed.rare(published.load("dual_head"))
    assert len(found) == 2 * 4 * 4
    assert found[0.05, "supervised", "accuracy"] == pytest.approx((0.6724, 0.0332))
    assert found[0.1, "dual_head", "balanced_accuracy"] == pytest.approx((0.8241, 0.0096))
    assert {method for _, method, _ in found} == set(GAINS)


def test_gains_are_marked_at_their_share_and_reading():
    figure = RareBinary(rows(), METRICS).draw()
    five, ten = figure.axes[:2]
    assert five.get_title(loc="left").strip() == "rare class 5 %"
    assert ten.get_title(loc="left").strip() == "rare class 10 %"
    assert mark(five, "dual_head, abnormal").get_xdata() == pytest.approx([4])
    assert mark(five, "dual_head, normal").get_xdata() == pytest.approx([2])
    assert mark(ten, "auc_cl, abnormal").get_xdata() == pytest.approx([-2])
    names = [label.get_text() for label in five.get_yticklabels()]
    assert names == [method_label(name) for name in GAINS]
    # Two lines per method, of which the first is that of abnormal; the first block is level.
    assert mark(five, "simclr, abnormal").get_ydata() == pytest.approx([2])
    assert mark(five, "dual_head, normal").get_ydata() == pytest.approx([7])


def test_a_bar_reaches_from_the_lowest_to_the_highest_seed():
    axis = RareBinary(rows(), METRICS).draw().axes[0]
    place = mark(axis, "dual_head, abnormal").get_ydata()[0]
    bars = [x.get_xdata() for x in axis.get_lines() if list(x.get_ydata()) == [place, place]]
    assert bars[0] == pytest.approx([3, 5])


def test_the_papers_gains_stand_over_its_own_supervised_row():
    figure = RareBinary(rows(), METRICS, published=published.load("dual_head")).draw()
    accuracy, _, _, f1_at_ten = figure.axes[:4]
    assert mark(accuracy, "dual_head, paper").get_xdata() == pytest.approx([76.35 - 67.24])
    assert mark(f1_at_ten, "auc_cl, paper").get_xdata() == pytest.approx([73.36 - 66.92])
    assert mark(accuracy, "dual_head, paper").get_ydata() == pytest.approx([3 * 3 + 2])


def test_the_level_that_gains_start_from_is_written(written):
    figure = RareBinary(rows(), METRICS, published=published.load("dual_head")).draw()
    levels = [text.get_text() for text in figure.axes[0].texts if "±" in text.get_text()]
    assert levels == ["77.0 ± 2.0", "77.0 ± 2.0", "67.2 ± 3.3"]
    assert "paper" in written(figure)
    assert "paper" not in written(RareBinary(rows(), METRICS).draw())


def test_one_share_one_reading_one_seed_are_enough():
    few = [row for row in rows(1) if (row["rare_share"], row["rare"]) == (0.05, "normal")]
    figure = RareBinary(few, ("macro_f1",)).draw()
    assert len(figure.axes) == 1
    assert mark(figure.axes[0], "simclr, normal").get_xdata() == pytest.approx([0.5])
    figure.draw_without_rendering()


def test_numbers_by_hand():
    said = RareBinary(rows(), METRICS, published=published.load("dual_head")).words()
    dual = method_label("dual_head")
    assert "Accuracy with 5 percent abnormal:" in said
    assert f"{method_label('supervised')} 77.0 ± 2.0, " in said
    assert f"{dual} 81.0 ± 3.0 (+4.0, paper +9.1)." in said
    assert (
        "Macro F1 with 10 percent normal:" in said
        and f"{dual} 84.0 ± 3.0 (+2.0, paper +7.3)" in said
    )
    assert "paper" not in RareBinary(rows(), METRICS).words()


def test_wrong_rows_are_refused():
    with pytest.raises(UserError, match="unknown rare class 'sick'"):
        RareBinary([{**row, "rare": "sick"} for row in rows()], METRICS).draw()
    with pytest.raises(UserError, match="Supervised"):
        RareBinary([row for row in rows() if row["method"] != "supervised"], METRICS).draw()
    with pytest.raises(UserError, match="Table 7"):
        RareBinary(rows(), METRICS, published=[]).draw()
    with pytest.raises(UserError, match="no metrics"):
        RareBinary(rows(), ()).draw()
    with pytest.raises(UserError, match="macro_precision"):
        RareBinary(rows()).draw()
