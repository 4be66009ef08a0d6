import pytest

from reproduce.errors import UserError
from reproduce.figures.style import INK
from reproduce.papers.dual_head.view_pairs import ViewPairs

SHARES = {None: (0.3, 0.1, 0.0), 1: (0.4, 0.2, 0.0), 0: (0.02, 0.01, 0.0)}


def rows(error=0.01):
    return [
        {
            "scale": scale, "grade": grade, "images": 40, "pairs": 200,
            "differ": share, "changed": 2 * share, "differ_error": error, "changed_error": error,
        }
        for grade, shares in SHARES.items()
        for scale, share in zip((0.08, 0.5, 1.0), shares, strict=True)
    ]  # fmt: skip


def line(figure, panel, label):
    return next(x for x in figure.axes[panel].get_lines() if x.get_label() == label)


def test_a_line_per_grade_and_a_black_one_for_all(written):
    figure = ViewPairs(list(reversed(rows()))).draw()
    for panel, factor in ((0, 100), (1, 200)):
        for grade, shares in SHARES.items():
            label = "all pictures" if grade is None else f"grade {grade}"
            drawn = line(figure, panel, label)
            assert list(drawn.get_xdata()) == [0.08, 0.5, 1.0]
            assert drawn.get_ydata() == pytest.approx([factor * share for share in shares])
    assert line(figure, 0, "all pictures").get_color() == INK
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["all pictures", "grade 0", "grade 1"]


def test_the_scale_of_the_paper_is_marked(written):
    figure = ViewPairs(rows()).draw()
    for axis in figure.axes:
        dotted = [x.get_xdata()[0] for x in axis.get_lines() if x.get_linestyle() == ":"]
        assert dotted == [0.08]
    assert "default" in written(figure)


def test_bands_are_two_standard_errors_and_stay_above_zero():
    band = ViewPairs(rows()).draw().axes[0].collections[0].get_paths()[0].vertices
    at = {round(x, 2): [] for x in band[:, 0]}
    for x, y in band:
        at[round(x, 2)].append(y)
    assert (min(at[0.08]), max(at[0.08])) == pytest.approx((28, 32))
    assert (min(at[1.0]), max(at[1.0])) == pytest.approx((0, 2))
    assert not ViewPairs(rows(float("nan"))).draw().axes[0].collections


def test_numbers_by_hand():
    said = ViewPairs(rows()).words()
    assert "5 pairs of each picture. All pictures (40): " in said
    assert (
        "Grade 1 (40): the grades of two crops differ in 40.0 % of pairs (20.0 % at a smallest "
        "crop of 0.5); one crop shows another grade than its picture in 80.0 % (40.0 %)."
    ) in said


def test_wrong_rows_are_refused():
    with pytest.raises(UserError, match="each of the 3 scales once"):
        ViewPairs(rows()[:-1]).draw()
    with pytest.raises(UserError, match="each of the 3 scales once"):
        ViewPairs([*rows(), *rows()]).draw()
    with pytest.raises(UserError, match="differ"):
        ViewPairs([{"scale": 0.1, "grade": None, "images": 1, "pairs": 1}]).draw()
