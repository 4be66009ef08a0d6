"""Where data sets are read from: one file per release, each listing what lies on disk.

A loader is a module with `OPTIONS` (what may follow the question mark in the data set's name) and
`read(root, options) -> Listing`; pixels are decoded later, by `reproduce.data.cache`.
"""

from reproduce.data.names import Option
from reproduce.data.sources import acne04, chexpert, folder, hyper_kvasir, imagenet, isic2019, masks
from reproduce.data.sources.embedded import read_digits
from reproduce.data.sources.npz import read_npz

LOADERS = {
    "acne04": acne04,
    "chexpert": chexpert,
    "folder": folder,
    "hyper_kvasir": hyper_kvasir,
    "imagenet": imagenet,
    "isic2019": isic2019,
    "masks": masks,
}

FITS = ("stretch", "crop", "pad")
# How each release is made square, as the paper that uses it does it; where none says, shorter side
# to size and centre crop. ACNE04's own code stretches; so do the segmentation networks of BDCL's
# kind; a radiograph is padded, since its edges hold findings.
FIT_OF = {"acne04": "stretch", "masks": "stretch", "chexpert": "pad"}
GREY = ("chexpert",)


def options_of(kind: str) -> dict[str, Option]:
    """Return every option of a loader: its own, and how images are brought to one size."""
    return {
        **LOADERS[kind].OPTIONS,
        "size": Option(256, "side of the stored images in pixels", low=8, high=1024),
        "fit": Option(FIT_OF.get(kind, "crop"), "how images are made square", FITS),
        "channels": Option(1 if kind in GREY else 3, "1 for grey, 3 for colour", (1, 3)),
    }


__all__ = ["LOADERS", "options_of", "read_digits", "read_npz"]
