"""A cell of a study: one method at one point, for one seed, and the trial that measures it."""

from dataclasses import dataclass
from typing import Any

from reproduce import own_code
from reproduce.evaluation.versions import versioned
from reproduce.methods.method import Method
from reproduce.registry.records import Work
from reproduce.trials.trial import Trial


@dataclass(frozen=True)
class Cell:
    """One method at one point of the grid, for one seed.

    `varied` names the factors that its experiment moves away from the grid: a claim that does not
    speak of them is not judged on this cell. `measured_on` is the part of the data that it is
    measured on, or a rule of pairs on it: cells that differ only there share their trial. A cell
    that is `waiting` has a trial that cannot be run: results of others decide which one it will be.
    """

    method: str
    definition: Method
    factors: dict[str, Any]
    seed: int
    trial: Trial
    experiment: str = "grid"
    keep: tuple[str, ...] = ("logits",)
    varied: frozenset[str] = frozenset()
    measured_on: str = "test"
    waiting: bool = False

    def matches(self, **wanted: Any) -> bool:
        """Say whether the cell lies at these factors; a list accepts any of its values."""
        return all(_among(self._at(name), value) for name, value in wanted.items())

    def _at(self, name: str) -> Any:
        if name in ("method", "seed", "experiment"):
            return getattr(self, name)
        return self.factors.get(name)

    def label(self, paper: Work) -> dict[str, str]:
        """Return what a trial is for: words beside its key, for lists and progress lines."""
        apart = sorted(self.varied & set(self.factors) - set(paper.captioned))
        moved = {name: self.factors[name] for name in apart}
        told = ", ".join(f"{name} {_plain(value)}" for name, value in moved.items())
        point = "; ".join(filter(None, [in_words(self.factors, paper), told]))
        # Where a file of one's own lies is of no interest on another machine.
        method = own_code.short(self.method)
        return {"method": method, "experiment": self.experiment, "point": point}


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _among(value: Any, wanted: Any) -> bool:
    choices = wanted if isinstance(wanted, list | tuple) else [wanted]
    return value in choices


def in_words(factors: dict[str, Any], paper: Work) -> str:
    """Return a point of the grid as a caption says it: 'rho 100, mu 0.5', or else the data."""
    told = {name: factors[name] for name in paper.captioned if name in factors}
    if not told:
        return str(factors.get("dataset", ""))
    words = [v for name, v in told.items() if isinstance(v, str) and v != paper.usual.get(name)]
    numbers = [f"{name} {v:g}" for name, v in told.items() if not isinstance(v, str)]
    return " ".join(filter(None, [*words, ", ".join(numbers)]))


def steps_after(cell: Cell) -> str:
    """Return the post-hoc steps of a cell's method, as names of stored values have them."""
    return versioned("+".join(cell.definition.posthoc)) or "none"
