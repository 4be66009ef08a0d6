"""What travels for those without PyTorch says what PyTorch computes."""

import pytest

from reproduce import installed, reference
from reproduce.book import reference as pages

ANEW = "`python -m reproduce.book.reference` writes it anew"


@pytest.mark.parametrize("name", pages.PAGES)
def test_a_page_that_travels_is_what_the_code_says(name):
    assert reference.read(name) == pages.PAGES[name](), ANEW


@pytest.mark.parametrize("name", pages.VALUES)
def test_numbers_that_travel_are_those_computed(name):
    found, computed = reference.read(name), pages.VALUES[name]()
    assert len(found) == len(computed), ANEW
    for kept, anew in zip(found, computed, strict=True):
        # The last digits of a derivative depend on the processor.
        numbers = isinstance(anew, list) and all(isinstance(one, float) for one in anew)
        assert kept == (pytest.approx(anew, rel=1e-7) if numbers else anew), ANEW


def test_nothing_else_travels():
    names = {path.stem for path in reference.FOLDER.iterdir() if path.suffix in (".md", ".json")}
    assert names == {*pages.PAGES, *pages.VALUES}


def test_what_is_kept_is_read_only_where_torch_is_not(monkeypatch):
    assert reference.kept("losses", lambda: "computed") == "computed"
    known = installed.find_spec
    monkeypatch.setattr(installed, "find_spec", lambda n: None if n == "torch" else known(n))
    read = reference.kept("losses", lambda: pytest.fail("there is nothing to compute it with"))
    assert read == reference.read("losses") and "<loss-sup_con>" in read
    assert "{rubric} Parameters" in pages.losses_of("embedding")


def test_stale_text_would_be_seen(monkeypatch, tmp_path):
    monkeypatch.setattr(reference, "FOLDER", tmp_path)
    (tmp_path / "networks.md").write_text(reference.written(pages.PAGES["networks"]() + " more"))
    assert reference.read("networks") != pages.PAGES["networks"]()
