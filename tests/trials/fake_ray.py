"""As much of Ray as the executor uses, in this process: workers that can be lost when asked to."""

import threading
import time
from contextlib import contextmanager
from types import SimpleNamespace


class RayActorError(Exception):
    """A worker is gone."""


class Handle:
    """A worker: calls are noted, and made when somebody waits for the answer."""

    def __init__(self, ray, member):
        self._ray, self._member, self.dead = ray, member, False

    def __getattr__(self, name):
        return SimpleNamespace(remote=lambda *values: self._ray.call(self, name, values))

    def die(self):
        """Be lost, once what it was at is at an end: here it shares torch with the next worker."""
        if not self.dead:
            self.dead = True
            self._member.stop()
            while any(thread.name == "job" for thread in threading.enumerate()):
                time.sleep(0.001)

    def run(self, name, values):
        if self.dead:
            raise RayActorError("The actor died unexpectedly")
        return getattr(self._member, name)(*values)


class FakeRay:
    """The module."""

    exceptions = SimpleNamespace(RayError=RayActorError)

    def __init__(self, cpus=1, gpus=0):
        self.cpus, self.gpus, self.handles = cpus, gpus, []

    def cluster_resources(self):
        return {"CPU": float(self.cpus), "GPU": float(self.gpus)}

    def remote(self, **options):
        self.options = options

        def kind(member):
            def start(*values):
                self.handles.append(Handle(self, member(*values)))
                return self.handles[-1]

            return SimpleNamespace(remote=start)

        return kind

    def call(self, handle, name, values):
        if name in ("begin", "stop") and not handle.dead:
            return handle.run(name, values)
        return handle, name, values

    def wait(self, asked, timeout):
        return asked, []

    def get(self, asked):
        handle, name, values = asked
        return handle.run(name, values)

    def kill(self, handle):
        handle.die()

    @contextmanager
    def session(self, address, workers, say):
        """Stand in for `ray_session.session`."""
        yield self
