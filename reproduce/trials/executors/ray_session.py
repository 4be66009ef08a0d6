"""A Ray cluster to work on: one that is running, or one of this machine, begun and ended here."""

import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from reproduce import installed
from reproduce.errors import UserError, reason

# Ray gives itself 30 s to start, which is not enough on a machine with much to do: it is given
# more, and tried again.
ATTEMPTS, SECONDS_BETWEEN_ATTEMPTS = 4, 3.0
SECONDS_FOR_A_NODE = 120.0
# What reports and checkpoints travel through; it is taken only as it is used.
MEGABYTES_FOR_OBJECTS = 200
# No processes are started before there is work for them: they take the time that Ray needs itself.
FRUGAL = {
    "enable_worker_prestart": False,
    "prestart_worker_first_driver": False,
}

SPARED = "rfc3987_syntax"

Say = Callable[[str], None]


def require() -> None:
    """Refuse to begin where Ray is not installed."""
    installed.require(
        ["ray"],
        "--executor ray",
        "install the extra with it: pip install 'imbalanced-learning-reproduced[cluster]', or "
        "train without --executor",
    )


@contextmanager
def session(address: str | None, workers: int, say: Say) -> Iterator[Any]:
    """Yield the module of Ray, connected; a cluster that was begun here ends with the block.

    `workers` counts the cores of one that is begun here, 0 all there are.
    """
    require()
    _allow_many_files()
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    # Of a part of Ray that nobody here looks at, but that is waited for.
    os.environ.setdefault("RAY_DASHBOARD_STARTUP_TIMEOUT_S", f"{SECONDS_FOR_A_NODE:.0f}")
    with _lean_processes():
        with _own_signals():
            import ray

            _begin(ray, address, workers, say)
        try:
            yield ray
        finally:
            ray.shutdown()


def _begin(ray: Any, address: str | None, workers: int, say: Say) -> None:
    quiet: dict[str, Any] = {
        "log_to_driver": False,
        "logging_level": "error",
        "include_dashboard": False,
    }
    if address:
        quiet.pop("include_dashboard")
        options = {"address": address, **quiet}
    else:
        # A cluster of another program that runs on this machine is not meant.
        os.environ.pop("RAY_ADDRESS", None)
        room = MEGABYTES_FOR_OBJECTS * 2**20
        options = {"num_cpus": workers or None, "object_store_memory": room, **quiet}
        options["_system_config"] = FRUGAL
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with _patience(ray):
                ray.init(**options)
            return
        except Exception as error:  # Ray raises plain ones
            ray.shutdown()
            _end_leftovers(ray)
            if attempt == ATTEMPTS or (address and isinstance(error, ValueError | ConnectionError)):
                raise UserError(_in_vain(address, attempt, error)) from error
            say(
                f"Ray did not start in time ({reason(error)[:80]}); try {attempt + 1} of {ATTEMPTS}"
            )
            time.sleep(SECONDS_BETWEEN_ATTEMPTS)


@contextmanager
def _lean_processes() -> Iterator[None]:
    """Spare each process of Ray a second or more, of the 15 s after which Ray gives up on one.

    All load jsonschema, which builds a large grammar for one kind of address where it finds the
    package for that (it comes with Jupyter). Nobody checks such addresses here.
    """
    before = os.environ.get("PYTHONPATH")
    with tempfile.TemporaryDirectory(prefix="reproduce-") as folder:
        Path(folder, f"{SPARED}.py").write_text(f'raise ImportError("{SPARED} is left out here")\n')
        os.environ["PYTHONPATH"] = os.pathsep.join([folder, *([before] if before else [])])
        try:
            yield
        finally:
            if before is None:
                del os.environ["PYTHONPATH"]
            else:
                os.environ["PYTHONPATH"] = before


def _end_leftovers(ray: Any) -> None:
    """End what a start has left that failed half way: it would slow down the next one."""
    with suppress(ImportError):
        import psutil  # which Ray brings along

        folder = str(Path(ray.__file__).parent)
        for child in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                if any(word.startswith(folder) for word in child.cmdline()):
                    child.kill()


def _allow_many_files() -> None:
    """Open as many files as the system lets us: the driver holds a lock for each busy worker."""
    import psutil  # which Ray brings along

    process = psutil.Process()
    if hasattr(process, "rlimit"):  # Linux has such a limit, and lets a process raise its own.
        hard = process.rlimit(psutil.RLIMIT_NOFILE)[1]
        process.rlimit(psutil.RLIMIT_NOFILE, (hard, hard))


@contextmanager
def _patience(ray: Any) -> Iterator[None]:
    """Wait for a node longer than the 30 s that Ray gives it, and has no setting for.

    What it asks for the node until then answers as soon as there is one, however late.
    """
    services: Any = getattr(getattr(ray, "_private", None), "services", None)
    at_once = getattr(services, "get_node", None)
    if at_once is None:  # another version of Ray
        yield
        return

    def get_node(*values: Any, **named: Any) -> Any:
        deadline = time.monotonic() + SECONDS_FOR_A_NODE
        while True:
            try:
                return at_once(*values, **named)
            except RuntimeError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(1.0)

    services.get_node = get_node
    try:
        yield
    finally:
        services.get_node = at_once


def _in_vain(address: str | None, attempts: int, error: BaseException) -> str:
    if address:
        return (
            f"no Ray cluster answers at '{address}' ({reason(error)[:120]}); expected the address "
            "that `ray start --head` printed, HOST:6379, or 'auto' on a machine of the cluster"
        )
    return (
        f"Ray did not start in {attempts} tries ({reason(error)[:120]}); nothing was trained: run "
        "the command again when the machine has less to do, or train without --executor"
    )


@contextmanager
def _own_signals() -> Iterator[None]:
    """Keep what Ctrl-C and a request to end do: Ray puts its own answers in their place."""
    try:
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        yield
    finally:
        for number, handler in before.items():
            try:
                signal.signal(number, handler)
            except ValueError:  # not the main thread, where Ray changes nothing either
                break


def machines(address: str | None, gpus_per_trial: float, workers: int, say: Say) -> dict[str, int]:
    """Return how many trials run at a time on each machine; no cluster is begun for the answer."""
    if address is None:
        share = f", each with {gpus_per_trial:g} of a GPU" if gpus_per_trial else ""
        return {f"Ray on this machine{share}": workers or os.cpu_count() or 1}
    with session(address, workers, say) as ray:
        return {
            node["NodeManagerHostname"]: slots(node["Resources"], gpus_per_trial, workers)
            for node in ray.nodes()
            if node["Alive"]
        }


def slots(resources: dict[str, float], gpus_per_trial: float, workers: int) -> int:
    """Return how many workers a cluster has room for, at most as many as are wanted."""
    room = int(resources.get("CPU", 0))
    if gpus_per_trial:
        # A share beyond one is of whole cards; of a card, as many as fit on each.
        share = int(1 / gpus_per_trial + 1e-9) if gpus_per_trial <= 1 else 1 / gpus_per_trial
        room = min(room, int(resources.get("GPU", 0) * share))
    return min(room, workers) if workers else room
