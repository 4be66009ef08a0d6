import pytest

from reproduce.errors import UserError
from reproduce.papers.class_imbalance.levels import SamplingLevels

VALUES = {"oversampling": (0.90, 0.93, 0.92), "undersampling": (0.90, 0.88, 0.84)}


def rows():
    made = []
    for seed in range(2):
        made.append({"method": "baseline", "rho": 100, "seed": seed, "auc": 0.85 + 0.02 * seed})
        for method, values in VALUES.items():
            for level, value in zip((1 / 3, 2 / 3, None), values, strict=True):
                row = {"method": method, "rho": 100, "seed": seed, "auc": value + 0.02 * seed}
                made.append(row if level is None else {**row, "level": level})
    return made


def line(figure, label):
    return next(x for x in figure.axes[0].get_lines() if x.get_label() == label)


def test_every_curve_starts_at_the_baseline_and_ends_at_full_sampling():
    figure = SamplingLevels(rows()).draw()
    over, under = line(figure, "Oversampling"), line(figure, "Undersampling")
    assert over.get_ydata() == pytest.approx([86, 91, 94, 93])
    assert under.get_ydata() == pytest.approx([86, 91, 89, 85])
    assert over.get_xdata() == pytest.approx([0, 1 / 3, 2 / 3, 1], abs=0.02)


def test_seeds_are_dots_and_the_axis_says_level_and_ratio():
    figure = SamplingLevels(rows()).draw()
    dots = sum(len(found.get_offsets()) for found in figure.axes[0].collections)
    assert dots == 2 * 4 * 2
    labels = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert labels == ["0\n100:1", "1/3\n22:1", "2/3\n4.6:1", "1\n1:1"]
    assert "seeds (n = 2)" in SamplingLevels(rows()).reading()


def test_numbers_by_hand():
    said = SamplingLevels(rows()).words()
    assert "at rho 100" in said
    assert "Oversampling: 86.00 ± 1.41 at level 0, 91.00 ± 1.41 at level 1/3" in said
    assert "93.00 ± 1.41 at level 1; highest at 2/3." in said


def test_wrong_rows_are_refused():
    with pytest.raises(UserError, match="expected one"):
        SamplingLevels([*rows(), *({**row, "rho": 10} for row in rows())])
    with pytest.raises(UserError, match="baseline alone"):
        SamplingLevels([row for row in rows() if row["method"] == "baseline"])
    with pytest.raises(UserError, match="0 \\(as is\\) to 1"):
        SamplingLevels([{**row, "level": row.get("level", 1) + 0.5} for row in rows()])
