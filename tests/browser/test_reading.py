"""The answer on the first screen, the way around by keyboard, and a page on paper."""

import re

import pytest

from reproduce import papers
from tests.browser.visiting import PHONE, SCREEN, opened

ANSWER = "book/papers/class_imbalance"
STOPS = 400
# Where the keyboard stands: a name for the failure, whether it is seen, whether it was here before.
STOP = """() => {
  const tag = document.activeElement;
  if (!tag || tag === document.body) return null;
  window.passed = window.passed || new Set();
  const before = window.passed.has(tag);
  window.passed.add(tag);
  const parts = [tag, ...tag.querySelectorAll("*")];
  return {
    html: tag.outerHTML.slice(0, 120), before, article: Boolean(tag.closest("article")),
    seen: parts.some(part => part.getClientRects().length),
    marked: parts.some(part => {
      const style = getComputedStyle(part);
      return style.outlineStyle !== "none" || style.boxShadow !== "none";
    }),
  };
}"""


@pytest.mark.parametrize("paper", papers.names())
def test_the_answer_is_on_the_first_screen(browser, site, paper):
    with opened(browser, site, f"book/papers/{paper}", SCREEN) as (page, _):
        answers = page.locator("article .answer")
        assert answers.count() == 1
        box = answers.bounding_box()
        assert box["height"] > 10 and box["y"] > 0 and box["y"] + box["height"] <= SCREEN[1]
        assert len(answers.inner_text().split()) > 3


def test_the_skip_link_leads_to_the_text(browser, site):
    with opened(browser, site, ANSWER) as (page, _):
        page.keyboard.press("Tab")
        assert "Skip to main content" in page.evaluate("document.activeElement.textContent")
        page.keyboard.press("Enter")
        assert page.evaluate("location.hash") == "#main-content"
        page.keyboard.press("Tab")
        assert page.evaluate("document.querySelector('main').contains(document.activeElement)"), (
            "the next stop is not in the text"
        )


def test_the_keyboard_goes_through_a_page_and_out_of_it(browser, site):
    with opened(browser, site, ANSWER) as (page, _):
        stops = []
        for _ in range(STOPS):
            page.keyboard.press("Tab")
            stop = page.evaluate(STOP)
            if stop is None or stop["before"]:
                break
            stops.append(stop)
        else:
            pytest.fail(f"more than {STOPS} stops; the last: {stops[-1]['html']}")
        # The way ends outside the page, or at its beginning again: nothing holds the keyboard.
        assert stop is None or stop["html"] == stops[0]["html"], f"a trap: {stop['html']}"
        inside = [number for number, stop in enumerate(stops) if stop["article"]]
        assert inside and inside == list(range(inside[0], inside[-1] + 1))
        assert not [stop["html"] for stop in stops if not stop["seen"]]
        assert not [stop["html"] for stop in stops if not stop["marked"]]


def test_only_a_table_that_scrolls_is_a_stop_and_says_so(browser, site):
    with opened(browser, site, "book/papers/metric_learning", PHONE) as (page, _):
        frames = page.locator(".table-frame").evaluate_all(
            "frames => frames.map(frame => [frame.scrollWidth > frame.clientWidth + 4,"
            " frame.tabIndex === 0, frame.classList.contains('scrolls')])"
        )
    assert {wider for wider, _, _ in frames} == {True, False}
    assert all(wider == stop == told for wider, stop, told in frames)


def test_an_answer_page_on_paper(browser, site):
    with opened(browser, site, ANSWER) as (page, _):
        printed = page.pdf(format="A4")
        sheets = len(re.findall(rb"/Type\s*/Page\b", printed))
        assert 1 < sheets < 40 and b"/Font" in printed
        # A4 less the margins, in CSS pixels.
        page.set_viewport_size({"width": 718, "height": 1000})
        page.emulate_media(media="print")
        # The theme prints the title by itself, above the article.
        assert page.locator("h1:visible").count() == 1
        assert page.locator("article .answer").is_visible()
        assert not page.locator("nav.bd-links").is_visible()
        cut = page.locator("article table, article pre, article img, article svg").evaluate_all(
            "tags => tags.filter(tag => tag.getBoundingClientRect().right > innerWidth + 1)"
            ".map(tag => tag.outerHTML.slice(0, 120))"
        )
        assert not cut


def bottom(page, name):
    box = page.locator(f"article {name}").bounding_box()
    return box["y"] + box["height"]


def test_the_front_page_answers_in_one_screen_with_its_doors(browser, site):
    with opened(browser, site, "book/intro", SCREEN) as (page, _):
        assert bottom(page, ".front-doors") < bottom(page, ".front-papers") <= SCREEN[1]
    # On a phone the papers are cards below each other; the figure and the doors come first.
    with opened(browser, site, "book/intro", PHONE) as (page, _):
        assert bottom(page, ".front-figure") < bottom(page, ".front-doors") <= PHONE[1]
