"""ImageNet (ILSVRC 2012) as class folders: train/n01440764/*.JPEG and val/n01440764/*.JPEG.

At most `per_class` training images of a class are taken, drawn by `seed`: the class imbalance
paper uses up to 1,000. The validation images are the test part; they must be sorted into class
folders, as the usual scripts do it.
"""

from pathlib import Path

import numpy as np

from reproduce.data.names import Option
from reproduce.data.sources.listing import Listing, check_classes, folders_in, images_in
from reproduce.errors import UserError
from reproduce.files import relative
from reproduce.randomness import generator

SIZE, FIT, CHANNELS = 256, "crop", 3
OPTIONS = {
    "per_class": Option(1000, "training images of a class, at most", low=1, high=1300),
    "classes": Option(1000, "how many classes, the first by folder name", low=2, high=1000),
    "seed": Option(0, "seed of the draw", low=0, high=2**32 - 1),
}


def read(root: Path, options: dict) -> Listing:
    """List the images; classes are the folders' names, sorted."""
    for part in ("train", "val"):
        if not (root / part).is_dir():
            raise UserError(f"{relative(root)} has no folder '{part}'; expected train and val")
    names = tuple(folders_in(root / "train"))[: options["classes"]]
    if not set(names) <= set(folders_in(root / "val")):
        missing = sorted(set(names) - set(folders_in(root / "val")))[0]
        raise UserError(
            f"{relative(root / 'val')} has no folder '{missing}'; sort the validation images into "
            "class folders"
        )
    files: list[str] = []
    labels: list[int] = []
    rows = {}
    for split, part in (("train", "train"), ("test", "val")):
        start = len(files)
        for label, name in enumerate(names):
            images = images_in(root / part / name)
            if split == "train" and len(images) > options["per_class"]:
                order = generator(options["seed"], "imagenet", label).permutation(len(images))
                images = [images[i] for i in np.sort(order[: options["per_class"]])]
            files += [f"{part}/{name}/{image}" for image in images]
            labels += [label] * len(images)
        rows[split] = np.arange(start, len(files))
    return check_classes(Listing(root, files, np.array(labels, dtype=np.int64), names, rows))
