"""Which image is in which part: lists of the project, so that any copy is divided alike.

One file a data set, one line a group (a lesion, near twins, an alphabet): the part it goes to, then
its members as the release names them. Lines that begin with # say what the file is.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from reproduce.errors import UserError


@dataclass(frozen=True)
class Place:
    """Where a member of a data set belongs: its part, and the number of its group."""

    part: str
    group: int


@cache
def read(name: str) -> dict[str, Place]:
    """Return the list of a data set: the place of every member, by its name."""
    text = (resources.files("reproduce.data") / "parts" / f"{name}.csv").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {
        member: Place(part, group)
        for group, (part, *members) in enumerate(csv.reader(lines))
        for member in members
    }


def places(name: str, members: list[str], where: str) -> list[Place]:
    """Return the place of each member; one that the list does not know is refused."""
    known = read(name)
    for member in members:
        if member not in known:
            raise UserError(
                f"{where}: '{member}' is not among the {len(known):,} of the release; expected the "
                "data set as its makers give it out"
            )
    return [known[member] for member in members]


def rows(placed: list[Place], where: str) -> dict[str, np.ndarray]:
    """Return the rows of each part, training first; a part without an image is refused."""
    part_of = np.array([place.part for place in placed])
    found = {part: np.flatnonzero(part_of == part) for part in ("train", "test")}
    for part, of_part in found.items():
        if len(of_part) == 0:
            raise UserError(f"{where} holds no image of the part '{part}'; get the data set again")
    return found


def groups(placed: list[Place]) -> np.ndarray:
    """Return the number of the group of each member."""
    return np.array([place.group for place in placed], dtype=np.int64)
