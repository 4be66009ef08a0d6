"""A browser, and the published book served to it."""

import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.serving import served

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, PROGRAMS)), None)


@pytest.fixture(scope="module")
def browser():
    """Chromium from the system's packages, for one file of tests.

    For no longer: while it is open, no other test of this process could run an event loop.
    """
    if CHROMIUM is None:
        reason = "Chromium is not installed (apt-get install chromium)"
        # Where everything is checked, a browser must be there.
        must = os.environ.get("REPRODUCE_REQUIRE_BROWSER")
        pytest.fail(reason) if must else pytest.skip(reason)
    with sync_playwright() as driver:
        # Within a container there is no room of its own for the browser's sandbox.
        program = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield program
        program.close()


@pytest.fixture(scope="session")
def site(published_site):
    """Return the address under which the published book is served."""
    with served(published_site) as address:
        yield address


@pytest.fixture(scope="session")
def pages(published_site) -> list[str]:
    """Return the names of all pages of the book, and of the search page."""
    found = (path.relative_to(published_site) for path in published_site.rglob("*.html"))
    outside = ("_static", "_sources", "index.html", "genindex.html")
    return sorted(path.with_suffix("").as_posix() for path in found if path.parts[0] not in outside)
