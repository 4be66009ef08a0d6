"""Omniglot, the two official small background sets: handwritten characters as identities.

An image lies as `images_background_small1/ALPHABET/CHARACTER/NNNN_DD.png`, DD being its drawer;
what is in both sets counts once. Verification asks whether two images show the same character.
Whole alphabets train or test, by the project's list, so that no tested character was ever seen.
Ink is dark, as in the release.
"""

import re
from pathlib import Path

import numpy as np

from reproduce.data import parts
from reproduce.data.names import Option
from reproduce.data.sources.listing import Listing, folders_in, images_in, numbered
from reproduce.errors import UserError
from reproduce.files import relative

FOLDERS = ("images_background_small1", "images_background_small2")
SIZE, FIT, CHANNELS = 28, "stretch", 1
OPTIONS: dict[str, Option] = {}
_NAME = re.compile(r"\d+_(\d+)\.png")


def read(root: Path, options: dict) -> Listing:
    """List the images by alphabet, character and drawer."""
    found: dict[str, str] = {}
    for folder in FOLDERS:
        nested = root / folder / folder
        top = nested if nested.is_dir() else root / folder
        if not top.is_dir():
            raise UserError(f"{relative(root)} has no folder '{folder}'; expected both small sets")
        for place, path in _images(root, top):
            found.setdefault(place, path)
    places = [tuple(place.split("/")) for place in sorted(found)]
    characters = [f"{alphabet}/{character}" for alphabet, character, _ in places]
    labels = numbered(characters)
    alphabets = [alphabet for alphabet, _, _ in places]
    placed = parts.places("omniglot", alphabets, relative(root))
    drawers = [int(_NAME.fullmatch(file)[1]) for _, _, file in places]
    return Listing(
        root,
        [found[place] for place in sorted(found)],
        labels,
        tuple(dict.fromkeys(characters)),
        parts.rows(placed, relative(root)),
        groups=parts.groups(placed),
        extra={"drawer": np.array(drawers, dtype=np.int64), "alphabet": numbered(alphabets)},
        task="verification",
    )


def _images(root: Path, top: Path):
    """Yield alphabet/character/file and the path of every image."""
    for alphabet in folders_in(top):
        for character in folders_in(top / alphabet):
            for file in images_in(top / alphabet / character):
                if not _NAME.fullmatch(file):
                    raise UserError(
                        f"{relative(top / alphabet / character / file)} is not named as in the "
                        "release; expected a number, an underscore and the number of the drawer"
                    )
                path = (top / alphabet / character / file).relative_to(root)
                yield f"{alphabet}/{character}/{file}", str(path)
