"""The table of verdicts: what was compared, the effect, the word, and what stands beside it."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from reproduce.evaluation.verdicts import Judgement
from reproduce.figures.inputs import not_empty
from reproduce.figures.table import Table
from reproduce.figures.verdict_words import beside_word, claim_word, verdict_word
from reproduce.figures.wording import (
    MISSING,
    alone,
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
    """Return one row per claim, or per part of a claim that has several.

    Effects stand in the unit of their metric with their interval; "published" is the paper's own
    effect where the text prints one. Under a word stand its sign-flip value, and the seed that
    carries it if one does; under a claim what was compared, and which registered controls were not
    met.

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
    for judgement in judgements:
        who = [(says or {}).get(judgement.claim_id, MISSING)] if says else []
        rows += _of_claim(judgement, who, beside or {}, usual)
    not_empty("judgements", rows)
    columns = ["Claim", *(["Stated by"] if says else []), "Verdict", "Effect", "Margin"]
    trained = f"Trained for {usual}, unless a line says otherwise." if usual else ""
    notes = [_whose_data(judgements), _units(judgements), trained, note]
    return Table(caption, [*columns, "Published", "n"], rows, provenance,
                 note=" ".join(filter(None, notes)))  # fmt: skip


def _of_claim(
    judgement: Judgement, who: list[str], beside: Mapping[tuple[str, str], Beside], usual: str
) -> list[list[str]]:
    """Return the rows of one claim."""
    sentence = judgement.english or in_words(judgement.claim_id)
    under, rows = _under_claim(judgement), []
    single = len(judgement.parts) == 1
    if not single:
        why = MISSING if judgement.parts else judgement.reason
        rows.append(["\n".join([sentence, *under]), *who, claim_word(judgement), why,
                     *[MISSING] * 3])  # fmt: skip
    for part in judgement.parts:
        told = _told(beside.get((judgement.claim_id, part.name)), part, usual)
        where = _where(part, told)
        if single:
            first = sentence if told else alone(sentence, part)
            claim = "\n".join([first, *filter(None, [told, where]), *under])
        else:
            claim = "\n".join(filter(None, [f"– {told or contrast_label(part.name)}", where]))
        gain = published_effect(part)
        word = claim_word(judgement) if single else verdict_word(part.verdict)
        rows.append([
            claim,
            *(who if single else [""] * len(who)),
            "\n".join([word, *beside_word(part)]),
            interval(part),
            margin_of(part),
            MISSING if gain is None else difference(part, gain),
            str(part.effect.repeats),
        ])  # fmt: skip
    return rows


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


def _under_claim(judgement: Judgement) -> list[str]:
    """Return what stands under a claim: readings, conditions, what was said of it before."""
    readings = getattr(judgement, "by_reading", None) or {}
    said = [f"read as {in_words(name).lower()}: {word}" for name, word in readings.items()]
    said += list(getattr(judgement, "conditions", ()))
    first = getattr(judgement, "first_registered", {})
    return said + [f"{in_words(name)} said: {word}" for name, word in first.items()]


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
