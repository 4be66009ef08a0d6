"""A start of Ray: tried again, given longer, spared what nobody needs; and its room for workers."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from reproduce.errors import UserError
from reproduce.trials.executors import ray_session


@pytest.mark.parametrize(
    ("cpus", "gpus", "a_trial", "wanted", "expected"),
    [
        (8, 0, 0.0, 0, 8), (8, 0, 0.0, 3, 3), (2, 0, 0.0, 9, 2),
        (16, 2, 0.25, 0, 8), (4, 2, 0.25, 0, 4), (16, 3, 1.0, 0, 3), (16, 4, 2.0, 0, 2),
        (16, 2, 0.4, 0, 4), (8, 0, 0.5, 0, 0), (16, 1, 0.1, 0, 10),
    ],
)  # fmt: skip
def test_room_for_workers(cpus, gpus, a_trial, wanted, expected):
    assert ray_session.slots({"CPU": cpus, "GPU": gpus}, a_trial, wanted) == expected


def test_without_ray_the_extra_is_named(monkeypatch):
    monkeypatch.setattr(ray_session.installed, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"needs ray, not installed here; .*\[cluster\]") as failure:
        ray_session.require()
    assert "\n" not in str(failure.value)


class Failing:
    """A Ray that starts only after some attempts."""

    __file__ = "/nowhere/ray/__init__.py"

    def __init__(self, failures):
        self.failures, self.ended = failures, 0

    def init(self, **options):
        self.options = options
        if self.failures:
            self.failures -= 1
            raise Exception("The current node timed out during startup. This could happen because")

    def shutdown(self):
        self.ended += 1


def test_a_start_that_fails_is_tried_again_and_said(monkeypatch):
    monkeypatch.setattr(ray_session, "SECONDS_BETWEEN_ATTEMPTS", 0)
    said, ray = [], Failing(2)
    ray_session._begin(ray, None, 2, said.append)
    assert len(said) == 2 and "try 2 of 4" in said[0] and "timed out" in said[0]
    assert ray.options["num_cpus"] == 2 and ray.ended == 2
    with pytest.raises(UserError, match="did not start in 4 tries"):
        ray_session._begin(Failing(9), None, 2, said.append)


def test_a_node_that_takes_longer_than_ray_waits_is_waited_for(monkeypatch):
    """What Ray asks for a node answers when there is one; afterwards all is as it was."""
    monkeypatch.setattr(ray_session.time, "sleep", lambda seconds: None)
    answers = iter([RuntimeError("not yet"), RuntimeError("not yet"), "a node"])

    def get_node(address, node):
        answer = next(answers)
        if isinstance(answer, RuntimeError):
            raise answer
        return answer

    services = SimpleNamespace(get_node=get_node)
    with ray_session._patience(SimpleNamespace(_private=SimpleNamespace(services=services))):
        assert services.get_node("address", node="id") == "a node"
    assert services.get_node is get_node
    with ray_session._patience(Failing(0)):
        pass


@pytest.mark.parametrize("before", [None, "/somewhere"])
def test_processes_of_ray_load_no_grammar_that_nobody_needs(monkeypatch, before):
    """They do without a package; afterwards the surroundings are as they were."""
    monkeypatch.delenv("PYTHONPATH", raising=False)
    if before:
        monkeypatch.setenv("PYTHONPATH", before)
    with ray_session._lean_processes():
        code = f"import {ray_session.SPARED}"
        told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert "is left out here" in told.stderr
        assert (os.environ["PYTHONPATH"].split(os.pathsep)[1:] or [None]) == [before]
    assert os.environ.get("PYTHONPATH") == before
