"""Put what was measured into a store."""

from collections.abc import Iterable

from reproduce.trials import arrays as array_files
from reproduce.trials.measured import Measured
from reproduce.trials.result import Result
from reproduce.trials.store import Store


def keep(measured: Measured, store: Store, labels: Iterable[dict[str, str]]) -> Result:
    """Keep a result, its files first, and forget the state of its training.

    The caller holds the trial's lock.
    """
    key = measured.trial.key
    array_file = weights_file = None
    if measured.arrays is not None:
        name = array_files.write_named(store.arrays_folder, key, ".npz", measured.arrays)
        array_file = store.arrays_folder / name
    if measured.weights is not None:
        name = array_files.write_named(store.weights_folder, key, ".safetensors", measured.weights)
        weights_file = store.weights_folder / name
    result = Result(
        key=key,
        trial=measured.trial,
        metrics=measured.metrics,
        confusion=measured.confusion,
        counts=measured.counts,
        history=measured.history,
        seconds=measured.seconds,
        provenance=measured.provenance,
        array_names=measured.array_names,
        array_file=array_file,
        weights_file=weights_file,
    )
    store.put(result, labels)
    for file in store.checkpoints_folder.glob(f"{key}.*"):
        file.unlink(missing_ok=True)
    return result
