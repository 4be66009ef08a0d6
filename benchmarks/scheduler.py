"""What breaks first with a million trials and a thousand workers: a simulation of the driver.

One driver hands out jobs and keeps results, so it is a queue with one server. Its service times are
measured here with the real driver and store; how long trials train is drawn from the seconds of the
published trials. `python -m benchmarks.scheduler` writes `book/results/cluster_scaling.json`.
"""

import argparse
import heapq
import json
import os
import random
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from reproduce.files import project_root, write_beside_earlier, write_text
from reproduce.training.phases import Optimizer, Phase
from reproduce.trials import arrays, edition
from reproduce.trials.driver import Driver, Options
from reproduce.trials.measured import Measured
from reproduce.trials.store import Store
from reproduce.trials.trial import RECIPE, Planned, Trial

RESULT = "book/results/cluster_scaling.json"
TRIALS, WORKERS = 1_000_000, (10, 100, 1000, 3000)
# A lenet5 with its momentum, which is what its checkpoint holds.
CHECKPOINT_BYTES = 3_450_000
TEST_IMAGES, CLASSES = 1000, 10


def durations() -> dict[str, list[float]]:
    """Return the seconds that each published trial trained, by network."""
    book, found = edition.published(), {}
    for paper in book.papers():
        for result in edition.read_results(book, paper):
            # A network that nobody trains, for a control, takes no time and costs nothing.
            if result.seconds > 0:
                found.setdefault(result.trial.backbone, []).append(result.seconds)
    return found


def planned(number: int) -> list[Planned]:
    """Return so many different trials."""
    phase = Phase(batch_size=16, iterations=9, optimizer=Optimizer(name="sgd", learning_rate=0.1))
    one = Trial(
        dataset="digits", fingerprint="ab" * 32, backbone="lenet5", phases=(phase,),
        transforms={"size": 28}, data_seed=0, seed=0, split={"kind": "official"},
        imbalance={"kind": "none"}, evaluate_on=("test",), recipe=RECIPE,
    )  # fmt: skip
    return [
        Planned(one.model_copy(update={"seed": seed}), ({"method": "m"},)) for seed in range(number)
    ]


def services(waiting: int, rounds: int) -> dict[str, float]:
    """Return the seconds of the driver for a trial, and for keeping a checkpoint.

    Medians, and the fastest tenth: what a machine would need that does nothing else.
    """
    generator = np.random.default_rng(0)
    kept = {
        "test/logits": generator.normal(size=(TEST_IMAGES, CLASSES)).astype(np.float32),
        "test/labels": generator.integers(0, CLASSES, TEST_IMAGES).astype(np.int16),
    }
    content, checkpoint = arrays.encode(kept), os.urandom(CHECKPOINT_BYTES)
    history = [{"phase": 0, "iteration": n, "loss": 1 / n} for n in range(1, 21)]
    table = [[n for n in range(CLASSES)] for _ in range(CLASSES)]
    with tempfile.TemporaryDirectory() as name:
        store, todo = Store(Path(name)), planned(waiting)
        of_trial, of_checkpoint = [], []
        with Driver(todo, store, Options(), lambda event: None) as driver:
            for _ in range(rounds):
                begun = time.monotonic()
                trial = driver.take().items[0].trial
                driver.hear(
                    Measured(
                        trial,
                        {"test/accuracy": 0.5, "test/auc": 0.75},
                        {"test": table},
                        [100] * CLASSES,
                        history,
                        12.5,
                        {"device": "cpu"},
                        tuple(kept),
                        content,
                    )
                )
                of_trial.append(time.monotonic() - begun)
                begun = time.monotonic()
                write_beside_earlier(store.checkpoint_path("x"), checkpoint)
                of_checkpoint.append(time.monotonic() - begun)
    return {
        "trial": statistics.quantiles(of_trial, n=10)[0],
        "checkpoint": statistics.quantiles(of_checkpoint, n=10)[0],
        "median_trial": statistics.median(of_trial),
        "median_checkpoint": statistics.median(of_checkpoint),
        "waiting": waiting,
        "rounds": rounds,
    }


def sendings(seconds: float) -> int:
    """Return how often a trial's checkpoint is sent: every minute or twentieth, not under 5 s."""
    return int(seconds / max(5.0, min(60.0, seconds / 20)))


def simulate(
    seconds: list[float],
    trials: int,
    workers: int,
    of_trial: float,
    of_checkpoint: float,
    seed: int = 0,
) -> dict[str, float]:
    """Return how long the plan takes, how busy the driver is and how long workers wait for it.

    A trial's checkpoints are served with its result: what they cost the driver is counted, that
    they come earlier is not.
    """
    draw = random.Random(seed)
    costs = {s: of_trial + sendings(s) * of_checkpoint for s in set(seconds)}
    free_at, served, waited, trained, last = 0.0, 0.0, 0.0, 0.0, 0.0
    ends: list[tuple[float, float]] = [(0.0, 0.0)] * min(workers, trials)  # when, of how long
    begun = 0
    while ends:
        now, length = heapq.heappop(ends)
        begins = max(now, free_at)
        cost = costs[length] if length else of_trial
        free_at = begins + cost
        waited, served, last = waited + begins - now, served + cost, free_at
        if begun < trials:
            begun += 1
            length = draw.choice(seconds)
            trained += length
            heapq.heappush(ends, (free_at + length, length))
    ideal = trained / min(workers, trials)
    return {
        "workers": workers,
        "trials": trials,
        "hours": last / 3600,
        "ideal_hours": ideal / 3600,
        "efficiency": ideal / last,
        "driver_busy": served / last,
        "wait_seconds": waited / trials,
    }


def most_workers(seconds: list[float], of_trial: float, of_checkpoint: float) -> float:
    """Return with how many workers the driver has no second left: its load is 1 then."""
    cost = statistics.fmean(of_trial + sendings(s) * of_checkpoint for s in seconds)
    return statistics.fmean(seconds) / cost + 1


def run(known: dict | None = None) -> None:
    """Measure, simulate, print and write; with `known`, simulate anew with its service times."""
    by_network = durations()
    seconds = [round(s, 1) for of in by_network.values() for s in of]
    of_few, of_many = known["services"] if known else (services(1000, 150), services(100_000, 150))
    trial, checkpoint = of_many["trial"], of_many["checkpoint"]
    rows = [simulate(seconds, TRIALS, workers, trial, checkpoint) for workers in WORKERS]
    result = {
        "services": [of_few, of_many],
        "load": known["load"] if known else os.getloadavg()[0],
        "cores": os.cpu_count(),
        "checkpoint_bytes": CHECKPOINT_BYTES,
        "durations": {
            name: {"trials": len(of), "mean": statistics.fmean(of), "longest": max(of)}
            for name, of in sorted(by_network.items())
        },
        "mean": statistics.fmean(seconds),
        "sendings": statistics.fmean(map(sendings, seconds)),
        "rows": rows,
        "most_workers": most_workers(seconds, trial, checkpoint),
        "most_workers_without_checkpoints": most_workers(seconds, trial, 0.0),
    }
    for row in rows:
        print(", ".join(f"{name} {value:.4g}" for name, value in row.items()))
    print({name: result[name] for name in ("services", "most_workers", "load", "sendings")})
    write_text(project_root() / RESULT, json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--same-services", action="store_true", help="measure the driver not anew")
    path = project_root() / RESULT
    run(json.loads(path.read_text("utf-8")) if parser.parse_args().same_services else None)
