"""`reproduce papers` and `reproduce params`."""

import json
from typing import Annotated

import typer

from reproduce import papers
from reproduce.commands.terminal import new_table, out

app = typer.Typer(no_args_is_help=True, help="The five papers: claims, tables, ambiguities.")

PaperKey = Annotated[str, typer.Argument(help="key of a paper, e.g. class_imbalance")]


@app.command("list")
def list_papers() -> None:
    """List the five papers, and this book's own study, and whether each can be run.

    Example: reproduce papers list
    """
    from reproduce.registry import claims, records

    table = new_table("paper", "what it compares", "claims", "notebook")
    for paper in records.papers().values():
        state = "yes" if paper.key in papers.runnable() else "not yet"
        count = str(len(claims.load(paper.key)))
        table.add_row(paper.key, f"{paper.authors} ({paper.year}): {paper.compares}", count, state)
    for study in records.own_studies().values():
        count = str(len(claims.load(study.key)))
        table.add_row(study.key, f"This book's own: {study.title}", count, "yes")
    out.print(table)


@app.command()
def show(paper: PaperKey) -> None:
    """Show a paper's registered claims: who says them, what would be measured, the margin.

    With their readings, positive controls, amendments, also of the rule for all claims, and what
    published editions said.

    Example: reproduce papers show class_imbalance
    """
    from reproduce.registry import amendments, claims, controls, records

    known = records.work(paper)
    out.print(known.title, style="bold")
    of = f"{known.authors} ({known.year})" if isinstance(known, papers.Paper) else "This book's own"
    out.print(of)
    table = new_table("claim", "says", "in English", "margin", "repeats", "status", show_lines=True)
    for claim in claims.load(paper):
        margin = f"{claim.margin:g} {claim.metric}"
        status = str(claim.status)
        if not claim.contrasts:
            status += ", not attempted"
        row = (claim.id, str(claim.says), claim.english, margin, str(claim.repeats), status)
        table.add_row(*row)
    out.print(table)
    for claim in claims.load(paper):
        for number, note in enumerate(claim_notes(claim)):
            out.print(f"- {note}" if number else f"\n{claim.id}\n- {note}", markup=False)
    out.print()
    for control in controls.load(paper):
        out.print(f"Control {control.id}: {control.english} Else: {control.why}.")
    for amendment in amendments.of_the_rule():
        out.print(
            f"Rule amended {amendment.date}: {amendment.what} Why: {amendment.why}", markup=False
        )


def claim_notes(claim) -> list[str]:
    """Return what a claim carries beside its contrasts, as `papers show` lists it."""
    from reproduce.registry import editions

    notes = [f"By construction: {claim.identity}"] if claim.identity else []
    if claim.reading:
        notes.append(f"Reading: {claim.reading}")
    for reading in claim.readings:
        judged = f" (not judged: {reading.unjudged})" if reading.unjudged else ""
        notes.append(f"Or reading {reading.name}: {reading.what}{judged}")
    notes += [f"Not as registered: {condition}" for condition in claim.unmet]
    notes += [f"Needs the control {name}" for name in claim.needs]
    for pairs in claim.stand_ins.values():
        notes += [f"Where {one} was not run, {other} stands for it" for one, other in pairs.items()]
    for edition, frozen in editions.as_first_registered(claim.paper, claim.id):
        notes.append(f"In {edition.name}: {frozen.verdict}")
    for amendment in claim.amendments:
        seen = amendment.after or "no result"
        notes.append(
            f"Amended {amendment.date} after {seen}: {amendment.what} Why: {amendment.why}"
        )
    return notes


@app.command()
def ambiguities(
    paper: Annotated[str | None, typer.Argument(help="key of a paper; all papers if left out")] = (
        None
    ),
    as_json: Annotated[bool, typer.Option("--json", help="print them for other programs")] = False,
) -> None:
    """List what the papers leave open, our readings, how to ask for each, and the default.

    Example: reproduce papers ambiguities dual_head
    """
    from reproduce.registry import ambiguities as registry

    keys = [papers.paper(paper).key] if paper else papers.names()
    found = [ambiguity for key in keys for ambiguity in registry.load(key)]
    if as_json:
        print(json.dumps([registry.as_data(one) for one in found], indent=1, ensure_ascii=False))
        return
    table = new_table("paper", "place", "problem", "readings", "default", show_lines=True)
    for one in found:
        readings = "\n".join(_reading(reading) for reading in one.readings)
        table.add_row(one.paper, one.place, one.problem, readings, one.default)
    out.print(table)


def _reading(reading) -> str:
    return f"{reading.name}: {reading.what}" + (f"\n  {reading.ask}" if reading.ask else "")


def params(paper: PaperKey) -> None:
    """List a paper's parameters: type, default at each profile, help.

    Example: reproduce params class_imbalance
    """
    from reproduce.study.parameters import PROFILES

    table = new_table("parameter", "type", "default (smoke / quick / laptop / paper)", "help")
    for row in papers.protocol(paper).parameters.table():
        defaults = [row[profile] for profile in PROFILES]
        shown = defaults[0] if len(set(defaults)) == 1 else " / ".join(defaults)
        table.add_row(row["name"], row["type"], shown, row["help"])
    out.print(table)
