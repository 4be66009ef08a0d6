import pytest
from matplotlib.figure import Figure

from reproduce.figures.clipped import cut_off, inside, limits


def test_an_outlier_is_left_out_and_0_stays_in():
    low, high = limits([(1, 2), (1, 3), (2, 3), (2, 4), (-70, -60)])
    assert -1 < low < 0 and 4 < high < 5


def test_rows_that_spread_evenly_and_few_rows_are_all_shown():
    low, high = limits([(0, 2), (0, 3), (0, 5), (0, 9), (0, 16)])
    assert high > 16
    low, high = limits([(0, 1), (-90, -80)])
    assert low < -90


def test_what_stands_beside_is_shown_if_it_is_not_far_itself():
    rows = [(1, 2), (1, 3), (2, 3), (2, 4), (-70, -60)]
    assert limits(rows, [-3])[0] < -3
    assert limits(rows, [50])[1] < 5


def test_nothing_but_zeros_has_an_axis():
    low, high = limits([(0, 0)] * 5)
    assert low < 0 < high


@pytest.mark.parametrize(("value", "cut", "side"), [(-9, True, "left"), (9, True, "right"),
                                                    (0.5, False, None)])  # fmt: skip
def test_an_arrow_and_the_number_stand_at_the_edge(value, cut, side):
    axis = Figure().subplots()
    axis.set_xlim(-1, 1)
    assert cut_off(axis, 3, value, "number", "#000000") is cut
    written = [text for text in axis.texts if text.get_text() == "number"]
    assert len(written) == cut
    if cut:
        assert written[0].get_ha() == side and -1 < written[0].get_position()[0] < 1
    assert axis.get_xlim() == (-1, 1)


def test_inside_keeps_the_ends():
    axis = Figure().subplots()
    axis.set_xlim(-1, 1)
    assert inside(axis, [-2, -1, 0, 1, 1.1]).tolist() == [-1, 0, 1]
