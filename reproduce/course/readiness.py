"""Is this machine ready for the first lesson? A minute before class, not the first of class."""

import os
import platform
import time
from collections.abc import Callable, Iterator

from reproduce import installed
from reproduce.errors import UserError, reason

NOTEBOOKS = ("jupyterlab", "ipykernel", "nbformat")
# Every lesson stays below this on a machine that trains the first network within ENOUGH_SECONDS.
STEPS, ENOUGH_SECONDS = 300, 10.0
# Who works for less than this share of the time has waited for other programs.
WORKING = 0.8
LEAST_RECALL = 0.8


def checked() -> Iterator[tuple[bool, str]]:
    """Yield whether each thing that a lesson needs is here, and a line that says it."""
    for look in (_python, _jupyter, _training, _drawing, _same):
        try:
            yield True, look()
        except UserError as error:
            yield False, str(error)
        except Exception as error:
            yield (
                False,
                f"{type(error).__name__}: {reason(error)}; `reproduce doctor` may tell more",
            )


def _python() -> str:
    from reproduce import __version__

    return f"Python {platform.python_version()}, reproduce {__version__}"


def _jupyter() -> str:
    installed.require(NOTEBOOKS, "opening a lesson", "install the package with its extra 'book'")
    return "JupyterLab is here: `make lab` opens the notebooks"


def _training() -> str:
    import torch

    from reproduce.course import digits

    images, labels, test_images, test_labels = digits.load()
    began, work = time.perf_counter(), time.process_time()
    network = digits.train(digits.new_network(), images, labels, steps=STEPS)
    seconds, worked = time.perf_counter() - began, time.process_time() - work
    recall = digits.recalls(network, test_images, test_labels).mean().item()
    if recall < LEAST_RECALL:
        raise UserError(
            f"a network was trained and recognises {recall:.0%} of the digits, expected "
            f"{LEAST_RECALL:.0%} or more; install the pinned versions again"
        )
    speed = _speed(seconds, worked, _waiting())
    return f"PyTorch {torch.__version__} trains a network ({recall:.0%} right) in {speed}"


def _waiting() -> float:
    """Return how many programs want each processor, over the last minute; 0 where none can tell."""
    asked = getattr(os, "getloadavg", None)
    return asked()[0] / (os.cpu_count() or 1) if asked else 0.0


def _speed(seconds: float, worked: float, waiting: float) -> str:
    """Return how long a training took, in words.

    A machine that does other things meanwhile is not judged by the clock: what it needs when it is
    left alone is not known.

    Parameters
    ----------
    seconds, worked
        By the clock, and of processors at work on it.
    waiting
        How many programs want each processor.
    """
    if seconds <= ENOUGH_SECONDS:
        return f"{seconds:.1f} s"
    if worked < WORKING * seconds or waiting > 1:
        return (
            f"{seconds:.1f} s, {worked:.1f} s of them at work; slow now: this machine is busy "
            f"(close other programs before class; {ENOUGH_SECONDS:.0f} s or less is enough)"
        )
    raise UserError(
        f"training a small network takes {seconds:.0f} s, and no other program holds it up; "
        f"expected {ENOUGH_SECONDS:.0f} s or less: share a faster machine in class"
    )


def _drawing() -> str:
    from reproduce.figures import style, svg

    figure, axes = style.new_figure(2.0)
    axes[0, 0].plot([0, 1], [0, 1])
    if "<svg" not in svg.svg(figure):
        raise UserError("Matplotlib draws nothing; install the pinned versions again")
    return "figures can be drawn"


def _same() -> str:
    from reproduce.course import checking

    one = checking.exercise("1.1")
    tried: Callable = one.right
    if one.judge(tried) is not None or one.judge(None) is None:
        raise UserError("the check of exercises is broken; install the package again")
    return "exercises can be checked"
