"""What an audit found, for people and for other programs."""

import json
from collections.abc import Sequence

from reproduce.commands.terminal import new_table, out

FAIR = (
    "A finding says that printed numbers cannot all hold under the assumptions named, not why. "
    "A misprint is not misconduct."
)


def show_papers(audits: Sequence) -> None:
    """Print the findings of the registered papers."""
    for found in audits:
        out.print(f"{found.paper} (read: {found.checked_on})", style="bold")
        show_findings(found)
        out.print()
    out.print(FAIR)


def show_findings(found) -> None:
    """Print the findings of one paper and the counts of its checks."""
    if found.findings:
        shown = new_table("where", "severity", "says", "what cannot all hold", show_lines=True)
        for one in found.findings:
            shown.add_row(_where(one), one.severity, one.says, _sentences(one))
        out.print(shown)
    out.print(
        f"{found.checks_run} checks, {found.count('consistent')} consistent; findings: "
        f"{len(found.findings)}; tables found clean: {', '.join(found.clean) or 'none'}"
    )


def show_own(found, only_findings: bool) -> None:
    """Print the checks of one file: findings first, and what was left out of the file."""
    from reproduce.audit import outcome
    from reproduce.audit.own_result import FOUND, HINT, NOT_TRIED, WORDS

    for note in found.notes:
        out.print(f"Note: {note}")
    told = [one for one in found.checked if one.outcome.inconsistent or not only_findings]
    if told:
        shown = new_table("where", "check", "outcome", "the numbers", show_lines=True)
        for one in sorted(told, key=lambda one: not one.outcome.inconsistent):
            said = one.outcome.statement
            if one.outcome.inconsistent and one.outcome.assumptions:
                said += f"\nAssuming: {'; '.join(one.outcome.assumptions)}."
            # An impossible row contradicts itself, an inconsistent one what is said beside it.
            ended = (one.severity or one.outcome.status).replace("_", " ")
            shown.add_row(_where(one), one.outcome.check, ended, said)
        out.print(shown)
    tables = found.by_table
    for table, status in tables.items():
        # Where all came to the same, the last line says it.
        if len(set(tables.values())) > 1 and status != FOUND:
            out.print(f"{table or 'the table without a name'}: {WORDS[status]}.")
    counts = found.counts()
    ends = ", ".join(
        f"{counts[one]} {one.replace('_', ' ')}"
        for one in outcome.STATUSES
        if counts[one] or one not in (outcome.NOTABLE, outcome.HINT)
    )
    out.print(f"{found.name}: {WORDS[found.status]}. {counts['run']} checks: {ends}.")
    if found.status == NOT_TRIED:
        out.print(f"What would help: {HINT}.")


def papers_as_json(audits: Sequence) -> str:
    """Return the findings of the registered papers, and the counts of their checks."""
    return _json(
        [one.to_json() for found in audits for one in found.findings],
        [of_paper(found) for found in audits],
    )


def own_as_json(found: Sequence, declared: Sequence = ()) -> str:
    """Return the findings in one's own files and papers, and the counts of their checks."""
    findings = [_finding(one.name, each) for one in found for each in one.checked
                if each.outcome.inconsistent]  # fmt: skip
    findings += [each.to_json() for one in declared for each in one.findings]
    audits = [
        {"name": one.name, "status": one.status, "checks": one.counts(), "tables": one.by_table,
         "notes": list(one.notes)}
        for one in found
    ]  # fmt: skip
    return _json(findings, [*audits, *(of_paper(one) for one in declared)])


def of_paper(found) -> dict:
    """Return the counts of a paper's declared checks, and what each of its tables comes to."""
    struck = {table for one in found.findings for table in one.table.split(", ")}
    tables = {**dict.fromkeys(found.untested, "untestable"), **dict.fromkeys(found.clean, "clean"),
              **dict.fromkeys(sorted(struck), "findings")}  # fmt: skip
    counts = {one: found.count(one) for one in ("consistent", "inconsistent", "not_testable")}
    status = "findings" if found.findings else "clean" if counts["consistent"] else (
        "untestable" if found.ran else "not_tried"
    )  # fmt: skip
    return {"name": found.paper, "status": status, "checks": {"run": len(found.ran), **counts},
            "tables": tables, "notes": []}  # fmt: skip


def _finding(name: str, one) -> dict:
    outcome = one.outcome
    return {
        "paper": name,
        "table": one.table,
        "row": one.row,
        "check": outcome.check,
        "severity": one.severity or "inconsistent",
        "statement": outcome.statement,
        "evidence": {**outcome.evidence, "assumptions": list(outcome.assumptions)},
    }


def _where(one) -> str:
    return ", ".join(part for part in (one.table, one.row) if part)


def _sentences(one) -> str:
    note = one.evidence.get("note")
    assumed = f"\nAssuming: {'; '.join(one.assumptions)}." if one.assumptions else ""
    return f"{one.statement}." + (f"\n{note}" if note else "") + assumed


def _json(findings: list[dict], audits: list[dict]) -> str:
    return json.dumps({"findings": findings, "audits": audits}, indent=1, ensure_ascii=False,
                      allow_nan=False)  # fmt: skip
