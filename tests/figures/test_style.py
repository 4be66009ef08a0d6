import subprocess
import sys

import matplotlib
import pytest
from matplotlib.colors import to_hex

from reproduce.figures.style import (
    LOOK,
    WIDTH,
    class_style,
    in_the_look,
    method_style,
    panels,
    title,
)
from reproduce.figures.wording import listed, method_label, percent, points, ranges

BUDA = (
    "baseline", "oversampling", "undersampling", "thresholding", "oversampling_thresholding",
    "undersampling_thresholding", "two_phase_oversampling", "two_phase_undersampling",
)  # fmt: skip
YUN = ("supervised", "simclr", "auc_cl", "dual_head")


@pytest.mark.parametrize("of_paper", [BUDA, YUN])
def test_every_method_of_a_paper_has_a_colour_and_a_marker_of_its_own(of_paper):
    styles = [method_style(name) for name in of_paper]
    assert len({style.colour for style in styles}) == len(of_paper)
    assert len({style.marker for style in styles}) == len(of_paper)


def test_an_unknown_method_keeps_its_style_in_another_process():
    code = "from reproduce.figures.style import method_style; print(method_style('ldam'))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == repr(method_style("ldam"))
    assert method_style("ldam").colour not in {method_style(name).colour for name in (*BUDA, *YUN)}


def test_class_styles_differ_for_fifty_classes():
    assert len({(s.colour, s.marker) for s in map(class_style, range(50))}) == 50


def test_labels_are_words():
    assert method_label("oversampling") == "Oversampling"
    assert method_label("oversampling_thresholding") == "Oversampling + thresholding"
    assert method_label("two_phase_undersampling") == "Two-phase (undersampling)"
    assert method_label("hard_negative_sup_con") == "Hard-negative SupCon", "as its paper has it"
    assert method_label("kept_by_no_paper") == "Kept by no paper"


def test_numbers_are_written_with_their_sign_and_without_negative_zero():
    assert percent(0.98765) == "98.8"
    assert percent(float("nan")) == "–"
    assert points(-0.0312) == "−3.1"
    assert points(0.0312) == "+3.1"
    assert points(-0.0001) == "0.0"
    assert ranges([0, 1, 2, 5, 2]) == "0-2, 5"
    said = [listed(["a", "b", "c"][:count]) for count in range(4)]
    assert said == ["", "a", "a and b", "a, b and c"]


def test_the_look_is_opaque_large_enough_and_does_not_leak():
    before = dict(matplotlib.rcParams)
    figure, axes = in_the_look(panels)(3, 2.0)
    assert dict(matplotlib.rcParams) == before
    assert len(axes) == 3 and len(figure.axes) == 3
    assert figure.get_figwidth() == WIDTH == 5
    assert to_hex(figure.get_facecolor(), keep_alpha=True) == "#ffffffff"
    sizes = [LOOK[f"{what}size"] for what in ("font.", "xtick.label", "axes.label", "axes.title")]
    # On a phone of 390 pixels a figure has 350, so that letters of 11.3 points are 11 pixels high.
    assert min(sizes) * 96 / 72 * 350 / (96 * WIDTH) >= 10.9
    assert LOOK["axes.formatter.useoffset"] is False


def test_a_title_is_inside_the_laid_out_figure():
    figure, axes = in_the_look(panels)(1, 2.0)
    title(axes[0], "Name", "first", "second")
    for _ in range(3):
        figure.draw_without_rendering()
    name = axes[0].texts[0].get_window_extent()
    lines = axes[0]._left_title.get_window_extent()
    assert name.y1 <= figure.bbox.height
    assert name.y0 > lines.y0


def test_importing_the_package_imports_no_matplotlib():
    code = "import sys, reproduce.figures; print('matplotlib' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"
