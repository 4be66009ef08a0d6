"""Measurements sorted by point and seed, and what a method gains over another on the same seeds."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from reproduce.errors import UserError
from reproduce.evaluation.significance import RESPLIT, Effect, paired_effect, resplit_effect
from reproduce.figures.inputs import Observation, grouped, is_number, one_per_seed, with_columns
from reproduce.figures.picture import NothingToShow
from reproduce.figures.wording import method_label, metric_label, percent, points

# Two areas that are equal but for the order of their sums differ by less than this.
ROUNDING = 1e-12

Values = dict[tuple, dict[Any, float]]
# A metric of one observation on resampled test images, None where that is not known.
Draws = Callable[[Observation, str], Any]


def by_seed(observations: Iterable[Observation], metric: str, factors: Sequence[str]) -> Values:
    """Return {(value of each factor): {seed: metric}}, in the order of first sight.

    Observations without a value of the metric are left out. A seed that occurs twice at one point
    is refused, since a factor that is not named would be averaged unseen.
    """
    rows = with_columns(observations, (metric, "seed", *factors))
    rows = [row for row in rows if is_number(row[metric])]
    if not rows:
        raise NothingToShow(f"nothing in this run has a value of {metric_label(metric)}")
    groups = grouped(rows, factors)
    one_per_seed(groups, factors)
    return {
        point: {row["seed"]: float(row[metric]) for row in members}
        for point, members in groups.items()
    }


def gains(values: Values, reference: str) -> dict[tuple, list[float]]:
    """Return each method's paired differences from the reference, at each point both have.

    The first factor of `values` is the method. Only seeds that both arms have are paired.
    """
    found: dict[tuple, list[float]] = {}
    for (method, *place), seeds in values.items():
        other = values.get((reference, *place), {})
        shared = [seed for seed in seeds if seed in other]
        if method != reference and shared:
            found[(method, *place)] = [seeds[seed] - other[seed] for seed in shared]
    if not found:
        raise NothingToShow(
            f"there is nothing to pair: it needs {method_label(reference)} and another method on "
            "the same seeds"
        )
    return found


def gain_effects(
    observations: Iterable[Observation],
    metric: str,
    reference: str,
    factors: Sequence[str],
    draws: Draws | None = None,
) -> dict[tuple, Effect]:
    """Return each method's mean gain over the reference, at each point both have.

    Its interval is the one that claims are judged by, see `effect_between`.
    """
    rows = list(observations)
    pairs = gains(by_seed(rows, metric, ("method", *factors)), reference)
    groups = grouped((row for row in rows if is_number(row[metric])), ("method", *factors))
    return {
        (method, *place): effect_between(
            groups[method, *place], groups[reference, *place], metric, draws
        )
        for method, *place in pairs
    }


def effect_between(
    ones: Iterable[Observation],
    others: Iterable[Observation],
    metric: str,
    draws: Draws | None = None,
) -> Effect | None:
    """Return the effect of one arm over another, paired by seed; None if they share no seed.

    Where `draws` has the metric of every row on resampled test images, the choice of test images
    counts too; where it knows that every seed divides the images anew, the spread over seeds holds
    it already, and is corrected for what the training parts share. Where it knows neither, the
    interval would be one over seeds alone, another kind than that of the verdicts: `has_interval`
    tells, and nothing prints it.
    """
    by_place = {row["seed"]: row for row in others}
    both = [(row, by_place[row["seed"]]) for row in ones if row["seed"] in by_place]
    if not both:
        return None
    differences = [float(one[metric]) - float(other[metric]) for one, other in both]
    seeds = [int(one["seed"]) for one, _ in both]
    parts = _split_anew(both, draws)
    if parts:
        return resplit_effect(differences, *parts, seeds=seeds)
    drawn = _drawn(both, metric, draws) if draws and len(both) > 1 else None
    return paired_effect(differences, image_draws=drawn, seeds=seeds)


def _split_anew(
    both: Sequence[tuple[Observation, Observation]], draws: Draws | None
) -> tuple[int, int] | None:
    """Return how many images train and test where every seed has its own split, else None."""
    split_of = getattr(draws, "split_of", None)
    if split_of is None or len(both) < 2:
        return None
    splits = [split_of(one) for one, _ in both]
    if None in splits or len({*splits}) < len(splits):
        return None
    return draws.sizes_of(both[0][0])


def _drawn(both: list[tuple[Observation, Observation]], metric: str, draws: Draws) -> Any:
    """Return the mean difference on each resample of the test images; None if one is not known."""
    known = [[draws(row, metric) for row in pair] for pair in both]
    if any(values is None for pair in known for values in pair):
        return None
    return sum(one - other for one, other in known) / len(known)


def has_interval(effect: Effect) -> bool:
    """Say whether an effect has the interval of the verdicts: several seeds, and test images."""
    held = effect.design == RESPLIT or effect.image_draws is not None
    return effect.repeats > 1 and held


def effect_ends(effect: Effect, digits: int) -> str:
    """Return " [-0.3, +2.7]", or what there is where the test images' share is not known."""
    if has_interval(effect):
        return f" [{points(effect.low, digits)}, {points(effect.high, digits)}]"
    if effect.repeats < 2:
        return " (no interval)"
    return f" (spread over seeds {percent(effect.sd, digits)})"


def contains_zero(effect: Effect) -> bool:
    """Say whether there may be no gain: the interval holds 0, or there is none."""
    return not has_interval(effect) or (effect.low <= ROUNDING and effect.high >= -ROUNDING)


def numbers_along(values: Iterable[Any], what: str) -> list[Any]:
    """Return the distinct values of a numeric factor, ascending."""
    distinct = list(dict.fromkeys(values))
    if not all(is_number(value) for value in distinct):
        raise UserError(f"'{what}' holds something other than numbers; leave out those rows")
    return sorted(distinct)


def alike(values: Mapping[tuple, Mapping[Any, float]]) -> dict[str, list[str]]:
    """Return {method: all methods with the same values at every point and seed}.

    Dividing a class by a constant leaves its area as it is, so thresholding often lies exactly on
    what it started from: one line with both names then says more than two lines.
    """
    by_method: dict[str, dict[tuple, float]] = {}
    for (method, *place), seeds in values.items():
        cells = {(*place, seed): value for seed, value in seeds.items()}
        by_method.setdefault(method, {}).update(cells)
    kin: dict[str, list[str]] = {}
    for method, cells in by_method.items():
        first = next((name for name in kin if _same(by_method[name], cells)), method)
        kin.setdefault(first, []).append(method)
    return kin


def _same(one: Mapping[tuple, float], other: Mapping[tuple, float]) -> bool:
    return one.keys() == other.keys() and all(
        abs(one[place] - other[place]) <= ROUNDING for place in one
    )


def span(numbers: Iterable[int]) -> str:
    """Return "5" where all numbers are 5, else "3 to 5"."""
    numbers = list(numbers)
    low, high = min(numbers), max(numbers)
    return str(low) if low == high else f"{low} to {high}"
