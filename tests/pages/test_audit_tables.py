"""The tables of the audit: nothing left out, clean tables named, nobody charged with a copy."""

from types import SimpleNamespace

import pytest

from reproduce.audit.granularity import proportion
from reproduce.audit.questions import questions
from reproduce.pages.audit_tables import (
    SEVERITIES,
    STATUSES,
    USUAL,
    checks_table,
    clean_table,
    findings_table,
    overview,
)
from reproduce.registry import auditing, records, severity


def ran(check, table, status="consistent"):
    return SimpleNamespace(check=check, table=table, row="", status=status)


def finding(**changes):
    given = {
        "table": "Table 2", "row": "Sampling", "severity": "inconsistent", "says": "paper",
        "statement": "the rows add up to 300, stated are 292",
        "evidence": {"note": "One cell would mend it."}, "assumptions": ("one run", USUAL),
    }  # fmt: skip
    return SimpleNamespace(**{**given, **changes})


@pytest.fixture
def audit():
    def make(*findings, **changes):
        checks = [
            ran("macro_f1_bound", "Table 1"), ran("matrix_total", "Table 2", "inconsistent"),
            ran("matrix_total", "Table 1, Table 2"),
            ran("eer_against_auc", "Table 3", "not_testable"),
        ]  # fmt: skip
        given = {
            "paper": "sampling", "checked_on": "a copy of the paper", "ran": checks,
            "findings": findings, "clean": ("Table 1",), "untested": ("Table 3",),
            "checks_run": 3, "held": (),
            "count": lambda status: sum(one.status == status for one in checks),
        }  # fmt: skip
        return SimpleNamespace(**{**given, **changes})

    return make


def test_a_finding_has_its_place_its_numbers_its_note_and_its_assumptions(audit):
    table = findings_table(audit(finding()))
    (row,) = table.rows
    assert row == [
        "Table 2, Sampling", "inconsistent",
        "The rows add up to 300, stated are 292.\nOne cell would mend it. Assumes: one run.",
    ]  # fmt: skip
    assert USUAL in table.note, "said once, not in every row"
    assert table.provenance == (
        "3 checks of printed numbers: 2 consistent, 1 not; 1 more could not be tested. "
        "Checked on: a copy of the paper. Authors contacted: no"
    )


def test_a_summarys_finding_is_not_charged_to_the_paper(audit):
    (row,) = findings_table(audit(finding(says="summary"))).rows
    assert row[0] == "Table 2, Sampling (says a third-party summary)"


def test_sentences_begin_as_they_should(audit):
    rows = findings_table(
        audit(
            finding(statement="k as a share: 5 of 127", evidence={}, assumptions=()),
            finding(statement='"best in every column": 3 of 4', evidence={}, row="Table 2"),
        )
    ).rows
    assert rows[0][2] == "k as a share: 5 of 127."
    assert rows[1][0] == "Table 2"
    assert rows[1][2].startswith('"best in every column": 3 of 4.\nAssumes')


def test_no_finding_is_a_row_too(audit):
    assert findings_table(audit()).rows == [["–", "none", "No check found anything."]]


def test_every_table_says_how_many_checks_hold_and_the_clean_ones_are_named(audit):
    assert clean_table(audit(finding())).rows == [
        ["Table 1", "2", "2", "clean", ""],
        ["Table 2", "1", "2", "see the findings", ""],
        ["Table 3", "0", "0", "nothing that can be tested", ""],
    ]


def test_a_table_that_holds_under_another_reading_is_clean_and_says_so(audit):
    rows = {row[0]: row for row in clean_table(audit()).rows}
    assert rows["Table 2"] == ["Table 2", "1", "2", "clean: another reading holds", ""]


def test_the_overview_counts_by_severity_and_warns_against_comparing(audit):
    table = overview({"sampling": audit(finding(), finding(severity="minor"))})
    assert table.rows == [
        ["Sampling", "a copy of the paper", "3", "2", "1 inconsistent, 1 minor", "Table 1"]
    ]
    assert "cannot be compared between texts" in table.note
    assert "3 checks in all" in table.provenance
    assert overview({"sampling": audit(clean=())}).rows[0][4:] == ["none", "none"]


def test_the_table_of_checks_counts_every_outcome(audit):
    table = checks_table({"a": audit(), "b": audit()}, {"matrix_total": "Do `cells` add up?"})
    assert table.rows == [
        ["EER against AUC", "", "0", "0", "2"],
        ["Macro F1 bound", "", "2", "0", "0"],
        ["Matrix total", "Do cells add up?", "2", "2", "0"],
    ]


def test_its_words_are_those_of_the_audit():
    """Written down here, since figures take finished audits and know nothing of their making."""
    from reproduce.audit import outcome

    # What is notable or a hint is of own tables; no check of the five texts says it.
    assert set(STATUSES) == set(outcome.STATUSES) - {outcome.NOTABLE, outcome.HINT}
    ran = {one.status for paper in records.papers() for one in auditing.audit(paper).ran}
    assert ran <= set(STATUSES)
    assert SEVERITIES == severity.SEVERITIES
    assert USUAL in proportion("0.50", 10).assumptions


@pytest.mark.parametrize("paper", records.papers())
def test_every_check_that_was_run_has_a_question(paper):
    asked = questions()
    for one in auditing.audit(paper).ran:
        assert asked[one.check].strip(), one.check


@pytest.mark.parametrize("paper", records.papers())
def test_clean_tables_of_the_five_texts_are_those_that_the_audit_names(paper):
    found = auditing.audit(paper)
    rows = clean_table(found).rows
    clean = {name for name, *_, outcome, _ in rows if outcome.startswith("clean")}
    assert {row[0] for row in rows if row[-1]} == set(found.clean)
    assert set(found.clean) <= clean
    assert clean.isdisjoint({t for one in found.findings for t in one.table.split(", ")})
