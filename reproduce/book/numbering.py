"""Figure numbers that begin anew in every chapter, so that another paper moves none of them.

A chapter is a page that the table of contents names at its top level, with the pages below it: a
paper is one chapter, and its figures are counted through all of its pages.
"""

from collections.abc import Iterable, Mapping

Numbers = dict[str, dict[str, dict[str, tuple[int, ...]]]]


def renumber(numbers: Numbers, below: Mapping[str, Iterable[str]], root: str) -> list[str]:
    """Give the figures and tables of each chapter numbers from 1; return the pages that changed.

    Parameters
    ----------
    numbers
        Number by page, kind and name, as Sphinx keeps them in the order of reading; it is changed.
    below
        For a page, the pages that the table of contents has below it.
    root
        The first page of the book, below which the chapters are.
    """
    changed = []
    for pages in [[root], *(list(_through(chapter, below)) for chapter in below.get(root, ()))]:
        counted: dict[str, int] = {}
        for page in pages:
            before = {kind: dict(named) for kind, named in numbers.get(page, {}).items()}
            for kind, named in numbers.get(page, {}).items():
                for name in named:
                    counted[kind] = counted.get(kind, 0) + 1
                    named[name] = (counted[kind],)
            changed += [page] if before != numbers.get(page, {}) else []
    return changed


def _through(page: str, below: Mapping[str, Iterable[str]]) -> Iterable[str]:
    """Return a page and all pages below it, in reading order."""
    yield page
    for one in below.get(page, ()):
        yield from _through(one, below)
