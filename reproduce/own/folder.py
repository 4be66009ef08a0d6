"""What lies in a folder of images: how many of each class, and what would leak into the test."""

import csv
import io
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from reproduce.data import catalog, names, splits, stored
from reproduce.data.near_copies import near_copies, sets_of
from reproduce.data.records import Dataset
from reproduce.data.sources.listing import Listing
from reproduce.data.verify import Findings, verify
from reproduce.errors import UserError
from reproduce.files import relative, write_text

GROUPS = "groups.csv"
TEST_SHARE, VALIDATION_SHARE = 0.2, 0.2
# Pairs that are named; the others are counted.
NAMED = 5


@dataclass(frozen=True)
class Folder:
    """A folder with a sub-folder of images for each class, perhaps within train and test folders.

    Images are opened as squares of `size` pixels, by `fit`.
    """

    path: Path
    size: int
    fit: str = "crop"

    @property
    def name(self) -> str:
        """Return the name of the data set, as trials have it."""
        return catalog.canonical(f"folder:{self.path}?size={self.size}&fit={self.fit}")

    @cached_property
    def listing(self) -> Listing:
        """Return the files."""
        if not catalog.is_here(self.name):
            raise catalog.absent(self.name)
        given = names.values(names.parse(self.name), catalog.options_of(self.name))
        return stored.listed(catalog.entry_of(self.name), self.path, given)

    @cached_property
    def dataset(self) -> Dataset:
        """Return the images and labels."""
        return catalog.load(self.name)

    @cached_property
    def pairs(self) -> np.ndarray:
        """Return the pairs of rows of the listing that are nearly the same image."""
        pixels = np.empty((len(self.listing.files), *self.dataset.record().shape), np.uint8)
        for part, rows in self.listing.rows.items():
            pixels[rows] = self.dataset.images[part]
        return near_copies(pixels)

    def split(self, seed: int) -> dict[str, Any]:
        """Return the split of a repeat: the test part is the same in all, validation is drawn anew.

        So no image that ever chose anything is tested on.
        """
        parts = self.listing.rows
        if "test" not in parts:
            kind: dict[str, Any] = {"kind": "grouped", "test_share": TEST_SHARE, "seed": 0}
        else:
            kind = {"kind": "official"}
        if "val" in parts:
            return kind
        return {**kind, "validation_share": VALIDATION_SHARE, "validation_seed": seed}

    def counts(self, seed: int = 0) -> dict[str, np.ndarray]:
        """Return the images of each class in each part of a repeat."""
        found = splits.split(self.dataset, **self.split(seed))
        classes = len(self.dataset.class_names)
        return {
            part: np.bincount(self.dataset.labels[source][rows], minlength=classes)
            for part, (source, rows) in found.items()
        }

    def part_of_rows(self, seed: int) -> np.ndarray:
        """Return for each row of the listing the part that it is in."""
        part = np.full(len(self.listing.files), "", dtype="<U8")
        for name, (source, rows) in splits.split(self.dataset, **self.split(seed)).items():
            part[self.listing.rows[source][rows]] = name
        return part

    def findings(self) -> Findings:
        """Look at the folder: readable, counted, and what would leak from training into the test.

        A line each; `problems` would make the test look better than it is.
        """
        found = verify(self.name)
        groups = self.listing.groups
        if groups is None:
            found.passed.append(
                f"no {GROUPS}: each image counts as an image of its own; where several show one "
                "patient or object, a table of file and group keeps them together"
            )
        else:
            found.passed.append(f"{GROUPS}: {len(np.unique(groups))} groups, none is torn apart")
        self._copies(found)
        return found

    def _copies(self, found: Findings) -> None:
        pairs, labels, files = self.pairs, self.listing.labels, self.listing.files
        if not len(pairs):
            found.passed.append("no two images are nearly the same")
            return
        part = self.part_of_rows(0)
        first, second = pairs.T
        torn = (part[first] == "test") != (part[second] == "test")
        other = labels[first] != labels[second]
        named = "; ".join(f"{files[a]} and {files[b]}" for a, b in pairs[np.argsort(~torn)][:NAMED])
        more = f"; and {len(pairs) - NAMED} more" if len(pairs) > NAMED else ""
        line = f"{len(pairs)} pairs of images are nearly the same ({named}{more})"
        if other.any():
            line += f"; {int(other.sum())} of them have two labels"
        found.judge(
            not torn.any(),
            f"{line}; none has one image in the test part and the other outside of it",
            f"{line}; {int(torn.sum())} have one image in the test part and the other outside of "
            "it, so the test is too easy: --group-copies keeps them together",
        )

    def group_copies(self) -> Path:
        """Write a table of groups that keeps nearly identical images together; return it."""
        path = self.path / GROUPS
        if path.exists():
            raise UserError(
                f"{relative(path)} is there already, and its groups are kept; add those of the "
                "images that are nearly the same to it, or take it away"
            )
        if "all" not in self.listing.rows:
            raise UserError(
                f"{relative(self.path)} is divided into train and test already; groups cannot move "
                "an image: move it, or put all images into class folders alone"
            )
        numbers = sets_of(self.pairs, len(self.listing.files))
        text = io.StringIO()
        rows = zip(self.listing.files, numbers.tolist(), strict=True)
        csv.writer(text, lineterminator="\n").writerows([("file", "group"), *rows])
        write_text(path, text.getvalue())
        return path
