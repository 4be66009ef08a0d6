"""Opening a folder of JPEGs: the first time (decoded into the cache) and every time after.

The peer decodes every file anew with Pillow, as a loader without a cache does at each start.
"""

import io
import os
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from reproduce.data import catalog

IMAGES, SIDE, SIZE = 2_500, 96, 64
WARM_STARTS = 5


def run() -> None:
    """Print wall seconds for 2,500 JPEGs of 96 pixels brought to 64."""
    with tempfile.TemporaryDirectory() as name:
        os.environ["REPRODUCE_CACHE"] = str(Path(name) / "cache")
        folder = Path(name) / "images"
        files = _write(folder)

        started = time.perf_counter()
        for file in files:
            np.asarray(Image.open(file).convert("RGB").resize((SIZE, SIZE)))
        every_time = time.perf_counter() - started

        cold = _seconds(folder)
        warm = sorted(_seconds(folder) for _ in range(WARM_STARTS))[WARM_STARTS // 2]
        del os.environ["REPRODUCE_CACHE"]
    print(f"{'decoded anew with Pillow, every start':42s} {every_time:8.2f} s")
    print(f"{'this project, first start (fills cache)':42s} {cold:8.2f} s")
    print(f"{'this project, later starts (median of 5)':42s} {warm:8.2f} s")


def _seconds(folder: Path) -> float:
    started = time.perf_counter()
    images = catalog.load(f"folder:{folder}?size={SIZE}").images["all"]
    np.asarray(images).sum()  # touches every page: a memory map alone has read nothing yet
    return time.perf_counter() - started


def _write(folder: Path) -> list[Path]:
    random = np.random.default_rng(0)
    files = []
    for number in range(IMAGES):
        path = folder / f"class{number % 5}" / f"{number}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        noise = random.integers(0, 256, (12, 12, 3), dtype=np.uint8)
        picture = Image.fromarray(noise).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=90)
        path.write_bytes(buffer.getvalue())
        files.append(path)
    return files
