"""The front page: what this edition found, in one screen, with nothing in it typed by hand."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from reproduce.book.front_figure import Remedies, remedies
from reproduce.book.front_shared import shared
from reproduce.book.markup import escaped, joined, table
from reproduce.book.measured import grid
from reproduce.book.shown import TRIALS, Shown
from reproduce.errors import unknown_name
from reproduce.evaluation.vocabulary import Verdict
from reproduce.figures.wording import plural
from reproduce.pages.answered import THE_ANSWER, Answer, not_run, stored
from reproduce.registry import datasets, records
from reproduce.registry.severity import SEVERITIES
from reproduce.study import scale
from reproduce.trials.edition import Edition

AUDIT, COMPARISON = "audit", "comparison"
PAGE, FIGURE = "book/intro", "front-figure"
# Verdicts as the front page counts them: those that say much the same are one.
COUNTED = {
    "hold": (Verdict.HOLDS, Verdict.HOLDS_SMALLER, Verdict.HOLDS_IN_PART),
    "no practical difference": (Verdict.NO_DIFFERENCE,),
    "of another size": (Verdict.ANOTHER_SIZE,),
    "opposite": (Verdict.OPPOSITE,),
    "depend on reading": (Verdict.DEPENDS,),
    "undecided": (Verdict.UNDECIDED,),
    "undecided, but not as large as printed": (Verdict.SIZE_EXCLUDED, Verdict.LESS_THAN_HALF),
    "not answerable here": (Verdict.TEST_BED,),
    "on generated data only": (
        Verdict.MECHANISM_SEEN, Verdict.MECHANISM_IN_PART, Verdict.MECHANISM_NOT_SEEN,
        Verdict.MECHANISM_OPPOSITE, Verdict.MECHANISM_UNDECIDED,
    ),
    "true by construction": (Verdict.BY_CONSTRUCTION,),
    "shown without a verdict": (Verdict.ILLUSTRATION,),
    "not attempted": (Verdict.NOT_ATTEMPTED,),
}  # fmt: skip
# Of these, what is said of one claim alone.
SINGULAR = {"hold": "holds", "depend on reading": "depends on reading"}
KOREAN = {
    "hold": "성립", "no practical difference": "실질적 차이 없음", "opposite": "반대",
    "depend on reading": "해석에 따라 다름", "undecided": "판단 불가",
    "undecided, but not as large as printed": "판단 불가(발표된 크기는 아님)",
    "not answerable here": "시험 환경으로 판단 불가", "of another size": "다른 크기",
    "not attempted": "시도하지 않음", "true by construction": "정의상 참",
    "on generated data only": "생성 데이터로만 확인", "shown without a verdict": "예시(판정 없음)",
}  # fmt: skip

# What the words of the table mean that do not say it by themselves.
GLOSSES = {
    "not answerable here": "the check that such an effect shows here was not passed or not run",
    "shown without a verdict": "repeats that it needs are missing",
}


def part(name: str, edition: Edition) -> str:
    """Return a part of the front page as Markdown."""
    if name not in PARTS:
        raise unknown_name("part of the front page", name, PARTS)
    return PARTS[name](edition)


def figure(edition: Edition) -> str:
    """Return what the first paper with a grid shows where the imbalance is strongest."""
    for key, drawn in _drawn(edition):
        return joined([
            f"**{escaped(drawn.message)}.**", drawn.svg(FIGURE), _below(key, drawn, edition),
        ])  # fmt: skip
    return ""


def messages(edition: Edition) -> list[str]:
    """Return what the figure tells; nothing where there is none."""
    return [drawn.message for _, drawn in _drawn(edition)]


def shown(edition: Edition) -> list[Shown]:
    """Return the figure as the pages of trials list it, under the name of its paper."""
    return [
        Shown(PAGE, FIGURE, "", f"Front page: {drawn.message}", drawn.keys, paper=key)
        for key, drawn in _drawn(edition)
    ]


def _drawn(edition: Edition) -> list[tuple[str, Remedies]]:
    """Return the figure and its paper; nothing where no paper of the edition has a grid."""
    for key in records.papers():
        found = remedies(grid(edition, key)) if edition.stamp(key) else None
        if found is not None:
            return [(key, found)]
    return []


def _below(key: str, drawn: Remedies, edition: Edition) -> str:
    """Return the line below the figure: data, how to read it, its trials."""
    stamp = edition.stamp(key) or {}
    data = datasets.in_words(stamp.get("parameters", {}).get("dataset") or "")
    trials = f"papers/{key}-{TRIALS}.html#of-{FIGURE}"
    return (
        f'<p class="front-note">{escape(data)}, {escape(scale.of_stamp(stamp))}. '
        f'{escape(drawn.reading)} <a href="{trials}">{plural(len(drawn.keys), "trial")}</a>; '
        f'<a href="papers/{key}.html">all of this paper</a>.</p>'
    )


@dataclass(frozen=True)
class Row:
    """A paper on the front page: what it claims, our answer on which data, verdicts by kind."""

    key: str
    claim: str
    answer: str
    verdicts: str


def rows(edition: Edition) -> list[Row]:
    """Return a row for each paper, as Markdown."""
    return [_row(key, edition) for key in records.papers()]


def _row(key: str, edition: Edition) -> Row:
    stamp = edition.stamp(key)
    answer = stored(stamp)
    claim = escaped((answer or not_run(key)).claim)
    if stamp is None:
        return Row(key, claim, "Not run in this edition.", "none yet")
    if answer is None:  # An edition from before answers were kept with it.
        return Row(key, claim, "On its page.", _counts(stamp))
    return Row(key, claim, f"**{escaped(answer.short)}.** {_on(answer, stamp)}", _counts(stamp))


def papers_table(edition: Edition) -> str:
    """Return the table of the papers."""
    written = [
        [f"{{doc}}`{escaped(records.paper(row.key).short)} <papers/{row.key}>`: {row.claim}",
         row.answer, row.verdicts]
        for row in rows(edition)
    ]  # fmt: skip
    heads = ["The claim", "Our answer", "Verdicts"]
    return joined([
        f"``````{{div}} front-papers\n{table(heads, written, [35, 51, 26])}\n``````",
        f'<p class="front-note">{escape(glossed(edition))}</p>' if glossed(edition) else "",
    ])  # fmt: skip


def glossed(edition: Edition) -> str:
    """Return what the words mean that the table's last column uses, in a line."""
    used = " ".join(row.verdicts for row in rows(edition))
    said = [f"{word[:1].upper()}{word[1:]}: {GLOSSES[word]}" for word in GLOSSES if word in used]
    return f"{'. '.join(said)}." if said else ""


def _on(answer: Answer, stamp: Mapping[str, Any]) -> str:
    """Return data, their role, and the scale: "Data: MNIST (own), laptop scale."."""
    first = answer.rows[0]
    data = first.data or datasets.in_words(stamp["parameters"].get("dataset") or "")
    known = {one["claim"]: one["data_role"] for one in stamp["verdicts"]}
    # The same images may be the paper's own to one claim, and stand in for others to the next.
    roles = list(dict.fromkeys(filter(None, (known.get(row.claim) for row in answer.rows))))
    beside = ", partly a stand-in" if set(roles[1:]) - {"own"} else ""
    role = f" ({roles[0]}{beside})" if known.get(first.claim) else ""
    return escaped(f"Data: {data}{role}, {scale.of_stamp_in_brief(stamp)}.")


def _counts(stamp: Mapping[str, Any]) -> str:
    """Return how many claims came out how."""
    counted = counts(stamp["verdicts"])
    said = [f"{n} {SINGULAR.get(word, word) if n == 1 else word}" for word, n in counted.items()]
    return ", ".join(said) or "none tested"


def counts(verdicts: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Return how many verdicts there are of each kind that the front page tells apart."""
    given = [one["verdict"] for one in verdicts]
    found = {word: sum(given.count(one) for one in kinds) for word, kinds in COUNTED.items()}
    return {word: count for word, count in found.items() if count}


def audited(edition: Edition) -> str:
    """Return what the audit of the printed numbers found, with a link to it."""
    return audited_in_words(edition).replace("checks", "{doc}`checks <papers/audit>`", 1)


def audited_in_words(edition: Edition) -> str:
    """Return what the audit of the printed numbers found, in a sentence."""
    stamp = edition.stamp(AUDIT)
    if stamp is None:
        return ""
    run = sum(found["checks_run"] for found in stamp["papers"].values())
    found = [one["severity"] for one in stamp["findings"]]
    kinds = ", ".join(f"{found.count(kind)} {kind}" for kind in SEVERITIES if kind in found)
    return (
        f"**As printed**: {run} checks of the numbers in all {len(stamp['papers'])} texts led to "
        f"{plural(len(found), 'finding')} ({kinds})."
    )


def compared(edition: Edition) -> str:
    """Return the answer of the comparison of remedies as its page says it; empty without one."""
    path = edition.notebook(COMPARISON)
    stamp = edition.stamp(COMPARISON)
    if stamp is None or not path.is_file():
        return ""
    profile = stamp["given"].get("profile")
    run = f" ({profile} run, an illustration)" if profile in ("smoke", "quick") else ""
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            said = "".join(output.get("data", {}).get("text/markdown", ""))
            if said.startswith(THE_ANSWER):
                answer, link = said.removeprefix(THE_ANSWER), f"papers/{COMPARISON}"
                return f"**Which remedy when**{run}.{answer}\n\n{{doc}}`All of it <{link}>`."
    return ""


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


PARTS = {"figure": figure, "papers": papers_table, "compared": compared, "audit": audited,
         "shared": shared, "korean": korean}  # fmt: skip
