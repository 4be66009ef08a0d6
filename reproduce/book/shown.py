"""What an executed notebook shows, as its outputs say of themselves.

A figure or table that stands on trials leaves in the metadata of its output, under `reproduce`:
what `kind` of thing it is (`confusion`, `map`, `comparison`, or another word), the `keys` of its
trials, and its line of `provenance`. When the book is staged, that line becomes a link to the
trials, every table gets a place to link to, and the gallery finds what it sets side by side.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape, unescape
from pathlib import PurePosixPath
from typing import Any

from reproduce.figures.provenance import NAMED
from reproduce.figures.table import BETWEEN

TRIALS = "trials"
# Source of the cell with the notes on a figure: not shown, but MyST leaves out a cell without any.
NOTES = "# Notes on the figure above"
_COUNT = re.compile(r"\d[\d,]* trials?\b")
_CAPTION = re.compile(r"<caption[^>]*>.*?<strong>(.*?)</strong>", re.DOTALL)


@dataclass(frozen=True)
class Shown:
    """A figure or a table of a page.

    Attributes
    ----------
    page, place
        Where it is: the page's path in the book, and the name of its place there.
    paper
        The paper or chapter that it belongs to.
    kind
        What kind of thing it is; empty where it does not say.
    title
        Its caption.
    keys
        The trials it was made of.
    picture
        Its image as (suffix, content), of a figure.
    alt
        What is seen, of a figure.
    table
        Its HTML, of a table.
    """

    page: str
    place: str
    kind: str
    title: str
    keys: tuple[str, ...] = ()
    picture: tuple[str, str] | None = None
    alt: str = ""
    table: str = ""
    paper: str = ""


def prepared(
    page: str, key: str, notebook: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Shown]]:
    """Return a page with its places and links, and what it shows.

    Parameters
    ----------
    page
        Its path in the book, without a suffix.
    key
        The paper or chapter that it belongs to.
    notebook
        The executed notebook, or the part of it that is this page; it is not changed.
    """
    found: list[Shown] = []
    cells = []
    for cell in notebook.get("cells", []):
        # What a picture tells stands over it in the notebook; on a page its caption says it.
        outputs = [one for one in cell.get("outputs", []) if not _said(one).get("announces")]
        for number, output in enumerate(outputs):
            if "tables" in _said(output):
                outputs[number], shown = _tables(page, key, output, found)
            else:
                outputs, shown = _one(page, key, cell, number, outputs, found)
            found += shown
        cells += _parted({**cell, "outputs": outputs}) if "outputs" in cell else [cell]
    return {**notebook, "cells": cells}, found


def _parted(cell: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a cell; of a figure with notes, the figure and a cell with the notes.

    MyST gives the name and the caption of a cell to each of its outputs.
    """
    named = "figure" in (cell.get("metadata", {}).get("mystnb") or {})
    pictures = [one for one in cell["outputs"] if any(_pictures(one.get("data", {})))]
    below = [one for one in cell["outputs"] if one not in pictures]
    if not (named and pictures and below):
        return [cell]
    # The notes stand where the figure does: what the page is laid out by goes with them.
    placed = [tag for tag in cell.get("metadata", {}).get("tags", []) if tag.startswith("answer-")]
    notes = {
        "cell_type": "code", "execution_count": cell.get("execution_count"), "source": NOTES,
        "metadata": {"tags": ["remove-input", *placed]}, "outputs": below,
    }  # fmt: skip
    notes |= {"id": f"{cell['id'][:54]}-notes"} if "id" in cell else {}
    return [{**cell, "outputs": pictures}, notes]


def _said(output: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what an output says of itself; empty where it says nothing."""
    return output.get("metadata", {}).get(NAMED) or {}


def _tables(page: str, key: str, output: Mapping, found: list[Shown]) -> tuple[dict, list[Shown]]:
    """Return an output of several tables, and the tables."""
    pieces = _html(output).split(BETWEEN)
    made, shown = [], []
    for says, piece in zip(_said(output)["tables"], pieces, strict=True):
        one = _table(page, key, says, piece, [*found, *shown])
        made.append(_finished(says, one, piece))
        shown.append(one)
    return _with_html(output, "\n".join(made)), shown


def _one(
    page: str, key: str, cell: Mapping, number: int, outputs: list[Any], found: list[Shown]
) -> tuple[list[Any], list[Shown]]:
    """Return the outputs of a cell with places and links, and what the one of this number shows."""
    output = outputs[number]
    says, html = _said(output), _html(output)
    if not says:
        return outputs, []
    if "<table" in html:
        one = _table(page, key, says, html, found)
        finished = _with_html(output, _finished(says, one, html))
        return [*outputs[:number], finished, *outputs[number + 1 :]], [one]
    picture = next(_pictures(output.get("data", {})), None)
    if picture is None:
        return outputs, []
    drawn = _figure(page, key, cell, says, picture, found)
    # Where a picture comes from stands in an output of its own, below it.
    below = [_with_html(other, _linked(says, drawn, _html(other))) for other in outputs]
    return below, [drawn]


def _table(page: str, key: str, says: Mapping, html: str, found: Iterable[Shown]) -> Shown:
    caption = _CAPTION.search(html)
    title = unescape(caption[1]) if caption else ""
    place = says.get("anchor") or _place(key, title, {one.place for one in found})
    return Shown(page, place, title=title, table=html, paper=key, **_common(says))


def _figure(
    page: str, key: str, cell: Mapping, says: Mapping, picture: tuple[str, str],
    found: Iterable[Shown],
) -> Shown:  # fmt: skip
    own = cell.get("metadata", {}).get("mystnb") or {}
    figure = own.get("figure") or {}
    title = _in_words(figure.get("caption") or "")
    place = figure.get("name") or _place(key, title, {one.place for one in found})
    alt = (own.get("image") or {}).get("alt", title)
    return Shown(page, place, title=title, picture=picture, alt=alt, paper=key, **_common(says))


def _common(says: Mapping[str, Any]) -> dict[str, Any]:
    return {"kind": says.get("kind", ""), "keys": tuple(says.get("keys", ()))}


def _pictures(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for mime, suffix in (("image/svg+xml", "svg"), ("image/png", "png")):
        if mime in data:
            yield suffix, "".join(data[mime])


def _in_words(caption: str) -> str:
    """Return a caption without the marks of MyST: roles and emphasis leave their words.

    Of a caption that begins with what the figure tells, a sentence in bold, only that.
    """
    caption = re.sub(r"^\*\*([^*]*\.)\*\*.*", r"\1", caption, flags=re.DOTALL)
    return re.sub(r"\{\w+\}`([^`<]*?)\s*(?:<[^`]*>)?`", r"\1", caption).replace("*", "").strip()


def _place(key: str, title: str, taken: Iterable[str]) -> str:
    """Return a name for the place of a table that no other place of its page has."""
    words = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60].strip("-") or "table"
    name = f"{key.replace('_', '-')}-{words}"
    return next(
        one for one in (name, *(f"{name}-{turn}" for turn in range(2, 999))) if one not in taken
    )


def trials_page(page: str, key: str) -> str:
    """Return the name of the page with the trials of a paper, from another page of the paper."""
    return PurePosixPath(page).with_name(f"{key}-{TRIALS}").name


def _finished(says: Mapping[str, Any], one: Shown, html: str) -> str:
    """Return a table with its place and the link to its trials."""
    placed = html if says.get("anchor") else f'<div id="{escape(one.place)}">{html}</div>'
    return _linked(says, one, placed)


def _linked(says: Mapping[str, Any], one: Shown, html: str) -> str:
    """Return HTML in which the count of trials in a line of provenance leads to them."""
    written = escape(says.get("provenance", ""), quote=True)
    if not one.keys or not written or written not in html:
        return html
    address = f"{trials_page(one.page, one.paper)}.html#of-{one.place}"
    linked = _COUNT.sub(lambda count: f'<a href="{address}">{count[0]}</a>', written, count=1)
    return html.replace(written, linked, 1)


def _html(output: Mapping[str, Any]) -> str:
    return "".join(output.get("data", {}).get("text/html", ""))


def _with_html(output: Mapping[str, Any], html: str) -> dict[str, Any]:
    """Return an output with other HTML; one that has none stays as it is."""
    if not _html(output):
        return dict(output)
    return {**output, "data": {**output["data"], "text/html": html}}
