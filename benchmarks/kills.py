"""Kill training at random moments, over and over, and compare what is left with an undisturbed run.

    python -m benchmarks.kills --kills 100 --minutes 60

Small trials of the profile `smoke` are trained undisturbed first. Then training is begun and killed
(SIGKILL, which nothing can catch) after a random time, and begun again, until all trials are done;
then anew in an empty store, until there were so many kills or the minutes are over. A trial that is
lost, trained twice into one store, or that ends in other digits, is an error.
"""

import argparse
import json
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from contextlib import redirect_stderr
from pathlib import Path

from reproduce import papers
from reproduce.study.study import Study
from reproduce.trials import upkeep
from reproduce.trials.engine import Options, run
from reproduce.trials.store import Store

ASKED = {"profile": "smoke", "seeds": [0], "methods": ["baseline", "oversampling"], "rho": 5}


def digits(store: Store) -> dict:
    """Return all that was measured, by trial."""
    return {
        result.key: (result.metrics, result.confusion, result.history) for result in store.results()
    }


def train(planned, folder: Path) -> None:
    """Train what is left, with a checkpoint after each block."""
    run(planned, Store(folder), Options(workers=1, checkpoint_seconds=0), lambda event: None)


def killed(planned, folder: Path, seconds: float) -> bool:
    """Train in another process and kill it after so long; False if it was done before that."""
    # Forked: it need not import PyTorch again.
    child = multiprocessing.get_context("fork").Process(target=train, args=(planned, folder))
    child.start()
    child.join(seconds)
    if child.exitcode is not None:
        assert child.exitcode == 0, f"training ended with {child.exitcode}"
        return False
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    return True


def round_of_kills(planned, expected, folder: Path, draw, longest, ends) -> int:
    """Train to the end in spite of kills; return how many there were."""
    kills = 0
    while killed(planned, folder, draw.uniform(0, longest) if not ends(kills) else 3600):
        kills += 1
    store = Store(folder)
    assert digits(store) == expected, "a trial was lost or has other digits"
    assert upkeep.check(store) == [], "a file is missing or damaged"
    # Killed after its result was kept, a trial leaves its checkpoint; `store gc` is for that.
    upkeep.collect(store)
    assert not list(store.checkpoints_folder.glob("*")), "a checkpoint was left"
    return kills


def main(wanted: int, minutes: float, seed: int) -> dict:
    """Run until there were so many kills, or the time is over; return the counts."""
    protocol = papers.protocol("class_imbalance")
    draw, deadline = random.Random(seed), time.monotonic() + 60 * minutes
    with tempfile.TemporaryDirectory() as name:
        study = Study(protocol, protocol.parameters.read(ASKED), Store(Path(name) / "records"))
        planned = study.planned()
        train(planned, Path(name) / "undisturbed")
        # Timed once more, when everything is loaded: a kill shall fall into the first trial or two.
        begun = time.monotonic()
        train(planned, Path(name) / "timed")
        longest = (time.monotonic() - begun) / len(planned) * 1.5
        expected = digits(Store(Path(name) / "undisturbed"))
        kills = rounds = 0
        while kills < wanted and time.monotonic() < deadline:

            def ends(now: int, before: int = kills) -> bool:
                return before + now >= wanted or time.monotonic() > deadline

            folder = Path(name) / f"round{rounds}"
            with open(os.devnull, "w") as nowhere, redirect_stderr(nowhere):
                kills += round_of_kills(planned, expected, folder, draw, longest, ends)
            rounds += 1
            print(f"{kills} kills, {rounds} rounds of {len(planned)} trials: all equal", flush=True)
    return {"kills": kills, "rounds": rounds, "trials a round": len(planned), "lost": 0}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(sys.argv[1:])
    print(json.dumps(main(given.kills, given.minutes, given.seed)))
