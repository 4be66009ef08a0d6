"""`reproduce doctor`: is everything here that the project needs?"""

import os
import platform
import shutil
from importlib import metadata

from reproduce.commands.terminal import new_table, out
from reproduce.files import project_root, relative

PACKAGES = ("torch", "torchvision", "numpy", "scikit-learn", "pydantic", "papermill",
            "jupyter-book", "matplotlib", "openTSNE")  # fmt: skip
ENOUGH_DISK_GB = 6


def doctor() -> None:
    """Show versions, device, disk, store and which data sets are here.

    Example: reproduce doctor
    """
    from reproduce import __version__, device, installed
    from reproduce.data import catalog
    from reproduce.trials.store import Store, default_path

    table = new_table("what", "found")
    table.add_row("reproduce", __version__)
    table.add_row("python", f"{platform.python_version()} on {platform.platform()}")
    for name in PACKAGES:
        table.add_row(name, _version(name))
    if installed.missing(installed.TRAINING):
        table.add_row("training", f"torch is not installed: {installed.how('train')}")
    else:
        found = device.describe(device.choose())
        table.add_row("device", f"{found['device']}, {os.cpu_count()} cores")
    root = project_root()
    free = shutil.disk_usage(root).free / 1024**3
    note = "" if free >= ENOUGH_DISK_GB else f" (training needs about {ENOUGH_DISK_GB} GB)"
    table.add_row("free disk", f"{free:.0f} GB{note}")
    store = default_path()
    count = Store(store).count() if store.exists() else 0
    table.add_row("store", f"{relative(store)}: {count} results")
    table.add_row("data folder", relative(catalog.data_folder()))
    for name in [*catalog.at_hand(), *(n for n in catalog.CATALOG if not catalog.is_here(n))]:
        table.add_row(f"data: {name}", "here" if catalog.is_here(name) else "not here")
    out.print(table)


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
