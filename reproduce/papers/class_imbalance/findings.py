"""What a run of the class-imbalance study found, in sentences: every number comes from its rows.

Directions ("higher", "lower") follow from the numbers too, so that a sentence cannot go on saying
what another run found. A sentence whose methods or experiment the run does not have is left out.
"""

import numpy as np

from reproduce.figures.picture import NothingToShow
from reproduce.figures.wording import method_label, plain, plural, points
from reproduce.papers.class_imbalance import later_findings
from reproduce.papers.class_imbalance import rows as experiments
from reproduce.papers.class_imbalance.levels_in_words import Row, has, in_percent, mean_of
from reproduce.papers.class_imbalance.two_phase import TWO_PHASE, TwoPhaseBetween, lies_between
from reproduce.study.cell import in_words
from reproduce.study.resampled import draws_of
from reproduce.study.study import Study


def findings(study: Study) -> list[str]:
    """Return the findings as sentences, those of experiments that were not run left out."""
    middle = experiments.rows_over_rho(study)
    at = in_words(study.shown_without("rho"), study.protocol.paper)
    said = [
        _in_part(study),
        _harm(middle, at),
        _gain(study.observations(), "oversampling"),
        _gain(study.observations(), "undersampling"),
        _thresholding(study.observations()),
        _control(experiments.size_rows(study), at),
        _two_phase(experiments.two_phase_rows(study), at),
        _levels(experiments.level_rows(study), at),
        _overfitting(experiments.learning_rows(study), study.at_shown),
        _length(experiments.length_rows(study), study.at_shown),
        later_findings.beside_oversampling(
            experiments.rows_of(study, "trends", **study.shown), study.at_shown
        ),
        later_findings.on_the_grid(experiments.later_rows(study), draws_of(study)),
        later_findings.calibrated(experiments.calibration_rows(study)),
    ]
    return [sentence for sentence in said if sentence]


def _in_part(study: Study) -> str:
    """Say over which points averages are taken, where a registered plan is done in part."""
    if study.whole is study:
        return ""
    if set(study.points) == set(study.whole.points):
        return "**In part.** Not every registered step is done; the grid is whole."
    points = [point.replace(", ", " and ") for point in study.points]
    return (
        "**In part.** Not every registered step is done. What is averaged below is averaged over "
        f"{', '.join(points)}, and not over the rest of the planned grid."
    )


def _rhos(rows: list[Row]) -> list[float]:
    return sorted({row["rho"] for row in rows})


def _harm(rows: list[Row], at: str) -> str:
    rhos = _rhos(rows)
    if len(rhos) < 2 or not has(rows, "baseline"):
        return ""
    low, high = (mean_of(rows, "auc", method="baseline", rho=rho) for rho in (rhos[0], rhos[-1]))
    way = "falls" if high < low else "rises"
    return (
        f"**Imbalance and the plain network.** At {at} its ROC AUC {way} from "
        f"{in_percent(low)} at rho {plain(rhos[0])} to {in_percent(high)} at rho "
        f"{plain(rhos[-1])}, its accuracy from "
        f"{in_percent(mean_of(rows, 'accuracy', method='baseline', rho=rhos[0]), 1)} to "
        f"{in_percent(mean_of(rows, 'accuracy', method='baseline', rho=rhos[-1]), 1)}."
    )


def _gain(rows: list[Row], method: str) -> str:
    if not has(rows, "baseline", method):
        return ""
    said = []
    for rho in _rhos(rows):
        gain = mean_of(rows, "auc", method=method, rho=rho) - mean_of(
            rows, "auc", method="baseline", rho=rho
        )
        said.append(f"{points(gain, 2)} at rho {plain(rho)}")
    return (
        f"**{method_label(method)}** against the baseline, in points of ROC AUC averaged over all "
        f"shares of minority classes that were run: {', '.join(said)}."
    )


def _thresholding(rows: list[Row]) -> str:
    said = [
        f"{method_label(before).lower()} "
        f"{in_percent(mean_of(rows, 'accuracy', method=before), 1)} to "
        f"{in_percent(mean_of(rows, 'accuracy', method=after), 1)}"
        for before, after in (
            ("baseline", "thresholding"),
            ("oversampling", "oversampling_thresholding"),
            ("undersampling", "undersampling_thresholding"),
        )
        if has(rows, before, after)
    ]
    if not said:
        return ""
    return f"**Thresholding** moves the accuracy, averaged over the grid: {'; '.join(said)}."


def _control(rows: list[Row], at: str) -> str:
    said = []
    for rho in _rhos(rows):
        step, balanced, linear = (
            mean_of(rows, "auc", imbalance=kind, rho=rho) for kind in ("step", "balanced", "linear")
        )
        if np.isnan(step) or np.isnan(balanced):
            continue
        beside = "" if np.isnan(linear) else f", linear {in_percent(linear)}"
        said.append(
            f"rho {plain(rho)}: step {in_percent(step)}{beside}, balanced {in_percent(balanced)}"
        )
    if not said:
        return ""
    return (
        "**The imbalance, not the number of images.** ROC AUC of the baseline on training sets of "
        f"one size, at {at} where classes are rare: {'; '.join(said)}."
    )


def _two_phase(rows: list[Row], at: str) -> str:
    said, over = [], "rho"
    for sampler in ("oversampling", "undersampling"):
        arms = (sampler, f"two_phase_{sampler}", "baseline")
        # An average over other points than the one it is set against would say nothing.
        shared = [rho for rho in _rhos(rows) if has([r for r in rows if r["rho"] == rho], *arms)]
        if not shared:
            continue
        alike = [row for row in rows if row["rho"] in shared]
        one, two, plainly = (mean_of(alike, "auc", method=name) for name in arms)
        if shared != _rhos(rows):
            over = f"rho {' and '.join(map(plain, shared))}"
        said.append(
            f"with {sampler} {in_percent(two)}, the sampler alone {in_percent(one)}, the baseline "
            f"{in_percent(plainly)}{_between(rows, sampler)}"
        )
    if not said:
        return ""
    return f"**Two-phase training** at {at}, ROC AUC averaged over {over}: {'; '.join(said)}."


def _between(rows: list[Row], sampler: str) -> str:
    """Say in how many seeds two-phase lies between the other two, at each rho on its own."""
    try:
        triples = TwoPhaseBetween(rows, pairs={sampler: TWO_PHASE[sampler]}).triples
    except NothingToShow:
        return ""
    counts = ", ".join(
        f"{sum(map(lies_between, seeds.values()))} of {plural(len(seeds), 'seed')} at rho "
        f"{plain(rho)}"
        for (_, rho), seeds in triples.items()
    )
    return f" (between them in {counts})"


def _levels(rows: list[Row], at: str) -> str:
    said = []
    for method in ("oversampling", "undersampling"):
        levels = sorted({r["level"] for r in rows if r["method"] == method and "level" in r})
        known = [
            f"{in_percent(mean_of(rows, 'auc', method=method, level=x))} at {x:g}" for x in levels
        ]
        whole = mean_of(rows, "auc", method=method, level=None)
        known += [] if np.isnan(whole) else [f"{in_percent(whole)} all the way"]
        said += [f"{method} {', '.join(known)}"] if levels else []
    if not said:
        return ""
    none = mean_of(rows, "auc", method="baseline")
    without = "" if np.isnan(none) else f"; without sampling {in_percent(none)}"
    return (
        f"**Sampling part of the way** at rho {plain(_rhos(rows)[0])}, {at}, ROC AUC by level: "
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
            mean_of(rows, "train_balanced_accuracy", method=method, iteration=time)
            - mean_of(rows, "test_balanced_accuracy", method=method, iteration=time)
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
            m: mean_of(rows, "balanced_accuracy", method=m, iterations=time)
            for m in dict.fromkeys(row["method"] for row in rows)
        }
        order = sorted(of_all, key=lambda name: -of_all[name])
        named = ", ".join(f"{method_label(m).lower()} {in_percent(of_all[m], 1)}" for m in order)
        said.append(f"after {plural(time, 'step')} {named}")
    return f"**Length of training.** Balanced accuracy at {at}: {'; '.join(said)}."
