"""A folder as people have it: three classes, mixed formats, grey and colour, any size."""

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

CLASSES = ("disc", "square", "stripes")
SUFFIXES = ("png", "jpg", "bmp", "png", "jpeg")


def folder_of_shapes(folder: Path, counts=(60, 60, 60), seed=0, easy=0.6) -> Path:
    """Write so many images of each class; each has noise, and one in three is grey."""
    random = np.random.default_rng(seed)
    for name, count in zip(CLASSES, counts, strict=True):
        (folder / name).mkdir(parents=True)
        for number in range(count):
            image = shape(name, random, easy)
            if number % 3 == 0:
                image = image.convert("L")
            image.save(folder / name / f"{number:03}.{SUFFIXES[number % len(SUFFIXES)]}")
    return folder


def shape(name: str, random, easy: float) -> Image.Image:
    """Return one image: a shape of any colour and place on a noisy ground."""
    width, height = (int(side) for side in random.integers(48, 160, 2))
    ground = Image.new("RGB", (width, height), tuple(random.integers(0, 256, 3).tolist()))
    draw, colour = ImageDraw.Draw(ground), tuple(random.integers(0, 256, 3).tolist())
    side = int(min(width, height) * random.uniform(0.3, 0.6))
    left, top = int(random.integers(0, width - side)), int(random.integers(0, height - side))
    box = (left, top, left + side, top + side)
    if name == "disc":
        draw.ellipse(box, fill=colour)
    elif name == "square":
        draw.rectangle(box, fill=colour)
    else:
        for offset in range(0, side, max(4, side // 5)):
            draw.rectangle(
                (left + offset, top, left + offset + side // 10, top + side), fill=colour
            )
    noise = random.normal(0, 60 * (1 - easy) + 5, (height, width, 3))
    return Image.fromarray((np.asarray(ground) + noise).clip(0, 255).astype(np.uint8))


if __name__ == "__main__":
    folder_of_shapes(Path(sys.argv[1]), tuple(int(n) for n in sys.argv[2].split(",")))
