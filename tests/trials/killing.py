"""A process that dies in mid-training without warning."""

import multiprocessing
import os
import signal

from reproduce.trials import engine
from reproduce.trials.executors import performing
from reproduce.trials.executors.executor import Progress
from reproduce.trials.store import Store


def killed_at(item, path, iteration, options):
    """Train a trial in another process that is killed in that iteration."""

    def body():
        def kill(event):
            if event.kind == "progress" and event.done >= iteration:
                os.kill(os.getpid(), signal.SIGKILL)

        performing._throttled = lambda tell, key: (
            lambda done, total, loss: tell(Progress(key, done, total, loss))
        )
        engine.run([item], Store(path), options, kill)

    child = multiprocessing.get_context("fork").Process(target=body)
    child.start()
    child.join(120)
    assert child.exitcode == -signal.SIGKILL
