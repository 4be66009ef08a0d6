"""The tables of the book: published beside reproduced, verdicts, and means over seeds."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reproduce.evaluation.verdicts import Judgement
from reproduce.figures.inputs import (
    Observation,
    grouped,
    is_number,
    not_empty,
    one_per_seed,
    with_columns,
)
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
    mean_and_spread,
    method_label,
    metric_digits,
    metric_label,
    plain,
    published_effect,
)

NOT_RUN = "not run at this scale"
FACTORS = ("dataset", "imbalance", "rho", "mu")


def published_beside_reproduced(
    rows: Iterable[Mapping[str, Any]],
    *,
    provenance: str,
    caption: str = "Published beside reproduced, in percent",
    note: str = "",
) -> Table:
    """Return one row for each published value, with ours beside it.

    Parameters
    ----------
    rows
        dictionaries with `label` (method or row of the paper's table), `metric` (a metric name),
        `published` (the text as printed) and optionally `published_data`; for ours `values` (a
        fraction for each seed; empty or absent where this scale does not run it),
        `reproduced_data` (data set and role) and `agreement` (a word, where cells may be
        compared at all).
    note
        a sentence on how far the two can be compared.

    Notes
    -----
    The published text is copied letter by letter. Levels on different data are never subtracted
    here: effects are compared by verdicts.
    """
    given = with_columns(rows, ("label", "metric", "published"))
    metrics = {row["metric"] for row in given}
    judged = any(row.get("agreement") for row in given)
    columns = ["", *(["Metric"] if len(metrics) > 1 else []), "Published", "Reproduced", "n"]
    columns += ["Data: theirs, ours"] if any(row.get("reproduced_data") for row in given) else []
    columns += ["Agreement"] if judged else []
    finished = []
    for row in given:
        values = [float(value) for value in row.get("values") or () if is_number(value)]
        cells = [method_label(row["label"])]
        cells += [metric_label(row["metric"])] if len(metrics) > 1 else []
        cells += [str(row["published"] or MISSING)]
        digits = metric_digits(row["metric"])
        cells += [mean_and_spread(values, digits) if values else NOT_RUN]
        cells.append(str(len(values)) if values else MISSING)
        if "Data: theirs, ours" in columns:
            theirs, ours = row.get("published_data"), row.get("reproduced_data")
            cells.append(f"{theirs or MISSING}; {ours or MISSING}")
        cells += [str(row.get("agreement") or MISSING)] if judged else []
        finished.append(cells)
    if len(metrics) == 1:
        columns[0] = metric_label(next(iter(metrics)))
    return Table(caption, columns, finished, provenance, note=note)


def verdict_table(
    judgements: Iterable[Judgement],
    *,
    provenance: str,
    says: Mapping[str, str] | None = None,
    words: Mapping[tuple[str, str], str] | None = None,
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
    words
        what each part compares, by its claim and its name.
    note
        a sentence under the caption, for instance on the length of training.
    """
    judgements, rows = list(judgements), []
    for judgement in judgements:
        who = [(says or {}).get(judgement.claim_id, MISSING)] if says else []
        rows += _of_claim(judgement, who, words or {})
    not_empty("judgements", rows)
    columns = ["Claim", *(["Stated by"] if says else []), "Verdict", "Effect", "Margin"]
    notes = [_whose_data(judgements), _units(judgements), note]
    return Table(caption, [*columns, "Published", "n"], rows, provenance,
                 note=" ".join(filter(None, notes)))  # fmt: skip


def _of_claim(judgement: Judgement, who: list[str], words: Mapping) -> list[list[str]]:
    """Return the rows of one claim."""
    sentence = judgement.english or in_words(judgement.claim_id)
    under, rows = _under_claim(judgement), []
    single = len(judgement.parts) == 1
    if not single:
        why = MISSING if judgement.parts else judgement.reason
        rows.append(["\n".join([sentence, *under]), *who, claim_word(judgement), why,
                     *[MISSING] * 3])  # fmt: skip
    for part in judgement.parts:
        told = words.get((judgement.claim_id, part.name), "")
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


def _where(part: Any, told: str) -> str:
    """Return to what a part was restricted, but for what is told already."""
    restricted = str(getattr(part, "restricted", "")) if told else ""
    return "; ".join(one for one in restricted.split("; ") if one not in told)


def _under_claim(judgement: Judgement) -> list[str]:
    """Return what stands under a claim: readings, conditions, what was said of it before."""
    readings = getattr(judgement, "by_reading", None) or {}
    said = [f"read as {in_words(name).lower()}: {word}" for name, word in readings.items()]
    said += list(getattr(judgement, "conditions", ()))
    first = getattr(judgement, "first_registered", {})
    return said + [f"edition {name} said: {word}" for name, word in first.items()]


def _whose_data(judgements: Iterable[Judgement]) -> str:
    """Say so where verdicts stand on other data than the paper's."""
    stand_in = any(getattr(judgement, "on_stand_in", False) for judgement in judgements)
    drawn = any(getattr(judgement, "data_role", "") == "generated" for judgement in judgements)
    also = ", some on generated data" if drawn else ""
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


def summary_table(
    observations: Iterable[Observation],
    metrics: Sequence[str],
    *,
    provenance: str,
    caption: str = "Mean ± standard deviation over seeds, in percent",
) -> Table:
    """Return one row per method and point, one column per metric, as mean ± sd with n.

    Factors that vary get a column; those that do not are said once, in the note.
    """
    not_empty("metrics", metrics)
    rows = with_columns(observations, ("method", "seed", *metrics))
    present = [factor for factor in FACTORS if all(factor in row for row in rows)]
    varying = [factor for factor in present if len({str(row[factor]) for row in rows}) > 1]
    by = ("method", *varying)
    groups = grouped(rows, by)
    one_per_seed(groups, by)
    finished = []
    for (name, *point), members in groups.items():
        cells = [method_label(name), *(plain(value) for value in point), str(len(members))]
        for metric in metrics:
            values = [float(row[metric]) for row in members if is_number(row[metric])]
            short = f" (n = {len(values)})" if 0 < len(values) < len(members) else ""
            cells.append(mean_and_spread(values, metric_digits(metric)) + short)
        finished.append(cells)
    fixed = [f"{f} {plain(rows[0][f])}" for f in present if f not in varying]
    columns = [
        "Method",
        *(in_words(factor) for factor in varying),
        "n",
        *map(metric_label, metrics),
    ]
    note = f"All at {', '.join(fixed)}." if fixed else ""
    return Table(caption, columns, finished, provenance, numeric_from=1, note=note)
