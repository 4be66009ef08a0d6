"""Whether the packages are here that something needs, said before it starts and in one line."""

from collections.abc import Iterable
from importlib.util import find_spec

from reproduce.errors import UserError

# By what is to be done: the modules it imports, and how to get them or do without.
TRAINING = ("torch",)
NOTEBOOKS = ("nbformat", "nbclient", "papermill", "ipykernel", "matplotlib")
SITE = (*NOTEBOOKS, "sphinx", "myst_nb", "bs4")


def missing(modules: Iterable[str]) -> list[str]:
    """Return those that cannot be imported here; none of them is loaded."""
    return [name for name in modules if find_spec(name) is None]


def require(modules: Iterable[str], what: str, remedy: str) -> None:
    """Refuse to begin what would stop half way for want of a package."""
    lacking = missing(modules)
    if lacking:
        raise UserError(f"{what} needs {' and '.join(lacking)}, not installed here; {remedy}")


def require_training() -> None:
    """Refuse to train without PyTorch."""
    require(TRAINING, "training", "install this package with everything it trains with, or take "
            "results that were trained elsewhere: `reproduce store merge`")  # fmt: skip
