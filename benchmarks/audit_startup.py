"""How long `reproduce audit --table` takes from nothing, beside loading `scipy.stats`."""

import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.timing import table

TABLE = "row,n,accuracy %\nours,502,64.81\n"
ROUNDS = 7


def run() -> None:
    """Print the CPU seconds of each process; the ratio is to `import scipy.stats`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_text(TABLE)
        contestants = {
            "import scipy.stats": ["-c", "import scipy.stats"],
            "import numpy": ["-c", "import numpy"],
            "import reproduce.audit.own_result": ["-c", "import reproduce.audit.own_result"],
            "reproduce audit --table": ["-m", "reproduce.cli", "audit", "--table", str(path)],
        }
        seconds: dict[str, list[float]] = {name: [] for name in contestants}
        for round_number in range(ROUNDS + 1):
            for name, arguments in contestants.items():
                took = _seconds(arguments)
                # The first round fills the caches of the disk.
                if round_number:
                    seconds[name].append(took)
    table(seconds)


def _seconds(arguments: Sequence[str]) -> float:
    """Return the CPU seconds of a process of Python."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
