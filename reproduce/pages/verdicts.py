"""The table of verdicts: what was compared, the effect, the word, and what stands beside it."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from string import ascii_lowercase
from typing import Any

from reproduce.evaluation.verdicts import Judgement
from reproduce.figures.inputs import not_empty
from reproduce.figures.table import Table
from reproduce.figures.verdict_words import beside_word, claim_word, verdict_word
from reproduce.figures.wording import (
    MISSING,
    contrast_label,
    difference,
    in_words,
    interval,
    is_fraction,
    margin_of,
    metric_label,
    published_effect,
)
from reproduce.registry import claims as registry
from reproduce.study.beside import Beside
from reproduce.study.beside import beside as of_claim
from reproduce.study.study import Study


def beside_each(study: Study, judgements: Iterable[Judgement]) -> dict[tuple[str, str], Beside]:
    """Return what stands beside each part, by its claim and its name."""
    known = {claim.id: claim for claim in registry.load(study.paper)}
    return {
        (judgement.claim_id, name): found
        for judgement in judgements
        if judgement.parts and judgement.claim_id in known
        for name, found in of_claim(study, known[judgement.claim_id]).items()
    }


def verdict_table(
    judgements: Iterable[Judgement],
    *,
    provenance: str,
    says: Mapping[str, str] | None = None,
    beside: Mapping[tuple[str, str], Beside] | None = None,
    note: str = "",
    caption: str = "Claims and their verdicts",
) -> Table:
    """Return each claim with its word, and under it a row for each comparison it was judged by.

    Effects stand in the unit of their metric with their interval; "published" is the paper's own
    effect where the text prints one. Under a word stand its sign-flip value, and the seed that
    carries it if one does; under a claim its readings, and which registered controls were not met.
    What is said of several claims is said once, as a note under the table's caption.

    Parameters
    ----------
    says
        who states each claim: a summary's sentence is never charged to the authors of the paper.
    beside
        what a reader must know of each part, by its claim and its name.
    note
        a sentence under the caption.
    """
    judgements, rows = list(judgements), []
    lengths = Counter(one.length for one in (beside or {}).values())
    usual = lengths.most_common(1)[0][0] if lengths else ""
    shared = _said_of_several(judgements)
    for judgement in judgements:
        who = (says or {}).get(judgement.claim_id, "")
        rows.append([_claim(judgement, who, shared)])
        rows += [_of_part(part, judgement, beside or {}, usual) for part in judgement.parts]
    not_empty("judgements", rows)
    trained = f"Trained for {usual}, unless a line says otherwise." if usual else ""
    marks = [f"({mark}) {_full_stop(condition)}" for condition, mark in shared.items()]
    notes = [_whose_data(judgements), _units(judgements), trained, note, *marks]
    columns = ["What was compared", "Verdict", "Effect", "Margin", "Published", "n"]
    return Table(caption, columns, rows, provenance, note=" ".join(filter(None, notes)))


def _said_of_several(judgements: Iterable[Judgement]) -> dict[str, str]:
    """Return the conditions of more than one claim, each with the letter of a note."""
    told = Counter(one for judgement in judgements for one in _conditions(judgement))
    several = [condition for condition, count in told.items() if count > 1]
    return {condition: ascii_lowercase[place % 26] for place, condition in enumerate(several)}


def _conditions(judgement: Judgement) -> list[str]:
    return list(dict.fromkeys(getattr(judgement, "conditions", ())))


def _claim(judgement: Judgement, who: str, shared: Mapping[str, str]) -> str:
    """Return a claim as it stands over its comparisons: word, sentence, what goes with it."""
    sentence = _full_stop(judgement.english or in_words(judgement.claim_id))
    said = [f"Stated by the {who}."] if who else []
    said += [] if judgement.parts else [_full_stop(judgement.reason)]
    readings = getattr(judgement, "by_reading", None) or {}
    said += [f"Read as {in_words(name).lower()}: {word}." for name, word in readings.items()]
    conditions = _conditions(judgement)
    said += [_full_stop(one) for one in conditions if one not in shared]
    marks = ", ".join(shared[one] for one in conditions if one in shared)
    said += [f"Notes: {marks}." if ", " in marks else f"Note {marks}."] if marks else []
    first = getattr(judgement, "first_registered", {})
    said += [f"{in_words(name)} said: {word}." for name, word in first.items()]
    return "\n".join(filter(None, [f"{claim_word(judgement)}: {sentence}", " ".join(said)]))


def _of_part(
    part: Any, judgement: Judgement, beside: Mapping[tuple[str, str], Beside], usual: str
) -> list[str]:
    """Return the row of one comparison."""
    told = _told(beside.get((judgement.claim_id, part.name)), part, usual)
    where = _where(part, told) if told else str(getattr(part, "restricted", ""))
    gain = published_effect(part)
    return [
        "\n".join(filter(None, [told or contrast_label(part.name), where])),
        "\n".join([verdict_word(part.verdict), *beside_word(part)]),
        interval(part),
        margin_of(part),
        MISSING if gain is None else difference(part, gain),
        str(part.effect.repeats),
    ]


def _full_stop(said: str) -> str:
    said = said.strip()
    return said if not said or said.endswith((".", "!", "?")) else f"{said}."


def _told(beside: Beside | None, part: Any, usual: str) -> str:
    """Return "ROC AUC: Oversampling minus Baseline; mnist (its own data); rho 100"."""
    if beside is None:
        return ""
    # Without what a label says in brackets of how it is computed: the column is narrow.
    measured = beside.metric.label.partition(" (")[0]
    reading = re.search(r"\(reading: (\w+)\)", part.name)
    read = f"read as {in_words(reading[1]).lower()}" if reading else ""
    length = "" if beside.length == usual else beside.length
    compared = f"{measured}: {beside.contrast}"
    return "; ".join(filter(None, [compared, beside.data, beside.points, read, length]))


def _where(part: Any, told: str) -> str:
    """Return to what a part was restricted, but for what is told already."""
    restricted = str(getattr(part, "restricted", "")) if told else ""
    pieces = [one for one in restricted.split("; ") if one.startswith("run at")]
    return "; ".join(pieces)


def _whose_data(judgements: Iterable[Judgement]) -> str:
    """Say so where verdicts stand on other data than the paper's."""
    roles = {getattr(judgement, "data_role", "") for judgement in judgements} - {""}
    stand_in = any(getattr(judgement, "on_stand_in", False) for judgement in judgements)
    also = ", some on generated data" if "generated" in roles else ""
    if stand_in and "own" in roles:
        return f"Some are judged on a real stand-in{also}; each line says whose its data are."
    return f"Judged on a real stand-in{also}, not on the paper's own data." if stand_in else ""


def _units(judgements: Iterable[Judgement]) -> str:
    """Name the metrics whose effects are no percentage points."""
    other = {
        metric_label(part.metric)
        for judgement in judgements for part in judgement.parts if not is_fraction(part)
    }  # fmt: skip
    if not other:
        return ""
    return f"Effects on {', '.join(sorted(other))} are in the metric's own unit, not in points."
