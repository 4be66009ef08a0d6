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
from reproduce.figures.wording import (
    MISSING,
    alone,
    contrast_label,
    effect_digits,
    in_words,
    interval,
    mean_and_spread,
    method_label,
    metric_digits,
    metric_label,
    plain,
    points,
    published_effect,
    verdict_word,
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
    caption: str = "Claims and their verdicts",
) -> Table:
    """Return one row per claim, or per part of a claim that has several.

    Effects are in percentage points with their interval; "published" is the paper's own effect
    where the text prints one. `says` tells, by claim, who states it: a summary's sentence is never
    charged to the authors of the paper.
    """
    judgements, rows = list(judgements), []
    for judgement in judgements:
        verdict = verdict_word(judgement.verdict)
        sentence = judgement.english or in_words(judgement.claim_id)
        who = [(says or {}).get(judgement.claim_id, MISSING)] if says else []
        if len(judgement.parts) != 1:
            why = MISSING if judgement.parts else judgement.reason
            rows.append([sentence, *who, verdict, why, *[MISSING] * 3])
        for part in judgement.parts:
            single = len(judgement.parts) == 1
            gain = published_effect(part)
            rows.append(
                [
                    alone(sentence, part) if single else f"– {contrast_label(part.name)}",
                    *(who if single else [""] * len(who)),
                    verdict if single else verdict_word(part.verdict),
                    interval(part),
                    f"± {100 * part.margin:.3g}" if part.margin is not None else MISSING,
                    MISSING if gain is None else points(gain, effect_digits(part)),
                    str(part.effect.repeats),
                ]
            )
    not_empty("judgements", rows)
    columns = ["Claim", *(["Stated by"] if says else []), "Verdict", "Effect (points)", "Margin"]
    stand_in = any(getattr(judgement, "on_stand_in", False) for judgement in judgements)
    drawn = any(getattr(judgement, "data_role", "") == "generated" for judgement in judgements)
    also = ", some on generated data" if drawn else ""
    note = f"Judged on a real stand-in{also}, not on the paper's own data." if stand_in else ""
    return Table(caption, [*columns, "Published", "n"], rows, provenance, note=note)


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
