"""Findings by cause, and the rule of severity, on made-up findings and numbers."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from reproduce.audit.sums import sum_of_parts
from reproduce.registry.causes import Part, causes, changed, one_digit
from reproduce.registry.published import PrintedCell, ProseNumber
from reproduce.registry.severity import holds_if_cut_off, severity


def cell(value, method="row", metric="m", table="Table 1"):
    return PrintedCell(
        "paper", table, "", method, "", metric, value, "", f"{table}: {metric}", "paper"
    )


@dataclass(frozen=True)
class Finding:
    """What causes look at of a finding."""

    id: str
    severity: str = "inconsistent"
    evidence: dict = field(default_factory=dict, hash=False)


class Numbers:
    """Printed cells by their place."""

    def __init__(self, *cells):
        self.cells, self.sentences, self.used = list(cells), {}, {}

    def value(self, metric):
        return next(int(one.value) for one in self.cells if one.metric == metric)


def member(name, test, said=""):
    """A failing check: `test(numbers)` says whether it holds."""
    return SimpleNamespace(name=name, test=test, outcome=SimpleNamespace(statement=said or name))


def fails(one, numbers):
    return not one.test(numbers)


def part(name, test, *used, severity_="inconsistent", said="", other_readings=False):
    members = ((member(name, test, said), tuple(used)),)
    return Part(Finding(name, severity_), members, other_readings, {})


def test_one_cell_is_the_cause_of_what_it_mends_and_of_nothing_else():
    a, b, total = cell("40", metric="a"), cell("5", metric="b"), cell("95", metric="t")
    other = cell("7", metric="o")
    numbers = Numbers(a, b, total, other)
    adds_up = part("sum", lambda n: n.value("a") + n.value("b") == n.value("t"), a, b, total)
    twice = part("twice", lambda n: n.value("a") == 18 * n.value("b"), a, b)
    alone = part("alone", lambda n: n.value("o") == 9, other)
    found = causes([adds_up, twice, alone], [], numbers, fails)
    assert found[0].place == a and found[0].value == "90"
    assert {one.finding.id for one in found[0].parts} == {"sum", "twice"}
    assert [one.parts for one in found[1:]] == [(alone,)]


def test_a_repair_that_breaks_what_held_is_none():
    a, b, total = cell("40", "one", "a"), cell("5", "two", "b"), cell("95", "three", "t")
    numbers = Numbers(a, b, total)
    adds_up = part("sum", lambda n: n.value("a") + n.value("b") == n.value("t"), a, b, total)
    twice = part("twice", lambda n: n.value("a") == 18 * n.value("b"), a, b)
    stays = (member("stays", lambda n: n.value("a") == 40), (a,))
    found = causes([adds_up, twice], [stays], numbers, fails)
    assert all(one.value is None for one in found) and len(found) == 1
    # No cell mends both, so the row without which neither could be asked is the cause.
    assert found[0].place == ("Table 1", "", "one")


def test_ambiguous_findings_are_no_contradiction_and_stay():
    a, b = cell("1", "one", "a"), cell("2", "two", "b")
    never = lambda n: False  # noqa: E731
    parts = [part(name, never, a, b, severity_="ambiguous") for name in ("x", "y")]
    assert [one.parts for one in causes(parts, [], Numbers(a, b), fails)] == [
        (parts[0],), (parts[1],),
    ]  # fmt: skip


def test_the_same_arithmetic_in_two_places_is_one_cause():
    a, b = cell("1", "one", "a"), cell("2", "two", "b", "Table 2")
    parts = [part("x", lambda n: False, a, said="1 is not 2"),
             part("y", lambda n: False, b, said="1 is not 2")]  # fmt: skip
    (found,) = causes(parts, [], Numbers(a, b), fails)
    assert found.parts == tuple(parts)


def test_a_finding_that_other_readings_share_is_no_part_of_a_row():
    a, b = cell("1", "one", "a"), cell("2", "two", "b")
    parts = [part("x", lambda n: False, a), part("y", lambda n: False, a, b, other_readings=True)]
    assert len(causes(parts, [], Numbers(a, b), fails)) == 2


def test_one_digit_changes_exactly_one_digit():
    assert set(one_digit("1.0")) == {f"{d}.0" for d in "023456789"} | {
        f"1.{d}" for d in "123456789"
    }


def test_changed_numbers_leave_the_printed_ones_alone():
    a = cell("40", metric="a")
    numbers = Numbers(a)
    assert changed(numbers, a, "41").value("a") == 41 and numbers.value("a") == 40


# -- severity -------------------------------------------------------------------------------------

ROW = (cell("1", metric="a"), cell("2", metric="b"))
TWO_ROWS = (cell("1", "one", "a"), cell("2", "two", "a"))
SENTENCE = (
    ProseNumber("paper", "x", "from 2 to 1", "Section 1", "paper", "2", "", "stated", "", ""),
    ProseNumber("paper", "y", "from 2 to 1", "Section 1", "paper", "1", "", "stated", "", ""),
)


@pytest.mark.parametrize(
    ("assumes", "cut_off", "used", "gravest", "expected"),
    [
        (["three runs"], True, ROW, None, "ambiguous"),
        ([], True, ROW, None, "minor"),
        ([], False, ROW, None, "impossible"),
        ([], False, SENTENCE, None, "impossible"),
        ([], False, TWO_ROWS, None, "inconsistent"),
        ([], False, (*ROW, SENTENCE[0]), None, "inconsistent"),
        ([], False, ROW, "inconsistent", "inconsistent"),
        ([], True, ROW, "inconsistent", "minor"),
        (["three runs"], False, TWO_ROWS, "minor", "minor"),
    ],
)
def test_the_rule_of_severity(assumes, cut_off, used, gravest, expected):
    assert severity(assumes, cut_off, used, gravest) == expected


def test_a_sum_one_step_off_holds_if_it_was_cut_off():
    parts = {"parts": ["33.4", "33.4"], "scale": 100}
    assert holds_if_cut_off(sum_of_parts, {**parts, "total": "66.9"})
    assert not holds_if_cut_off(sum_of_parts, {**parts, "total": "67.9"})
    assert not holds_if_cut_off(sum_of_parts, {**parts, "total": "66.9", "mode": "any"})
