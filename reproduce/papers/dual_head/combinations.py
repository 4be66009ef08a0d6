"""A method's effect under every combination of choices, and how far each choice moves it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf, sqrt
from typing import Any

import numpy as np
from scipy import stats

from reproduce.errors import UserError
from reproduce.evaluation.significance import Effect, paired_effect
from reproduce.figures.by_seed import Draws, by_seed, has_interval
from reproduce.figures.inputs import Observation, not_empty, with_columns
from reproduce.figures.wording import points

Seeds = Mapping[Any, float]

# A choice that exists only under one value of another: the saddle has no constant c.
NESTED = {"c": ("reading", "printed")}


@dataclass(frozen=True)
class Contrast:
    """How far two values of one choice differ: mean effect under `first` minus under `second`.

    The ends are those of a 95 % interval, infinite where a value has a single combination.
    """

    choice: str
    first: Any
    second: Any
    difference: float
    low: float
    high: float


@dataclass(frozen=True)
class Curve:
    """The combinations set against one rival, by rising effect.

    `chosen` says each one's values (None where a choice does not exist), `paired` holds its
    paired differences {seed: difference}, and `rival` what the rival reached on the choices that
    concern it too: {values: {seed: metric}}. `image_draws` is the mean of all effects on resampled
    test images, where that is known.
    """

    chosen: list[dict[str, Any]]
    paired: list[Seeds]
    rival: dict[tuple, Seeds]
    shared: tuple[str, ...]
    image_draws: np.ndarray | None = None

    @property
    def effects(self) -> list[np.ndarray]:
        """Return the paired differences of each combination [seeds]."""
        return [np.array(list(differences.values())) for differences in self.paired]

    @cached_property
    def level(self) -> Effect:
        """Return the mean effect of all combinations, as sure as its seeds and test images are.

        However many combinations there are, they share those.
        """
        seeds = sorted(set.intersection(*(set(one) for one in self.paired)))
        means = [float(np.mean([one[seed] for one in self.paired])) for seed in seeds]
        return paired_effect(means, image_draws=self.image_draws, seeds=seeds)

    @property
    def ends(self) -> str:
        """Return the interval of the mean of all: " [−1.0, +2.0]", and what it leaves out."""
        if self.level.repeats < 2:
            return " (no interval)"
        alone = "" if has_interval(self.level) else ", of the seeds alone and so too narrow"
        return f" [{points(self.level.low)}, {points(self.level.high)}{alone}]"

    @property
    def means(self) -> np.ndarray:
        """Return the mean effect of each combination."""
        return np.array([effect.mean() for effect in self.effects])

    def values(self, choice: str) -> list[Any]:
        """Return the values of a choice, numbers before words and both ascending."""
        values = {chosen[choice] for chosen in self.chosen} - {None}
        return sorted(values, key=lambda value: (isinstance(value, str), value))

    def places(self, choice: str, value: Any) -> list[int]:
        """Return where on the curve the combinations with this value stand."""
        return [place for place, chosen in enumerate(self.chosen) if chosen[choice] == value]

    def under(self, choice: str, value: Any) -> np.ndarray:
        """Return the mean effects of the combinations with this value."""
        return self.means[self.places(choice, value)]

    def rival_under(self, choice: str, value: Any) -> np.ndarray:
        """Return what the rival reached under this value [seeds]; nothing if it has no such choice.

        Every combination with the value was measured against these same few runs, so their chance
        does not average out over combinations.
        """
        if choice not in self.shared:
            return np.empty(0)
        at = self.shared.index(choice)
        runs = [seeds for values, seeds in self.rival.items() if values[at] == value]
        both = set.intersection(*map(set, runs))
        return np.array([np.mean([seeds[seed] for seeds in runs]) for seed in sorted(both)])


def curves(
    rows: Iterable[Observation],
    rivals: Sequence[str],
    metric: str,
    choices: Sequence[str],
    method: str,
    shared: Mapping[str, Sequence[str]],
    draws: Draws | None = None,
) -> dict[str, Curve]:
    """Return each rival's curve; effects are paired with the rival's run of the same seed.

    `shared` names, by rival, the choices on which it has to agree. Combinations and seeds without
    such a run of the rival are left out. `draws` finds a row's metric on resampled test images.
    """
    not_empty("rivals", rivals)
    not_empty("choices", choices)
    for rival in rivals:
        if not set(shared[rival]) <= set(choices):
            raise UserError(
                f"shared choices of {rival} are {', '.join(shared[rival])}, expected some of "
                f"{', '.join(choices)}"
            )
    rows = with_columns(rows, ("method", "seed"))
    measured = by_seed(_of(rows, method), metric, ("combination", *choices))
    found = {}
    for rival in rivals:
        beside, agreed = _of(rows, rival), tuple(shared[rival])
        drawn = None
        if draws is not None:
            drawn = _mean_draws(_of(rows, method), beside, agreed, choices, metric, draws)
        theirs = by_seed(beside, metric, agreed)
        found[rival] = _curve(measured, theirs, choices, agreed, rival, drawn)
    return found


def _of(rows: Sequence[Observation], method: str) -> list[Observation]:
    found = [row for row in rows if row["method"] == method]
    if not found:
        received = ", ".join(dict.fromkeys(str(row["method"]) for row in rows))
        raise UserError(f"no rows of '{method}', expected some; received rows of {received}")
    return found


def _chosen(row: Mapping[str, Any], choices: Sequence[str]) -> dict[str, Any]:
    """Return the values of the choices, None for one that does not exist under the others."""
    chosen = {name: row[name] for name in choices}
    for name, (other, value) in NESTED.items():
        if name in chosen and chosen.get(other, value) != value:
            chosen[name] = None
    return chosen


def _curve(
    measured, beside, choices: Sequence[str], shared: tuple[str, ...], rival: str,
    drawn: np.ndarray | None,
) -> Curve:  # fmt: skip
    """Return one rival's curve, from {(combination, values): seeds} and {shared values: seeds}."""
    paired, met = [], {}
    for (_, *values), seeds in measured.items():
        chosen = _chosen(dict(zip(choices, values, strict=True)), choices)
        place = tuple(chosen[name] for name in shared)
        theirs = beside.get(place, {})
        effect = {seed: seeds[seed] - theirs[seed] for seed in seeds if seed in theirs}
        if effect:
            paired.append((chosen, effect))
            met[place] = theirs
    if not paired:
        alike = f" and the same {' and '.join(shared)}" if shared else ""
        raise UserError(
            f"no combination has a run of '{rival}' with the same seed{alike}; "
            "expected rows of both"
        )
    paired.sort(key=lambda pair: float(np.mean(list(pair[1].values()))))
    chosen, effects = map(list, zip(*paired, strict=True))
    return Curve(chosen, effects, met, shared, drawn)


def _mean_draws(
    ours: Sequence[Observation], theirs: Sequence[Observation], shared: tuple[str, ...],
    choices: Sequence[str], metric: str, draws: Draws,
) -> np.ndarray | None:  # fmt: skip
    """Return the mean of all effects on each resample of the images; None if one is unknown."""
    beside = {(tuple(row[name] for name in shared), row["seed"]): row for row in theirs}
    known: dict[Any, Any] = {}
    differences = []
    for row in ours:
        chosen = _chosen(row, choices)
        other = beside.get((tuple(chosen[name] for name in shared), row["seed"]))
        if other is None:
            continue
        at = (other["method"], other["seed"], *(other[name] for name in shared))
        if at not in known:
            known[at] = draws(other, metric)
        of_ours, of_other = draws(row, metric), known[at]
        if of_ours is None or of_other is None:
            return None
        differences.append(of_ours - of_other)
    return np.mean(differences, axis=0) if differences else None


def contrasts(curve: Curve, choices: Sequence[str]) -> list[Contrast]:
    """Return the contrast of each choice that was varied, the largest difference first.

    Of a choice with more than two values, the best and the worst are compared. The interval is
    Welch's over combinations, widened for the rival's own seeds where the choice concerns the
    rival: these few runs stand behind every combination.
    """
    found = []
    for choice in choices:
        values = curve.values(choice)
        if len(values) < 2:
            continue
        first, *_, second = sorted(values, key=lambda v: -curve.under(choice, v).mean())
        one, two = curve.under(choice, first), curve.under(choice, second)
        parts = [one, two]
        if choice in curve.shared:
            parts += [curve.rival_under(choice, first), curve.rival_under(choice, second)]
        half, difference = _half_width(parts), float(one.mean() - two.mean())
        ends = difference - half, difference + half
        found.append(Contrast(choice, first, second, difference, *ends))
    return sorted(found, key=lambda contrast: -contrast.difference)


def _half_width(parts: Sequence[np.ndarray]) -> float:
    """Return half the 95 % interval of a sum of means, degrees of freedom after Satterthwaite."""
    counts = np.array([len(values) for values in parts])
    if counts.min() < 2:
        return inf
    variances = np.array([values.var(ddof=1) for values in parts]) / counts
    if not variances.any():
        return 0.0
    freedom = variances.sum() ** 2 / (variances**2 / (counts - 1)).sum()
    return float(stats.t.ppf(0.975, freedom) * sqrt(variances.sum()))
