"""A plan in several: each is trained where there is room; `store merge` joins what they leave."""

from collections.abc import Sequence
from pathlib import Path

from reproduce.errors import UserError
from reproduce.trials.trial import Planned


def divided(planned: Sequence[Planned], seconds: Sequence[float], number: int) -> list[list[int]]:
    """Return the places in the plan of each shard's trials, in the order of the plan.

    Shards take about equally long: the longest trials are dealt first, each to the shard that has
    least to do. Where all are known to take no time, they are dealt one by one.
    """
    if number > len(planned):
        raise UserError(
            f"{number} shards of {len(planned)} trial(s) would leave some empty; expected at most "
            "as many shards as there are trials"
        )
    shards: list[list[int]] = [[] for _ in range(number)]
    filled = [0.0] * number
    for place in sorted(range(len(planned)), key=lambda place: -seconds[place]):
        least = min(range(number), key=lambda shard: (filled[shard], len(shards[shard])))
        shards[least].append(place)
        filled[least] += seconds[place]
    return [sorted(shard) for shard in shards]


def path_of(plan: Path, shard: int) -> Path:
    """Return the file of a shard: plan.shard3.json beside plan.json."""
    return plan.with_name(f"{plan.stem}.shard{shard}{plan.suffix}")
