"""The README's picture is of a page as it looks today, sharp and small."""

import pytest
from PIL import Image

from reproduce.book import picture
from reproduce.errors import UserError
from reproduce.files import project_root


def test_it_is_no_older_than_the_form_of_the_page():
    root = project_root()
    made = picture.form_of(root / picture.PICTURE)
    assert made == picture.form(root), (
        "an answer page has another form now; after `reproduce book --edition published`, "
        "`python -m reproduce.book.picture` takes its picture again"
    )


def test_it_is_sharp_and_small():
    path = project_root() / picture.PICTURE
    with Image.open(path) as image:
        assert image.size == (picture.SCALE * picture.WIDTH, picture.SCALE * picture.HEIGHT)
    assert path.stat().st_size < 250_000


def test_every_part_of_the_form_is_there_and_counts(tmp_path):
    root = project_root()
    before = picture.form(tmp_path)
    for pattern in picture.FORM:
        assert list(root.glob(pattern)), pattern
        source = next(iter(root.glob(pattern)))
        copy = tmp_path / source.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(source.read_bytes())
        assert picture.form(tmp_path) != before
        before = picture.form(tmp_path)


def test_without_a_built_book_it_says_how_to_build_one(project):
    with pytest.raises(UserError, match="reproduce book --edition published"):
        picture.take(project)
