"""The verdicts of published editions before and after, as the page of corrections shows them."""

import json
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from reproduce.book.markup import escaped, joined, table
from reproduce.figures.verdict_words import marked
from reproduce.figures.wording import in_words
from reproduce.files import project_root
from reproduce.registry import amendments, claims, records
from reproduce.trials.edition import Edition, published

RESULT = "book/results/verdict_changes.json"
FEW = 4


def verdicts(edition: Edition | None = None) -> str:
    """Return a table for each paper, and claim by claim why a verdict is another one now.

    They were judged on the trials of the edition that is corrected, which a later one need not
    carry; `python -m benchmarks.verdict_changes` judges them again. Today's word is that of the
    edition that the book is made of.
    """
    edition = edition or published()
    return joined(
        _of_paper(paper, changes, _today(edition, paper)) for paper, changes in _stored().items()
    )


def amended() -> str:
    """Return the amendments of the rule, and those of claims that no table above accounts for."""
    rule = "\n".join(
        f"- {one.date}: {escaped(_ended(one.what))} *Why:* {escaped(_ended(one.why))}"
        for one in amendments.of_the_rule()
    )
    of_claims = [said for paper in records.papers() if (said := _amended_claims(paper))]
    whole = f"```{{dropdown}} Amendments of the rule, for all claims\n{rule}\n```"
    return joined([whole, *of_claims])


def _stored() -> dict[str, list[Mapping[str, Any]]]:
    stored = json.loads((project_root() / RESULT).read_text("utf-8"))["changes"]
    return {paper: list(of) for paper, of in groupby(stored, key=lambda change: change["paper"])}


def _today(edition: Edition, paper: str) -> dict[str, str]:
    """Return what an edition says of each claim."""
    return {row["claim"]: row["word"] for row in (edition.stamp(paper) or {}).get("verdicts", ())}


def _of_paper(paper: str, changes: Iterable[Mapping[str, Any]], today: Mapping[str, str]) -> str:
    changes = list(changes)
    rows = [
        [escaped(one["english"]),
         *(escaped(marked(word)) for word in
           (one["before"], one["old_trials"], today.get(one["claim"], one["after"])))]
        for one in changes
    ]  # fmt: skip
    columns = ["Claim", f"As published ({in_words(changes[0]['edition']).lower()})",
               "Same trials, today's rule", "Today"]  # fmt: skip
    why = "\n".join(
        f"- *{escaped(one['english'])}* {escaped(one['reason'])}.{_measured(one['effects'])}"
        for one in changes
    )
    return joined([
        f"#### {records.paper(paper).title}",
        table(columns, rows, [8, 4, 5, 4]),
        f"```{{dropdown}} Why, claim by claim, when this was corrected\n{why}\n```",
    ])  # fmt: skip


def _measured(effects: list[str]) -> str:
    """Return the effects of the old trials; of more than a few, how many there are."""
    if len(effects) > FEW:
        return f" ({len(effects)} effects were measured.)"
    return f" Measured: {escaped('; '.join(effects))}." if effects else ""


def _amended_claims(paper: str) -> str:
    """Return what was changed of claims that no edition was corrected in; or nothing."""
    told = {change["claim"] for change in _stored().get(paper, [])}
    said = [
        f"- *{escaped(claim.english)}* {one.date}, "
        f"{f'after {in_words(one.after).lower()}' if one.after else 'before it had any result'}: "
        f"{escaped(_ended(one.what))} *Why:* {escaped(_ended(one.why))}"
        for claim in claims.load(paper) if claim.id not in told
        for one in claim.amendments
    ]  # fmt: skip
    if not said:
        return ""
    title = f"Amended claims: {records.paper(paper).title}"
    return f"```{{dropdown}} {title}\n" + "\n".join(said) + "\n```"


def _ended(text: str) -> str:
    return text if text.endswith(".") else f"{text}."
