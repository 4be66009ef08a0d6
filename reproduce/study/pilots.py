"""A registered pilot on a study: what was measured at each level, and what its rule chooses."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean

from reproduce.evaluation.registry import metric
from reproduce.registry import pilots as registry
from reproduce.registry.pilots import Pilot
from reproduce.study.measures import NotMeasured
from reproduce.study.study import Study


@dataclass(frozen=True)
class Piloted:
    """What a pilot measured: by level the values in the order of its seeds, and the start's.

    `start` are those of the weights from which all levels started, where they were measured.
    """

    pilot: Pilot
    values: Mapping[int, tuple[float, ...]]
    start: tuple[float, ...] = ()

    @property
    def means(self) -> dict[int, float]:
        """Return the mean of each level over its seeds."""
        return {level: fmean(of_seeds) for level, of_seeds in self.values.items()}

    @property
    def chosen(self) -> int:
        """Return the level that is trained."""
        return self.pilot.chosen(self.means)

    def words(self) -> str:
        """Say what was measured and what the rule made of it."""
        label = metric(self.pilot.metric).label
        each = [f"{100 * mean:.1f} at {level}" for level, mean in self.means.items()]
        if self.start:
            each.insert(0, f"{100 * fmean(self.start):.1f} at the weights it started from")
        preferred, chosen = self.pilot.preferred(self.means), self.chosen
        instead = (
            "" if preferred == chosen
            else f"; the rule chooses {preferred}, which does not fit the time there is"
        )  # fmt: skip
        return (
            f"{label} of {self.pilot.method} on held-out images, in percent, mean over seeds "
            f"{', '.join(map(str, self.pilot.seeds))}: {', '.join(each)}. Trained is {chosen}, by "
            f"the rule: the first whose mean is within {100 * self.pilot.within:g} of the best"
            f"{instead}."
        )  # fmt: skip


def measured(study: Study, name: str) -> Piloted:
    """Return what a pilot of this study's paper measured; refuse one that is not trained whole."""
    pilot = registry.named(study.paper, name)
    values = {level: _of_level(study, pilot, level) for level in pilot.levels}
    try:
        start = _of_level(study, pilot, 0)
    except NotMeasured:
        start = ()
    return Piloted(pilot, values, start)


def _of_level(study: Study, pilot: Pilot, level: int) -> tuple[float, ...]:
    """Return the metric at one level, a value a seed; level 0 is where all levels start."""
    cells = [*study.cells, *study.references]
    at = {cell.seed: cell for cell in cells if cell.matches(**{pilot.factor: level})}
    lacking = [seed for seed in pilot.seeds if seed not in at]
    if lacking:
        raise NotMeasured(
            f"the pilot '{pilot.id}' has no trial at {pilot.factor} {level} for seeds "
            f"{', '.join(map(str, lacking))}; name its experiment in experiments"
        )
    return tuple(study.measures.held_out(at[seed], pilot.metric)[0] for seed in pilot.seeds)
