"""`reproduce audit`: the five papers, a table of one's own, and its exit status."""

import io
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
    assert all(list(one) == KEYS for one in found["findings"])
    assert found["findings"] == [
        one.to_json() for paper in papers.names() for one in auditing.findings(paper)
    ]  # fmt: skip
    assert [one["name"] for one in found["audits"]] == list(papers.names())
    for one in found["audits"]:
        audit = auditing.audit(one["name"])
        assert one["checks"]["run"] == len(audit.ran) > 0
        assert one["checks"]["not_testable"] == len(audit.ran) - audit.checks_run
        assert {name for name, said in one["tables"].items() if said == "clean"} == set(audit.clean)


@pytest.mark.parametrize("paper", papers.names())
def test_findings_of_one_paper(reproduce, paper):
    status, said, _ = reproduce(f"audit {paper} --json")
    assert status == 0
    assert {one["paper"] for one in json.loads(said)["findings"]} <= {paper}
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
    (one,) = json.loads(said)["findings"]
    assert status == 0 and list(one) == KEYS
    assert (one["paper"], one["row"], one["check"]) == ("mine.csv", "ours", "macro_f1_bound")
    assert one["evidence"]["assumptions"]
    table.write_text(WRONG.replace("0.7920", "0.7790"))
    status, said, _ = reproduce(f"audit --table {table} --json")
    assert (status, json.loads(said)["findings"]) == (0, [])


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
    said = json.loads(reproduce(f"audit --table {table} --json --rounding either")[1])
    assert "proportion" in {one["check"] for one in said["findings"]}
    said = json.loads(reproduce(f"audit --table {table} --json --rounding any")[1])
    assert said["findings"] == []


def test_clean_untestable_and_not_tried_are_told_apart(reproduce, tmp_path):
    for name, text, status in (
        ("clean", "row,n,accuracy\na,10,0.50\n", "clean"),
        ("coarse", "row,n,accuracy\na,5000,0.5\n", "untestable"),
        ("alone", "row,accuracy\na,0.5\n", "not_tried"),
        ("wrong", WRONG, "findings"),
    ):
        (tmp_path / name).write_text(text)
        (one,) = json.loads(reproduce(f"audit --table {tmp_path / name} --json")[1])["audits"]
        assert (one["name"], one["status"]) == (name, status)
        assert one["checks"]["run"] == sum(n for k, n in one["checks"].items() if k != "run")
        assert (one["checks"]["run"] == 0) == (status == "not_tried")
    assert "What would help" in reproduce(f"audit --table {tmp_path / 'alone'}")[1]


def test_strict_exits_1_when_something_is_found_and_only_then(reproduce, tmp_path):
    table = tmp_path / "mine.csv"
    table.write_text(WRONG)
    assert reproduce(f"audit --table {table} --strict")[0] == 1
    table.write_text(WRONG.replace("0.7920", "0.7790"))
    assert reproduce(f"audit --table {table} --strict")[0] == 0
    assert reproduce("audit dual_head --strict --json")[0] == 1


def test_several_tables_and_standard_input(reproduce, tmp_path, monkeypatch):
    table = tmp_path / "mine.csv"
    table.write_text("row,n,accuracy\na,10,0.50\n")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(WRONG.encode())))
    _, said, _ = reproduce(f"audit --table {table} --table - --json")
    found = json.loads(said)
    assert [(one["name"], one["status"]) for one in found["audits"]] == [
        ("mine.csv", "clean"), ("standard input", "findings"),
    ]  # fmt: skip
    assert [one["paper"] for one in found["findings"]] == ["standard input"]


def test_findings_only(reproduce, tmp_path):
    table = tmp_path / "mine.csv"
    table.write_text("row,n,accuracy\nfirst,10,0.50\nsecond,10,0.55\n")
    line = f"audit --table {table} --runs 1 --rounding either"
    said = reproduce(f"{line} --only findings")[1]
    assert "second" in said and "first" not in said and "inconsistent" in said
    assert "first" in reproduce(line)[1]


def test_facts_reach_the_rows(reproduce, tmp_path):
    table = tmp_path / "mine.csv"
    table.write_text("row,precision,recall,f1\nours,0.7841,0.7851,0.7920\n")
    said = reproduce(f"audit --table {table} --json --averaging macro --n 500")[1]
    assert [one["check"] for one in json.loads(said)["findings"]] == ["macro_f1_bound"]


def test_a_paper_of_ones_own_is_laid_out_and_clean(reproduce, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert reproduce("new audit mypaper")[0] == 0
    status, said, _ = reproduce("audit --paper mypaper.yaml --strict")
    assert status == 0 and " 0 inconsistent" in said and "4 checks, 4 consistent" in said
    assert reproduce("new audit mypaper")[0] == 2, "it writes over nothing"
    text = (tmp_path / "mypaper.yaml").read_text("utf-8")
    (tmp_path / "mypaper.yaml").write_text(text.replace("cat,40,0.88,0.90,", "cat,40,0.88,0.78,"))
    status, said, _ = reproduce("audit --paper mypaper.yaml --strict --json")
    found = {(one["check"], one["table"]) for one in json.loads(said)["findings"]}
    assert status == 1 and ("goes_so", "the abstract") in found


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("audit no_paper", "unknown paper 'no_paper'"),
        ("audit --table {folder}/none.csv", "there is no file"),
        ("audit --table {folder}", "cannot be read"),
        ("audit --table {folder}/bytes.csv", "it is no text in UTF-8"),
        ("audit --table {folder}/words.csv", "no column is known among 'what', 'why'"),
        ("audit --paper {folder}/words.csv", "words.csv.yaml"),
        ("audit --paper {folder}/none.yaml", "there is no file"),
        ("audit --table {folder}/fine.csv --paper {folder}/words.csv", "not both"),
        ("audit --table {folder}/fine.csv --only nothing", "--only: expected all or findings"),
        ("audit --runs 5", "--runs goes with --table or --paper"),
        ("audit --table {folder}/fine.csv --runs five", "runs: expected a whole number"),
        ("audit dual_head --table {folder}/words.csv", "not both"),
        ("audit --table {folder}/fine.csv --rounding up", "rounding: expected one of"),
    ],
)
def test_unusable_input_exits_2_with_one_line(reproduce, tmp_path, line, message):
    (tmp_path / "bytes.csv").write_bytes(b"row,n\n\xff\xfe,\x01\n")
    (tmp_path / "words.csv").write_text("what,why\na,b\n")
    (tmp_path / "fine.csv").write_text(WRONG)
    status, said, error = reproduce(line.format(folder=tmp_path))
    assert status == 2 and said == ""
    assert error.startswith("Error: ") and message in error
    assert len(error.strip().splitlines()) == 1
