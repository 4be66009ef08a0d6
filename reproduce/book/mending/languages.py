"""Say of Korean passages that they are Korean, so that a voice reads them aloud rightly."""

import re

from bs4 import BeautifulSoup, NavigableString

HANGUL = "\uac00-\ud7a3\u1100-\u11ff\u3130-\u318f"
# From the first Korean letter to the last, over the spaces, digits and signs between them.
PASSAGE = re.compile(rf"[{HANGUL}](?:[^A-Za-z<>&]*[{HANGUL}])?(?:[.!?](?=\s|$))?")
# Code is read letter by letter in any language, and what these hold is not read at all.
NOT_TEXT = ("code", "pre", "kbd", "samp", "script", "style", "title", "textarea", "option")


def mark_korean(page: BeautifulSoup) -> None:
    """Wrap each Korean passage of a page in `<span lang="ko">`, unless its language is given."""
    found = page.find_all(string=re.compile(rf"[{HANGUL}]"))
    for text in found:
        # Comments and scripts are strings too, of types of their own.
        if type(text) is NavigableString and not _spoken_for(text):
            text.replace_with(*_pieces(page, str(text)))


def _spoken_for(text: NavigableString) -> bool:
    return any(
        parent.name in NOT_TEXT or str(parent.get("lang", "")).startswith("ko")
        for parent in text.parents
    )


def _pieces(page: BeautifulSoup, text: str) -> list:
    """Return a text in pieces: strings, and tags around what is Korean."""
    pieces, begin = [], 0
    for match in PASSAGE.finditer(text):
        pieces.append(NavigableString(text[begin : match.start()]))
        tag = page.new_tag("span", attrs={"lang": "ko"})
        tag.string = match[0]
        pieces.append(tag)
        begin = match.end()
    pieces.append(NavigableString(text[begin:]))
    return [piece for piece in pieces if str(piece)]
