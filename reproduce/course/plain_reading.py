"""The course's pages as plain HTML, for packs: to be read in a browser, without the book.

The book's own pages are made by Sphinx, with its links and its search. A pack has a page for each
file, which needs nothing beside it.
"""

import re
from collections.abc import Iterable
from html import escape
from typing import Any

from markdown_it import MarkdownIt

from reproduce.plain_page import plain_page

# A link of the book, "{doc}`before the first lesson <before>`": of it a pack keeps the words.
ROLE = re.compile(r"\{\w+\}`([^`<]+?)(?:\s*<[^`>]+>)?`")
STYLE = """
body { margin: 0; font: 1.05rem/1.55 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
pre { padding: 0.7rem 0.9rem; overflow-x: auto; background: rgb(128 128 128 / 12%);
      border-radius: 0.3rem; overflow-wrap: normal; font-size: 0.85rem; }
pre.output { background: none; border-left: 3px solid rgb(128 128 128 / 50%); }
code { font-family: ui-monospace, monospace; }
/* Drawings are made for paper. */
figure { margin: 1rem 0; padding: 0.6rem; background: #fff; color: #1a1a1a; }
figure svg, figure img { max-width: 100%; height: auto; }
table { border-collapse: collapse; } td, th { border: 1px solid rgb(128 128 128 / 50%);
  padding: 0.3rem 0.5rem; text-align: left; vertical-align: top; }
table { overflow-wrap: normal; }
@media (max-width: 40rem) { table { font-size: 0.85rem; hyphens: auto; } }
"""


def html_of(text: str) -> str:
    """Return Markdown of the course as HTML; of links to other pages of the book, the words."""
    return MarkdownIt("commonmark").enable("table").render(ROLE.sub(r"*\1*", text))


def page(title: str, body: str) -> str:
    """Return a page with this content."""
    return plain_page(title, f"<main>\n{body}\n</main>", STYLE)


def notebook(title: str, cells: Iterable[dict[str, Any]], above: str = "") -> str:
    """Return a notebook as a page: its text, its code, and what the code gave.

    `above` stands over all of it, as HTML.
    """
    shown = (cell for cell in cells if "remove-cell" not in cell["metadata"].get("tags", ()))
    return page(title, "\n".join([above, *map(_cell, shown)]))


def _cell(cell: dict[str, Any]) -> str:
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        return html_of(source)
    given = "\n".join(map(_output, cell.get("outputs", ())))
    return f'<pre tabindex="0"><code>{escape(source)}</code></pre>\n{given}'


def _output(output: dict[str, Any]) -> str:
    if "text" in output:
        return f'<pre class="output" tabindex="0">{escape("".join(output["text"]))}</pre>'
    said = output.get("metadata", {}).get("reproduce", {})
    drawing = "".join(output.get("data", {}).get("image/svg+xml", ""))
    code = "".join(output.get("data", {}).get("image/png", "")).strip()
    if not drawing and not code:
        return ""
    alt = escape(said.get("alt", ""))
    shown = (
        drawing.replace("<svg ", f'<svg role="img" aria-label="{alt}" ', 1)
        or f'<img src="data:image/png;base64,{code}" alt="{alt}">'
    )
    return f"<figure>{shown}<figcaption>{html_of(said.get('caption', ''))}</figcaption></figure>"
