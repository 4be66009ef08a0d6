"""Figure numbers that begin anew in each chapter."""

import copy

from reproduce.book.numbering import renumber

BELOW = {"intro": ["one", "two"], "one": ["one-more"], "two": []}
NUMBERS = {
    "intro": {"figure": {"a": (1,)}},
    "one": {"figure": {"b": (2,), "c": (3,)}, "table": {"t": (1,)}},
    "one-more": {"figure": {"d": (4,)}},
    "two": {"figure": {"e": (5,)}, "table": {"u": (2,)}},
}


def test_numbers_run_through_the_pages_of_a_chapter_and_begin_anew_in_the_next():
    numbers = copy.deepcopy(NUMBERS)
    changed = renumber(numbers, BELOW, "intro")
    assert numbers["intro"] == {"figure": {"a": (1,)}}
    assert numbers["one"] == {"figure": {"b": (1,), "c": (2,)}, "table": {"t": (1,)}}
    assert numbers["one-more"] == {"figure": {"d": (3,)}}
    assert numbers["two"] == {"figure": {"e": (1,)}, "table": {"u": (1,)}}
    assert changed == ["one", "one-more", "two"]


def test_another_chapter_before_it_moves_no_number():
    numbers = copy.deepcopy(NUMBERS)
    renumber(numbers, BELOW, "intro")
    with_more = {"intro": NUMBERS["intro"], "new": {"figure": {"x": (2,)}}, **NUMBERS}
    more = copy.deepcopy(with_more)
    renumber(more, {**BELOW, "intro": ["new", "one", "two"]}, "intro")
    assert {page: more[page] for page in numbers} == numbers
