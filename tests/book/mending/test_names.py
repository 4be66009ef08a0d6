"""Names, landmarks and roles, each planted as the theme writes it."""

from bs4 import BeautifulSoup

from reproduce.book.mending.names import mend_names


def mended(html: str) -> BeautifulSoup:
    page = BeautifulSoup(html, "html.parser")
    mend_names(page)
    return page


def test_a_toggle_is_called_by_what_is_seen():
    page = mended('<summary aria-label="Toggle hidden content"><p>Show code</p></summary>')
    assert "aria-label" not in page.summary.attrs


def test_an_arrow_of_the_sidebar_says_what_it_opens():
    page = mended(
        "<li><a>The losses</a><details><summary><span></span></summary></details></li>"
        "<details><summary></summary></details>"
    )
    first, second = page.find_all("summary")
    assert first["aria-label"] == "Pages below The losses" and "aria-label" not in second.attrs


def test_a_button_of_an_icon_alone_has_a_name():
    page = mended(
        '<button title="Fullscreen mode"><svg></svg></button>'
        '<button title="x" aria-label="Own"></button><button title="y">Word</button>'
    )
    assert [button.get("aria-label") for button in page.find_all("button")] == [
        "Fullscreen mode", "Own", None,
    ]  # fmt: skip


def test_logo_and_search_are_landmarks():
    page = mended(
        '<div class="sidebar-primary-item"><a class="navbar-brand logo"></a></div>'
        '<div class="sidebar-primary-item"><button class="btn search-button-field"></button></div>'
    )
    assert [(tag["role"], tag["aria-label"]) for tag in page.find_all("div")] == [
        ("navigation", "Home"), ("search", "The book"),
    ]  # fmt: skip


def test_the_bibliography_is_a_list_of_items():
    page = mended(
        '<div role="list"><div role="doc-biblioentry"><a role="doc-backlink">1</a></div></div>'
    )
    assert page.select_one("[role=list] > div")["role"] == "listitem"
    assert "role" not in page.a.attrs


def test_what_is_hidden_from_a_voice_is_no_stop():
    page = mended('<div aria-hidden="true"><a href="x">y</a></div><div><a href="x">y</a></div>')
    assert ["inert" in tag.attrs for tag in page.find_all("div")] == [True, False]


def test_an_empty_foot_goes_and_a_full_one_stays():
    page = mended('<footer class="bd-footer"> </footer><footer class="bd-footer">MIT</footer>')
    assert [foot.get_text() for foot in page.find_all("footer")] == ["MIT"]


def test_the_answer_is_marked():
    page = mended(
        "<article><p><strong>The answer.</strong> Yes.</p><p><strong>Another.</strong> x</p>"
        "</article>"
    )
    assert [p.get("class") for p in page.find_all("p")] == [["answer"], None]
