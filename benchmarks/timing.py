"""Timing steps of training; and contestants in turn, so that a neighbour disturbs all alike."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

import numpy as np
import torch


def race(contestants: dict[str, Callable[[], object]], rounds: int = 5) -> dict[str, list[float]]:
    """Return the CPU seconds of each contestant in each round, after one round of warm-up."""
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for round_number in range(rounds + 1):
        for name, work in contestants.items():
            started = time.process_time()
            work()
            if round_number:
                seconds[name].append(time.process_time() - started)
    return seconds


def table(seconds: dict[str, list[float]], unit: str = "s", scale: float = 1.0) -> None:
    """Print median, range and the ratio to the first contestant (above 1: slower than it)."""
    first = median(next(iter(seconds.values())))
    print(f"{'':42s} {'median':>10s} {'range':>19s} {'x first':>8s}")
    for name, measured in seconds.items():
        middle = median(measured)
        low, high = min(measured) * scale, max(measured) * scale
        spread = f"{low:.3g} - {high:.3g}"
        print(f"{name:42s} {middle * scale:8.3g} {unit:2s}{spread:>18s} {middle / first:8.2f}")


@dataclass
class Clock:
    """Looks at the time every so many steps; the first look is where measuring starts."""

    device: torch.device
    times: list[float] = field(default_factory=list)

    def __call__(self, phase: int, iteration: int, network) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        # A core is shared with neighbours, a GPU is waited for.
        now = time.perf_counter if self.device.type == "cuda" else time.process_time
        self.times.append(now())

    def seconds_a_step(self, steps: int) -> float:
        """Return the median over the stretches between two looks."""
        return float(median(np.diff(self.times))) / steps
