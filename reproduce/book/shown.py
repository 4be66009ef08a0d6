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

NAMED = "reproduce"
TRIALS = "trials"
_COUNT = re.compile(r"\d[\d,]* trials?\b")
_CAPTION = re.compile(r"<caption[^>]*>.*?<strong>(.*?)</strong>", re.DOTALL)


@dataclass(frozen=True)
class Shown:
    """A figure or a table of a page.

    Attributes
    ----------
    page, place
        Where it is: the page's path in the book, and the name of its place there.
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
        if cell.get("cell_type") != "code":
            cells.append(cell)
            continue
        outputs = list(cell.get("outputs", []))
        for number, output in enumerate(outputs):
            one = _shown(page, key, cell, output, {known.place for known in found})
            if one is None:
                continue
            found.append(one)
            if one.table:
                outputs[number] = _with_place(output, one.place)
            line = output["metadata"][NAMED].get("provenance")
            if one.keys and line:
                outputs = [_with_link(other, line, _address(key, one)) for other in outputs]
        cells.append({**cell, "outputs": outputs})
    return {**notebook, "cells": cells}, found


def _shown(page: str, key: str, cell: Mapping, output: Mapping, taken: set[str]) -> Shown | None:
    """Return what an output shows; None where it says nothing of itself."""
    says = output.get("metadata", {}).get(NAMED)
    if not says:
        return None
    data = output.get("data", {})
    common = {"kind": says.get("kind", ""), "keys": tuple(says.get("keys", ()))}
    picture = next(_pictures(data), None)
    if picture:
        own = cell.get("metadata", {}).get("mystnb") or {}
        figure = own.get("figure") or {}
        title = _in_words(figure.get("caption") or says.get("title") or "")
        place = figure.get("name") or _place(key, title, taken)
        alt = (own.get("image") or {}).get("alt", title)
        return Shown(page, place, title=title, picture=picture, alt=alt, **common)
    html = "".join(data.get("text/html", ""))
    if "<table" not in html:
        return None
    caption = _CAPTION.search(html)
    title = unescape(caption[1]) if caption else says.get("title", "")
    return Shown(page, _place(key, title, taken), title=title, table=html, **common)


def _pictures(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for mime, suffix in (("image/svg+xml", "svg"), ("image/png", "png")):
        if mime in data:
            yield suffix, "".join(data[mime])


def _in_words(caption: str) -> str:
    """Return a caption without the marks of MyST: roles and emphasis leave their words."""
    return re.sub(r"\{\w+\}`([^`<]*?)\s*(?:<[^`]*>)?`", r"\1", caption).replace("*", "").strip()


def _place(key: str, title: str, taken: Iterable[str]) -> str:
    """Return a name for the place of a table that no other place of its page has."""
    words = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60].strip("-") or "table"
    name = f"{key.replace('_', '-')}-{words}"
    return next(
        one for one in (name, *(f"{name}-{turn}" for turn in range(2, 999))) if one not in taken
    )


def _address(key: str, one: Shown) -> str:
    """Return where the trials of what is shown are listed, from its page."""
    return f"{trials_page(one.page, key)}.html#of-{one.place}"


def trials_page(page: str, key: str) -> str:
    """Return the name of the page with the trials of a paper, from another page of the paper."""
    return PurePosixPath(page).with_name(f"{key}-{TRIALS}").name


def _with_place(output: Mapping[str, Any], place: str) -> dict[str, Any]:
    html = "".join(output["data"]["text/html"])
    wrapped = f'<div id="{escape(place)}">{html}</div>'
    return {**output, "data": {**output["data"], "text/html": wrapped}}


def _with_link(output: Mapping[str, Any], line: str, address: str) -> dict[str, Any]:
    """Return an output in whose HTML the count of trials of a line is a link."""
    html = "".join(output.get("data", {}).get("text/html", ""))
    written = escape(line, quote=True)
    if written not in html:
        return dict(output)
    linked = _COUNT.sub(lambda count: f'<a href="{address}">{count[0]}</a>', written, count=1)
    return {**output, "data": {**output["data"], "text/html": html.replace(written, linked, 1)}}
