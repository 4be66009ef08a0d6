"""This run's verdicts beside those of the published edition."""

from collections.abc import Iterable
from typing import Any

from reproduce.evaluation.verdicts import Judgement
from reproduce.figures.table import Table
from reproduce.figures.verdict_words import claim_word
from reproduce.figures.wording import in_words
from reproduce.registry import datasets


def _verdicts(stamp: dict[str, Any]) -> dict[str, str]:
    return {row["claim"]: row["verdict"] for row in stamp["verdicts"]}


def _name(stamp: dict[str, Any]) -> str:
    data = datasets.in_words(str(stamp["parameters"]["dataset"]))
    return f"Published edition ({data}, {stamp['scale']})"


def verdicts_beside(
    judgements: Iterable[Judgement], stamp: dict[str, Any] | None, scale: str, *, provenance: str
) -> Table:
    """Return every claim with this run's verdict, or why there is none, and the published one's.

    Where no edition has been published yet, its column is left out.
    """
    judgements, theirs = list(judgements), _verdicts(stamp) if stamp else {}
    # What editions said before a claim or the rule was amended; nothing that was said is deleted.
    editions = list(dict.fromkeys(
        name for item in judgements for name in getattr(item, "first_registered", {})
    ))  # fmt: skip
    rows = []
    for item in judgements:
        ours = claim_word(item) if item.parts else f"{claim_word(item)}\n{item.reason}"
        published = [theirs.get(item.claim_id, "not in it")] if stamp else []
        first = getattr(item, "first_registered", {})
        frozen = [first.get(name, "not in it") for name in editions]
        rows.append([item.english, *frozen, ours, *published])
    before = [f"As first registered ({in_words(name).lower()})" for name in editions]
    here = [f"This run ({scale})", *([_name(stamp)] if stamp else [])]
    return Table("Every registered claim", ["Claim", *before, *here], rows, provenance)
