"""What a run of the class-imbalance study found, in a few plain sentences with a number or two.

Directions and names follow from the run, so that a sentence cannot go on saying what another found.
"""

from collections.abc import Iterator

import numpy as np

from reproduce.figures.by_seed import Draws, contains_zero, gain_effects, has_interval
from reproduce.figures.wording import listed, method_label, plain, plural, points
from reproduce.methods.registry import posthoc_of
from reproduce.papers.class_imbalance import rows as experiments
from reproduce.papers.class_imbalance.levels_in_words import Row, has, in_percent, mean_of
from reproduce.study.resampled import draws_of
from reproduce.study.study import Study

# A change smaller than this, as a fraction, is not called one in a plain sentence.
VISIBLE = 0.005


def plain_words(study: Study) -> Iterator[str]:
    """Return the sentences; one that needs what was not run is empty."""
    middle = experiments.rows_over_rho(study)
    yield _harm(middle)
    yield _best(middle, draws_of(study))
    yield _sampling(middle, experiments.rows_of(study, "grid"))
    yield _overfitting(experiments.learning_rows(study), study.at_shown)
    yield _later(experiments.rows_of(study, "trends", **study.shown), study.at_shown)


def _harm(rows: list[Row]) -> str:
    rhos = sorted({row["rho"] for row in rows})
    if len(rhos) < 2 or not has(rows, "baseline"):
        return ""
    low, high = (
        mean_of(rows, "accuracy", method="baseline", rho=rho) for rho in (rhos[0], rhos[-1])
    )
    way = _way(high - low, "falls", "rises", "stays where it is,")
    return (
        f"When the large classes have {plain(rhos[-1])} times as many images as the rare ones"
        f"{_share(rows)} instead of {plain(rhos[0])} times, the accuracy of the plain network "
        f"{way} from {in_percent(low, 0)} to {in_percent(high, 0)}."
    )


def _share(rows: list[Row], more: str = "") -> str:
    """Return " (50 % of the classes)": how many of them are rare where that is one number."""
    share = {row.get("mu") for row in rows}
    if share == {None}:
        return ""
    return f" ({' '.join(filter(None, [in_percent(share.pop(), 0), 'of the classes', more]))})"


def _best(rows: list[Row], draws: Draws) -> str:
    rho = max((row["rho"] for row in rows), default=0)
    here = [row for row in rows if row["rho"] == rho]
    if len({row["method"] for row in here} - {"baseline"}) < 2 or not has(here, "baseline"):
        return ""
    ranked, sharpest = (_leader(here, metric) for metric in ("auc", "accuracy"))
    first = f"at {plain(rho)} to 1 the most accurate on average is {_named(sharpest)}"
    gain = mean_of(here, "accuracy", method=sharpest) - mean_of(here, "accuracy", method="baseline")
    same = f"and by ROC AUC, which asks only for the right ranking, it is {_named(ranked)}"
    if _tie(here, ranked, sharpest):
        # Thresholding leaves every ranking as it is.
        alike = [_named(name) for name in dict.fromkeys(row["method"] for row in here)
                 if name != sharpest and _tie(here, name, sharpest)]  # fmt: skip
        level = f", level with {' and '.join(alike)}" if alike else " as well"
        same = f"and it ranks images best{level}"
    return (
        f"Of all that was compared {first} ({points(gain, 0)} points over doing nothing"
        f"{_beside(here, sharpest, draws)}), {same}."
    )


def _beside(rows: list[Row], first: str, draws: Draws) -> str:
    """Name the methods whose accuracy cannot be told apart from that of the first."""
    others = gain_effects(rows, "accuracy", first, (), draws)
    level = [
        _named(name)
        for (name,), effect in others.items()
        if has_interval(effect) and contains_zero(effect)
    ]
    return f"; {' and '.join(level)} cannot be told apart from it" if level else ""


def _sampling(rows: list[Row], grid: list[Row]) -> str:
    if not has(rows, "baseline", "oversampling"):
        return ""
    rhos = sorted({row["rho"] for row in rows})
    gains = [
        mean_of(rows, "auc", method="oversampling", rho=rho)
        - mean_of(rows, "auc", method="baseline", rho=rho)
        for rho in rhos
    ]
    said = [
        f"{points(gain, 1)} at {plain(rho)} to 1" for rho, gain in zip(rhos, gains, strict=True)
    ]
    return (
        f"In points of ROC AUC, oversampling gains over doing nothing{_share(rows, 'rare')}: "
        f"{listed(said)}{_spread(grid)}."
    )


def _spread(grid: list[Row]) -> str:
    """Say over which gains the mean of a grid goes: one corner may carry it."""
    places = dict.fromkeys((row["rho"], row["mu"]) for row in grid if row.get("mu") is not None)
    gains = [
        mean_of(grid, "auc", method="oversampling", rho=rho, mu=mu)
        - mean_of(grid, "auc", method="baseline", rho=rho, mu=mu)
        for rho, mu in places
        if has([row for row in grid if (row["rho"], row["mu"]) == (rho, mu)],
               "baseline", "oversampling")
    ]  # fmt: skip
    if len({mu for _, mu in places}) < 2 or len(gains) < 3:
        return ""
    return (
        f"; over the {len(gains)} points of the grid it is from {points(min(gains), 1)} to "
        f"{points(max(gains), 1)}, and {points(float(np.median(gains)), 1)} at the middle one"
    )


def _overfitting(rows: list[Row], at: str) -> str:
    plain_rows = [row for row in rows if row["method"] == "baseline"]
    rows = [row for row in rows if row["method"] == "oversampling"]
    times = sorted({row["iteration"] for row in rows})
    early = [time for time in times if time <= (times[-1] / 2 if times else 0)]
    if not early:
        return ""
    late, half = (_gap(rows, time) for time in (times[-1], early[-1]))
    way = _way(late - half, "narrows", "widens", "moves")
    small = abs(late - half) < VISIBLE
    by = "by less than half a point" if small else f"by {abs(100 * (late - half)):.1f} points"
    beside = ""
    if any(row["iteration"] == times[-1] for row in plain_rows):
        beside = f", beside {100 * _gap(plain_rows, times[-1]):.1f} with nothing done"
    return (
        f"While oversampling trains on through its second half, the gap between training and new "
        f"images {way} {by} and ends at {100 * late:.1f} points{beside} (at {at})."
    )


def _later(rows: list[Row], at: str) -> str:
    older = {"oversampling", "undersampling", "baseline"}
    names = {row["method"] for row in rows if not posthoc_of(row["method"])} - older
    if not names or not has(rows, "oversampling"):
        return ""
    over = mean_of(rows, "auc", method="oversampling")
    ahead = [name for name in names if mean_of(rows, "auc", method=name) > over]
    best = max(names, key=lambda name: mean_of(rows, "auc", method=name))
    lead = points(mean_of(rows, "auc", method=best) - over, 2).lstrip("+")
    more = f", the best of them {_named(best)} by {lead} points" if ahead else ""
    count, has_or_have = len(ahead) or "None", "has" if len(ahead) < 2 else "have"
    return (
        f"{count} of {plural(len(names), 'later method')} {has_or_have} a higher mean ROC "
        f"AUC than oversampling at {at}{more}; none was tuned."
    )


def _gap(rows: list[Row], time: int) -> float:
    return mean_of(rows, "train_balanced_accuracy", iteration=time) - mean_of(
        rows, "test_balanced_accuracy", iteration=time
    )


def _leader(rows: list[Row], metric: str) -> str:
    return max(dict.fromkeys(row["method"] for row in rows),
               key=lambda name: mean_of(rows, metric, method=name))  # fmt: skip


def _tie(rows: list[Row], one: str, other: str) -> bool:
    """Say whether two methods rank images alike: thresholding leaves every ranking as it is."""
    return bool(np.isclose(*(mean_of(rows, "auc", method=name) for name in (one, other))))


def _named(method: str) -> str:
    label = method_label(method)
    return label if label[1:] != label[1:].lower() else label[:1].lower() + label[1:]


def _way(change: float, down: str, up: str, neither: str) -> str:
    if abs(change) < VISIBLE:
        return neither
    return down if change < 0 else up
