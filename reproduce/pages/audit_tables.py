"""Tables of the audit: what was found, what was found clean, and how many checks were run."""

from collections import Counter
from collections.abc import Mapping, Sequence

from reproduce.figures.table import Table
from reproduce.figures.wording import in_words, plural
from reproduce.pages.published import WHO
from reproduce.registry.auditing import Audit, Finding
from reproduce.registry.clean_power import power

SPELLED = {"iou": "IoU", "f1": "F1", "auc": "AUC", "eer": "EER", "g": "G"}
STATUSES = ("consistent", "inconsistent", "not_testable")
# The assumption of nearly every check; said once above a table and not in every row.
USUAL = "rounded to the nearest, a half either way"
SEVERITIES = ("impossible", "inconsistent", "ambiguous", "minor")


def findings_table(audit: Audit) -> Table:
    """Return one row for each finding, the gravest first, with the numbers that show it."""
    rows = [[_where(one), one.severity, _proof(one)] for one in audit.findings]
    return Table(
        "Findings: what cannot all hold as printed",
        ["Where", "Severity", "The numbers, and what is assumed"],
        rows or [["–", "none", "No check found anything."]],
        _source(audit),
        note=f"Where nothing else is said, numbers are taken as {USUAL}.",
    )


def _where(finding: Finding) -> str:
    place = ", ".join(dict.fromkeys(part for part in (finding.table, finding.row) if part))
    return place if finding.says == "paper" else f"{place} (says {WHO[finding.says]})"


def _proof(finding: Finding) -> str:
    """Return the statement; under it what a reader should know beside it, and the assumptions."""
    assumed = "; ".join(one for one in finding.assumptions if one != USUAL)
    parts = [finding.statement, finding.evidence.get("note", "")]
    parts += [f"Assumes: {assumed}"] if assumed else []
    first, *under = [_sentence(part) for part in parts if part.strip()]
    return "\n".join([first, " ".join(under)]) if under else first


def _sentence(text: str) -> str:
    """Return a text with a capital letter (unless a symbol opens it) and a full stop."""
    text = text.strip()
    symbol = text[1:2] in (" ", "")
    first = text[0] if symbol else text[0].upper()
    return first + text[1:] + ("" if text[-1] in ".!?" else ".")


def _source(audit: Audit) -> str:
    """Return how many checks were run on what, and what became of them."""
    counts = Counter(one.status for one in audit.ran)
    return (
        f"{plural(audit.checks_run, 'check')} of printed numbers: {counts['consistent']} "
        f"consistent, {counts['inconsistent']} not; {counts['not_testable']} more could not be "
        f"tested. Checked on: {audit.checked_on}. Authors contacted: no"
    )


def clean_table(audit: Audit) -> Table:
    """Return every table and section with how many checks hold in it, the clean ones named."""
    run, hold = Counter(), Counter()
    for one in audit.ran:
        for table in one.table.split(", "):
            run[table] += one.status != "not_testable"
            hold[table] += one.status == "consistent"
    struck = {table for one in audit.findings for table in one.table.split(", ")}
    names = sorted(
        {*run, *audit.clean, *audit.untested, *struck},
        key=lambda name: (not name.startswith("Table"), name),
    )
    powers = {one.table: one for one in power(audit.paper)} if audit.held else {}
    rows = [
        [name, str(hold[name]), str(run[name]), _outcome(name, run, hold, struck),
         f"{powers[name].share:.0%} of {powers[name].tried}" if name in powers else ""]
        for name in names
    ]  # fmt: skip
    return Table(
        "Tables and sections: those found clean, and how many checks hold in the others",
        ["Table", "Checks that hold", "of", "Outcome", "Misprints that would show"],
        rows or [["–", "0", "0", "holds nothing that can be tested", ""]],
        _source(audit),
        note="A check of several tables counts in each of them. A misprint is one digit of a clean "
        "table, changed; what share of them the checks would find is what clean is worth.",
    )


def _outcome(table: str, run: Counter, hold: Counter, struck: set[str]) -> str:
    if table in struck:
        return "see the findings"
    if not run[table]:
        return "nothing that can be tested"
    return "clean" if hold[table] == run[table] else "clean: another reading holds"


def overview(audits: Mapping[str, Audit]) -> Table:
    """Return one row for each text: what was read, checks run, findings, tables found clean."""
    rows = []
    for paper, audit in audits.items():
        found = Counter(one.severity for one in audit.findings)
        graded = ", ".join(f"{found[name]} {name}" for name in SEVERITIES if found[name])
        rows.append(
            [
                in_words(paper),
                audit.checked_on,
                str(audit.checks_run),
                str(audit.count("consistent")),
                graded or "none",
                ", ".join(audit.clean) or "none",
            ]
        )
    columns = ["Text", "Checked on", "Checks", "Consistent", "Findings", "Tables found clean"]
    note = (
        "The counts cannot be compared between texts: a long text with many tables has more that "
        "can be checked, and one slip can show in several checks."
    )
    total = sum(audit.checks_run for audit in audits.values())
    source = f"{plural(total, 'check')} in all. Authors contacted: no"
    return Table("The five texts", columns, rows, source, note=note)


def checks_table(audits: Mapping[str, Audit], questions: Mapping[str, str]) -> Table:
    """Return every check that was run: what it asks, how often, and what became of it."""
    counts = outcomes_by_check(list(audits.values()))
    rows = [
        [
            _named(check),
            questions.get(check, "").replace("`", ""),
            *(str(of[status]) for status in STATUSES),
        ]
        for check, of in counts.items()
    ]
    columns = ["Check", "Question", "Consistent", "Inconsistent", "Not testable"]
    source = (
        f"{len(rows)} kinds of checks, on the numbers printed in {len(audits)} texts. Several "
        "inconsistent outcomes may make one finding; one that another reading resolves makes none"
    )
    return Table("The checks", columns, rows, source)


def _named(check: str) -> str:
    """Return a check's name as words, its abbreviations as they are written."""
    return " ".join(SPELLED.get(word.lower(), word) for word in in_words(check).split())


def outcomes_by_check(audits: Sequence[Audit]) -> dict[str, Counter]:
    """Return for each kind of check, by name, how often it ended how."""
    found: dict[str, Counter] = {}
    for audit in audits:
        for one in audit.ran:
            found.setdefault(one.check, Counter())[one.status] += 1
    return dict(sorted(found.items()))
