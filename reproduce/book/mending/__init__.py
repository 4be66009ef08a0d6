"""Mend what Sphinx and its theme leave in the built pages, as the last step of each build.

A Sphinx extension, so that `reproduce book` and `jupyter-book build` give the same pages. Each
mend takes a parsed page and changes it in place:

`icons`
    the few icons a page shows as SVG, in place of a script of 1.5 MB that holds all there are;
`names`
    accessible names, landmarks and roles that the theme gets wrong;
`tables`
    scrolling at the side, and the form that a table has on a phone;
`lines`
    a number and its sign stay on one line;
`languages`
    Korean passages say that they are Korean;
`drawings`
    figures stand in the page itself, where they take the colours of the theme.
"""

import re
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup

from reproduce.book.mending.drawings import inline_drawings
from reproduce.book.mending.icons import Icons
from reproduce.book.mending.languages import mark_korean
from reproduce.book.mending.lines import keep_together
from reproduce.book.mending.names import mend_names
from reproduce.book.mending.search import mend_search
from reproduce.book.mending.tables import mend_tables

# Says of a page that it is mended: a build that leaves a page as it was leaves its mends as well.
MARK = "data-mended"
CELL_ENDS = re.compile(r"(</(?:td|th|tr|caption|li|p|text|title)>)(?=<)")
NOT_PAGES = ("_static", "_sources")


def setup(app: Any) -> dict:
    """Let Sphinx mend the site when all of it is written."""
    app.connect("doctree-resolved", _part_words)
    app.connect("build-finished", _finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _part_words(app: Any, doctree: Any, page: str) -> None:
    """Part the cells of tables that are written as HTML.

    Sphinx's search takes the tags out and would read two cells as one word.
    """
    for raw in doctree.findall(lambda node: node.tagname == "raw"):
        if "html" in raw.get("format", ""):
            raw.children = [type(part)(CELL_ENDS.sub(r"\1 ", part)) for part in raw.children]


def _finish(app: Any, error: Exception | None) -> None:
    """Mend the pages of a build that went well; other builders than HTML write none."""
    if error is None and app.builder.format == "html":
        mend_site(Path(app.outdir))


def mend_site(site: Path) -> None:
    """Mend every page of a site, and take away the scripts that no page loads any more."""
    icons = Icons.of(site)
    for path in sorted(site.rglob("*.html")):
        if path.relative_to(site).parts[0] in NOT_PAGES:
            continue
        html = path.read_text("utf-8")
        if MARK not in html[:300]:
            path.write_text(mended(html, icons), "utf-8")
    inline_drawings(site)
    mend_search(site)
    icons.take_away(site)


def mended(html: str, icons: Icons) -> str:
    """Return the text of a page with everything mended."""
    page = BeautifulSoup(html, "html.parser")
    icons.draw(page)
    mend_names(page)
    mend_tables(page)
    keep_together(page)
    mark_korean(page)
    if page.html is not None:
        page.html[MARK] = ""
    return page.decode(formatter="minimal")
