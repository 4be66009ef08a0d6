"""Icons out of the theme's script: the right drawing, and no script left."""

import pytest
from bs4 import BeautifulSoup

from reproduce.book.mending.icons import Icons, drawing
from reproduce.errors import UserError

SCRIPT = (
    'var p={github:[496,512,[],"f09b","M0 1"]};k(function(){d("fab",p),d("fa-brands",p)});'
    'var p={file:[384,512,[128196],"f15b","M0 2z"]};k(function(){d("far",p),d("fa-regular",p)});'
    'var p={"arrow-up":[384,510,[8593],"f062","M0 3"],file:[384,512,[128196],"f15b","M0 4"]};'
    'k(function(){d("fas",p),d("fa-solid",p)});'
)
LOADED = '<script defer="" src="_static/scripts/fontawesome.js?digest=1"></script>'


def drawn(html: str) -> BeautifulSoup:
    page = BeautifulSoup(html, "html.parser")
    Icons(SCRIPT).draw(page)
    return page


@pytest.mark.parametrize(
    ("style", "name", "path"),
    [("fas", "file", "M0 4"), ("far", "file", "M0 2z"), ("fab", "github", "M0 1")],
)
def test_an_icon_is_taken_from_the_set_of_its_style(style, name, path):
    assert drawing(SCRIPT, style, name)[2] == path


def test_an_icon_that_is_not_there_is_named():
    with pytest.raises(UserError, match="no icon 'github' in the style 'fas'"):
        drawing(SCRIPT, "fas", "github")


def test_drawings_stand_where_the_icons_stood():
    page = drawn(
        f'{LOADED}<button><i class="theme-switch fa-solid fa-arrow-up fa-lg" data-mode="dark" '
        'title="Dark"></i></button>'
    )
    svg = page.button.svg
    assert svg["viewBox"] == "0 0 384 510"
    assert svg["class"] == ["svg-inline--fa", "theme-switch", "fa-arrow-up", "fa-lg"]
    assert svg["data-mode"] == "dark" and svg["aria-hidden"] == "true"
    assert svg.path["d"] == "M0 3"
    assert page.find("script") is None and "CC BY 4.0" in str(page)


def test_a_page_without_the_script_stays_as_it_is():
    html = '<i class="fa-solid fa-arrow-up"></i>'
    assert str(drawn(html)) == html


def test_words_are_no_icons():
    assert drawn(f'{LOADED}<span class="fa">fa</span>').find("svg") is None


def test_the_script_is_taken_away_and_its_licence_stays(tmp_path):
    scripts = tmp_path / "_static" / "scripts"
    scripts.mkdir(parents=True)
    for name in ("fontawesome.js", "fontawesome.js.map", "fontawesome.js.LICENSE.txt", "own.js"):
        (scripts / name).write_text(SCRIPT)
    icons = Icons.of(tmp_path)
    icons.take_away(tmp_path)
    assert icons.script == SCRIPT
    assert {path.name for path in scripts.iterdir()} == {"fontawesome.js.LICENSE.txt", "own.js"}
