import pytest
from matplotlib.colors import to_hex

from reproduce.errors import UserError
from reproduce.papers.dual_head.encoder_plane import (
    EncoderPlane,
    encoder_table,
)

PLACES = {"supervised": ((0.1, -0.5), (0.4, -2.0)), "dual_head": ((0.2, -2.5), (0.5, -2.4))}


def rows():
    """Two seeds of two methods: seeds differ by a tenth in uniformity."""
    return [
        {
            "method": method, "dataset": "lesions", "seed": seed,
            "alignment_before": before[0], "uniformity_loss": before[1] + 0.1 * seed,
            "alignment_after": after[0], "uniformity_after": after[1] + 0.1 * seed,
            "knn_before": 0.40, "knn_after": 0.60 + 0.02 * seed,
            "probe_before": 0.45, "probe_after": 0.70,
        }
        for method, (before, after) in PLACES.items() for seed in range(2)
    ]  # fmt: skip


def marks(figure, label):
    return next(x for x in figure.axes[0].get_lines() if x.get_label() == label)


def test_alignment_lies_along_and_uniformity_up():
    line = marks(EncoderPlane(rows()).draw(), "dual_head before")
    assert list(line.get_xdata()) == [0.2, 0.2]
    assert list(line.get_ydata()) == pytest.approx([-2.5, -2.4])


def test_before_is_filled_and_after_hollow():
    figure = EncoderPlane(rows()).draw()
    before, after = marks(figure, "dual_head before"), marks(figure, "dual_head after")
    assert to_hex(before.get_markerfacecolor()) == to_hex(before.get_color())
    assert to_hex(after.get_markerfacecolor()) == "#ffffff"
    assert to_hex(after.get_markeredgecolor()) == to_hex(before.get_color())


def test_arrows_go_from_the_mean_before_to_the_mean_after():
    arrows = [x for x in EncoderPlane(rows()).draw().axes[0].texts if x.arrow_patch is not None]
    assert [(tuple(x.xyann), tuple(x.xy)) for x in arrows] == [
        (pytest.approx((0.1, -0.45)), pytest.approx((0.4, -1.95))),
        (pytest.approx((0.2, -2.45)), pytest.approx((0.5, -2.35))),
    ]


def test_the_legend_names_methods_and_moments(written):
    text = written(EncoderPlane(rows()).draw())
    assert "Supervised" in text and "before fine-tuning" in text and "after fine-tuning" in text
    said = EncoderPlane(rows()).reading()
    assert "n = 2 seeds" in said and "Lower is better on both axes" in said


def test_seeds_without_one_of_the_two_numbers_are_left_out():
    some = rows()
    some[0]["uniformity_loss"] = None
    some[1]["alignment_before"] = float("nan")
    figure = EncoderPlane(some).draw()
    labels = [x.get_label() for x in figure.axes[0].get_lines()]
    assert labels == ["dual_head before", "dual_head after", "supervised after"]
    assert len([x for x in figure.axes[0].texts if x.arrow_patch is not None]) == 1


def test_numbers_by_hand():
    said = EncoderPlane(rows()).words()
    assert (
        "Supervised: before fine-tuning alignment 0.100 ± 0.000, uniformity −0.450 ± 0.071 "
        "(2 seeds); after fine-tuning alignment 0.400 ± 0.000, uniformity −1.950 ± 0.071"
    ) in said
    alone = EncoderPlane(rows()[:1]).words()
    assert "uniformity −0.500 (1 seed)" in alone


def test_the_table_has_neighbours_and_probe_before_and_after():
    table = encoder_table(rows(), provenance="lesions, quick scale")
    assert list(table.columns[-4:]) == [
        "Neighbours, before", "Neighbours, after", "Linear probe, before", "Linear probe, after",
    ]  # fmt: skip
    assert list(table.rows[0]) == [
        "Supervised", "2", "40.0 ± 0.0", "61.0 ± 1.4", "45.0 ± 0.0", "70.0 ± 0.0",
    ]  # fmt: skip
    assert "initial weights" in table.note and "All on generated lesions." in table.note
    assert table.provenance == "lesions, quick scale"
    without = encoder_table(rows()[2:], provenance="lesions, quick scale")
    assert "initial weights" not in without.note


def test_rows_without_encoders_are_refused():
    with pytest.raises(UserError, match="alignment_before"):
        EncoderPlane([{"method": "simclr", "seed": 0, "accuracy": 0.5}]).draw()
    apart = rows()[:2]
    apart[0] |= {"uniformity_loss": None, "uniformity_after": None}
    apart[1] |= {"alignment_before": None, "alignment_after": None}
    with pytest.raises(UserError, match="both alignment and uniformity"):
        EncoderPlane(apart).draw()
    with pytest.raises(UserError, match="more than once"):
        EncoderPlane([*rows(), *rows()]).draw()
