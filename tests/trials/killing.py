"""A process that dies in mid-training without warning."""

import multiprocessing
import os
import signal

from reproduce.trials import engine, work
from reproduce.trials.engine import Event
from reproduce.trials.store import Store


def killed_at(item, path, iteration, options):
    """Train a trial in another process that is killed in that iteration."""

    def body():
        def kill(event):
            if event.kind == "progress" and event.done >= iteration:
                os.kill(os.getpid(), signal.SIGKILL)

        work._throttled = lambda report, key: (
            lambda done, total, loss: report(Event("progress", key, done, total, loss))
        )
        engine.run([item], Store(path), options, kill)

    child = multiprocessing.get_context("fork").Process(target=body)
    child.start()
    child.join(120)
    assert child.exitcode == -signal.SIGKILL
