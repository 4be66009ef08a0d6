"""The answer to a paper's claim as data: kept with an edition, so that any page can tell it.

Nothing here needs a study, a store or a network: the front page and the page of a paper that was
not run read what an edition's stamp holds, or what the registries say where there is none.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from math import isfinite, nan
from typing import Any

from reproduce.evaluation.vocabulary import Verdict
from reproduce.figures.verdict_words import MARKS
from reproduce.figures.wording import MISSING, difference, in_words, metric_label, unit_of
from reproduce.registry import claims, main_result

# Said of a claim that no run has put to the test.
NOT_RUN = "not run"
# Said of a comparison that was measured while other parts of its claim were not trained.
NOT_JUDGED = "not judged yet"
# The verbs that verdicts begin with, without the s of one claim.
_VERB = re.compile(r"^(hold|depend)s\b")
# Verdicts that judge nothing, and what is said of claims that have them.
APART = {
    str(Verdict.ILLUSTRATION): "shown as illustration only",
    str(Verdict.TEST_BED): "not judged, since the test bed cannot tell",
    str(Verdict.BY_CONSTRUCTION): "true by construction",
}


def measure(name: str) -> str:
    """Return a metric's name as a sentence says it: "macro F1"."""
    label = metric_label(name).partition(" (")[0]
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


@dataclass(frozen=True)
class Ends:
    """An effect in the unit of its metric: the mean, and the ends of its interval if it has one."""

    mean: float
    low: float = nan
    high: float = nan

    @property
    def sure(self) -> bool:
        """Say whether there is an interval."""
        return isfinite(self.low) and isfinite(self.high)


@dataclass(frozen=True)
class MainRow:
    """One comparison of the main result: the paper's effect, ours, and their difference.

    Attributes
    ----------
    contrast, words
        What is subtracted from what, and the same as a sentence ends: "over SimCLR".
    metric, margin, over
        As the claim registers them; the unit follows.
    paper, ours, apart
        Effects; `apart` is ours minus the paper's. None where there is none.
    verdict, word
        The verdict on this comparison, and the word with its numbers.
    repeats, data, keys
        Over how many repeats ours is, on which data in words, and of which trials.
    reading
        The other reading of the text that it stands under; empty under the claim's own.
    withheld
        The word that its interval alone would have had, where the guard took it back.
    expect
        What the claim expects of it; empty where it was kept before that was noted.
    """

    claim: str
    contrast: str
    words: str
    metric: str
    margin: float
    over: str = "mean"
    paper: Ends | None = None
    ours: Ends | None = None
    apart: Ends | None = None
    verdict: str = NOT_RUN
    word: str = NOT_RUN
    repeats: int = 0
    data: str = ""
    keys: tuple[str, ...] = ()
    reading: str = ""
    withheld: str = ""
    expect: str = ""

    @property
    def measure(self) -> str:
        """Return the metric's name as a sentence says it: "macro F1"."""
        return measure(self.metric)

    @property
    def unit(self) -> str:
        """Return the unit of its effects, empty where the metric has its own."""
        return unit_of(self)

    @property
    def mark(self) -> str:
        """Return the mark of its verdict, for eyes that see no colour."""
        return MARKS[Verdict(self.verdict)] if self.verdict in set(Verdict) else MISSING

    def said(self, effect: Ends | None, between: str = " ") -> str:
        """Return an effect as tables print it, "+1.3 [−0.8, +3.4]"; a dash where there is none."""
        if effect is None:
            return MISSING
        mean = difference(self, effect.mean)
        if not effect.sure:
            return mean
        return f"{mean}{between}[{difference(self, effect.low)}, {difference(self, effect.high)}]"


@dataclass(frozen=True)
class Answer:
    """What a paper claims and what a run answers, in sentences that were generated from it.

    Attributes
    ----------
    claim, sentence, short
        The claim; the answer in a sentence; its first words with the effect, as a title.
    verdict, word, mark
        The verdict on the claim of the first comparison.
    caveat, kind
        The gravest caveat in a sentence, and its kind (`caveats.ORDER`).
    data, scale
        On which data and at which scale; empty where nothing was run.
    registered, tested, by_verdict
        How many claims there are, how many were put to the test, and how many of those and of the
        illustrations got which verdict.
    says
        Who states the main claim and prints its effects: the paper, a summary of it, or a post.
    """

    paper: str
    claim: str
    sentence: str
    short: str
    verdict: str
    word: str
    rows: tuple[MainRow, ...]
    caveat: str = ""
    kind: str = ""
    data: str = ""
    scale: str = ""
    registered: int = 0
    tested: int = 0
    by_verdict: Mapping[str, int] = field(default_factory=dict)
    says: str = "paper"

    @property
    def mark(self) -> str:
        """Return the mark of the verdict."""
        return MARKS[Verdict(self.verdict)] if self.verdict in set(Verdict) else MISSING

    @property
    def counted(self) -> str:
        """Return how many claims got which verdict, in a sentence or two."""
        begins = f"{self.registered} claims are registered"
        shown = {name: count for name, count in self.by_verdict.items() if name not in APART}
        said = [f"{begins}; {self.tested} {_be(self.tested)} judged: {_listed(shown)}"]
        if not self.tested:
            said = [f"{begins}; none has been judged yet"]
        for name, what in APART.items():
            count = self.by_verdict.get(name, 0)
            said += [f"{count} {_be(count)} {what}"] if count else []
        left = self.registered - sum(self.by_verdict.values())
        said += [f"{left} {_be(left)} not attempted"] if left and self.by_verdict else []
        return ". ".join(said) + "."

    def to_json(self) -> dict[str, Any]:
        """Return it as an edition's stamp keeps it; numbers that are none become None."""
        return _finite(asdict(self))


def from_json(stored: Mapping[str, Any]) -> Answer:
    """Return the answer that a stamp keeps; what a younger edition added is passed over."""
    rows = tuple(
        MainRow(**{**_known(MainRow, row), "keys": tuple(row.get("keys", ())),
                   **{name: _ends(row.get(name)) for name in ("paper", "ours", "apart")}})
        for row in stored["rows"]
    )  # fmt: skip
    return Answer(**{**_known(Answer, stored), "rows": rows})


def stored(stamp: Mapping[str, Any] | None) -> Answer | None:
    """Return the answer of an edition's stamp; None where the edition has none of this paper."""
    kept = (stamp or {}).get("answer")
    return from_json(kept) if kept else None


def not_run(paper: str) -> Answer:
    """Return what can be said of a paper that no run has put to the test."""
    rows = tuple(
        MainRow(
            one.claim.id, in_words(one.contrast.name), one.words, one.metric,
            one.claim.margin_of(one.contrast), one.contrast.over, published(one),
        )
        for one in main_result.load(paper)
    )  # fmt: skip
    first, who = rows[0], claims.load(paper)
    says: str = next(claim.says for claim in who if claim.id == first.claim)
    theirs = _printed(first, WHO[says])
    sentence = f"Not run yet: {theirs}." if theirs else "Not run yet."
    return Answer(
        paper, main_result.sentence(paper), sentence, "Not run yet", NOT_RUN, NOT_RUN, rows,
        registered=len(who), says=says,
    )  # fmt: skip


# How the paragraph begins that says what came out.
THE_ANSWER = "**The answer.**"
WHO = {"paper": "the paper", "summary": "the summary", "post": "the post"}


def published(one: main_result.Main) -> Ends | None:
    """Return the paper's effect of a comparison."""
    if one.published is None:
        return None
    return Ends(one.published.mean, *(one.published.ends or ()))


def _printed(row: MainRow, who: str) -> str:
    """Return "the paper prints +5.9 points of macro F1 over SimCLR"."""
    if row.paper is None:
        return ""
    of = f"{row.unit} of {row.measure}" if row.unit else f"in {row.measure}"
    return f"{who} prints {difference(row, row.paper.mean)} {of} {row.words}"


def _listed(counts: Mapping[str, int]) -> str:
    """Return counts of verdicts as a sentence says them: "5 hold, 1 depends on reading"."""
    said = {name: name if count == 1 else _VERB.sub(r"\1", name) for name, count in counts.items()}
    return ", ".join(f"{count} {said[name]}" for name, count in counts.items())


def _be(count: int) -> str:
    return "is" if count == 1 else "are"


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not isfinite(value) else value


def _ends(given: Mapping[str, Any] | None) -> Ends | None:
    if not given:
        return None
    return Ends(*(nan if given.get(n) is None else given[n] for n in ("mean", "low", "high")))


def _known(kind: type, given: Mapping[str, Any]) -> dict[str, Any]:
    names = {one.name for one in fields(kind)}
    return {name: value for name, value in given.items() if name in names}
