"""Accessible names, landmarks and roles that the theme leaves out or gets wrong."""

from bs4 import BeautifulSoup, Tag

from reproduce.pages.answered import THE_ANSWER

ANSWER = THE_ANSWER.strip("*")


def mend_names(page: BeautifulSoup) -> None:
    """Mend the names of toggles, the places of logo and search, the roles of the bibliography."""
    for strong in page.select("article p > strong:first-child"):
        if strong.get_text(strip=True) == ANSWER:
            strong.parent["class"] = [*strong.parent.get("class", []), "answer"]
    for summary in page.find_all("summary"):
        _name_toggle(summary)
    for button in page.find_all("button"):
        if not button.get_text(strip=True) and button.get("title"):
            button["aria-label"] = button.get("aria-label") or button["title"]
    _place(page.find("a", class_="navbar-brand"), "navigation", "Home")
    _place(page.find("button", class_="search-button-field"), "search", "The book")
    for entry in page.select("[role=list] > [role=doc-biblioentry]"):
        entry["role"] = "listitem"
    for link in page.select("[role=doc-backlink]"):
        # Allowed on links alone, and there it says nothing that the link's text does not.
        del link["role"]
    # A picture of what stands elsewhere: the keyboard passes over it as a voice does.
    for hidden in page.select("div[aria-hidden=true]"):
        hidden["inert"] = ""
    for footer in page.find_all("footer", class_="bd-footer"):
        if not footer.get_text(strip=True):
            footer.decompose()


def _name_toggle(summary: Tag) -> None:
    """Let a toggle be called by the text that is seen; give one without any text a name."""
    if summary.get_text(strip=True):
        del summary["aria-label"]
        return
    entry = summary.find_parent("li")
    link = entry.find("a") if entry is not None else None
    if link is not None:
        summary["aria-label"] = f"Pages below {link.get_text(strip=True)}"


def _place(tag: Tag | None, role: str, name: str) -> None:
    """Make the sidebar's place of a tag a landmark: what stands in none is easily passed over."""
    place = tag.find_parent("div", class_="sidebar-primary-item") if tag is not None else None
    if place is not None:
        place["role"] = role
        place["aria-label"] = name
