"""A number and its sign, a word and its number: on one line, and only in text."""

import pytest
from bs4 import BeautifulSoup

from reproduce.book.mending.lines import HYPHEN, SPACE, keep_together


def kept(html: str) -> str:
    page = BeautifulSoup(f"<article>{html}</article>", "html.parser")
    keep_together(page)
    return str(page).removeprefix("<article>").removesuffix("</article>")


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<p>right 57 % of the time</p>", f"<p>right 57{SPACE}% of the time</p>"),
        ("<td>seeds 0-9</td>", f"<td>seeds{SPACE}0{HYPHEN}9</td>"),
        ("<p>Table 5, rho 100, seed 3</p>",
         f"<p>Table{SPACE}5, rho{SPACE}100, seed{SPACE}3</p>"),
    ],
)  # fmt: skip
def test_what_belongs_together_is_not_torn_apart(html, said):
    assert kept(html) == said
    assert kept(said) == said


@pytest.mark.parametrize(
    "html",
    [
        "<p>since 2026-11-28, in 20 trials of 3 papers</p>",
        "<pre>-p seeds 0-9, 57 % of</pre>",
        "<p><code>seed 0</code></p>",
        '<span class="math">\\(x 5 % 3\\)</span>',
        "<svg><text>57 %</text></svg>",
        "<p>no number: %</p>",
    ],
)
def test_code_mathematics_drawings_and_dates_stay_as_they_are(html):
    assert kept(html) == html


def test_what_is_no_article_stays_as_it_is():
    page = BeautifulSoup("<nav>57 %</nav>", "html.parser")
    keep_together(page)
    assert str(page) == "<nav>57 %</nav>"
