"""The gallery shows what outputs say they are, each card with a link to its place."""

import base64

from bs4 import BeautifulSoup

from reproduce.book import gallery
from reproduce.book.shown import Shown

MAP = Shown("book/papers/dual_head-more", "maps", "map", "Maps [of] a", picture=("svg", "<svg/>"),
            alt="Two clouds\nof points", paper="dual_head")  # fmt: skip
TABLE = Shown(
    "book/papers/audit", "a-table", "comparison", "F1",
    table='<div id="x" tabindex="0" role="region" aria-label="F1"><table><tr><td>'
          '<a href="b.html">3 trials</a></td></tr></table></div>',
    paper="audit",
)  # fmt: skip
OTHER = Shown("book/papers/audit", "no", "", "Not in the gallery", picture=("svg", "<svg/>"))


def test_each_kind_has_its_section_in_order():
    text = gallery.cards([TABLE, MAP, OTHER])
    heads = [line for line in text.splitlines() if line.startswith("## ")]
    assert heads == [f"## {title}" for title, _ in gallery.SECTIONS.values()]
    assert "This edition has none." in text.partition("## t-SNE maps")[0]
    assert "Not in the gallery" not in text


def test_a_card_leads_to_its_place_and_names_its_paper():
    text = gallery.cards([MAP])
    assert (
        '<a class="stretched-link" href="papers/dual_head-more.html#maps">Maps [of] a</a>' in text
    )
    assert ":img-top: gallery/maps.svg" in text and ":img-alt: Two clouds of points" in text
    assert "Yun and Kim (2026)" in text


def test_a_table_in_a_card_cannot_be_reached_and_has_no_place_of_its_own():
    text = gallery.cards([TABLE])
    card = BeautifulSoup(text[text.index("<div") :], "html.parser").find(class_="gallery-table")
    assert card["aria-hidden"] == "true" and card.find("table") is not None
    assert not card.find_all("a") and not card.find_all(id=True)
    assert not card.find_all(tabindex=True) and not card.find_all(role=True)
    assert "The audit of the printed numbers" in text


def test_only_the_pictures_of_the_gallery_become_files():
    pixel = base64.b64encode(b"PNG").decode()
    drawn = Shown("book/papers/audit", "old", "map", "Old", picture=("png", pixel))
    files = gallery.images([MAP, TABLE, OTHER, drawn])
    assert files == {"book/gallery/maps.svg": b"<svg/>", "book/gallery/old.png": b"PNG"}
