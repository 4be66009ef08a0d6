"""Hand-made copies of the papers' own data: the layout of each release, with tiny images."""

import numpy as np
from PIL import Image

from tests.data import (
    test_loaders_acne04,
    test_loaders_chexpert,
    test_loaders_hyper_kvasir,
    test_loaders_isic2019,
)

PHOTOGRAPHS = ("1_normal_skin", "2_corns", "3_warts")


def picture(path, value=100, grey=False):
    path.parent.mkdir(parents=True, exist_ok=True)
    shape = (10, 12) if grey else (10, 12, 3)
    Image.fromarray(np.full(shape, value % 256, dtype=np.uint8)).save(path)


def npz(root, name, side, channels=()):
    """Write a MedMNIST-format file in which a bright square tells the class."""
    random = np.random.default_rng(0)
    arrays = {}
    for part, count in (("train", 40), ("test", 10)):
        labels = np.repeat(np.arange(10), count)
        images = random.integers(0, 60, (len(labels), side, side, *channels), dtype=np.uint8)
        for image, label in zip(images, labels, strict=True):
            image[2 * label : 2 * label + 2] += 150
        arrays |= {f"{part}_images": images, f"{part}_labels": labels[:, None].astype(np.uint8)}
    root.mkdir(parents=True, exist_ok=True)
    np.savez(root / f"{name}.npz", **arrays)


def photographs(root):
    for part, count in (("train", 6), ("test", 2)):
        for c, name in enumerate(PHOTOGRAPHS):
            for k in range(count):
                picture(root / part / name / f"{k}.png", 70 * c + 3 * k + (part == "test"))


def ultrasound(root):
    for part, count in (("train", 4), ("test", 2)):
        for k in range(count):
            picture(root / part / "images" / f"{k}.png", 20 * k + (part == "test"), grey=True)
            mask = root / part / "masks" / f"{k}.png"
            mask.parent.mkdir(parents=True, exist_ok=True)
            pixels = np.zeros((10, 12), dtype=np.uint8)
            pixels[2:5, 2:5] = 1 + k % 2
            Image.fromarray(pixels).save(mask)


def imagenet(root):
    for part, count in (("train", 4), ("val", 2)):
        for c in range(3):
            for k in range(count):
                name = f"{'ILSVRC2012_val' if part == 'val' else f'n0000000{c}'}_{k}{c}.JPEG"
                picture(root / part / f"n0000000{c}" / name, 60 * c + k + 9 * (part == "val"))


# How each is written below the data folder, by its name in the catalog.
LAYOUTS = {
    "mnist": lambda data: npz(data, "mnist", 28),
    "cifar10": lambda data: npz(data, "cifar10", 32, (3,)),
    "imagenet": lambda data: imagenet(data / "imagenet"),
    "acne04": lambda data: test_loaders_acne04.write_tree(data / "acne04"),
    "chexpert": lambda data: test_loaders_chexpert.write_tree(data / "chexpert"),
    "warts_photographs": lambda data: photographs(data / "warts_photographs"),
    "isic2019": lambda data: test_loaders_isic2019.write_tree(data / "isic2019"),
    "hyper_kvasir": lambda data: test_loaders_hyper_kvasir.write_tree(data / "hyper_kvasir"),
    "thyroid_ultrasound": lambda data: ultrasound(data / "thyroid_ultrasound"),
}
# Where the loader draws a number of images, one that the tiny copy has.
DRAWN = {"chexpert": "chexpert?images=30&share=0.2"}


def write(name, data):
    """Write the tiny copy of a data set into the data folder, and return the name it opens by."""
    data.mkdir(parents=True, exist_ok=True)
    if name not in ("mnist", "cifar10"):
        (data / name).mkdir(exist_ok=True)
    LAYOUTS[name](data)
    return DRAWN.get(name, name)
