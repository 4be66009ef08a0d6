"""The table of verdicts: what was compared, the effect, the word, and what stands beside it."""

import math
import string
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from reproduce.evaluation.significance import RESPLIT
from reproduce.evaluation.verdicts import Judgement
from reproduce.evaluation.vocabulary import Verdict
from reproduce.figures.inputs import not_empty
from reproduce.figures.table import Table
from reproduce.figures.verdict_words import beside_word, claim_word, verdict_word
from reproduce.figures.wording import (
    MISSING,
    alone,
    contrast_label,
    difference,
    ends_of,
    in_words,
    is_fraction,
    margin_of,
    metric_label,
    published_effect,
    unit_of,
)
from reproduce.pages.answer_words import outcome_of_control
from reproduce.registry import claims as registry
from reproduce.study.controls import NOT_MET
from reproduce.study.effect_facts import EffectFacts, facts_of
from reproduce.study.study import Study

TOGETHER = (
    "The words of a claim of several parts are corrected for all of them together, so an interval "
    "may lie on one side of 0 and its word still be undecided."
)


def beside_each(
    study: Study, judgements: Iterable[Judgement]
) -> dict[tuple[str, str], EffectFacts]:
    """Return what stands beside each part, by its claim and its name."""
    known = {claim.id: claim for claim in registry.load(study.paper)}
    return {
        (judgement.claim_id, name): found
        for judgement in judgements
        if judgement.parts and judgement.claim_id in known
        for name, found in facts_of(study, known[judgement.claim_id]).items()
    }


def verdict_table(
    judgements: Iterable[Judgement],
    *,
    provenance: str,
    says: Mapping[str, str] | None = None,
    beside: Mapping[tuple[str, str], EffectFacts] | None = None,
    note: str = "",
    caption: str = "Claims and their verdicts",
) -> Table:
    """Return one row per claim, or per part of a claim that has several.

    Effects stand in the unit of their metric; under them their interval, their repeats and the
    margin. "Published" is the paper's own effect where the text prints one. Under a word stand its
    sign-flip value, and the seed that carries it if one does; under a claim what was compared, on
    which data and where; what was said of it before; and which registered controls were not met.
    What holds of several claims is said once, under a letter.

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
    letters = lettered(judgements)
    stated = {(says or {}).get(judgement.claim_id, MISSING) for judgement in judgements}
    for judgement in judgements:
        who = (says or {}).get(judgement.claim_id, MISSING) if says and len(stated) > 1 else ""
        rows += _of_claim(judgement, who, beside or {}, usual, letters)
    not_empty("judgements", rows)
    all_of = f"Each is stated by the {min(stated)}." if says and len(stated) == 1 else ""
    trained = f"Trained for {usual}, unless a line says otherwise." if usual else ""
    shared = [f"{letter}: {condition}." for condition, letter in letters.items()]
    several = any(len(one.parts) > 1 for one in judgements)
    notes = [all_of, _whose_data(judgements), _units(judgements), trained, several * TOGETHER, note,
             *shared]  # fmt: skip
    columns = ["Claim", "Verdict", "Effect", "Published"]
    said = " ".join(filter(None, notes))
    return Table(caption, columns, rows, provenance, note=said, whole=(3,))


def lettered(judgements: Iterable[Judgement]) -> dict[str, str]:
    """Return a letter for each condition that more than one claim does not meet."""
    counts = Counter(_short(one) for judgement in judgements for one in _conditions(judgement))
    shared = [condition for condition, count in counts.items() if count > 1]
    return dict(zip(shared, string.ascii_lowercase, strict=False))


def _conditions(judgement: Judgement) -> list[str]:
    """Return what was not met; where the test bed cannot tell, its control stands in the reason."""
    if judgement.verdict is not Verdict.TEST_BED:
        return list(judgement.conditions)
    return [
        *judgement.conditions,
        *(f"{NOT_MET}{one.name.rstrip('.')}: {outcome_of_control(one)}" for one in judgement.unmet),
    ]


def _short(condition: str) -> str:
    """Return a condition without the reason why its control was not run, which is long."""
    said, _, why = condition.partition(" (its control was not run")
    return f"{said} (it was not run)" if why else condition.rstrip(".")


def _of_claim(
    judgement: Judgement, who: str, beside: Mapping[tuple[str, str], EffectFacts], usual: str,
    letters: Mapping[str, str],
) -> list[list[str]]:  # fmt: skip
    """Return the rows of one claim."""
    sentence = judgement.english or in_words(judgement.claim_id)
    under, rows = _under_claim(judgement, who, letters), []
    single = len(judgement.parts) == 1
    if not single:
        why = MISSING if judgement.parts else judgement.reason
        rows.append(["\n".join([sentence, *under]), claim_word(judgement), why, MISSING])
    for part in judgement.parts:
        told = _told(beside.get((judgement.claim_id, part.name)), part, usual)
        if single:
            first = sentence if told else alone(sentence, part)
            claim = "\n".join([first, *told, *under])
        else:
            first, *more = told or [contrast_label(part.name)]
            claim = "\n".join([f"– {first}", *more])
        gain = published_effect(part)
        word = claim_word(judgement) if single else verdict_word(part.verdict)
        rows.append([
            claim,
            "\n".join([word, *beside_word(part)]),
            _effect(part),
            MISSING if gain is None else difference(part, gain),
        ])  # fmt: skip
    return rows


def _effect(part: Any) -> str:
    """Return an effect, and under it its interval, its repeats and its margin."""
    effect, unit = part.effect, unit_of(part)
    sure = math.isfinite(effect.low) and math.isfinite(effect.high)
    # An interval is never broken over two lines: the column would be as narrow as its ends.
    low, high = ends_of(part)
    ends = f"[{low},\N{NO-BREAK SPACE}{high}]"
    # Where each repeat has a split of its own, the interval is of another kind.
    splits = "\N{NO-BREAK SPACE}splits" if getattr(effect, "design", "") == RESPLIT else ""
    return "\n".join([
        f"{difference(part, effect.mean)}{f' {unit}' if unit else ''}",
        ends if sure else "no interval",
        f"margin {margin_of(part)}, n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{effect.repeats}{splits}",
    ])  # fmt: skip


def _told(beside: EffectFacts | None, part: Any, usual: str) -> list[str]:
    """Return "ROC AUC: Oversampling minus Baseline", and under it data, points and length."""
    if beside is None:
        return []
    # Without what a label says in brackets of how it is computed: the column is narrow.
    measured = beside.metric.label.partition(" (")[0]
    read = f"read as {in_words(part.reading).lower()}" if part.reading else ""
    length = "" if beside.length == usual else beside.length
    where = "; ".join(filter(None, [beside.data, beside.points, read, _where(part)]))
    return [line for line in (f"{measured}: {beside.contrast}", where, length) if line]


def _where(part: Any) -> str:
    """Return to what a part was restricted, but for what is told already."""
    restricted = str(getattr(part, "restricted", ""))
    return "; ".join(one for one in restricted.split("; ") if one.startswith("run at"))


def _under_claim(judgement: Judgement, who: str, letters: Mapping[str, str]) -> list[str]:
    """Return what stands under a claim: who states it, readings, conditions, what was said."""
    said = [f"stated by the {who}"] if who else []
    readings = getattr(judgement, "by_reading", None) or {}
    said += [f"read as {in_words(name).lower()}: {word}" for name, word in readings.items()]
    conditions = [_short(one) for one in _conditions(judgement)]
    said += [one for one in conditions if one not in letters]
    shared = [letters[one] for one in conditions if one in letters]
    said += [f"see {', '.join(shared)} above"] if shared else []
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
