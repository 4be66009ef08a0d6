"""Where and how trials are executed, an executor a file; none of it changes a result.

An executor takes jobs from whoever drives, and tells what became of them. It knows no store: what
it needs of a trial is in the job, what it leaves are the reports and, of a trial that was
interrupted, the files in the job's scratch folder. `executor` says what another one, say of a
cluster, has to do; the driver and the other executors need not change for it.
"""

from reproduce.trials.executors.executor import Executor
from reproduce.trials.executors.inline import Inline
from reproduce.trials.executors.processes import Processes

__all__ = ["Executor", "Inline", "Processes", "usual"]


def usual(workers: int) -> Executor:
    """Return the executor of one machine: this process alone, or so many workers."""
    return Inline() if workers == 1 else Processes(workers)
