"""The gallery: all confusion matrices, maps and comparison tables of the book, side by side."""

import base64
import re
from collections.abc import Iterable, Sequence
from html import escape

from reproduce.book.markup import escaped, joined
from reproduce.book.shown import Shown
from reproduce.registry import records

FOLDER = "book/gallery"
# What the gallery shows, by the kind that an output says it is.
SECTIONS = {
    "confusion": ("Confusion matrices", "A row is a true class, a column what was predicted."),
    "map": (
        "t-SNE maps",
        "Each point is a test image, placed near those that the network takes to be alike.",
    ),
    "comparison": ("Comparison tables", "What a paper prints, or one method, beside another."),
}


def images(shown: Iterable[Shown]) -> dict[str, bytes]:
    """Return the files of the pictures that the gallery shows, by their path in the book."""
    return {
        _file(one): _content(*one.picture) for one in shown if one.kind in SECTIONS and one.picture
    }


def cards(shown: Sequence[Shown]) -> str:
    """Return the gallery as Markdown: a section for each kind, a card for each thing."""
    return joined(_section(kind, [one for one in shown if one.kind == kind]) for kind in SECTIONS)


def _section(kind: str, shown: Sequence[Shown]) -> str:
    title, about = SECTIONS[kind]
    if not shown:
        return f"## {title}\n\n{about} This edition has none."
    grid = "\n\n".join(_card(one) for one in shown)
    return f"## {title}\n\n{about}\n\n`````{{grid}} 1 2 2 3\n:gutter: 3\n\n{grid}\n`````"


def _card(one: Shown) -> str:
    """Return one card, the whole of which leads to its place."""
    options = [":class-card: gallery-card"]
    body = [f'<a class="stretched-link" href="{_link(one)}">{escape(one.title)}</a>']
    if one.picture:
        options += [f":img-top: {_file(one).removeprefix('book/')}", f":img-alt: {_alt(one)}"]
    else:
        body = [f'<div class="gallery-table" aria-hidden="true">{_still(one.table)}</div>', *body]
    lines = ["````{grid-item-card}", *options, "", *body, f"\n{escaped(_belongs(one))}", "````"]
    return "\n".join(lines)


def _belongs(one: Shown) -> str:
    """Return the paper of what is shown, or the chapter."""
    paper = records.papers().get(one.paper)
    return paper.short if paper else "The audit of the printed numbers"


def _link(one: Shown) -> str:
    return f"{one.page.removeprefix('book/')}.html#{one.place}"


def _alt(one: Shown) -> str:
    return " ".join(one.alt.split())


def _file(one: Shown) -> str:
    return f"{FOLDER}/{one.place}.{one.picture[0]}"


def _content(suffix: str, text: str) -> bytes:
    return base64.b64decode(text) if suffix == "png" else text.encode()


def _still(html: str) -> str:
    """Return a table that is only looked at: nothing in it can be reached or linked to."""
    html = re.sub(r"\s(?:tabindex|role|aria-label|id)=\"[^\"]*\"", "", html)
    return re.sub(r"</?a\b[^>]*>", "", html)
