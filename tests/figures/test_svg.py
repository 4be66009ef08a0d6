import re

from matplotlib.colors import to_rgb

from reproduce.figures.style import FAINT, INK, PAPER, in_the_look, new_figure
from reproduce.figures.svg import contrast, dark_colours, lighter, svg


@in_the_look
def drawn(text="seven"):
    figure, axes = new_figure(2.0)
    axes[0, 0].plot([0.123456789, 1], [0, 1], "o", color="#332288")
    axes[0, 0].axvspan(0, 1, color="#123456")
    axes[0, 0].text(0.5, 0.5, text)
    return figure


def test_letters_stay_letters_and_numbers_have_two_decimals():
    text = svg(drawn())
    assert ">seven</text>" in text and "<metadata" not in text and "<?xml" not in text
    assert not re.search(r"\d\.\d{3,}", text)
    assert 'width="480" height="192" viewBox="0 0 360 144"' in text


def test_a_number_that_is_written_in_it_keeps_its_digits():
    """Places are shortened, results are not: +0.011 [+0.008, +0.014] is no +0.01 [+0.01, +0.01]."""
    text = svg(drawn("+0.011 [+0.008, +0.014], 0.10"))
    assert "+0.011 [+0.008, +0.014], 0.10" in text
    places = re.findall(r"\d+\.\d+", "".join(re.findall(r"<[^>]*>", text)))
    assert places and all(len(place.partition(".")[2]) <= 2 for place in places)


def test_colours_of_the_look_are_variables_that_fall_back_to_themselves():
    text = svg(drawn())
    assert f"var(--c{INK[1:]}, {INK})" in text and f"var(--c{PAPER[1:]}, {PAPER})" in text
    assert "var(--c332288, #332288)" in text
    # A colour that belongs to nothing stays what it is.
    assert "#123456" in text and "--c123456" not in text
    rule = re.search(r'html\[data-theme="dark"\] .book-figure\{([^}]*)\}', text)[1]
    values = dict(one.split(":") for one in rule.rstrip(";").split(";"))
    # What has no colour of its own is black in the light, and must not be in the dark.
    assert contrast(to_rgb(values.pop("fill")), to_rgb("#14181e")) > 10
    assert set(re.findall(r"var\((--c\w+),", text)) == set(values)
    assert "<style>" in text and "prefers-color-scheme" not in text


def test_ids_are_those_that_something_refers_to_and_two_figures_share_none():
    found = [set(re.findall(r' id="([^"]+)"', svg(drawn(text)))) for text in ("one", "two")]
    used = set(re.findall(r"#(f\w+-\d+)", svg(drawn("one"))))
    assert found[0] == used != set() and not found[0] & found[1]


def test_every_dark_colour_is_seen_on_the_dark_ground():
    dark = dark_colours()
    assert dark.pop(PAPER).startswith("var(--pst-color-background, #")
    ground = to_rgb("#14181e")
    faint = {"#e3e3e3", "#f2f2f2", "#dcdcdc", "#a9b4be", "#e4eef6", "#cccccc"}
    for colour, found in dark.items():
        least = 1.0 if colour in faint else 4.4
        assert contrast(to_rgb(found), ground) >= least, colour
    assert contrast(to_rgb(dark[FAINT]), ground) >= 4.4


def test_a_light_colour_stays_and_a_dark_one_keeps_its_hue():
    assert lighter("#56B4E9").lower() == "#56b4e9"
    red, green, blue = to_rgb(lighter("#332288"))
    assert blue > red > green


def test_contrast_by_hand():
    assert round(contrast((0, 0, 0), (1, 1, 1)), 3) == 21
    assert contrast((1, 1, 1), (1, 1, 1)) == 1
