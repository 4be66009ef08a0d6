from reproduce.book.mending.drawings import MARK, inline_drawings

DRAWING = f'{MARK} width="4"><style>html {{}}</style><text>x</text></svg>'


def site(tmp_path, image, drawing=DRAWING):
    (tmp_path / "_images").mkdir(exist_ok=True)
    (tmp_path / "_images" / "a.svg").write_text(drawing)
    page = tmp_path / "book" / "page.html"
    page.parent.mkdir(exist_ok=True)
    page.write_text(f"<figure>{image}</figure>")
    return page


def test_a_drawing_takes_the_place_of_its_image_and_keeps_the_alt_text(tmp_path):
    image = '<img alt="Bars &amp; &quot;lines&quot;." src="../_images/a.svg" />'
    page = site(tmp_path, image)
    assert inline_drawings(tmp_path) == 1
    text = page.read_text()
    assert "<img" not in text and "<text>x</text></svg></figure>" in text
    assert 'role="img" aria-label="Bars &amp; &quot;lines&quot;."' in text
    assert inline_drawings(tmp_path) == 0 and page.read_text() == text


def test_other_images_stay(tmp_path):
    for image, drawing in (
        ('<img alt="Logo" src="../_images/a.svg"/>', "<svg>a logo</svg>"),
        ('<img alt="Photograph" src="../_images/b.png"/>', DRAWING),
        ('<img alt="Elsewhere" src="https://example.org/a.svg"/>', DRAWING),
        ('<img alt="Missing" src="../_images/none.svg"/>', DRAWING),
    ):
        page = site(tmp_path, image, drawing)
        assert inline_drawings(tmp_path) == 0
        assert page.read_text() == f"<figure>{image}</figure>"
