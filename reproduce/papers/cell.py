"""A cell of a study: one method at one point, for one seed, and the trial that measures it."""

from dataclasses import dataclass
from typing import Any

from reproduce.methods.method import Method
from reproduce.trials.trial import Trial


@dataclass(frozen=True)
class Cell:
    """One method at one point of the grid, for one seed.

    `varied` names the factors that its experiment moves away from the grid: a claim that does not
    speak of them is not judged on this cell.
    """

    method: str
    definition: Method
    factors: dict[str, Any]
    seed: int
    trial: Trial
    experiment: str = "grid"
    keep: tuple[str, ...] = ("logits",)
    varied: frozenset[str] = frozenset()

    def matches(self, **wanted: Any) -> bool:
        """Say whether the cell lies at these factors; a list accepts any of its values."""
        values = {**self.factors, "method": self.method, "seed": self.seed}
        values["experiment"] = self.experiment
        return all(_among(values.get(name), value) for name, value in wanted.items())


def _among(value: Any, wanted: Any) -> bool:
    choices = wanted if isinstance(wanted, list | tuple) else [wanted]
    return value in choices


def in_words(factors: dict[str, Any]) -> str:
    """Return a point of the grid as a caption says it: 'rho 100, mu 0.5', or else the data."""
    shown = {k: v for k, v in factors.items() if k in ("rho", "mu")}
    if not shown and "imbalance" not in factors:
        return str(factors.get("dataset", ""))
    kind = "" if factors.get("imbalance", "step") == "step" else f"{factors['imbalance']} "
    return kind + ", ".join(f"{name} {value:g}" for name, value in shown.items())
