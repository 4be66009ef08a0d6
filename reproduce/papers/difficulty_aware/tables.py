"""Tables of the difficulty-aware page: levels, effects, thresholds, how many people it takes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from reproduce.evaluation.metric import FRACTION
from reproduce.evaluation.registry import metric as metric_of
from reproduce.figures.by_seed import Draws, effect_between, effect_ends
from reproduce.figures.inputs import grouped, is_number
from reproduce.figures.picture import NothingToShow
from reproduce.figures.table import Table
from reproduce.figures.wording import (
    mean_and_sd,
    mean_and_spread,
    method_label,
    metric_digits,
    metric_label,
    plain,
    points,
)
from reproduce.pages.rows import Row
from reproduce.papers.difficulty_aware.methods import AWARE, PLAIN
from reproduce.papers.difficulty_aware.rows import AUC, EER

# Half a point of equal error rate, which every verdict on it turns on.
MARGIN = 0.005


def levels(
    rows: Iterable[Row], factors: Mapping[str, str], metrics: Sequence[str], *, caption: str,
    provenance: str, note: str = "",
) -> Table:  # fmt: skip
    """Return a row for each value of the factors and each method: means over seeds, spread."""
    rows = list(rows)
    if not rows:
        raise NothingToShow("nothing of it was run")
    found = []
    for (method, *place), members in grouped(rows, ("method", *factors)).items():
        shown = [_spread([row[name] for row in members if is_number(row[name])], name)
                 for name in metrics]  # fmt: skip
        found.append([*map(_level, place), method_label(method), str(len(members)), *shown])
    columns = [*factors.values(), "Loss", "n", *map(_headed, metrics)]
    return Table(caption, columns, found, provenance, len(factors) + 1, note)


def effects(
    groups: Mapping[str, Sequence[Row]], *, head: str, caption: str, provenance: str,
    draws: Draws | None, methods: Sequence[str] = (AWARE,), reference: str = PLAIN,
) -> Table:  # fmt: skip
    """Return by how much the error rate of each method differs from the plain loss's."""
    found = []
    for name, rows in groups.items():
        others = [row for row in rows if row["method"] == reference]
        for method in methods:
            ones = [row for row in rows if row["method"] == method]
            both = [effect_between(ones, others, metric, draws) for metric in (EER, AUC)]
            if None in both:
                continue
            level = mean_and_spread([row[EER] for row in others], 1)
            said = [f"{points(one.mean, 2)}\n{effect_ends(one, 2).strip()}" for one in both]
            found.append([name, method_label(method), str(both[0].repeats), level, *said])
    if not found:
        raise NothingToShow("no two losses share a seed there")
    columns = [head, "Loss", "n", "EER of the plain loss, %", "Change in EER", "Change in AUC"]
    note = "Changes in points, with 95 % intervals over seeds and people."
    return Table(caption, columns, found, provenance, 2, note)


def thresholds(found: Sequence[tuple[str, Mapping[str, float]]], provenance: str) -> Table:
    """Return what thresholds chosen on validation identities do on others."""
    names = dict.fromkeys(name.partition("/")[0] for _, of in found for name in of)
    rows = []
    for method in dict.fromkeys(name for name, _ in found):
        own = [of for name, of in found if name == method]
        for rule in names:
            values = [[of[f"{rule}/{what}"] for of in own] for what in ("threshold", "far", "frr")]
            said = "both errors equal" if rule == "equal" else f"{100 * float(rule):g} % let in"
            rows.append([method_label(method), said, f"{np.mean(values[0]):.3f}",
                         mean_and_spread(values[1], 1), mean_and_spread(values[2], 1)])  # fmt: skip
    columns = ["Loss", "Chosen for", "Threshold", "FAR on test, %", "FRR on test, %"]
    caption = "A threshold chosen on the validation identities, and what it does on the others"
    return Table(caption, columns, rows, provenance, 2)


def people_needed(known: Sequence[tuple[str, int, float, float]], provenance: str) -> Table:
    """Return which difference so many people can tell, and how many half a point takes.

    Parameters
    ----------
    known
        what is verified, the number of people, the level, and the deviation of the *difference*
        of two losses over resamples of these people.
    """
    rows = []
    for name, people, level, deviation in known:
        # 80 % of the time an interval of 95 % leaves zero out: 1.96 + 0.84 deviations.
        told = 2.8 * deviation
        needed = people * (told / MARGIN) ** 2
        rows.append([name, f"{people:,}", f"{100 * level:.1f}", f"{100 * told:.2f}",
                     f"{int(np.ceil(needed / 10) * 10):,}"])  # fmt: skip
    columns = ["Verified", "People", "EER, %", "Told apart, points", "People for half a point"]
    caption = "Which difference of two losses so many people can tell, four times in five"
    note = (
        "The same people, and one network of each loss; more seeds lessen the spread of seeds only."
    )
    return Table(caption, columns, rows, provenance, 1, note)


def _headed(name: str) -> str:
    unit = ", %" if metric_of(name).unit == FRACTION else ""
    return f"{metric_label(name)}{unit}"


def _spread(values: list[float], name: str) -> str:
    if metric_of(name).unit == FRACTION or not values:
        return mean_and_spread(values, metric_digits(name)) if values else "not measured"
    mean, sd = mean_and_sd(values)
    return f"{mean:.3f}" if sd is None else f"{mean:.3f} ± {sd:.3f}"


def _level(value: Any) -> str:
    return plain(value) if is_number(value) else str(value).replace("_", " ")
