"""The audit of the five papers: which checks are run on which printed numbers, and what they find.

`papers/<key>/audit.yaml` declares the checks; this module runs them. A check names a function of
`reproduce.audit` and addresses of printed numbers (`reproduce.registry.addresses`), never a number
that the paper prints. What comes out:

- a *finding* where a check says "inconsistent": the printed numbers cannot all hold under the
  assumptions listed with it. Whose error it is, or whether it matters, no check can say;
- the tables found *clean*: at least one check could be run and none found anything.

Several checks that fall over one slip make one finding, blamed where the smallest repair is
(`reproduce.registry.causes`); how grave it is says a rule (`reproduce.registry.severity`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any

from reproduce.audit.outcome import CONSISTENT, INCONSISTENT, NOT_TESTABLE, Outcome
from reproduce.errors import UserError
from reproduce.registry import records
from reproduce.registry.addresses import Numbers, filled
from reproduce.registry.audit_entries import Bound, Called, Check, declared
from reproduce.registry.causes import Part, causes, part, told
from reproduce.registry.published import PrintedCell
from reproduce.registry.severity import SEVERITIES, holds_if_cut_off, severity

# Of many cells gathered in one finding the statement names a few; the evidence has all.
MANY, TOLD = 5, 2


@dataclass(frozen=True)
class Finding:
    """Printed numbers that cannot all hold, with the arithmetic that says so."""

    paper: str
    table: str
    row: str
    check: str
    severity: str
    statement: str
    evidence: dict = field(hash=False)
    id: str = ""
    says: str = ""
    checked_on: str = ""
    assumptions: tuple[str, ...] = ()

    def to_json(self) -> dict:
        """Return it for other programs; who says it and what was read stand in the evidence."""
        names = ("paper", "table", "row", "check", "severity", "statement")
        source = {"says": self.says, "checked_on": self.checked_on}
        evidence = {**self.evidence, "assumptions": list(self.assumptions), **source}
        return {**{name: getattr(self, name) for name in names}, "evidence": evidence}


@dataclass(frozen=True)
class Ran:
    """One check that was run on one place."""

    id: str
    check: str
    table: str
    row: str
    status: str
    statement: str


@dataclass(frozen=True)
class Hit:
    """An outcome, with the check and what it was run on."""

    check: Check
    outcome: Outcome
    bound: Bound
    row: str
    used: tuple


@dataclass(frozen=True)
class Audit:
    """All checks of one paper.

    `clean` and `untested` are tables, `checked_on` what was read, `held` what found nothing.
    """

    paper: str
    checked_on: str
    ran: tuple[Ran, ...]
    findings: tuple[Finding, ...]
    clean: tuple[str, ...]
    untested: tuple[str, ...]
    held: tuple[Hit, ...] = field(default=(), repr=False)

    @property
    def checks_run(self) -> int:
        """How many checks could say something: those too coarse to test are not counted."""
        return len(self.ran) - self.count(NOT_TESTABLE)

    def count(self, status: str) -> int:
        """Return how many checks ended so."""
        return sum(1 for one in self.ran if one.status == status)


def findings(paper: str) -> list[Finding]:
    """Return the findings of a paper, the gravest first."""
    return list(audit(paper).findings)


@cache
def audit(paper: str) -> Audit:
    """Run every check declared for a paper."""
    read = records.paper(paper).checked_on
    return run(paper, declared(paper), Numbers(paper), read)


def run(paper: str, checks: Iterable[Check], numbers: Numbers, checked_on: str) -> Audit:
    """Run checks on the printed numbers of a paper; `checked_on` is what was read of it."""
    ran: list[Ran] = []
    parts: list[Part] = []
    held: list[tuple[Hit, tuple]] = []
    tested: dict[str, None] = {}
    for check in checks:
        hits: dict[tuple, list[Hit]] = {}
        sizes: dict[tuple, int] = {}
        for position, bound in enumerate(check.bindings(numbers)):
            numbers.used.clear()
            outcome = _run(check, numbers, bound, _label(check))
            used, row = tuple(numbers.used), filled(check.row, bound)
            table = ", ".join(filled(one, bound) for one in check.tables)
            ran.append(Ran(check.id, outcome.check, table, row, outcome.status, outcome.statement))
            if outcome.status != NOT_TESTABLE:
                tested.update((one.table, None) for one in used if isinstance(one, PrintedCell))
            group = (position,) if check.gather is None else tuple(bound[n] for n in check.gather)
            sizes[group] = sizes.get(group, 0) + 1
            hit = Hit(check, outcome, bound, row, used)
            if outcome.status == INCONSISTENT and _stands(check, numbers, bound):
                hits.setdefault(group, []).append(hit)
            else:
                held.append((hit, used))
        parts += [
            part(_finding(check, hit, sizes[group], numbers, checked_on), hit, bool(check.unless))
            for group, hit in hits.items()
        ]
    found = [told(one) for one in causes(parts, held, numbers, fails)]
    tables = dict.fromkeys(cell.table for cell in numbers.cells)
    struck = {one for finding in found for one in finding.table.split(", ")}
    return Audit(
        paper=paper,
        checked_on=checked_on,
        ran=tuple(ran),
        findings=tuple(sorted(found, key=lambda one: SEVERITIES.index(one.severity))),
        held=tuple(hit for hit, _ in held),
        clean=tuple(one for one in tables if one in tested and one not in struck),
        untested=tuple(one for one in tables if one not in tested and one not in struck),
    )


def _run(called: Called, numbers: Numbers, bound: Mapping[str, str], label: str) -> Outcome:
    module, _, name = filled(called.check, bound).partition(".")
    try:
        function = getattr(import_module(f"reproduce.audit.{module}"), name)
    except (ImportError, AttributeError) as error:
        raise UserError(f"{label}: reproduce.audit has no check {called.check}") from error
    try:
        arguments = {key: numbers.resolve(value, bound) for key, value in called.numbers.items()}
    except (TypeError, ValueError, LookupError, ArithmeticError, AttributeError) as error:
        raise UserError(f"{label}: no address of printed numbers ({error}); mend it") from error
    try:
        outcome = function(**arguments)
    except (TypeError, ValueError, LookupError, ArithmeticError, AttributeError, UserError,
            RecursionError) as error:  # fmt: skip
        raise UserError(f"{label}: {called.check}: {error}; mend this entry") from error
    if not isinstance(outcome, Outcome):
        raise UserError(f"{label}: reproduce.audit has no check {called.check}")
    return outcome


def _stands(check: Check, numbers: Numbers, bound: Mapping[str, str]) -> bool:
    """Whether no other reading holds."""
    others = [_run(other, numbers, bound, _label(check)) for other in check.unless]
    return all(one.status != CONSISTENT for one in others)


def fails(hit: Hit, numbers: Numbers) -> bool:
    """Whether a check finds something in other numbers, under every reading of its entry."""
    try:
        outcome = _run(hit.check, numbers, hit.bound, _label(hit.check))
        return outcome.status == INCONSISTENT and _stands(hit.check, numbers, hit.bound)
    except UserError:
        return True


def _finding(
    check: Check, hits: list[Hit], tried: int, numbers: Numbers, checked_on: str
) -> Finding:
    """Make one finding of the inconsistent outcomes of an entry that belong together."""
    first = hits[0]
    label, bound = _label(check), first.bound
    used = tuple(dict.fromkeys(one for hit in hits for one in hit.used))
    said = {one.says for one in used}
    if check.says is None and len(said) != 1:
        told = ", ".join(sorted(said))
        raise UserError(f"{label}: the numbers are said by {told}; add who says this: `says`")
    evidence: dict[str, Any] = {"places": _places(used)}
    if check.gather is None:
        statement = first.outcome.statement
        evidence |= first.outcome.evidence
    else:
        told = [": ".join(filter(None, (hit.row, hit.outcome.statement))) for hit in hits]
        statement = f"{len(hits)} of {tried} do not hold: " + "; ".join(_few(told, "and "))
        evidence["cells"] = [
            {"row": hit.row, "statement": hit.outcome.statement, **hit.outcome.evidence}
            for hit in hits
        ]
    if check.unless:
        others = [_run(other, numbers, bound, label) for other in check.unless]
        evidence["other_readings"] = [one.statement for one in others]
    if check.remedy:
        remedy = _run(check.remedy, numbers, bound, label)
        evidence["remedy"] = remedy.evidence
        statement += f"; {remedy.statement}"
    if check.note:
        evidence["note"] = filled(check.note, bound)
    rows = list(dict.fromkeys(hit.row for hit in hits))
    row = ", ".join(_few(rows))
    return Finding(
        paper=check.paper, table=", ".join(filled(one, bound) for one in check.tables), row=row,
        check=first.outcome.check,
        severity=severity(check.assumes, _cut_off(check, hits, numbers), used, check.severity),
        statement=f"{filled(check.about, bound)}: {statement}", evidence=evidence, id=check.id,
        says=check.says or said.pop(), checked_on=checked_on,
        assumptions=(*check.assumes, *first.outcome.assumptions),
    )  # fmt: skip


def _cut_off(check: Check, hits: list[Hit], numbers: Numbers) -> bool:
    """Whether all of these hold if the numbers were cut off instead of rounded."""
    if check.assumes:
        return False  # ambiguous whatever the rounding
    module, _, name = filled(check.check, hits[0].bound).partition(".")
    function = getattr(import_module(f"reproduce.audit.{module}"), name)
    return all(
        holds_if_cut_off(
            function, {key: numbers.resolve(v, hit.bound) for key, v in check.numbers.items()}
        )
        for hit in hits
    )


def _few(told: list[str], joint: str = "") -> list[str]:
    """Return all of some texts, or the first of many and how many more there are."""
    return told if len(told) <= MANY else [*told[:TOLD], f"{joint}{len(told) - TOLD} more"]


def _places(used) -> list[str]:
    """Return where the numbers stand, each place once; a sentence with its words."""
    return list(dict.fromkeys(
        one.place if isinstance(one, PrintedCell) else f"{one.place}: {one.quote}" for one in used
    ))  # fmt: skip


def _label(check: Check) -> str:
    # A paper of one's own is called by its file, which holds its checks.
    own = check.paper.endswith((".yaml", ".yml"))
    return f"{check.paper}{'' if own else '/audit.yaml'}, {check.id}"
