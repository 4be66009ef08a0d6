"""The store: keeping and reading results, against one pickle file a result."""

import pickle
import tempfile
from pathlib import Path

from benchmarks import timing
from reproduce.papers.class_imbalance.cells import cells
from reproduce.papers.class_imbalance.parameters import ClassImbalance
from reproduce.study.study import find_record
from reproduce.trials.store import Result, Store

RESULTS = 200


def run() -> None:
    """Print seconds for 200 results of a typical size (metrics, confusion, history)."""
    parameters = ClassImbalance.read({"seeds": list(range(RESULTS // 6 + 1))})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        record = find_record("digits", Store(folder / "records"))
        trials = list({c.trial.key: c.trial for c in cells(parameters, record)}.values())
        results = [_result(trial) for trial in trials[:RESULTS]]

        def put() -> None:
            store = Store(folder / "store")
            for result in results:
                store.put(result)

        def put_pickles() -> None:
            for result in results:
                (folder / f"{result.key}.pickle").write_bytes(pickle.dumps(result))

        def get() -> None:
            store = Store(folder / "store")
            for result in results:
                store.get(result.key)

        def get_pickles() -> None:
            for result in results:
                pickle.loads((folder / f"{result.key}.pickle").read_bytes())

        writing = {"keep 200, this project (whole or not)": put, "keep 200, pickles": put_pickles}
        timing.table(timing.race(writing, rounds=3), "ms", 1000)
        reading = {"read 200, this project": get, "read 200, pickles": get_pickles}
        timing.table(timing.race(reading, rounds=3), "ms", 1000)


def _result(trial) -> Result:
    history = [
        {"phase": 0, "iteration": n, "loss": 1 / n, "training_accuracy": 0.5, "learning_rate": 0.01}
        for n in range(1, 21)
    ]
    return Result(
        key=trial.key,
        trial=trial,
        metrics={f"test/metric {n}": n / 7 for n in range(6)},
        confusion={"test": [[n for n in range(10)] for _ in range(10)]},
        counts=[100] * 10,
        history=history,
        seconds=12.5,
        provenance={"device": "cpu"},
    )
