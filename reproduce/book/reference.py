"""The pages on losses, networks and names, written where PyTorch is, and read where it is not.

`python -m reproduce.book.reference` writes all that travels in `reproduce/reference/` anew.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from reproduce import installed, reference
from reproduce.book import interface, losses, markup, networks
from reproduce.course import checking
from reproduce.errors import unknown_name
from reproduce.files import relative, write_text
from reproduce.models import parameter_table
from reproduce.papers.balanced_contrastive import gradients

PAGES: dict[str, Callable[[], str]] = {
    "losses": losses.index,
    "networks": networks.entries,
    **{f"losses_{shape}": partial(losses.entries, shape) for shape in losses.SHAPES},
    **{f"names_{part}": partial(interface.part, part) for part in interface.NAMES},
}
VALUES: dict[str, Callable[[], Any]] = {
    "parameter_table": parameter_table.computed,
    "temperature_gradients": gradients.computed,
    "course_exercises": checking.listed,
}
SOURCE = re.compile(r"(?<=Source: )`(?P<path>reproduce/[\w/]+\.py)`")


def page(name: str, address: str | None = None) -> str:
    """Return what a page shows of losses or networks.

    Parameters
    ----------
    name
        One of `PAGES`.
    address
        The public address of the repository, if there is one, for links to the source.
    """
    text = reference.kept(name, PAGES[name])
    return SOURCE.sub(lambda match: markup.linked(match["path"], address), text)


def losses_of(shape: str, address: str | None = None) -> str:
    """Return what the page of a call shape shows of its losses; there is none of another shape."""
    losses.names_of(shape)
    return page(f"losses_{shape}", address)


def names_of(part: str) -> str:
    """Return what the page of names for one's own code shows of one part of them."""
    if part not in interface.NAMES:
        raise unknown_name("part of the interface", part, interface.NAMES)
    return page(f"names_{part}")


def main() -> None:
    """Write what travels with the package, and tell the files that changed."""
    installed.require_training()
    for name, compute in (PAGES | VALUES).items():
        found = compute()
        path = reference.FOLDER / f"{name}.{'md' if name in PAGES else 'json'}"
        text = reference.written(found)
        if not path.is_file() or path.read_text("utf-8") != text:
            write_text(path, text)
            print(relative(path))


if __name__ == "__main__":
    main()
