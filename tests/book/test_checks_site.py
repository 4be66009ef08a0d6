"""Faults planted in a built site, each of which must be found."""

import pytest

from reproduce.book.checks import check_site, site_problems
from reproduce.book.contents import Contents
from reproduce.errors import UserError

PAGE = """<!DOCTYPE html>
<html lang="en"><head><title>{title}</title>
<link rel="stylesheet" href="_static/book.css"><link rel="canonical" href="https://example.org/">
<script src="_static/math.js"></script></head>
<body><article id="main"><h1 id="top">{title}</h1>
<p>Some words. <a href="https://example.org/paper.pdf">A paper</a> <a href="#top">up</a></p>
{content}
</article></body></html>"""
CONTENTS = Contents("intro", ("intro", "papers"))


@pytest.fixture
def site(tmp_path):
    """A site of two pages without a fault."""
    folder = tmp_path / "html"
    (folder / "_static").mkdir(parents=True)
    (folder / "_static" / "book.css").write_text(
        "@font-face { src: url(fonts/own.woff) } .x { background: url('data:image/png;base64,AA') }"
    )
    (folder / "_static" / "math.js").write_text("")
    (folder / "figure.png").write_bytes(b"")
    (folder / "papers.html").write_text(PAGE.format(title="Papers", content=""))
    plant(folder, '<a href="papers.html#top">papers</a> <a href="mailto:a@example.org">mail</a>')
    return folder


def plant(folder, content):
    """Put `content` into the first page."""
    (folder / "intro.html").write_text(PAGE.format(title="Intro", content=content))


def test_a_good_site_passes(site):
    check_site(site, CONTENTS)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('<img src="figure.png">', "alt text of figure.png is missing"),
        ('<img src="figure.png" alt="">', "is missing"),
        ('<img src="figure.png" alt="_images/lines_of_auc_by_ratio.png">', "a file's name"),
        ('<img src="figure.png" alt="A figure">', "fewer than 20"),
        (f'<img src="figure.png" alt="{"A bar. " * 40}">', "more than 250"),
        ('<a href="gone.html">x</a>', "gone.html leads nowhere"),
        ('<a href="papers.html#gone">x</a>', "papers.html#gone names a place"),
        ('<a href="#gone">x</a>', "#gone names a place"),
        ('<a href="../outside.html">x</a>', "outside.html leads nowhere"),
        ('<img src="gone.png" alt="A figure that is not there">', "gone.png leads nowhere"),
        ('<script src="https://cdn.example.org/m.js"></script>', "cdn.example.org/m.js from an"),
        ('<script src="//cdn.example.org/m.js"></script>', "cdn.example.org"),
        ('<script>import("https://cdn.example.org/m.js")</script>', "cdn.example.org"),
        ('<script>const LIB_URL = "https://cdn.example.org/m.js"</script>', "cdn.example.org"),
        ('<link rel="preload stylesheet" href="https://cdn.example.org/a.css">', "cdn.example.org"),
        ('<link rel="preconnect" href="https://fonts.example.org">', "fonts.example.org"),
        ('<style>@import "https://cdn.example.org/a.css";</style>', "cdn.example.org"),
        ('<p style="background: url(https://cdn.example.org/a.png)">x</p>', "cdn.example.org"),
        ('<iframe src="https://video.example.org/v"></iframe>', "video.example.org"),
        (
            '<img alt="A badge drawn elsewhere" src="https://img.example.org/b.svg">',
            "img.example.org",
        ),
        ("<pre>/home/someone/store/a.json</pre>", "/home/someone of somebody's machine"),
        (r"<pre>C:\Users\someone\store</pre>", "somebody's machine"),
    ],
)
def test_a_planted_fault_is_found(site, content, said):
    plant(site, content)
    (problem,) = site_problems(site, CONTENTS)
    assert problem.startswith("intro.html: ") and said in problem


@pytest.mark.parametrize(
    "rule",
    [
        '@import "https://fonts.example.org/css";',
        "@import url(//fonts.example.org/css);",
        ".a { src: url( 'https://fonts.example.org/a.woff' ) }",
    ],
)
def test_a_style_sheet_may_load_nothing_from_elsewhere(site, rule):
    (site / "_static" / "book.css").write_text(rule)
    (problem,) = site_problems(site, CONTENTS)
    assert problem.startswith("_static/book.css: loads ") and "fonts.example.org" in problem


def test_a_missing_page_is_found(site):
    (site / "papers.html").unlink()
    plant(site, "")
    (problem,) = site_problems(site, CONTENTS)
    assert problem.startswith("papers.html: missing")


def test_an_empty_page_is_found(site):
    (site / "papers.html").write_text('<body><article id="top"> \n</article>menu</body>')
    (problem,) = site_problems(site, CONTENTS)
    assert problem.startswith("papers.html: has no text")


def test_an_empty_site_is_refused_with_every_page(tmp_path):
    with pytest.raises(UserError) as refusal:
        check_site(tmp_path, CONTENTS)
    assert "intro.html" in str(refusal.value) and "papers.html" in str(refusal.value)
