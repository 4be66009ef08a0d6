"""The largest memory of one step of a loss, measured in a process of its own.

Whoever needs too much is ended, by its own limits or by the machine, and that is the answer.
"""

import ctypes
import multiprocessing
import resource
import signal
import time
from collections.abc import Callable
from pathlib import Path

import torch

from benchmarks.losses_contestants import contestants, embeddings, step

# A contestant that wants more in one step is not run further.
MOST_BYTES, MOST_SECONDS = 8 * 2**30, 30
# By the clock on the wall, on a machine that has other things to do as well; with the imports.
PATIENCE_SECONDS = 10 * MOST_SECONDS
OUT_OF_MEMORY, OUT_OF_TIME = "killed: memory", f"killed: over {MOST_SECONDS} s"
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_SMALLEST_OF_ITS_OWN = 2**16


def measure(race: str, name: str, batch: int) -> dict:
    """Return the peak in bytes, seconds and loss of one step, or why there was none.

    The process is forked from one that has imported everything and computed nothing, so its
    high-water mark starts afresh and the imports are paid for once.
    """
    return _apart(_one_step, (race, name, batch), PATIENCE_SECONDS)


def _apart(work: Callable[..., None], given: tuple, patience: float) -> dict:
    """Return what `work` sends from a process of its own, or what ended that process."""
    forking = multiprocessing.get_context("forkserver")
    forking.set_forkserver_preload([__name__])
    receiving, sending = forking.Pipe(duplex=False)
    process = forking.Process(target=work, args=(*given, sending))
    process.start()
    sending.close()
    try:
        if not receiving.poll(patience):
            process.kill()
            return {"not_run": OUT_OF_TIME}
        return receiving.recv()
    except EOFError:
        process.join()
        if process.exitcode == -signal.SIGXCPU:
            return {"not_run": OUT_OF_TIME}
        # Nobody but a machine without memory sends this one: patience has a signal of its own.
        if process.exitcode == -signal.SIGKILL:
            return {"not_run": OUT_OF_MEMORY}
        raise RuntimeError(f"{', '.join(map(str, given))} ended with {process.exitcode}") from None
    finally:
        process.join()


def _one_step(race: str, name: str, batch: int, sending) -> None:
    torch.set_num_threads(1)
    # Tensors get pages of their own and give them back, so that the heap kept from an earlier
    # allocation does not hide a later one.
    allocator = ctypes.CDLL(None)
    allocator.mallopt(_MMAP_THRESHOLD, _SMALLEST_OF_ITS_OWN)
    allocator.mallopt(_TRIM_THRESHOLD, _SMALLEST_OF_ITS_OWN)
    step(contestants(race, 20)[name], embeddings(20))
    loss, values = contestants(race, batch)[name], embeddings(batch)
    resource.setrlimit(resource.RLIMIT_AS, (_status("VmSize") + MOST_BYTES,) * 2)
    most_seconds = int(time.process_time()) + MOST_SECONDS + 1
    # Where both limits are equal the kernel kills at once, and time could not be told from memory.
    resource.setrlimit(resource.RLIMIT_CPU, (most_seconds, most_seconds + 5))
    # That limit makes the clock of the process coarse, not that of the thread.
    before, started = _status("VmRSS"), time.thread_time()
    try:
        result, _ = step(loss, values)
    except (RuntimeError, MemoryError) as error:
        if "memory" not in str(error):
            raise
        sending.send({"not_run": OUT_OF_MEMORY})
        return
    seconds = time.thread_time() - started
    peak = max(0, _status("VmHWM") - before)
    sending.send({"peak_bytes": peak, "seconds": seconds, "loss": result})


def _status(field: str) -> int:
    """Return a number of bytes that the kernel keeps about this process."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"the kernel does not tell {field}")
