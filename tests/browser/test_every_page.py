"""What holds for each page of the book: at both widths, in the light and in the dark."""

from itertools import product

import pytest

from reproduce.course import MODULES
from tests.browser.visiting import PHONE, SCREEN, THEMES, measured, opened

# One page of each kind; the rest of the book is among the thorough tests.
KINDS = (
    "book/intro", "book/papers/class_imbalance", "book/papers/class_imbalance-trials",
    "book/losses_segmentation", "book/course/lesson_2",
)  # fmt: skip
SCREENS = 20
# A lesson is taught in half an hour.
OF_A_COURSE = 8
MEGABYTES = 2
# Grave findings of axe-core that the theme or Sphinx makes and no build-time mend takes away:
# (page, rule) -> how many nodes.
KNOWN: dict[tuple[str, str], int] = {}
# Lists to look something up in, not to read from top to bottom.
AS_LONG_AS_THEY_ARE = ("-trials", "book/losses_embedding", "book/verdict_rates")


@pytest.fixture(scope="module", params=["kinds", pytest.param("all", marks=pytest.mark.thorough)])
def visits(request, browser, site, pages):
    """Visit the pages, and keep what was seen.

    Of each kind one page, on a bright desk and on a phone at night; or all, each in all four ways.
    """
    assert set(KINDS) <= set(pages), f"not in the book: {sorted(set(KINDS) - set(pages))}"
    names, ways = KINDS, list(zip((SCREEN, PHONE), THEMES, strict=True))
    if request.param == "all":
        names, ways = pages, list(product((SCREEN, PHONE), THEMES))
    seen = []
    for name, (size, theme) in product(names, ways):
        with opened(browser, site, name, size, theme) as (page, visit):
            measured(page, visit)
        seen.append(visit)
    return seen


def wrong(visits, what) -> list[str]:
    """Return a line for each visit of which `what` says something."""
    return [f"{visit}: {said}" for visit in visits if (said := what(visit))]


def test_no_error_is_said_in_the_console(visits):
    assert not wrong(visits, lambda visit: visit.errors)


def test_nothing_is_asked_of_another_host(visits):
    assert not wrong(visits, lambda visit: visit.foreign)


def test_nothing_reaches_over_the_edge(visits):
    def beyond(visit):
        wider = visit.measures["width"] > visit.width
        return (visit.measures["width"], visit.measures["beyond"]) if wider else None

    assert not wrong(visits, beyond)


def test_nothing_grave_keeps_people_out(visits):
    def found(visit):
        return {
            rule: nodes
            for rule, nodes in visit.findings.items()
            if len(nodes) > KNOWN.get((visit.name, rule), 0)
        }

    assert not wrong(visits, found)


def test_a_page_has_at_most_twenty_screens(visits):
    def screens(visit):
        if visit.width != SCREEN[0] or any(part in visit.name for part in AS_LONG_AS_THEY_ARE):
            return None
        count = visit.measures["height"] / SCREEN[1]
        most = OF_A_COURSE if visit.name.startswith("book/course/") else SCREENS
        return f"{count:.1f} screens" if count > most else None

    assert not wrong(visits, screens)


@pytest.mark.parametrize("number", MODULES)
def test_a_lesson_has_at_most_eight_screens_on_a_desk_and_on_a_phone(browser, site, number):
    with opened(browser, site, f"book/course/lesson_{number}", PHONE) as (page, _):
        for width, height in (PHONE, SCREEN):
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_function(f"innerWidth === {width}")
            screens = page.evaluate("document.documentElement.scrollHeight") / height
            # Fewer than two were a page that has lost its lesson.
            assert 2 < screens <= OF_A_COURSE, f"{screens:.2f} screens of {width} px"


def test_a_page_is_light(visits):
    def heavy(visit):
        return visit.transferred if visit.transferred > MEGABYTES * 1024**2 else None

    assert all(visit.transferred > 20_000 for visit in visits), "nothing was counted"
    assert not wrong(visits, heavy)


def test_icons_are_drawn_without_the_themes_script(visits):
    assert not wrong(visits, lambda visit: visit.measures["undrawn"])
    assert all(visit.measures["icons"] for visit in visits)
