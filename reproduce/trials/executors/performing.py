"""What is done with a job wherever it is: train and measure, and say what became of it."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from reproduce.errors import UserError, reason
from reproduce.trials import memory
from reproduce.trials.executors.executor import Failed, Job, Progress, Report

if TYPE_CHECKING:
    from reproduce.training.ranks import Alone

Tell = Callable[[Report], None]


def perform(
    job: Job, stop_requested: Callable[[], bool], tell: Tell, ranks: "Alone | None" = None
) -> bool:
    """Train and measure the trials of a job; False if it was told to stop before the end.

    Of one trial there is a checkpoint then; a stack begins anew. Of several `ranks` the first
    measures, and tells what it did; the others train beside it.
    """
    # Imported here: a process that only waits for its workers never loads torch.
    from reproduce.training.loop import Interrupted
    from reproduce.training.ranks import Alone
    from reproduce.trials.execute import Surroundings, accompany, execute
    from reproduce.trials.executors.stacked import execute as execute_stack

    key = job.items[0].trial.key
    surroundings = Surroundings(
        stop_requested=stop_requested,
        progress=_throttled(tell, key),
        checkpoint_seconds=job.checkpoint_seconds,
        keep_weights=job.keep_weights,
        ranks=ranks or Alone(),
    )
    try:
        if len(job.items) > 1:
            for report in execute_stack(job.items, surroundings):
                tell(report)
        elif not surroundings.ranks.is_first:
            accompany(job.items[0], surroundings)
        else:
            tell(execute(job.items[0], job.scratch, surroundings))
    except Interrupted:
        return False
    except UserError as error:
        if len(job.items) > 1:
            raise
        tell(Failed(key, str(error)))
    except (RuntimeError, MemoryError) as error:
        if not _is_lack_of_memory(error):
            raise
        said = memory.exhausted([item.trial for item in job.items], reason(error))
        if len(job.items) > 1:
            raise UserError(said) from error
        tell(Failed(key, said))
    return True


def _is_lack_of_memory(error: BaseException) -> bool:
    """Say so of a GPU, which has an error of its own, and of what PyTorch says of a CPU."""
    import torch

    kinds = (MemoryError, torch.OutOfMemoryError)
    return isinstance(error, kinds) or "can't allocate memory" in str(error)


def _throttled(tell: Tell, key: str, every: float = 0.5) -> Callable[[int, int, float], None]:
    last = 0.0

    def progress(done: int, total: int, loss: float) -> None:
        nonlocal last
        if done == total or time.monotonic() - last >= every:
            last = time.monotonic()
            tell(Progress(key, done, total, loss))

    return progress
