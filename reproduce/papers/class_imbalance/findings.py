"""What a run of the class-imbalance study found, in sentences: every number comes from its rows.

Directions ("higher", "lower") follow from the numbers too, so that a sentence cannot go on saying
what another run found. A sentence whose methods or experiment the run does not have is left out.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

from reproduce.evaluation.significance import Effect
from reproduce.figures.by_seed import contains_zero, gain_effects, span
from reproduce.figures.wording import method_label, plain, plural, points
from reproduce.methods.registry import posthoc_of
from reproduce.papers.class_imbalance import rows as experiments
from reproduce.papers.class_imbalance.calibration_grid import Change, changes
from reproduce.study.study import Study

Row = dict[str, Any]


def findings(study: Study) -> list[str]:
    """Return the findings as sentences, those of experiments that were not run left out."""
    middle = experiments.rows_over_rho(study)
    said = [
        _harm(middle),
        _gain(study.observations(), "oversampling"),
        _gain(study.observations(), "undersampling"),
        _thresholding(study.observations()),
        _control(experiments.size_rows(study)),
        _two_phase(experiments.two_phase_rows(study)),
        _levels(experiments.level_rows(study)),
        _overfitting(experiments.learning_rows(study), study.at_shown),
        _length(experiments.length_rows(study), study.at_shown),
        _later(experiments.rows_of(study, "trends", **study.shown), study.at_shown),
        _later_on_the_grid(experiments.later_rows(study)),
        _calibration(experiments.calibration_rows(study)),
    ]
    return [sentence for sentence in said if sentence]


def _mean(rows: Iterable[Row], metric: str, **wanted: Any) -> float:
    """Return the mean over the rows that match; NaN where there are none."""
    values = [row[metric] for row in rows if all(row.get(k) == v for k, v in wanted.items())]
    return float(np.mean(values)) if values else float("nan")


def _percent(value: float, digits: int = 2) -> str:
    return f"{100 * value:.{digits}f} %"


def _than(difference: float, digits: int = 2) -> str:
    """Return "0.31 points higher" or "0.02 points lower"."""
    way = "higher" if difference >= 0 else "lower"
    return f"{abs(100 * difference):.{digits}f} points {way}"


def _has(rows: Iterable[Row], *methods: str) -> bool:
    """Say whether the rows have all of these methods."""
    return set(methods) <= {row["method"] for row in rows}


def _rhos(rows: list[Row]) -> list[float]:
    return sorted({row["rho"] for row in rows})


def _harm(rows: list[Row]) -> str:
    rhos = _rhos(rows)
    if len(rhos) < 2 or not _has(rows, "baseline"):
        return ""
    low, high = (_mean(rows, "auc", method="baseline", rho=rho) for rho in (rhos[0], rhos[-1]))
    way = "falls" if high < low else "rises"
    return (
        f"**Imbalance and the plain network.** Its ROC AUC {way} from {_percent(low)} at rho "
        f"{plain(rhos[0])} to {_percent(high)} at rho {plain(rhos[-1])}, its accuracy from "
        f"{_percent(_mean(rows, 'accuracy', method='baseline', rho=rhos[0]), 1)} to "
        f"{_percent(_mean(rows, 'accuracy', method='baseline', rho=rhos[-1]), 1)}."
    )


def _gain(rows: list[Row], method: str) -> str:
    if not _has(rows, "baseline", method):
        return ""
    said = []
    for rho in _rhos(rows):
        gain = _mean(rows, "auc", method=method, rho=rho) - _mean(
            rows, "auc", method="baseline", rho=rho
        )
        said.append(f"{points(gain, 2)} at rho {plain(rho)}")
    return (
        f"**{method_label(method)}** against the baseline, in points of ROC AUC averaged over all "
        f"shares of minority classes that were run: {', '.join(said)}."
    )


def _thresholding(rows: list[Row]) -> str:
    said = [
        f"{method_label(before).lower()} {_percent(_mean(rows, 'accuracy', method=before), 1)} to "
        f"{_percent(_mean(rows, 'accuracy', method=after), 1)}"
        for before, after in (
            ("baseline", "thresholding"),
            ("oversampling", "oversampling_thresholding"),
            ("undersampling", "undersampling_thresholding"),
        )
        if _has(rows, before, after)
    ]
    if not said:
        return ""
    return f"**Thresholding** moves the accuracy, averaged over the grid: {'; '.join(said)}."


def _control(rows: list[Row]) -> str:
    said = []
    for rho in _rhos(rows):
        step, balanced, linear = (
            _mean(rows, "auc", imbalance=kind, rho=rho) for kind in ("step", "balanced", "linear")
        )
        if np.isnan(step) or np.isnan(balanced):
            continue
        beside = "" if np.isnan(linear) else f", linear {_percent(linear)}"
        said.append(
            f"rho {plain(rho)}: step {_percent(step)}{beside}, balanced {_percent(balanced)}"
        )
    if not said:
        return ""
    return (
        "**The imbalance, not the number of images.** ROC AUC of the baseline on training sets of "
        f"one size: {'; '.join(said)}."
    )


def _two_phase(rows: list[Row]) -> str:
    said = []
    for sampler in ("oversampling", "undersampling"):
        arms = (sampler, f"two_phase_{sampler}", "baseline")
        if not _has(rows, *arms):
            continue
        one, two, plainly = (_mean(rows, "auc", method=name) for name in arms)
        between = min(one, plainly) <= two <= max(one, plainly)
        said.append(
            f"with {sampler} {_percent(two)}, {'between' if between else 'not between'} "
            f"{_percent(one)} (the sampler) and {_percent(plainly)} (the baseline)"
        )
    if not said:
        return ""
    return f"**Two-phase training**, ROC AUC averaged over rho: {'; '.join(said)}."


def _levels(rows: list[Row]) -> str:
    said = []
    for method in ("oversampling", "undersampling"):
        levels = sorted({r["level"] for r in rows if r["method"] == method and "level" in r})
        known = [f"{_percent(_mean(rows, 'auc', method=method, level=x))} at {x:g}" for x in levels]
        whole = _mean(rows, "auc", method=method, level=None)
        known += [] if np.isnan(whole) else [f"{_percent(whole)} all the way"]
        said += [f"{method} {', '.join(known)}"] if levels else []
    if not said:
        return ""
    none = _mean(rows, "auc", method="baseline")
    without = "" if np.isnan(none) else f"; without sampling {_percent(none)}"
    return (
        f"**Sampling part of the way** at rho {plain(_rhos(rows)[0])}, ROC AUC by level: "
        f"{'; '.join(said)}{without}."
    )


def _overfitting(rows: list[Row], at: str) -> str:
    times = sorted({row["iteration"] for row in rows})
    early = [time for time in times if time <= times[-1] / 2]
    if not early:
        return ""
    last, half = times[-1], early[-1]
    said = []
    for method in dict.fromkeys(row["method"] for row in rows):
        end, middle = (
            _mean(rows, "train_balanced_accuracy", method=method, iteration=time)
            - _mean(rows, "test_balanced_accuracy", method=method, iteration=time)
            for time in (last, half)
        )
        said.append(
            f"{method_label(method).lower()} {points(end, 1)} points at the end, "
            f"{points(end - middle, 1)} since half-way"
        )
    return (
        "**Overfitting.** Balanced accuracy on training images less that on test images at "
        f"{at}: {'; '.join(said)}."
    )


def _length(rows: list[Row], at: str) -> str:
    times = sorted({row["iterations"] for row in rows})
    if len(times) < 2:
        return ""
    said = []
    for time in (times[0], times[-1]):
        of_all = {
            m: _mean(rows, "balanced_accuracy", method=m, iterations=time)
            for m in dict.fromkeys(row["method"] for row in rows)
        }
        order = sorted(of_all, key=lambda name: -of_all[name])
        named = ", ".join(f"{method_label(m).lower()} {_percent(of_all[m], 1)}" for m in order)
        said.append(f"after {plural(time, 'step')} {named}")
    return f"**Length of training.** Balanced accuracy at {at}: {'; '.join(said)}."


def _later(rows: list[Row], at: str) -> str:
    older = {"oversampling", "undersampling"}
    names = [m for m in dict.fromkeys(r["method"] for r in rows) if not posthoc_of(m)]
    if not _has(rows, "oversampling") or older.issuperset(names):
        return ""
    over = _mean(rows, "auc", method="oversampling")
    gains = {m: _mean(rows, "auc", method=m) - over for m in names if m not in older}
    order = sorted(gains, key=lambda name: -gains[name])
    named = "; ".join(f"{method_label(m)} {_than(gains[m])}" for m in order)
    return (
        f"**What came later**, ROC AUC at {at} against oversampling ({_percent(over)}), none of "
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


def _later_on_the_grid(rows: list[Row]) -> str:
    """Say how often each is ahead of oversampling by more than its seeds differ."""
    if not _has(rows, "oversampling") or not {row["method"] for row in rows} - {"oversampling"}:
        return ""
    effects: dict[str, list[Effect]] = _at_shared_points(
        gain_effects(rows, "auc", "oversampling", ("rho", "mu"))
    )
    points_shared = min(map(len, effects.values()))
    if points_shared < 2:
        return ""
    means = {m: float(np.mean([e.mean for e in found])) for m, found in effects.items()}
    said = []
    for method in sorted(means, key=lambda name: -means[name]):
        sure = [effect.mean for effect in effects[method] if not contains_zero(effect)]
        above, below = (sum(sign * mean > 0 for mean in sure) for sign in (1, -1))
        said.append(f"{method_label(method)} {_than(means[method])} ({above} and {below})")
    later = [method for method in means if method != "baseline"]
    seeds = span(effect.repeats for found in effects.values() for effect in found)
    return (
        f"**What came later, on {points_shared} points of the grid**, averaged (n = {seeds} seeds "
        f"a point): {sum(means[method] > 0 for method in later)} of {len(later)} have a higher ROC "
        f"AUC than oversampling. {'; '.join(said)}. In brackets: at how many points the interval "
        "over seeds lies above 0, and at how many below."
    )


def _calibration(rows: list[Row]) -> str:
    if not rows:
        return ""
    by_method: dict[str, list[Change]] = _at_shared_points(changes(rows))
    shared = min(map(len, by_method.values()))
    if not shared:
        return ""
    over = plural(shared, "point")
    said = []
    for method, found in by_method.items():
        before, after = (
            float(np.mean([getattr(change, when) for change in found]))
            for when in ("before", "after")
        )
        said.append(f"{method_label(method)} {_percent(before, 1)} to {_percent(after, 1)}")
    return (
        "**Calibration.** Error of the stated confidences (ECE) before and after dividing by the "
        f"class shares, averaged over the {over} that all were run at: {'; '.join(said)}."
    )
