"""Where data sets are read from: one file per release, each listing what lies on disk.

A loader is a module with `OPTIONS` (what may follow the question mark in the data set's name) and
`read(root, options) -> Listing`; pixels are decoded later, by `reproduce.data.cache`. How images
are stored where nothing is said is the loader's as well: `SIZE`, `FIT`, `CHANNELS`.
"""

from reproduce.data.names import Option
from reproduce.data.sources import (
    acne04,
    busi,
    busi_masks,
    chexpert,
    folder,
    ham10000,
    ham10000_masks,
    ham10000_warts,
    hyper_kvasir,
    imagenet,
    isic2019,
    masks,
    omniglot,
    skin_grades,
)
from reproduce.data.sources.embedded import read_digits
from reproduce.data.sources.npz import read_npz

LOADERS = {
    "acne04": acne04,
    "busi": busi,
    "busi_masks": busi_masks,
    "chexpert": chexpert,
    "folder": folder,
    "ham10000": ham10000,
    "ham10000_masks": ham10000_masks,
    "ham10000_warts": ham10000_warts,
    "hyper_kvasir": hyper_kvasir,
    "imagenet": imagenet,
    "isic2019": isic2019,
    "masks": masks,
    "omniglot": omniglot,
    "skin_grades": skin_grades,
}

FITS = ("stretch", "crop", "pad")


def options_of(kind: str) -> dict[str, Option]:
    """Return every option of a loader: its own, and how images are brought to one size."""
    loader = LOADERS[kind]
    return {
        **loader.OPTIONS,
        "size": Option(loader.SIZE, "side of the stored images in pixels", low=8, high=1024),
        "fit": Option(loader.FIT, "how images are made square", FITS),
        "channels": Option(loader.CHANNELS, "1 for grey, 3 for colour", (1, 3)),
    }


__all__ = ["LOADERS", "options_of", "read_digits", "read_npz"]
