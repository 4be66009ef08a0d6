"""The front page: what this edition found, in one screen, with nothing in it typed by hand."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from reproduce.book.front_figure import Remedies, remedies
from reproduce.book.markup import escaped, joined, table
from reproduce.book.measured import grid
from reproduce.book.shown import TRIALS
from reproduce.errors import unknown_name
from reproduce.evaluation.vocabulary import Verdict
from reproduce.figures.wording import plural
from reproduce.pages.answered import not_run, stored
from reproduce.registry import datasets, records
from reproduce.registry.audit_entries import SEVERITIES
from reproduce.trials.edition import Edition

AUDIT = "audit"
# Verdicts as the front page counts them: those that say much the same are one.
COUNTED = {
    "hold": (Verdict.HOLDS, Verdict.HOLDS_SMALLER, Verdict.HOLDS_IN_PART),
    "no practical difference": (Verdict.NO_DIFFERENCE, Verdict.ANOTHER_SIZE),
    "opposite": (Verdict.OPPOSITE,),
    "undecided": (
        Verdict.UNDECIDED, Verdict.SIZE_EXCLUDED, Verdict.LESS_THAN_HALF, Verdict.DEPENDS,
        Verdict.TEST_BED,
    ),
    "on generated data only": (
        Verdict.MECHANISM_SEEN, Verdict.MECHANISM_IN_PART, Verdict.MECHANISM_NOT_SEEN,
        Verdict.MECHANISM_OPPOSITE, Verdict.MECHANISM_UNDECIDED,
    ),
    "shown as an illustration": (Verdict.ILLUSTRATION,),
}  # fmt: skip
KOREAN = {
    "hold": "성립", "no practical difference": "실질적 차이 없음", "opposite": "반대",
    "undecided": "판단 불가", "on generated data only": "생성 데이터로만 확인",
    "shown as an illustration": "예시(판정 없음)",
}  # fmt: skip


def part(name: str, edition: Edition) -> str:
    """Return a part of the front page as Markdown."""
    parts = {"figure": figure, "papers": papers_table, "audit": audited, "korean": korean}
    if name not in parts:
        raise unknown_name("part of the front page", name, parts)
    return parts[name](edition)


def figure(edition: Edition) -> str:
    """Return what the first paper with a grid shows where the imbalance is strongest."""
    for key in records.papers():
        drawn = remedies(grid(edition, key)) if edition.stamp(key) else None
        if drawn is not None:
            return joined(
                [f"**{escaped(drawn.message)}.**", drawn.svg(), _below(key, drawn, edition)]
            )
    return ""


def _below(key: str, drawn: Remedies, edition: Edition) -> str:
    """Return the line below the figure: data, how to read it, its trials."""
    stamp = edition.stamp(key) or {}
    data = datasets.in_words(stamp.get("parameters", {}).get("dataset") or "")
    trials = f"papers/{key}-{TRIALS}.html#of-front-figure"
    return (
        f'<p class="front-note">{escape(data)}, {escape(stamp.get("scale", ""))} scale. '
        f'{escape(drawn.reading)} <a href="{trials}">{plural(len(drawn.keys), "trial")}</a>; '
        f'<a href="papers/{key}.html">all of this paper</a>.</p>'
    )


def papers_table(edition: Edition) -> str:
    """Return a row for each paper: what it claims, our answer, on which data, the verdicts."""
    rows = [_row(key, edition) for key in records.papers()]
    return _classed("front-papers", table(["The claim", "Our answer", "Verdicts"], rows, [9, 9, 5]))


def _row(key: str, edition: Edition) -> list[str]:
    stamp = edition.stamp(key)
    answer = stored(stamp)
    claim = (answer or not_run(key)).claim
    claim = f"{{doc}}`{escaped(records.paper(key).short)} <papers/{key}>`: {escaped(claim)}"
    if stamp is None:
        return [claim, "Not run in this edition.", _audited_alone(key, edition)]
    if answer is None:  # An edition from before answers were kept with it.
        return [claim, "On its page.", _counts(stamp)]
    on = f" *On {escaped(answer.data)}, {answer.scale} scale.*" if answer.data else ""
    return [claim, f"**{escaped(answer.short)}.**{on}", _counts(stamp)]


def _counts(stamp: Mapping[str, Any]) -> str:
    """Return how many claims came out how."""
    counted = counts(stamp["verdicts"])
    return ", ".join(f"{n} {word}" for word, n in counted.items()) or "none tested"


def counts(verdicts: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Return how many verdicts there are of each kind that the front page tells apart."""
    given = [one["verdict"] for one in verdicts]
    found = {word: sum(given.count(one) for one in kinds) for word, kinds in COUNTED.items()}
    return {word: count for word, count in found.items() if count}


def _audited_alone(key: str, edition: Edition) -> str:
    found = (edition.stamp(AUDIT) or {}).get("papers", {}).get(key)
    if not found:
        return "none tested"
    return f"none tested; {plural(found['checks_run'], 'printed number')} checked"


def audited(edition: Edition) -> str:
    """Return what the audit of the printed numbers found, in a sentence."""
    stamp = edition.stamp(AUDIT)
    if stamp is None:
        return ""
    run = sum(found["checks_run"] for found in stamp["papers"].values())
    found = [one["severity"] for one in stamp["findings"]]
    kinds = ", ".join(f"{found.count(kind)} {kind}" for kind in SEVERITIES if kind in found)
    return (
        f"**As printed**: {{doc}}`{run} checks <papers/audit>` of the numbers in all "
        f"{len(stamp['papers'])} texts led to {plural(len(found), 'finding')} ({kinds})."
    )


def korean(edition: Edition) -> str:
    """Return what was run and what came out, in Korean."""
    lines = []
    for key, paper in records.papers().items():
        stamp = edition.stamp(key)
        name = escaped(paper.short)
        if stamp is None:
            lines.append(f"- {name}: 이번 판에서는 실행하지 않았습니다.")
            continue
        said = ", ".join(f"{KOREAN[word]} {n}건" for word, n in counts(stamp["verdicts"]).items())
        lines.append(f"- {name}: {said or '판정한 주장이 없습니다'}.")
    return "\n".join(lines)


def _classed(name: str, text: str) -> str:
    return f"``````{{div}} {name}\n{text}\n``````"
