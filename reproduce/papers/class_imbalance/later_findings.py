"""What later methods were found to do, in sentences; `findings` asks for them."""

from collections import Counter
from typing import Any

import numpy as np

from reproduce.evaluation.significance import Effect
from reproduce.figures.by_seed import Draws, contains_zero, gain_effects, has_interval, span
from reproduce.figures.wording import method_label, plural
from reproduce.methods.registry import posthoc_of
from reproduce.papers.class_imbalance.calibration_grid import Change, changes
from reproduce.papers.class_imbalance.levels_in_words import Row, has, in_percent, mean_of, than


def beside_oversampling(rows: list[Row], at: str) -> str:
    """Set each later method against oversampling at the point that is drawn in detail."""
    older = {"oversampling", "undersampling"}
    names = [m for m in dict.fromkeys(r["method"] for r in rows) if not posthoc_of(m)]
    if not has(rows, "oversampling") or older.issuperset(names):
        return ""
    over = mean_of(rows, "auc", method="oversampling")
    gains = {m: mean_of(rows, "auc", method=m) - over for m in names if m not in older}
    order = sorted(gains, key=lambda name: -gains[name])
    named = "; ".join(f"{method_label(m)} {than(gains[m])}" for m in order)
    return (
        f"**What came later**, ROC AUC at {at} against oversampling ({in_percent(over)}), none of "
        f"them tuned: {named}."
    )


def _at_shared_points(found: dict[tuple, Any]) -> dict[str, list[Any]]:
    """Return what each method has at the points that all have, so that none averages easier ones.

    `found` is what there is at each (method, rho, mu).
    """
    by_method: dict[str, dict[tuple, Any]] = {}
    for (method, *place), value in found.items():
        by_method.setdefault(method, {})[tuple(place)] = value
    places = set.intersection(*map(set, by_method.values()))
    return {
        method: [values[place] for place in values if place in places]
        for method, values in by_method.items()
    }


def on_the_grid(rows: list[Row], draws: Draws) -> str:
    """Say how often each is ahead of oversampling by its interval, and where there is none."""
    if not has(rows, "oversampling") or not {row["method"] for row in rows} - {"oversampling"}:
        return ""
    effects: dict[str, list[Effect]] = _at_shared_points(
        gain_effects(rows, "auc", "oversampling", ("rho", "mu"), draws)
    )
    points_shared = min(map(len, effects.values()))
    if points_shared < 2:
        return ""
    means = {m: float(np.mean([e.mean for e in found])) for m, found in effects.items()}
    said = []
    for method in sorted(means, key=lambda name: -means[name]):
        sure = [effect.mean for effect in effects[method] if not contains_zero(effect)]
        above, below = (sum(sign * mean > 0 for mean in sure) for sign in (1, -1))
        known = sum(map(has_interval, effects[method]))
        counted = f"{above} above, {below} below, of {known}" if known else "no interval"
        said.append(f"{method_label(method)} {than(means[method])} ({counted})")
    later = [method for method in means if method != "baseline"]
    seeds = span(effect.repeats for found in effects.values() for effect in found)
    return (
        f"**What came later, on {points_shared} points of the grid**, averaged (n = {seeds} seeds "
        f"a point): {sum(means[method] > 0 for method in later)} of {len(later)} have a higher ROC "
        f"AUC than oversampling. {'; '.join(said)}. In brackets: at how many points the interval "
        "over seeds and test images lies above 0 and below, of those that have one; where a point "
        "has one seed, it has none."
    )


def calibrated(rows: list[Row]) -> str:
    """Say what dividing by the class shares does to the stated confidences."""
    if not rows:
        return ""
    by_method: dict[str, list[Change]] = _at_shared_points(changes(rows))
    shared = min(map(len, by_method.values()))
    if not shared:
        return ""
    seeds = span(Counter((r["method"], r["rho"], r.get("mu")) for r in rows).values())
    over = f"{plural(shared, 'point')} (n = {seeds} seeds each)"
    said = []
    for method, found in by_method.items():
        before, after = (
            float(np.mean([getattr(change, when) for change in found]))
            for when in ("before", "after")
        )
        said.append(f"{method_label(method)} {in_percent(before, 1)} to {in_percent(after, 1)}")
    return (
        "**Calibration.** Error of the stated confidences (ECE) before and after dividing by the "
        f"class shares, averaged over the {over} that all were run at: {'; '.join(said)}."
    )
