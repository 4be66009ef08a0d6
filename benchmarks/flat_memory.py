"""Memory of `train`: the resident size of one process after so many small trials, one by one.

    python -m benchmarks.flat_memory

Trials of three steps on a few random images, each network with weights of its own. What one trial
leaves behind would show itself a thousand times. Writes `book/results/flat_memory.json`.
"""

import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from reproduce.files import project_root, write_text

RESULT = "book/results/flat_memory.json"
LOOKS = (1, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000)
IMAGES = 40


def resident_megabytes() -> float:
    """Return the memory that this process has now; its peak where the system tells no more."""
    try:
        pages = int(Path("/proc/self/statm").read_text("utf-8").split()[1])
        return pages * resource.getpagesize() / 1e6
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / (1e6 if sys.platform == "darwin" else 1e3)


def write_images(folder: Path) -> None:
    """Write a data set of two classes, dark and bright."""
    random, parts = np.random.default_rng(0), {}
    labels = (np.arange(IMAGES) % 2).astype(np.uint8)
    for part in ("train", "test"):
        images = random.integers(0, 100, (IMAGES, 28, 28)) + 100 * labels[:, None, None]
        parts |= {f"{part}_images": images.astype(np.uint8), f"{part}_labels": labels}
    np.savez(folder / "tiny.npz", **parts)


def measure(looks: tuple[int, ...] = LOOKS) -> list[dict[str, float]]:
    """Train and look at the memory after each of these numbers of trials."""
    from reproduce.data import catalog
    from reproduce.training.phases import Optimizer, Phase
    from reproduce.trials import engine
    from reproduce.trials.engine import Event, Options
    from reproduce.trials.store import Store
    from reproduce.trials.trial import RECIPE, Planned, Trial

    phase = Phase(batch_size=8, iterations=3, optimizer=Optimizer(name="sgd", learning_rate=0.01))
    with tempfile.TemporaryDirectory() as name:
        write_images(Path(name))
        before = os.environ.get("REPRODUCE_DATA")
        os.environ["REPRODUCE_DATA"] = name
        try:
            one = Trial(
                dataset="tiny", fingerprint=catalog.load("tiny").fingerprint, backbone="lenet5",
                phases=(phase,), transforms={"size": 28, "divisor": 256}, data_seed=0, seed=0,
                split={"kind": "official"}, imbalance={"kind": "none"}, evaluate_on=("test",),
                recipe=RECIPE,
            )  # fmt: skip
            planned = [
                Planned(one.model_copy(update={"seed": seed}), keep=("logits",))
                for seed in range(looks[-1])
            ]
            seen: list[dict[str, float]] = []
            ended, begun = 0, time.process_time()

            def look(event: Event) -> None:
                nonlocal ended
                ended += event.kind == "finished"
                if event.kind == "finished" and ended in looks:
                    row = {
                        "trials": ended,
                        "megabytes": round(resident_megabytes(), 1),
                        "cpu_seconds": round(time.process_time() - begun, 1),
                    }
                    seen.append(row)
                    print(row, flush=True)

            done = engine.run(planned, Store(Path(name) / "store"), Options(workers=1), look)
            assert done.trained == looks[-1], done
        finally:
            if before is None:
                del os.environ["REPRODUCE_DATA"]
            else:
                os.environ["REPRODUCE_DATA"] = before
    return seen


def run() -> None:
    """Measure, print and write."""
    import torch

    rows = measure()
    found = {"rows": rows, "torch": torch.__version__, "threads": torch.get_num_threads()}
    write_text(project_root() / RESULT, json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    run()
