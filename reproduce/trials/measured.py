"""What was measured of a trial, before anybody keeps it: whole, small enough to travel."""

from dataclasses import dataclass

from reproduce.trials.trial import Trial


@dataclass(frozen=True)
class Measured:
    """All that a trained network leaves; `arrays` and `weights` are the contents of files."""

    trial: Trial
    metrics: dict[str, float]
    confusion: dict[str, list[list[int]]]
    counts: list[int]
    history: list[dict[str, float]]
    seconds: float
    provenance: dict[str, str]
    array_names: tuple[str, ...] = ()
    arrays: bytes | None = None
    weights: bytes | None = None
