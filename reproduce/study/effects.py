"""From a comparison to a measured effect: differences by seed, and what the test images add."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from reproduce.evaluation.significance import Effect, paired_effect, resplit_effect
from reproduce.evaluation.verdicts import Contrast
from reproduce.registry.claims import Contrast as Registered
from reproduce.study.cell import Cell
from reproduce.study.contrasts import Arm, Comparison, Point
from reproduce.study.tested_images import TestedImages, images_for
from reproduce.tasks import task_of


@dataclass(frozen=True)
class Stated:
    """What a claim, or a control, says of one of its contrasts."""

    metric: str
    margin: float
    gain: float | None = None


def measured(comparison: Comparison, stated: Stated, held_out: bool = False) -> Contrast:
    """Return a contrast with its effect; raise `NotMeasured` where arrays it needs are not kept.

    `held_out` measures it on training images that nothing was fitted on, as controls are.
    """
    part = images_for(comparison, held_out)
    contrast = comparison.contrast
    return Contrast(
        name=name_of(comparison, part),
        effect=effect(comparison, part),
        expect=contrast.expect,
        margin=stated.margin,
        published_gain=_gain(contrast, stated.gain),
        restricted=_restricted(comparison, part),
        size=contrast.size,
        metric=stated.metric,
        over=contrast.over,
    )


def name_of(comparison: Comparison, part: TestedImages) -> str:
    """Return the name of a contrast, with where it was measured if on a part of what it says."""
    restricted, name = _restricted(comparison, part), comparison.contrast.name
    return f"{name} ({restricted})" if restricted else name


def _restricted(comparison: Comparison, part: TestedImages) -> str:
    return "; ".join(filter(None, [comparison.restricted, part.said]))


def effect(comparison: Comparison, part: TestedImages) -> Effect:
    """Return the effect of a comparison: k differences, and their mean on resampled images."""
    anew = None
    if len(comparison.seeds) > 1 and _split_anew(comparison):
        result = comparison.study.result(comparison.arms[0].cell)
        anew = sum(result.counts), int(np.sum(result.confusion["test"]))
    majority = over_majority(comparison)
    return effect_of(comparison.arms, part, comparison.seeds, split_anew=anew, majority=majority)


def effect_of(
    arms: Sequence[Arm],
    part: TestedImages,
    seeds: Sequence[int],
    *,
    split_anew: tuple[int, int] | None = None,
    majority: bool = False,
) -> Effect:
    """Return the effect of arms that are paired by seed.

    `split_anew` has the images in training and in the test part where each seed has its own.
    """

    def at(seed: int, value: Callable[[Cell], np.ndarray | float]) -> np.ndarray | float:
        mine = [arm for arm in arms if arm.cell.seed == seed]
        return _combined([(arm, value(arm.cell)) for arm in mine], majority)

    differences = [float(at(seed, part.value)) for seed in seeds]
    if split_anew is not None:
        return resplit_effect(differences, *split_anew, seeds=seeds)
    if len(seeds) < 2:
        return paired_effect(differences, seeds=seeds)
    draws = np.asarray(sum(at(seed, part.draws) for seed in seeds))
    return paired_effect(differences, image_draws=draws / len(seeds), seeds=seeds)


def over_majority(comparison: Comparison) -> bool:
    """Say whether points are counted instead of averaged."""
    return comparison.contrast.over == "majority"


def _split_anew(comparison: Comparison) -> bool:
    """Say whether each seed has its own split of the images: the spread then holds them.

    Where draws hold the same people in any split, they say more than a rule for the spread.
    """
    if any(task_of(arm.cell.trial).drawn_in_any_split for arm in comparison.arms):
        return False
    splits = {arm.cell.seed: str(sorted(arm.cell.trial.split.items())) for arm in comparison.arms}
    return len(set(splits.values())) == len(splits)


def _combined(values: list[tuple[Arm, np.ndarray | float]], majority: bool) -> np.ndarray | float:
    """Return one number (or one per draw) of a seed: the mean over points, or their majority.

    The majority is the share of points above zero minus the share below.
    """
    if not majority:
        return sum(arm.weight * value for arm, value in values)
    points: dict[Point, np.ndarray | float] = {}
    for arm, value in values:
        points[arm.point] = points.get(arm.point, 0.0) + arm.at_point * value
    # What is equal but for rounding goes neither way.
    signs = [np.sign(np.where(np.abs(found) < 1e-12, 0.0, found)) for found in points.values()]
    return sum(signs) / len(points)


def _gain(contrast: Registered, gain: float | None) -> float | None:
    """Return the published effect where a smaller one could be told from it."""
    able = contrast.expect in ("greater", "less") and gain is not None and gain > 0
    return gain if able else None
