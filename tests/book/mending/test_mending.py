"""A site is mended once, whole, and stays a site that passes the checks."""

from reproduce.book.mending import mend_site
from reproduce.book.mending.search import mended_script

PAGE = """<!DOCTYPE html>
<html lang="en"><head><title>A &amp; B</title></head><body><article>
<p>한국어 &lt;b&gt; x &amp; y — done</p>
<pre>
  two  spaces &amp; a line
</pre>
<script>if (1 < 2 && "a") { go("</p>"); }</script>
</article></body></html>
"""


def test_a_page_is_mended_once_and_nothing_else_of_it_changes(tmp_path):
    for name in ("page.html", "_static/page.html"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(PAGE, "utf-8")
    mend_site(tmp_path)
    mended = (tmp_path / "page.html").read_text("utf-8")
    begun, ended = mended.split("<body>"), PAGE.split("<body>")
    assert begun[1] == ended[1].replace("한국어", '<span lang="ko">한국어</span>')
    assert 'lang="en"' in begun[0] and "<title>A &amp; B</title>" in begun[0]
    assert (tmp_path / "_static" / "page.html").read_text("utf-8") == PAGE
    mend_site(tmp_path)
    assert (tmp_path / "page.html").read_text("utf-8") == mended


def test_search_quotes_neither_equations_nor_toggles():
    script = 'for (const removalQuery of [".headerlink", "script", "style"]) {'
    mended = mended_script(script)
    assert '"style", "div.math", ".cell_input"' in mended
    assert mended_script(mended) == mended
