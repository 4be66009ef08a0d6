"""What a run of the BDCL study found, in sentences: every number from its results.

What BDCL gains over the loss that it starts from comes first, then its rivals, its parts and what
its temperatures did. A sentence of what was not run is left out.
"""

from collections.abc import Sequence

import numpy as np

from reproduce.evaluation.significance import Effect
from reproduce.figures.by_seed import (
    contains_zero,
    effect_between,
    effect_ends,
    has_interval,
)
from reproduce.figures.picture import NothingToShow
from reproduce.figures.wording import mean_and_spread, method_label, percent, plural, points
from reproduce.pages.found import effect_of, said_of, unsure
from reproduce.pages.rows import Row, rows_of
from reproduce.papers.balanced_contrastive.rows import (
    BASELINE,
    EMBEDDED,
    MAIN,
    MEASURED,
    OURS,
    RARE,
    common,
    compared,
    elsewhere,
    reading_rows,
    shown_rows,
    with_parts,
)
from reproduce.papers.balanced_contrastive.tables import PARTS, combined
from reproduce.study.resampled import draws_of
from reproduce.study.study import Study

MOVED = "temperature_count_correlation"


def plain(study: Study) -> list[str]:
    """Return a few sentences without intervals, the answer first."""
    return said_of(study, (_gain, _best, _parts, _temperature, _pixels))


def findings(study: Study) -> list[str]:
    """Return the findings with their numbers, each beginning with its subject in bold."""
    return said_of(study, (_levels, _over_baseline, _interaction, _rare, _embedding, _elsewhere,
                         _readings))  # fmt: skip


def _moves(effect: Effect) -> str:
    """Return "2.1 points higher", or "lower"."""
    return f"{percent(abs(effect.mean))} points {'higher' if effect.mean >= 0 else 'lower'}"


def _mean(rows: Sequence[Row], method: str, metric: str) -> float:
    values = [row[metric] for row in rows if row["method"] == method and row[metric] is not None]
    if not values:
        raise NothingToShow(f"{method_label(method)} was not run")
    return float(np.mean(values))


# -- in plain words --------------------------------------------------------------------------------


def _gain(study: Study) -> str:
    rows = shown_rows(study, MEASURED)
    first = effect_of(study, rows, OURS, BASELINE, "macro_f1")
    second = effect_of(study, rows, OURS, BASELINE, "gmean_ovr")
    return (
        f"With temperatures that are learned and prototypes of hard examples, macro F1 is "
        f"{_moves(first)} than with supervised contrastive learning alone{unsure(first)}, and the "
        f"G-mean {_moves(second)}{unsure(second)}."
    )


def _best(study: Study) -> str:
    rows = compared(study)
    names = list(dict.fromkeys(row["method"] for row in rows))
    if len(names) < 4 or OURS not in names:
        raise NothingToShow("too few methods were run to say which is best")
    ranked = sorted(names, key=lambda name: -_mean(rows, name, "macro_f1"))
    place = ranked.index(OURS) + 1
    best = method_label(ranked[0])
    said = (
        f"Of {len(names)} methods that are given equally many passes, {best} has "
        f"the highest mean macro F1"
    )
    # A rank says nothing where the first and the other cannot be told apart.
    other = ranked[1] if place == 1 else OURS
    doubt = unsure(effect_of(study, rows, ranked[0], other, "macro_f1"))
    return f"{said}{doubt}." if place == 1 else f"{said}; BDCL is number {place}{doubt}."


def _parts(study: Study) -> str:
    rows, weights = with_parts(study), {own: weight for own, weight in PARTS.values()}
    both = effect_of(study, rows, OURS, BASELINE, "macro_f1")
    more = combined(rows, weights, "macro_f1", draws_of(study))
    return (
        f"Its two parts together move macro F1 by {points(both.mean)} points, "
        f"{percent(abs(more.mean))} points {'more' if more.mean >= 0 else 'less'} than what each "
        f"does alone adds up to{unsure(more)}."
    )


def _temperature(study: Study) -> str:
    rows = [row for row in shown_rows(study, (MOVED,)) if row["method"] == OURS]
    rows = [row for row in rows if row.get(MOVED) is not None]
    known = [row[MOVED] for row in rows]
    if not known:
        raise NothingToShow("no temperature was learned")
    none = [{**row, MOVED: 0.0} for row in rows]
    mean, apart = float(np.mean(known)), effect_between(rows, none, MOVED, draws_of(study))
    ends = f" [{apart.low:+.2f}, {apart.high:+.2f}]" if apart and has_interval(apart) else ""
    way = "higher" if mean > 0 else "lower"
    which = f"on the whole larger classes end with {way} temperatures, though not one by one"
    if apart is None or contains_zero(apart):
        which = "whether larger classes end with higher or lower temperatures cannot be told"
    return (
        f"The rank correlation of a class's temperature with its size is {mean:+.2f}{ends} on "
        f"average over {plural(len(known), 'repeat')}: {which}."
    ).replace("-", "−")


def _pixels(study: Study) -> str:
    rows = rows_of(study, "segmentation", ("miou",))
    effect = effect_of(study, rows, OURS, "cross_entropy", "miou")
    return (
        f"In segmentation its mean IoU is {_moves(effect)} than that of "
        f"cross-entropy{unsure(effect)}."
    )


# -- with their numbers ----------------------------------------------------------------------------


def _levels(study: Study) -> str:
    rows = common(study)
    each = "; ".join(
        f"{method_label(name)} "
        f"{mean_and_spread([row['macro_f1'] for row in rows if row['method'] == name])}"
        for name in dict.fromkeys(row["method"] for row in rows)
    )
    return f"**Macro F1**, in percent, mean ± standard deviation over seeds: {each}."


def _over_baseline(study: Study) -> str:
    rows, said = common(study, MEASURED), []
    for name in dict.fromkeys(row["method"] for row in rows):
        for metric, words in (("macro_f1", "macro F1"), ("gmean_ovr", "G-mean")):
            if name == BASELINE:
                continue
            effect = effect_of(study, rows, name, BASELINE, metric)
            said.append(f"{method_label(name)}, {words} "
                        f"{points(effect.mean)}{effect_ends(effect, 1)}")  # fmt: skip
    if not said:
        raise NothingToShow("nothing stands beside the baseline")
    return f"**Over supervised contrastive learning**, in points: {'; '.join(said)}."


def _interaction(study: Study) -> str:
    rows, weights = with_parts(study, MEASURED), {own: weight for own, weight in PARTS.values()}
    found = {metric: combined(rows, weights, metric, draws_of(study)) for metric in MAIN}
    each = "; ".join(
        f"{metric.replace('_', ' ')} {points(effect.mean)}{effect_ends(effect, 1)}"
        for metric, effect in found.items()
    )
    return f"**Both parts minus the sum of each alone**, in points: {each}."


def _rare(study: Study) -> str:
    rows, said = common(study, RARE), []
    for name in dict.fromkeys(row["method"] for row in rows):
        few, rarest = (_mean(rows, name, metric) for metric in RARE)
        said.append(f"{method_label(name)} {percent(few)} %, {percent(rarest)} %")
    return f"**Recall of the rarer classes, and of the rarest**: {'; '.join(said)}."


def _embedding(study: Study) -> str:
    rows, said = shown_rows(study, EMBEDDED), []
    for name in dict.fromkeys(row["method"] for row in rows):
        near, outline = (_mean(rows, name, metric) for metric in EMBEDDED[:2])
        said.append(f"{method_label(name)} {percent(near)} %, {outline:.3f}")
    if not said:
        raise NothingToShow("no embedding was kept")
    return f"**The embedding**, accuracy of ten neighbours and silhouette: {'; '.join(said)}."


def _elsewhere(study: Study) -> str:
    said = []
    for words, rows in elsewhere(study).items():
        try:
            effect = effect_of(study, rows, OURS, BASELINE, "macro_f1")
        except NothingToShow:
            continue
        said.append(f"{words} {points(effect.mean)}{effect_ends(effect, 1)}")
    if len(said) < 2:
        raise NothingToShow("BDCL was run in one way only")
    return f"**BDCL over supervised contrastive learning**, macro F1 in points: {'; '.join(said)}."


def _readings(study: Study) -> str:
    said = []
    for name, rows in reading_rows(study).items():
        try:
            effect = effect_of(study, rows, OURS, BASELINE, "macro_f1")
        except NothingToShow:
            continue
        said.append(f"{name.replace('_', ' ').replace(': ', ', ')} {points(effect.mean)}")
    if not said:
        raise NothingToShow("no other reading was run")
    return f"**Other readings**, BDCL over the baseline, macro F1 in points: {'; '.join(said)}."
