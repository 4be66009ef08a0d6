"""The table of contents."""

import pytest

from reproduce.book.contents import notebooks_of, read_contents, source_of
from reproduce.errors import UserError


def test_pages_come_in_reading_order(tmp_path):
    toc = tmp_path / "_toc.yml"
    toc.write_text(
        "format: jb-book\nroot: a\nparts:\n"
        "  - caption: One\n    chapters:\n"
        "      - file: b\n        sections: [{file: c}, {url: 'https://example.org'}]\n"
        "  - caption: Two\n    chapters: [{file: d}]\n"
    )
    contents = read_contents(toc)
    assert contents.root == "a"
    assert contents.pages == ("a", "b", "c", "d")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("format: jb-book\n", "no first page"),
        ("root: [1\n", "cannot read"),
        ("root: a\nchapters: [{file: b}, {file: b}]\n", "b more than once"),
    ],
)
def test_a_faulty_table_is_refused(tmp_path, text, said):
    toc = tmp_path / "_toc.yml"
    toc.write_text(text)
    with pytest.raises(UserError, match=said):
        read_contents(toc)


def test_a_missing_table_is_refused(tmp_path):
    with pytest.raises(UserError, match="cannot read"):
        read_contents(tmp_path / "_toc.yml")


def test_notebooks_are_told_from_text(project):
    contents = read_contents(project / "_toc.yml")
    assert source_of(project, "book/intro") == project / "book" / "intro.md"
    assert source_of(project, "book/nowhere") is None
    assert notebooks_of(project, contents) == [project / "book" / "papers" / "sampling.ipynb"]
