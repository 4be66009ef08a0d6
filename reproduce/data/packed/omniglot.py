"""A copy of Omniglot's small sets: `omniglot.npz`, with alphabets and drawers.

In the file ink is bright; it is turned dark, as in the release.
"""

from pathlib import Path

import numpy as np

from reproduce.data import parts
from reproduce.data.packed.packed_rows import Packed
from reproduce.data.sources.npz import read_arrays
from reproduce.errors import UserError
from reproduce.files import relative

COPY = ("omniglot.npz",)
KINDS = ("images", "labels", "drawers", "alphabets")


def read(paths: list[Path], options: dict) -> Packed:
    """Read characters as identities; alphabets train or test as the project's list says."""
    names = tuple(f"{part}_{kind}" for part in ("train", "test") for kind in KINDS)
    found = read_arrays(paths[0], ("class_names", "alphabets", *names))
    both = {kind: np.concatenate([found[f"train_{kind}"], found[f"test_{kind}"]]) for kind in KINDS}
    labels, alphabets = (both[kind].astype(np.int64) for kind in ("labels", "alphabets"))
    if labels.max() >= len(found["class_names"]) or alphabets.max() >= len(found["alphabets"]):
        raise UserError(f"{relative(paths[0])} numbers more than it names; get the file again")
    spelt = [str(found["alphabets"][number]) for number in alphabets]
    placed = parts.places("omniglot", spelt, relative(paths[0]))
    return Packed(
        255 - both["images"],
        labels,
        tuple(str(name) for name in found["class_names"]),
        parts.rows(placed, relative(paths[0])),
        parts.groups(placed),
        extra={"drawer": both["drawers"].astype(np.int64), "alphabet": alphabets},
        task="verification",
    )
