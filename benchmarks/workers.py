"""One worker against two on one machine: how much faster a plan is trained.

    python -m benchmarks.workers

Small networks, each a few seconds; the start of the workers is counted, as whoever waits counts it.
Seconds are those of a clock, so the machine must have nothing else to do: under load the benchmark
refuses. Writes `book/results/worker_scaling.json`.
"""

import argparse
import json
import os
import platform
import tempfile
import time
from pathlib import Path

from reproduce.data import catalog
from reproduce.files import project_root, write_text
from reproduce.training.phases import Optimizer, Phase
from reproduce.trials.engine import Options, run
from reproduce.trials.store import Store
from reproduce.trials.trial import RECIPE, Planned, Trial

RESULT = "book/results/worker_scaling.json"
TRIALS, STEPS, ROUNDS = 16, 300, 3
# A load above this is somebody else's work.
QUIET = 0.3


def planned(trials: int, steps: int) -> list[Planned]:
    """Return so many networks for the digits, which differ in their seed."""
    phase = Phase(
        batch_size=64, iterations=steps, optimizer=Optimizer(name="sgd", learning_rate=0.01)
    )
    one = Trial(
        dataset="digits", fingerprint=catalog.load("digits").fingerprint, backbone="lenet5",
        phases=(phase,), transforms={"size": 28, "divisor": 255}, data_seed=0, seed=0,
        split={"kind": "stratified", "test_share": 0.2, "seed": 0}, imbalance={"kind": "none"},
        evaluate_on=("test",), recipe=RECIPE,
    )  # fmt: skip
    return [Planned(one.model_copy(update={"seed": seed})) for seed in range(trials)]


def measure(trials: int = TRIALS, steps: int = STEPS, rounds: int = ROUNDS) -> list[dict]:
    """Return the seconds of each number of workers, which take turns."""
    todo, rows = planned(trials, steps), {1: [], 2: []}  # type: ignore[var-annotated]
    for _ in range(rounds):
        for workers, seconds in rows.items():
            with tempfile.TemporaryDirectory() as name:
                begun = time.monotonic()
                done = run(todo, Store(Path(name)), Options(workers=workers), lambda event: None)
                seconds.append(round(time.monotonic() - begun, 1))
                assert done.trained == trials, done
    return [{"workers": workers, "seconds": seconds} for workers, seconds in rows.items()]


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    load = os.getloadavg()[0]
    if load > QUIET:
        raise SystemExit(f"the machine is busy (load {load:.1f}, expected at most {QUIET})")
    found = {
        "trials": TRIALS,
        "rows": measure(),
        "load_before": load,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }
    write_text(project_root() / RESULT, json.dumps(found, indent=1) + "\n")
    print(json.dumps(found))
