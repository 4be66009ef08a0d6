"""This process does all the work, one job after the other."""

import time

from reproduce.trials.executors.executor import SECONDS_BETWEEN_LOOKS, Executor, Stop, Work
from reproduce.trials.executors.performing import perform


class Inline(Executor):
    """No worker but this process."""

    def run(self, work: Work, stop: Stop) -> None:
        """Perform jobs until there are none, or it is told to stop."""
        while not stop.is_set():
            job = work.take()
            if job is None:
                if not work.is_left():
                    return
                time.sleep(SECONDS_BETWEEN_LOOKS)
            elif not perform(job, stop.is_set, work.hear):
                work.give_back(job)
