"""The data of BDCL: which images train and test, and how many of each class train.

Each repeat draws its own split, so that an effect is not one of a single division.
"""

from typing import Any

from reproduce.data import catalog
from reproduce.data.records import Record

# All of HAM10000 to be divided anew, and the official test beside it: another place, another time.
REAL, GENERATED = "ham10000?split=all_beside_challenge", "dermoscopy"
ISIC2019, HYPER_KVASIR = "isic2019", "hyper_kvasir"
TEST_SHARE = 0.2
# Of training, kept out of it for positive controls and for choices of the recipe.
HELD_OUT_SHARE = 0.1
# Training images of akiec, bcc, bkl, df, mel, nv, vasc: about a third of what a split leaves, at
# the ratio of the whole, so that so many passes show each image often enough to be learned.
THIRD = (80, 125, 265, 28, 270, 1630, 35)
# The imbalance of Hyper-Kvasir's training part, which is not at hand; and as many images with it.
RATIO = 184
THINNED = (57, 136, 270, 10, 300, 1840, 24)
IMAGES = ("third", "all")


def split(record: Record, seed: int) -> dict[str, Any]:
    """Return how the images are divided in the repeat of this seed.

    80 to 20, all images of a lesion on one side where lesions are known; data with parts of their
    own keep them. A tenth of training is held out where no verdict looks.
    """
    if "test" in record.counts:
        return {"kind": "official"}
    # Image files are known by their content at least: copies of one are a group.
    kind = "grouped" if catalog.form_of(record.name) in ("folder", "packed") else "stratified"
    return {"kind": kind, "test_share": TEST_SHARE, "seed": seed,
            "validation_share": HELD_OUT_SHARE, "validation_seed": seed}  # fmt: skip


def imbalance(images: str, ratio: int | None = None) -> dict[str, Any]:
    """Return which training images are kept: all, about a third, or so that one class is so rare.

    Test images are all kept.
    """
    counts = THINNED if ratio else THIRD if images == "third" else None
    return {"kind": "counts", "counts": list(counts)} if counts else {"kind": "none"}


def parts(record: Record) -> tuple[str, ...]:
    """Return which parts a trial is evaluated on, the test part first."""
    beside = [part for part in ("balanced", "challenge") if part in record.counts]
    held_out = [] if "test" in record.counts else ["val"]
    return ("test", *held_out, *beside)
