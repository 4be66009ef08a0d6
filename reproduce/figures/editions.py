"""This run's verdicts beside those of the published edition."""

from collections.abc import Iterable
from typing import Any

from reproduce.figures.table import Table

NO_EDITION = "no published edition here"


def _published(stamp: dict[str, Any] | None) -> dict[str, str]:
    return {row["claim"]: row["verdict"] for row in (stamp or {}).get("verdicts", [])}


def _name(stamp: dict[str, Any] | None) -> str:
    if stamp is None:
        return NO_EDITION
    return f"Published edition ({stamp['parameters']['dataset']}, {stamp['scale']})"


def beside_published(
    judgements: Iterable[Any], stamp: dict[str, Any] | None, scale: str, *, provenance: str
) -> Table:
    """Return one row for each claim that this run tested, with the published edition's verdict."""
    theirs = _published(stamp)
    rows = [
        [item.english, str(item.verdict), theirs.get(item.claim_id, "not in it")]
        for item in judgements
        if item.parts
    ]
    columns = ["Claim", f"This run ({scale})", _name(stamp)]
    return Table("Verdicts here and in the published edition", columns, rows, provenance)


def untested_table(
    judgements: Iterable[Any], stamp: dict[str, Any] | None, *, provenance: str
) -> Table:
    """Return the claims that this run did not test, why, and what the published edition found."""
    theirs = _published(stamp)
    rows = [
        [item.english, item.reason, theirs.get(item.claim_id, "not in it")]
        for item in judgements
        if not item.parts
    ] or [["every registered claim was tested", "", ""]]
    columns = ["Claim", "Why not here", _name(stamp)]
    return Table("Claims not tested by this run", columns, rows, provenance)
