"""Whether the packages are here that something needs, said before it starts and in one line."""

from collections.abc import Iterable
from importlib.util import find_spec

from reproduce.errors import UserError

# By what is to be done: the modules it imports.
TRAINING = ("torch",)
NOTEBOOKS = ("nbformat", "nbclient", "papermill", "ipykernel", "matplotlib")
SITE = (*NOTEBOOKS, "sphinx", "myst_nb", "bs4")
# By extra: what it brings, and what of a copy of the repository installs it.
EXTRAS = {
    "train": (("torch", "torchvision", "timm", "cv2", "albumentations", "imblearn"), "install"),
    "book": ((*SITE, "bs4", "seaborn", "openTSNE", "IPython"), "read"),
    "lab": (("jupyterlab",), "lab"),
    "search": (("faiss",), "test"),
}


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
    require(TRAINING, "training", f"{how('train')}, or take results that were trained elsewhere: "
            "`reproduce store merge`")  # fmt: skip


def how(extra: str) -> str:
    """Say how to install an extra of this package."""
    target = EXTRAS[extra][1]
    return f"install the extra '{extra}' (`make {target}`, or `uv pip install '.[{extra}]'`)"


def absent(error: ModuleNotFoundError) -> UserError | None:
    """Return what to do about a module that an extra would have brought; None of any other."""
    module = (error.name or "").partition(".")[0]
    for extra, (modules, _) in EXTRAS.items():
        if module in modules:
            return UserError(f"this needs {module}, not installed here; {how(extra)}")
    return None
