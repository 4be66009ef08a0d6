"""What explains the outcome of the dual-head study, in sentences; `findings` asks for them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from reproduce.figures.by_seed import (
    ROUNDING,
    Draws,
    contains_zero,
    effect_between,
    effect_ends,
)
from reproduce.figures.detectable import drawn
from reproduce.figures.inputs import is_number
from reproduce.figures.wording import method_label, percent, plural, points
from reproduce.pages.rows import Row, rows_at
from reproduce.papers.dual_head.combinations import contrasts, curves
from reproduce.papers.dual_head.printed import METRIC, OURS
from reproduce.papers.dual_head.references import CONCERNS
from reproduce.papers.dual_head.small_test_sets import RUNS

# Its encoder before fine-tuning is the one that all methods start from.
START = "supervised"
_BEFORE = ("alignment_before", "uniformity_loss", "knn_before", "probe_before")


def named(method: str) -> str:
    """Return a method's name within a sentence: names in capitals keep them."""
    label = method_label(method)
    return label if label[1:2].isupper() or method == "simclr" else label[:1].lower() + label[1:]


def encoders(rows: list[Row], draws: Draws | None = None) -> str:
    """Compare the encoders before fine-tuning, of rows with the measures of encoders."""
    said = []
    measured = [row for row in rows if all(is_number(row.get(name)) for name in _BEFORE)]
    for method in dict.fromkeys(row["method"] for row in measured):
        alignment, uniformity, knn, probe = (
            float(np.mean([row[name] for row in rows_at(measured, method=method)]))
            for name in _BEFORE
        )
        said.append(
            f"{named(method)} {alignment:.2f}, {uniformity:.2f}, {percent(knn)} %, "
            f"{percent(probe)} %"
        )
    if not said:
        return ""
    return (
        "**Encoders before fine-tuning** (that of supervised has the weights that all start "
        "from): alignment, uniformity loss, accuracy of nearest neighbours, balanced accuracy of a "
        "linear probe: "
        f"{'; '.join(said)}.{_beyond_start(measured, draws)}"
    )


def _beyond_start(rows: list[Row], draws: Draws | None) -> str:
    """Say whether pre-trained encoders hold more of the classes than what they started from."""
    start = rows_at(rows, method=START)
    gained = {
        method: effect_between(rows_at(rows, method=method), start, "probe_before", draws)
        for method in dict.fromkeys(row["method"] for row in rows)
        if method != START
    }
    known = {method: effect for method, effect in gained.items() if effect}
    if not known:
        return ""
    each = ", ".join(
        f"{named(method)} {points(effect.mean)}{effect_ends(effect, 1)}"
        for method, effect in known.items()
    )
    said = f" In points of the probe over those weights: {each}."
    if any(effect.mean > 0 and not contains_zero(effect) for effect in known.values()):
        return said
    return (
        f"{said} No interval lies above 0: whether pre-training taught these encoders anything of "
        "the classes is not shown, and gaps after fine-tuning are no test of it."
    )


def gradients(histories: Iterable[Sequence[Row]]) -> str:
    """Say what the ranking loss makes of the gradient, and what is mined, of the joint loss."""
    joint = [
        [row for row in history if {"gradient_ranking", "gradient_similarity"} <= set(row)]
        for history in histories
    ]
    shares = [
        row["gradient_ranking"] / (row["gradient_ranking"] + row["gradient_similarity"])
        for row in (row for rows in joint for row in rows)
        if row["gradient_ranking"] + row["gradient_similarity"] > 0
    ]
    if not shares:
        return ""
    said = (
        "**Where the gradient comes from.** While both losses act, the ranking loss makes "
        f"{percent(min(shares))} to {percent(max(shares))} % of the gradients' norms at the "
        f"encoder, {percent(float(np.mean(shares)))} % on average."
    )
    mined = [row for rows in joint for row in rows if "same_class_mined" in row]
    if mined:
        ours, every = (
            float(np.mean([row[name] for row in mined]))
            for name in ("same_class_mined", "same_class_all")
        )
        more = "more" if ours > every else "fewer" if ours < every else "neither more nor fewer"
        said += (
            f" Of the mined negatives {percent(ours)} % carry the anchor's own class, of all "
            f"candidates {percent(every)} %: mining picks {more} of them than chance, "
            f"{points(ours - every)} points."
        )
    return said


def choices(rows: list[Row], draws: Draws | None = None) -> str:
    """Say under how many combinations of readings the method gains, and what moves it."""
    if not rows:
        return ""
    fixed = {"dataset", "seed", "key", "method", "combination"}
    measured = next(row for row in rows if row["method"] == OURS)
    names = [k for k, v in measured.items() if k not in fixed and isinstance(v, str)]
    said, runs = [], []
    found = curves(rows, tuple(CONCERNS), METRIC, names, OURS, CONCERNS, draws)
    for rival, curve in found.items():
        runs += [len(seeds) for seeds in curve.rival.values()]
        means = curve.means
        above = int((means > ROUNDING).sum())
        most = next(iter(contrasts(curve, names)), None)
        moved = f", moved most by {most.choice.replace('_', ' ')}" if most else ""
        said.append(
            f"over {named(rival)} in {above} of {len(means)} ({percent(above / len(means), 0)} "
            f"%), from {points(float(means.min()))} to {points(float(means.max()))} points{moved}; "
            f"their mean is {points(curve.level.mean)}{curve.ends}"
        )
    return (
        f"**Readings of the text.** Dual-head gains in macro F1 {'; '.join(said)}. A rival was "
        "trained under each reading that concerns it. All combinations share "
        f"{plural(max(runs), 'seed')} and one test set, so they are not so many results: the mean "
        "of them is as uncertain as those are."
    )


def small_test_set(found: Mapping[str, Any]) -> str:
    """Say what `gap_draws` found: of means of runs as the paper prints them, and of one run."""
    said = []
    for pair, values in (found.get("gaps") or {}).items():
        one, known = drawn(values, found["true"][pair]), found["spreads"][pair]
        told = f"a gap of {percent(known.smallest)} points would be told from none"
        if known.runs > 1:
            told += (
                f" ({percent(known.retrained)} if the runs were trained anew, "
                f"{percent(known.single)} of one run)"
            )
        else:
            told += f", of means of {RUNS} at least {percent(known.single / RUNS**0.5)}"
        said.append(
            f"over {named(pair[1])} {points(one.true)} points on the large test set, "
            f"{points(one.low)} to {points(one.high)} in 95 % of draws, of the other sign in "
            f"{percent(one.wrong, 0)} %; {told}, the paper's is {percent(found['published'][pair])}"
        )
    if not said:
        return ""
    runs = found["runs"]
    of = f"means of {runs} runs, as the paper prints them" if runs > 1 else "single runs"
    return (
        f"**What {found['images']} test images can tell**, gap in macro F1 of {of}, told from none "
        f"in 80 % of draws at the 5 % level: {'; '.join(said)}."
    )
