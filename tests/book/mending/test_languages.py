"""Korean passages, and only they, say that they are Korean."""

import pytest
from bs4 import BeautifulSoup

from reproduce.book.mending.languages import mark_korean


def marked(html: str) -> str:
    page = BeautifulSoup(html, "html.parser")
    mark_korean(page)
    return str(page)


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<p>한국어 요약</p>", '<p><span lang="ko">한국어 요약</span></p>'),
        (
            "<p>이 장은 LeNet-5로 다시 수행합니다. Good.</p>",
            '<p><span lang="ko">이 장은</span> LeNet-5<span lang="ko">로 다시 수행합니다.</span>'
            " Good.</p>",
        ),
        (
            "<p>rho 10에서 1,000까지, twice</p>",
            '<p>rho 10<span lang="ko">에서 1,000까지</span>, twice</p>',
        ),
        ("<p>A &lt; B, 작다</p>", '<p>A &lt; B, <span lang="ko">작다</span></p>'),
        ("<li>Word: <em>불균형</em></li>", '<li>Word: <em><span lang="ko">불균형</span></em></li>'),
    ],
)
def test_a_passage_is_wrapped(html, said):
    assert marked(html) == said
    assert marked(said) == said, "wrapped twice"


@pytest.mark.parametrize(
    "html",
    [
        "<p>No word of it.</p>",
        "<pre>한국어</pre>",
        "<code>print('한국어')</code>",
        "<script>const text = '한국어';</script>",
        "<title>한국어</title>",
        '<p lang="ko">한국어 <em>요약</em></p>',
        '<p lang="ko-KR">한국어</p>',
        "<p>x<!-- 한국어 --></p>",
        '<img alt="한국어"/>',
    ],
)
def test_everything_else_stays_as_it_is(html):
    assert marked(html) == html
