"""Losses over all pairs: time and memory of one step, forward and backward, beside other packages.

Embeddings of 128 numbers in float32, one thread, ten classes (NT-Xent: two views of each image).
All contestants of a race compute the same number from the same embeddings, which is checked first.
The floor is what none can do without: normalise, one product of all with all, exponentiate, sum.
About three minutes; writes `book/results/losses_speed.json`, from which the book's page is made.
"""

import datetime
import json
import platform
from importlib.metadata import version
from math import isclose
from pathlib import Path
from statistics import median

import torch

from benchmarks import losses_memory, timing
from benchmarks.losses_contestants import (
    CLASSES,
    FLOOR,
    OURS,
    PEERS,
    RACES,
    SIZE,
    contestants,
    embeddings,
    step,
)  # fmt: skip
from reproduce.device import prepare as prepare_device
from reproduce.files import project_root, write_text

RESULT = "book/results/losses_speed.json"
BATCHES = (32, 64, 128, 256, 512, 1024)
ROUNDS = 7
# A contestant's turn lasts this long, so that the step of the clock does not matter.
TURN_SECONDS = 0.02
# Whoever is slower keeps the time of the step in which its memory was measured.
SLOW_SECONDS = 1.0
SAME = 1e-4


def run() -> None:
    """Race at every size, print the ratios and write the results."""
    prepare_device(torch.device("cpu"), threads=1)
    print(f"{'':18s} {'batch':>5s} {'ours ms':>9s} {'x floor':>8s} {'MiB':>7s}   peers / ours")
    rows = []
    for race in RACES:
        for batch in BATCHES:
            found = _race(race, batch, [row for row in rows if row["race"] == race])
            rows += [{"race": race, "batch": batch, "who": who, **of} for who, of in found.items()]
            print(_line(race, batch, found), flush=True)
    stored = {"measured": _measured(), "rows": rows}
    write_text(project_root() / RESULT, json.dumps(stored, indent=1) + "\n")
    print(f"written to {RESULT}; `python -m benchmarks.losses_page` puts them into the book")


def _race(race: str, batch: int, earlier: list[dict]) -> dict[str, dict]:
    """Return what was measured of each contestant, or why it did not run."""
    values, racing = embeddings(batch), contestants(race, batch)
    found = {}
    for who in racing:
        reason = _out_of_reach([row for row in earlier if row["who"] == who])
        found[who] = {"not_run": reason} if reason else losses_memory.measure(race, who, batch)
    results = {who: of["loss"] for who, of in found.items() if "loss" in of and who != FLOOR}
    first = next(iter(results.values()), None)
    for who, result in results.items():
        if not isclose(result, first, rel_tol=SAME):
            raise SystemExit(f"{race} at {batch}: {who} says {result}, expected {first}")
    quick = {who: loss for who, loss in racing.items()
             if found[who].get("seconds", SLOW_SECONDS) < SLOW_SECONDS}  # fmt: skip
    often = {who: _repeats(found[who]["seconds"]) for who in quick}
    turns = {
        who: lambda loss=loss, count=often[who]: [step(loss, values) for _ in range(count)]
        for who, loss in quick.items()
    }
    for who, seconds in timing.race(turns, ROUNDS).items():
        each = [value / often[who] for value in seconds]
        found[who] |= {"seconds": median(each), "range": [min(each), max(each)], "rounds": ROUNDS}
    return found


def _repeats(seconds: float) -> int:
    return max(1, min(50, round(TURN_SECONDS / seconds)))


def _out_of_reach(smaller: list[dict]) -> str | None:
    """Say why a size is not tried: the next smaller one failed, or the growth says that it will."""
    if not smaller:
        return None
    last = smaller[-1]
    if "not_run" in last:
        return "the next smaller size was out of reach"
    growth = 4.0
    if len(smaller) > 1:
        growth = max(growth, last["seconds"] / smaller[-2]["seconds"])
    predicted = last["seconds"] * growth
    if predicted > losses_memory.MOST_SECONDS:
        return f"would take some {predicted:.0f} s a step"
    return None


def _measured() -> dict:
    """Say where, when and with what it was measured."""
    told = Path("/proc/cpuinfo").read_text("utf-8") if Path("/proc/cpuinfo").is_file() else ""
    models = [line.partition(":")[2].strip() for line in told.splitlines() if "model name" in line]
    return {
        "processor": models[0] if models else platform.machine(),
        "threads": 1,
        "python": platform.python_version(),
        "versions": {name: version(name) for name in ("torch", *PEERS)},
        "date": datetime.date.today().isoformat(),
        "embedding_size": SIZE,
        "classes": CLASSES,
        "limits": {"bytes": losses_memory.MOST_BYTES, "seconds": losses_memory.MOST_SECONDS},
    }


def _line(race: str, batch: int, found: dict[str, dict]) -> str:
    """Say in a line how ours did and its peers; whoever was killed is a word of it."""
    ours = found[OURS]
    if "not_run" in ours:
        own = f"{ours['not_run']:>26s}"
    else:
        own = (
            f"{ours['seconds'] * 1e3:9.2f} {_times(ours, found[FLOOR]):>8s} "
            f"{ours['peak_bytes'] / 2**20:7.1f}"
        )
    peers = [
        f"{who}: {of['not_run']}" if "not_run" in of
        else f"{who}: {_times(of, ours)} x ({of['peak_bytes'] / 2**20:.0f} MiB)"
        for who, of in found.items() if who not in (FLOOR, OURS)
    ]  # fmt: skip
    return f"{race:18s} {batch:5d} {own}   " + "; ".join(peers)


def _times(of: dict, other: dict) -> str:
    return f"{of['seconds'] / other['seconds']:.2f}" if "seconds" in other else "?"
