"""The course's slides: for everyone, by keyboard, on a phone and on paper."""

import re

import pytest

from reproduce.course import MODULES, content
from tests.browser.visiting import PHONE, SCREEN, measured, opened

# Which slide fills the screen.
HERE = """() => [...document.querySelectorAll("section")].findIndex(
    one => one.getBoundingClientRect().bottom > innerHeight / 2)"""
shown = pytest.mark.parametrize(
    "number", [pytest.param(n, marks=pytest.mark.thorough if n > 1 else ()) for n in MODULES]
)


@shown
def test_slides_keep_nobody_out_and_ask_for_nothing(browser, site, number):
    for size, theme in ((SCREEN, "light"), (PHONE, "dark")):
        with opened(browser, site, f"_static/course/slides_{number}", size, theme) as (page, visit):
            measured(page, visit)
        assert not visit.errors and not visit.foreign and not visit.findings, visit
        assert visit.measures["width"] <= size[0], visit.measures["beyond"]


@shown
def test_each_slide_fits_the_screen_with_nothing_cut_off(browser, site, number):
    with opened(browser, site, f"_static/course/slides_{number}", SCREEN) as (page, _):
        heights = page.locator("section").evaluate_all("all => all.map(one => one.offsetHeight)")
    assert len(heights) == content.SLIDES and max(heights) <= SCREEN[1] + 1, heights


def test_arrow_keys_lead_from_slide_to_slide_and_n_shows_the_notes(browser, site):
    with opened(browser, site, "_static/course/slides_1", SCREEN) as (page, _):
        assert page.evaluate(HERE) == 0 and not page.locator("aside").first.is_visible()
        for key, place in (
            ("ArrowRight", 1), ("PageDown", 2), ("Space", 3), ("ArrowLeft", 2), ("PageUp", 1),
            ("ArrowUp", 0), ("ArrowUp", 0), ("End", content.SLIDES - 1),
            ("ArrowDown", content.SLIDES - 1), ("Home", 0),
        ):  # fmt: skip
            page.keyboard.press(key)
            page.wait_for_function(f"({HERE})() === {place}", timeout=5000)
        page.keyboard.press("n")
        assert page.locator("aside").first.is_visible()
        page.keyboard.press("n")
        assert not page.locator("aside").first.is_visible()


def test_on_paper_there_are_all_slides_and_the_notes_where_they_were_shown(browser, site):
    with opened(browser, site, "_static/course/slides_1", SCREEN) as (page, _):
        page.emulate_media(media="print")
        assert page.locator("section").count() == content.SLIDES
        assert not page.locator("aside:visible").count()
        without = page.pdf(format="A4")
        page.emulate_media(media="screen")
        page.keyboard.press("n")
        page.emulate_media(media="print")
        assert page.locator("aside:visible").count() == content.SLIDES
        printed = page.pdf(format="A4")
    sheets = [len(re.findall(rb"/Type\s*/Page\b", one)) for one in (without, printed)]
    assert 2 <= sheets[0] <= sheets[1] <= content.SLIDES
