"""What a command needs at its end is looked for before its first trial."""

import shutil
from pathlib import Path

from reproduce import installed
from reproduce.errors import UserError
from reproduce.files import project_root, relative

# Less free space than this is no room for results; a study of the papers leaves 10 to 200 MB.
SPARE_BYTES = 200 * 1024**2


def before_a_notebook(name: str, *places: Path) -> None:
    """Refuse to train for a notebook that is not here, cannot be executed, or has no room."""
    from reproduce.book.execute import source_notebook

    installed.require(
        installed.NOTEBOOKS,
        "executing a notebook",
        f"{installed.how('book')}, or train without a notebook: `reproduce plan` and "
        "`reproduce train`",
    )
    source_notebook(name)
    for place in (project_root(), *places):
        _room(place)


def before_the_book() -> None:
    """Refuse to train for a site that could not be built."""
    installed.require(installed.SITE, "building the book", installed.how("book"))
    for name in ("_toc.yml", "_config.yml"):
        if not (project_root() / name).is_file():
            raise UserError(
                f"there is no {relative(project_root() / name)} to build a book by; run this "
                "inside a copy of the repository"
            )
    _room(project_root())


def _room(place: Path) -> None:
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    if free < SPARE_BYTES:
        raise UserError(
            f"{free / 1024**2:.0f} MB are free at {relative(place)}, expected "
            f"{SPARE_BYTES / 1024**2:.0f} MB or more; `reproduce store gc` removes what is no "
            "longer needed"
        )
