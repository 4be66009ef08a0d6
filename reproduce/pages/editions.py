"""This run's verdicts beside those of the published edition."""

from collections.abc import Iterable
from typing import Any

from reproduce.evaluation.verdicts import Judgement
from reproduce.figures.table import Table


def _verdicts(stamp: dict[str, Any]) -> dict[str, str]:
    return {row["claim"]: row["verdict"] for row in stamp["verdicts"]}


def _name(stamp: dict[str, Any]) -> str:
    return f"Published edition ({stamp['parameters']['dataset']}, {stamp['scale']})"


def verdicts_beside(
    judgements: Iterable[Judgement], stamp: dict[str, Any] | None, scale: str, *, provenance: str
) -> Table:
    """Return every claim with this run's verdict, or why there is none, and the published one's.

    Where no edition has been published yet, its column is left out.
    """
    theirs = _verdicts(stamp) if stamp else {}
    rows = []
    for item in judgements:
        ours = str(item.verdict) if item.parts else f"{item.verdict}: {item.reason}"
        published = [theirs.get(item.claim_id, "not in it")] if stamp else []
        rows.append([item.english, ours, *published])
    columns = ["Claim", f"This run ({scale})", *([_name(stamp)] if stamp else [])]
    return Table("Every registered claim", columns, rows, provenance)
