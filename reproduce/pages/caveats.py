"""The gravest caveat of an answer, in a sentence, by a written order of severity.

What makes an answer say nothing comes first; then what makes it speak of something else than the
paper; then what makes it speak of a smaller experiment; then what makes it less sure.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reproduce.evaluation.verdicts import Judgement
from reproduce.evaluation.vocabulary import Verdict
from reproduce.pages.answer_words import OLD_SEEDS, outcome_of_control
from reproduce.registry import datasets, main_result
from reproduce.registry.auditing import audit
from reproduce.registry.main_result import Main
from reproduce.study.study import Study

# So many departures stand beside the gravest caveat; the page of methods has them all.
MOST = 3


@dataclass(frozen=True)
class Asked:
    """What a caveat looks at: the run, the main comparisons, and their judgements."""

    study: Study
    main: Sequence[Main]
    judgements: Sequence[Judgement]
    used: Sequence[str]

    @property
    def first(self) -> Judgement:
        """Return the judgement that the answer begins with."""
        return self.judgements[0]


def test_bed(asked: Asked) -> str:
    """Say that nothing shows that such an effect could be seen here."""
    for control in (one for found in asked.judgements for one in found.unmet):
        return (
            "Nothing shows yet that such an effect could be seen here at all. The registered "
            f"positive control, “{control.name.rstrip('.')}”, was {outcome_of_control(control)}."
        )
    return ""


def stand_in(asked: Asked) -> str:
    """Say that the data are not the paper's, and which ones stand in for which."""
    role = asked.first.data_role
    if role in ("", "own"):
        return ""
    theirs = " and ".join(datasets.in_words(name) if " " not in name else f"its {name}"
                          for name in asked.main[0].claim.data.own)  # fmt: skip
    ours = " and ".join(map(datasets.in_words, asked.used)) or "other data"
    verb = "stand" if " and " in ours or role == "generated" else "stands"
    images = "The images are generated: " if role == "generated" else "These are not its own data: "
    return f"{images}{ours} {verb} in for {theirs or 'the paper’s data'}."


def length(asked: Asked) -> str:
    """Say how much shorter training was than the paper's."""
    return _departing(asked, ("step", "epoch"), "Training was shorter than in the paper: ")


def repeats(asked: Asked) -> str:
    """Say that there are too few repeats for a verdict, or only seeds that were seen before."""
    first = asked.first
    if first.verdict is not Verdict.ILLUSTRATION:
        return ""
    made, registered = first.repeats
    if first.reason.startswith(OLD_SEEDS):
        return (
            f"The {registered} new seeds that a verdict needs have not been trained: the claim was "
            "amended after these were seen."
        )
    if made < registered:
        return f"A verdict needs {registered} repeats; there are {made}."
    return f"A run at the {first.scale} scale is an illustration and gives no verdict."


def network(asked: Asked) -> str:
    """Say that the network, its start or its images are smaller than the paper's."""
    return _departing(asked, ("network", "weights", "pixels"), "The network is not the paper's: ")


def reading(asked: Asked) -> str:
    """Say that a plausible reading of the text has not been judged."""
    by_reading = asked.first.by_reading or {}
    left = [name for name, found in by_reading.items() if found is Verdict.NOT_ATTEMPTED]
    if not left:
        return ""
    named = ", ".join(name.replace("_", " ") for name in left)
    return f"The text can be read in other ways that are not judged yet: {named}."


def other(asked: Asked) -> str:
    """Say in what else the run departs from the paper."""
    return f"It departs from the paper: {_listed(asked.study.departures)}." * bool(
        asked.study.departures
    )


def other_caveats(study: Study, caveat: str) -> str:
    """Return the first departures from the paper that a caveat does not speak of already."""
    left = [one for one in study.departures if not one.startswith("data: ") and one not in caveat]
    if not left or "It departs from" in caveat:
        return ""
    more = f"; and {len(left) - MOST} more" if len(left) > MOST else ""
    return f"{_listed(left[:MOST])}{more}."


# The gravest first. A sentence that is empty does not apply.
ORDER: dict[str, Callable[[Asked], str]] = {
    "test bed": test_bed,
    "stand-in data": stand_in,
    "length": length,
    "repeats": repeats,
    "network": network,
    "reading": reading,
    "departure": other,
}


def as_printed(paper: str) -> str:
    """Say which numbers behind the printed effects the audit calls impossible; empty if none."""
    behind = {
        (printed.table, place)
        for printed in (one.printed for one in main_result.headline(paper).main)
        if printed
        for place in (printed.of, printed.over, printed.metric.lower())
    }
    said = [
        f"{one.table}, {one.statement.rstrip('.')}"
        for one in audit(paper).findings
        if one.severity == "impossible" and (one.table, one.row) in behind
    ]
    if not said:
        return ""
    return (
        f"The printed effect stands on numbers that the audit calls impossible: {'; '.join(said)}."
    )


def gravest(asked: Asked) -> tuple[str, str]:
    """Return the kind of the gravest caveat and its sentence; both empty where there is none."""
    for kind, said in ORDER.items():
        sentence = said(asked)
        if sentence:
            return kind, sentence
    return "", ""


def _departing(asked: Asked, words: Sequence[str], begins: str) -> str:
    """Return the departures that name one of these words and what the paper has instead."""
    found = [one for one in asked.study.departures
             if "instead of" in one and any(word in one for word in words)]  # fmt: skip
    return f"{begins}{_listed(found[:2])}." if found else ""


def _listed(said: Sequence[str]) -> str:
    return "; ".join(one.rstrip(".") for one in said)
