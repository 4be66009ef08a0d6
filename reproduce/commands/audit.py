"""`reproduce audit`: what the printed numbers of the five papers, or of one's own, say."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from reproduce import papers
from reproduce.commands.audit_results import (
    FAIR,
    own_as_json,
    papers_as_json,
    show_findings,
    show_own,
    show_papers,
)
from reproduce.commands.terminal import out
from reproduce.errors import UserError

STATED = "stated of --table or --paper: "
SHOWN = ("all", "findings")


def audit(
    paper: Annotated[
        str | None, typer.Argument(help="key of a paper; all five if left out")
    ] = None,
    table: Annotated[
        list[str] | None,
        typer.Option(
            "--table",
            help="check a table of your own: CSV, .xlsx, LaTeX, Markdown, "
            "HTML or a printed report; - reads standard input; several are allowed",
        ),
    ] = None,
    own_paper: Annotated[
        Path | None,
        typer.Option(
            "--paper",
            help="check a paper of your own: a YAML file of tables and "
            "sentences (`reproduce new audit NAME` lays one out)",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print them for other programs")] = False,
    only: Annotated[str, typer.Option("--only", help="what to print: all, findings")] = "all",
    strict: Annotated[
        bool, typer.Option("--strict", help="exit with status 1 when something is found")
    ] = False,
    template: Annotated[
        bool, typer.Option("--template", help="print a CSV file to start a table of your own from")
    ] = False,
    averaging: Annotated[
        str | None, typer.Option(help=STATED + "macro, weighted, micro, class")
    ] = None,
    spread: Annotated[
        str | None, typer.Option(help=STATED + "what ± is: sd, sd_population, se, ci95, over_folds")
    ] = None,
    folds: Annotated[str | None, typer.Option(help=STATED + "folds of a cross-validation")] = None,
    runs: Annotated[str | None, typer.Option(help=STATED + "runs that were averaged")] = None,
    n: Annotated[str | None, typer.Option("--n", help=STATED + "test images")] = None,
    counts: Annotated[
        str | None, typer.Option(help=STATED + "test images of each class, such as cat=40,dog=60")
    ] = None,
    orientation: Annotated[
        str | None,
        typer.Option(help=STATED + "rows of a confusion matrix: rows_true, rows_predicted"),
    ] = None,
    rounding: Annotated[
        str | None,
        typer.Option(help=STATED + "half_up, half_even, truncated, ceiling, either, any"),
    ] = None,
    unit: Annotated[str | None, typer.Option(help=STATED + "percent, fraction")] = None,
) -> None:
    """Check printed numbers: do they obey arithmetic, and do they agree with each other?

    Examples: reproduce audit dual_head

    reproduce audit --json

    reproduce audit --template > mine.csv

    reproduce audit --table mine.csv --averaging macro --runs 5

    reproduce audit --paper mypaper.yaml --strict
    """
    if only not in SHOWN:
        raise UserError(f"--only: expected {' or '.join(SHOWN)}, got '{only}'")
    said = {
        "averaging": averaging, "spread": spread, "folds": folds, "runs": runs, "n": n,
        "counts": counts, "orientation": orientation, "rounding": rounding, "unit": unit,
    }  # fmt: skip
    given = {name: text for name, text in said.items() if text is not None}
    if template:
        from reproduce.audit.template import template as text

        print(text(), end="")
        return
    if paper and (table or own_paper):
        raise UserError(f"give a paper ('{paper}') or a file of your own, not both")
    if table and own_paper:
        raise UserError("give --table or --paper, not both; a paper's file names its tables")
    if table:
        found = _tables(table, given, as_json, only)
    elif own_paper:
        found = _own_paper(own_paper, given, as_json, only)
    else:
        if given:
            raise UserError(
                f"--{next(iter(given))} goes with --table or --paper; what the five papers state "
                "is registered with them"
            )
        found = _papers([papers.paper(paper).key] if paper else papers.names(), as_json)
    if strict and found:
        raise typer.Exit(1)


def _papers(keys: list[str], as_json: bool) -> bool:
    from reproduce.registry.auditing import audit as audited

    audits = [audited(key) for key in keys]
    if as_json:
        print(papers_as_json(audits))
    else:
        show_papers(audits)
    return any(found.findings for found in audits)


def _tables(files: list[str], given: dict[str, str], as_json: bool, only: str) -> bool:
    from reproduce.audit.own_result import FOUND, audited
    from reproduce.audit.stated import stated

    said = stated(given, "the command")
    found = [audited(_bytes(file), _name(file), said) for file in files]
    if as_json:
        print(own_as_json(found))
    else:
        for one in found:
            show_own(one, only == "findings")
        out.print(FAIR)
    return any(one.status == FOUND for one in found)


def _own_paper(path: Path, given: dict[str, str], as_json: bool, only: str) -> bool:
    from reproduce.audit.own_result import FOUND
    from reproduce.audit.stated import stated
    from reproduce.registry.own_paper import read

    paper = read(_bytes(str(path)), path, stated(given, "the command"))
    tables, declared = paper.tables(), paper.declared()
    if as_json:
        print(own_as_json([tables], [declared]))
    else:
        show_own(tables, only == "findings")
        if declared.ran:
            out.print("Sentences and checks of the file:", style="bold")
            show_findings(declared)
        out.print(FAIR)
    return tables.status == FOUND or bool(declared.findings)


def _name(file: str) -> str:
    return "standard input" if file == "-" else Path(file).name


def _bytes(file: str) -> bytes:
    from reproduce.audit.formats.decoded import LARGEST

    try:
        if file == "-":
            return sys.stdin.buffer.read(LARGEST + 1)
        with Path(file).open("rb") as opened:
            # One byte over the limit is enough to say so.
            return opened.read(LARGEST + 1)
    except FileNotFoundError as error:
        raise UserError(
            f"there is no file {file}; reproduce audit --template prints one"
        ) from error
    except (OSError, ValueError) as error:
        raise UserError(f"{file} cannot be read; expected a file with a table") from error
