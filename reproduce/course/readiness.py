"""Is this machine ready for the first lesson? A minute before class, not the first of class."""

import platform
import time
from collections.abc import Callable, Iterator

from reproduce import installed
from reproduce.errors import UserError, reason

NOTEBOOKS = ("jupyterlab", "ipykernel", "nbformat")
# Every lesson stays below this on a machine that trains the first network within ENOUGH_SECONDS.
STEPS, ENOUGH_SECONDS = 300, 10.0
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
    began = time.perf_counter()
    network = digits.train(digits.new_network(), images, labels, steps=STEPS)
    seconds = time.perf_counter() - began
    recall = digits.recalls(network, test_images, test_labels).mean().item()
    if recall < LEAST_RECALL:
        raise UserError(
            f"a network was trained and recognises {recall:.0%} of the digits, expected "
            f"{LEAST_RECALL:.0%} or more; install the pinned versions again"
        )
    if seconds > ENOUGH_SECONDS:
        raise UserError(
            f"training a small network takes {seconds:.0f} s, expected {ENOUGH_SECONDS:.0f} s or "
            "less; close other programs, or share a machine in class"
        )
    return f"PyTorch {torch.__version__} trains a network in {seconds:.1f} s ({recall:.0%} right)"


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
