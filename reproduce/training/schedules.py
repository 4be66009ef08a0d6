"""How the learning rate changes with time, as pure functions of whole numbers."""

import math
from bisect import bisect_right


def factor(schedule, time: int, length: int) -> float:
    """Return what the base rate is multiplied with at `time` of `length` units.

    During warm-up the rate is (time + 1) / warm_up of the base rate; "cosine" and "linear" fall
    over what is left of the length, the others count time from the beginning.
    """
    if time < schedule.warm_up:
        return (time + 1) / schedule.warm_up
    if schedule.name == "inverse":
        return (1.0 + schedule.gamma * time) ** -schedule.power
    if schedule.name == "step":
        return schedule.decay ** bisect_right(schedule.milestones, time)
    if schedule.name == "constant":
        return 1.0
    share = (time - schedule.warm_up) / max(1, length - schedule.warm_up)
    return 1.0 - share if schedule.name == "linear" else 0.5 * (1.0 + math.cos(math.pi * share))
