"""`reproduce audit`: the five papers, a table of one's own, and its exit status."""

import json
import shlex
import sys

import pytest

from reproduce import cli, papers
from reproduce.registry import auditing

KEYS = ["paper", "table", "row", "check", "severity", "statement", "evidence"]
WRONG = "row,macro_precision,macro_recall,macro_f1\nours,0.7841,0.7851,0.7920\n"


@pytest.fixture
def reproduce(capsys, monkeypatch):
    """Return a function that runs the command here and returns exit status, stdout, stderr."""

    def run(line: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["reproduce", *shlex.split(line)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        captured = capsys.readouterr()
        return ended.value.code or 0, captured.out, captured.err

    return run


def test_findings_of_all_papers_as_json(reproduce):
    status, said, _ = reproduce("audit --json")
    found = json.loads(said)
    assert status == 0
    assert all(list(one) == KEYS for one in found)
    assert found == [
        one.to_json() for paper in papers.names() for one in auditing.findings(paper)
    ]  # fmt: skip


@pytest.mark.parametrize("paper", papers.names())
def test_findings_of_one_paper(reproduce, paper):
    status, said, _ = reproduce(f"audit {paper} --json")
    assert status == 0
    assert {one["paper"] for one in json.loads(said)} <= {paper}
    status, said, _ = reproduce(f"audit {paper}")
    audit = auditing.audit(paper)
    assert status == 0
    assert f"{audit.checks_run} checks" in said and "misprint is not misconduct" in said
    for table in audit.clean:
        assert table in said


def test_a_table_of_ones_own_exits_0_with_and_without_findings(reproduce, tmp_path):
    table = tmp_path / "mine.csv"
    table.write_text(WRONG)
    status, said, _ = reproduce(f"audit --table {table}")
    assert status == 0 and "1 inconsistent" in said and "0.7920" in said
    status, said, _ = reproduce(f"audit --table {table} --json")
    (one,) = json.loads(said)
    assert status == 0 and list(one) == KEYS
    assert (one["paper"], one["row"], one["check"]) == ("mine.csv", "ours", "macro_f1_bound")
    assert one["evidence"]["assumptions"]
    table.write_text(WRONG.replace("0.7920", "0.7790"))
    status, said, _ = reproduce(f"audit --table {table} --json")
    assert (status, json.loads(said)) == (0, [])


def test_the_template_can_be_checked_as_it_is(reproduce, tmp_path):
    status, said, _ = reproduce("audit --template")
    table = tmp_path / "template.csv"
    table.write_text(said, "utf-8")
    assert status == 0
    status, said, _ = reproduce(f"audit --table {table}")
    assert status == 0 and "0 inconsistent" in said


def test_rounding_can_be_said(reproduce, tmp_path):
    table = tmp_path / "mine.csv"
    table.write_text("row,n,runs,accuracy %\nours,503,1,85.68\n")
    assert len(json.loads(reproduce(f"audit --table {table} --json")[1])) == 1
    assert json.loads(reproduce(f"audit --table {table} --json --rounding any")[1]) == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("audit no_paper", "unknown paper 'no_paper'"),
        ("audit --table {folder}/none.csv", "there is no file"),
        ("audit --table {folder}", "cannot be read as a CSV file in UTF-8"),
        ("audit --table {folder}/bytes.csv", "cannot be read as a CSV file in UTF-8"),
        ("audit --table {folder}/words.csv", "unknown column"),
        ("audit dual_head --table {folder}/words.csv", "not both"),
        ("audit --table {folder}/fine.csv --rounding up", "mode: expected one of"),
    ],
)
def test_unusable_input_exits_2_with_one_line(reproduce, tmp_path, line, message):
    (tmp_path / "bytes.csv").write_bytes(b"row,n\n\xff\xfe,\x80\n")
    (tmp_path / "words.csv").write_text("what,why\na,b\n")
    (tmp_path / "fine.csv").write_text(WRONG)
    status, said, error = reproduce(line.format(folder=tmp_path))
    assert status == 2 and said == ""
    assert error.startswith("Error: ") and message in error
    assert len(error.strip().splitlines()) == 1
