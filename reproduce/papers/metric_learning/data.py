"""The data of Kim, Kim and Chun (2021): which images train and test, with the paper's counts.

Each repeat draws its own split, so that an effect is not one of a single division.
"""

from typing import Any

from reproduce.data import catalog, names
from reproduce.data.records import Record

REAL, SECOND, GENERATED = "ham10000_warts", "busi?split=all", "warts_corns"
# The paper's photographs, for those who have them.
OWN = "warts_photographs"
# Table 1: normal skin, corns, warts.
TRAIN, TEST = (808, 350, 855), (202, 87, 213)
# Kept out of both, for positive controls; of keratoses few are left.
HELD_OUT = (50, 50, 20)
TEST_SHARE = 0.2


def split(parameters, record: Record, seed: int, share: float = 1.0) -> dict[str, Any]:
    """Return how the images are divided in the repeat of this seed.

    The stand-in with more images than the paper: as many as there, lesions on one side. Data with
    parts of their own keep them. Others are divided 80 to 20, groups on one side where they are
    known. `share` leaves so much of the training images, in all classes alike.
    """
    if names.parse(record.name).base == REAL:
        train = [max(1, round(share * count)) for count in TRAIN]
        return {"kind": "counted", "train": train, "test": list(TEST), "seed": seed,
                "held_out": list(HELD_OUT)}  # fmt: skip
    if "test" in record.counts:
        return {"kind": "official"}
    # Image files are known by their content at least: copies of one are a group.
    kind = "grouped" if catalog.form_of(record.name) in ("folder", "packed") else "stratified"
    return {"kind": kind, "test_share": TEST_SHARE, "seed": seed}


def parts(record: Record) -> tuple[str, ...]:
    """Return which parts a trial is evaluated on."""
    if names.parse(record.name).base == REAL:
        return ("test", "held_out")
    return ("test", "balanced") if "balanced" in record.counts else ("test",)
