"""Open a page of the built book as a reader would, and note what can be wrong with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import resources

from playwright.sync_api import Browser, ConsoleMessage, Page

SCREEN, PHONE = (1280, 800), (390, 844)
THEMES = ("light", "dark")
AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
GRAVE = ("serious", "critical")
MEASURES = """() => ({
  width: document.documentElement.scrollWidth,
  height: document.documentElement.scrollHeight,
  icons: document.querySelectorAll("svg.svg-inline--fa path").length,
  undrawn: [...document.querySelectorAll('i[class*="fa-"], span.fa-solid')].map(
    tag => tag.outerHTML),
  beyond: [...document.querySelectorAll("article *, nav *")].filter(tag => {
    const box = tag.getBoundingClientRect();
    return box.width && box.right > innerWidth + 1 && getComputedStyle(tag).position !== "fixed"
      && ![...parents(tag)].some(above => ["auto", "scroll", "hidden"].includes(
        getComputedStyle(above).overflowX));
    function* parents(below) {
      for (let above = below.parentElement; above; above = above.parentElement) yield above;
    }
  }).slice(0, 3).map(tag => tag.outerHTML.slice(0, 90)),
})"""


@dataclass
class Visit:
    """What was seen of a page at one width and in one theme."""

    name: str
    width: int
    theme: str
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    transferred: int = 0
    measures: dict = field(default_factory=dict)
    findings: dict[str, list[str]] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.name} ({self.width} px, {self.theme})"


@contextmanager
def opened(
    browser: Browser, site: str, name: str, size: tuple[int, int] = SCREEN, theme: str = "light"
) -> Iterator[tuple[Page, Visit]]:
    """Open a page and give it, loaded, with what was seen while it loaded."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=theme, reduced_motion="reduce"
    )
    try:
        page = context.new_page()
        visit = Visit(name, width, theme)
        _listen(page, visit, site)
        page.goto(f"{site}/{name}.html", wait_until="load")
        _settle(page)
        yield page, visit
    finally:
        context.close()


def _listen(page: Page, visit: Visit, site: str) -> None:
    """Note errors, requests to other hosts, and how many bytes come over the line."""
    page.on("console", lambda said: _note_error(said, visit))
    page.on("pageerror", lambda error: visit.errors.append(str(error)))
    page.on("request", lambda request: _note_foreign(request.url, visit, site))
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")

    def count(event: dict) -> None:
        visit.transferred += int(event["encodedDataLength"])

    line.on("Network.loadingFinished", count)


def _note_error(said: ConsoleMessage, visit: Visit) -> None:
    if said.type == "error":
        visit.errors.append(f"{said.text} at {said.location['url']}")


def _note_foreign(address: str, visit: Visit, site: str) -> None:
    if not address.startswith((f"{site}/", "data:", "blob:")):
        visit.foreign.append(address)


def _settle(page: Page) -> None:
    """Wait until equations are set and the theme's scripts have done their work."""
    page.evaluate(
        "async () => { await document.fonts.ready;"
        " if (window.MathJax?.startup?.promise) await window.MathJax.startup.promise; }"
    )


def measured(page: Page, visit: Visit) -> None:
    """Measure a page, and let axe-core look for what keeps people out of it.

    Of a table of thousands of rows, all made alike, the first thirty are looked at.
    """
    visit.measures = page.evaluate(MEASURES)
    page.evaluate(AXE)
    answer = page.evaluate(
        "async () => await axe.run({exclude: [['tbody tr:nth-child(n+31)']]},"
        " {resultTypes: ['violations'], iframes: false, preload: false})"
    )
    visit.findings = {
        found["id"]: [node["html"][:160] for node in found["nodes"]]
        for found in answer["violations"]
        if found["impact"] in GRAVE
    }
