"""`reproduce audit`: what the printed numbers of the five papers, or of one's own table, say."""

import json
from pathlib import Path
from typing import Annotated

import typer

from reproduce import papers
from reproduce.commands.terminal import new_table, out
from reproduce.errors import UserError

FAIR = (
    "A finding says that printed numbers cannot all hold under the assumptions named, not why. "
    "A misprint is not misconduct."
)


def audit(
    paper: Annotated[
        str | None, typer.Argument(help="key of a paper; all five if left out")
    ] = None,
    table: Annotated[
        Path | None, typer.Option("--table", help="check a table of your own, a CSV file")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print them for other programs")] = False,
    template: Annotated[
        bool, typer.Option("--template", help="print a CSV file to start a table of your own from")
    ] = False,
    rounding: Annotated[
        str,
        typer.Option("--rounding", help="of --table: either, half_even, half_up, truncated, any"),
    ] = "either",
) -> None:
    """Check printed numbers: do they obey arithmetic, and do they agree with each other?

    Examples: reproduce audit dual_head

    reproduce audit --json

    reproduce audit --template > mine.csv

    reproduce audit --table mine.csv
    """
    if template:
        from reproduce.audit.own_table import template as text

        print(text(), end="")
    elif table:
        if paper:
            raise UserError(f"give a paper ('{paper}') or --table, not both")
        _own(table, rounding, as_json)
    else:
        _papers([papers.paper(paper).key] if paper else papers.names(), as_json)


def _papers(keys: list[str], as_json: bool) -> None:
    from reproduce.registry.auditing import audit as audited

    audits = [audited(key) for key in keys]
    if as_json:
        print(_json([one.to_json() for found in audits for one in found.findings]))
        return
    for found in audits:
        out.print(f"{found.paper} (read: {found.checked_on})", style="bold")
        if found.findings:
            shown = new_table("where", "severity", "says", "what cannot all hold", show_lines=True)
            for one in found.findings:
                where = ", ".join(part for part in (one.table, one.row) if part)
                shown.add_row(where, one.severity, one.says, _sentences(one))
            out.print(shown)
        out.print(
            f"{found.checks_run} checks, {found.count('consistent')} consistent; findings: "
            f"{len(found.findings)}; tables found clean: {', '.join(found.clean) or 'none'}"
        )
        out.print()
    out.print(FAIR)


def _sentences(one) -> str:
    note = one.evidence.get("note")
    assumed = f"\nAssuming: {'; '.join(one.assumptions)}." if one.assumptions else ""
    return f"{one.statement}." + (f"\n{note}" if note else "") + assumed


def _own(path: Path, rounding: str, as_json: bool) -> None:
    from reproduce.audit.own_table import check

    checked = check(_text(path), path.name, rounding)
    wrong = [one for one in checked if one.outcome.inconsistent]
    if as_json:
        print(_json([_finding(path, one) for one in wrong]))
        return
    shown = new_table("where", "check", "outcome", "the numbers", show_lines=True)
    for one in sorted(checked, key=lambda one: not one.outcome.inconsistent):
        where = ", ".join(part for part in (one.table, one.row) if part)
        said = one.outcome.statement
        if one.outcome.inconsistent and one.outcome.assumptions:
            said += f"\nAssuming: {'; '.join(one.outcome.assumptions)}."
        shown.add_row(where, one.outcome.check, one.outcome.status.replace("_", " "), said)
    out.print(shown)
    fine = sum(1 for one in checked if one.outcome.status == "consistent")
    out.print(f"{len(checked)} checks: {fine} consistent, {len(wrong)} inconsistent. {FAIR}")


def _finding(path: Path, one) -> dict:
    outcome = one.outcome
    return {
        "paper": path.name,
        "table": one.table,
        "row": one.row,
        "check": outcome.check,
        "severity": "inconsistent",
        "statement": outcome.statement,
        "evidence": {**outcome.evidence, "assumptions": list(outcome.assumptions)},
    }


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError as error:
        raise UserError(
            f"there is no file {path}; reproduce audit --template prints one"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read as a CSV file in UTF-8") from error


def _json(found: list[dict]) -> str:
    return json.dumps(found, indent=1, ensure_ascii=False, allow_nan=False)
