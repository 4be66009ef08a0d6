"""Keep together what a line must not be broken in: a number and its sign, a word and its number."""

import re

from bs4 import BeautifulSoup, NavigableString

from reproduce.book.mending.languages import NOT_TEXT

SPACE, HYPHEN = "\u00a0", "\u2011"
# "57 %", "seed 0", "rho 100"; and a run of seeds, "seeds 0-9".
SIGN = re.compile(r"(?<=\d) (?=%)")
NUMBERED = re.compile(r"\b((?:[Ss]eeds?|[Ff]igures?|[Tt]ables?|rho|mu)) (?=\d)")
RUN = re.compile(rf"\b([Ss]eeds?[ {SPACE}]\d+)-(?=\d)")


def keep_together(page: BeautifulSoup) -> None:
    """Set spaces and hyphens that do not break, in the article's text alone."""
    article = page.find("article")
    for text in article.find_all(string=re.compile(r"\d")) if article else []:
        if type(text) is not NavigableString or _not_text(text):
            continue
        kept = RUN.sub(rf"\1{HYPHEN}", NUMBERED.sub(rf"\1{SPACE}", SIGN.sub(SPACE, str(text))))
        if kept != text:
            text.replace_with(NavigableString(kept))


def _not_text(text: NavigableString) -> bool:
    """Say whether it is code, mathematics, a link's own address, or part of a drawing."""
    return any(
        parent.name in (*NOT_TEXT, "svg") or "math" in parent.get("class", [])
        or (parent.name == "a" and "://" in parent.get_text())
        for parent in text.parents
    )  # fmt: skip
