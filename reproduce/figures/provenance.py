"""Where a figure or a table comes from: a line for the reader, and the trials for programs."""

from collections.abc import Iterable, Mapping
from typing import Any, Self

from reproduce.errors import UserError
from reproduce.figures.inputs import not_empty, text_given
from reproduce.figures.wording import plural, ranges

# Where the metadata of an output say what it is.
NAMED = "reproduce"
SCALES = ("smoke", "quick", "laptop", "paper", "custom")


class Provenance(str):
    """A line of provenance that knows its trials, whatever is added to the line.

    Attributes
    ----------
    keys
        Their keys, sorted; empty for a line that names none.
    """

    keys: tuple[str, ...]

    def __new__(cls, line: str, keys: Iterable[str] = ()) -> Self:
        """Return a line with the keys of its trials."""
        made = super().__new__(cls, line)
        made.keys = tuple(sorted(keys))
        return made

    def after(self, words: str) -> "Provenance":
        """Return the line with words in front of it."""
        return Provenance(f"{words}{self}", self.keys)

    def and_at(self, point: str) -> "Provenance":
        """Return the line with the point of the grid at which its trials lie."""
        return Provenance(f"{self}; {point}", self.keys) if point else self


def provenance_line(results: Iterable[Any], dataset: str, scale: str) -> Provenance:
    """Return "<dataset>, <scale> scale; 18 trials; seeds 0-2", of a single trial with its key.

    `results` are results of the store or observations of a study. Methods that share a trial
    (thresholding works on the baseline's scores) count it once.
    """
    seeds_by_key = dict(sorted(_key_and_seed(result) for result in results))
    not_empty("results", seeds_by_key)
    scale = text_given("the scale", scale)
    keys = list(seeds_by_key)
    shown = f" {keys[0]}" if len(keys) == 1 else ""
    seeds = sorted(set(seeds_by_key.values()))
    return Provenance(
        f"{text_given('the data set', dataset)}, {scale}{' scale' if scale in SCALES else ''}; "
        f"{plural(len(keys), 'trial')}{shown}; "
        f"{'seed' if len(seeds) == 1 else 'seeds'} {ranges(seeds)}",
        keys,
    )


def said_of_itself(kind: str, provenance: str, anchor: str = "") -> dict[str, Any]:
    """Return what an output says of itself under `NAMED`: by it the book finds its trials."""
    said: dict[str, Any] = {"provenance": str(provenance)}
    said |= {"kind": kind} if kind else {}
    said |= {"anchor": anchor} if anchor else {}
    if isinstance(provenance, Provenance) and provenance.keys:
        said["keys"] = list(provenance.keys)
    return said


def _key_and_seed(result: Any) -> tuple[str, int]:
    """Return the key and the seed of a result or of an observation."""
    if isinstance(result, Mapping):
        key, trial = result.get("key"), result
    else:
        key, trial = getattr(result, "key", None), getattr(result, "trial", None)
    seed = trial.get("seed") if isinstance(trial, Mapping) else getattr(trial, "seed", None)
    if not key or seed is None:
        raise UserError(
            "a result without a key or a seed has no provenance; "
            "expected results of the store or observations of a study"
        )
    return str(key), int(seed)
