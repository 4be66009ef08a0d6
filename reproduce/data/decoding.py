"""From the bytes of an image file to a square uint8 array of one size.

Three ways to make an image square: `crop` scales the shorter side and cuts the middle out, `pad`
scales the longer side and fills with black, `stretch` scales both sides and gives up the aspect
ratio. Scaling is bilinear, with antialiasing where it shrinks (every source pixel counts, as in an
area mean); masks take the nearest pixel. A JPEG is decoded at a half, quarter or eighth of its size
where that still leaves twice the pixels asked for: several times faster. Orientation tags are not
applied, as the loaders of the papers do not apply them.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from reproduce.errors import UserError
from reproduce.files import relative


@dataclass(frozen=True)
class Shape:
    """How images are stored: side in pixels, how made square, 1 or 3 channels."""

    size: int
    fit: str
    channels: int

    def array(self) -> tuple[int, ...]:
        """Return the shape of one stored image."""
        square = (self.size, self.size)
        return square if self.channels == 1 else (*square, 3)


def image(content: bytes, path: Path, shape: Shape) -> tuple[np.ndarray, tuple[int, int]]:
    """Return the image as uint8 and its width and height in the file.

    A file that is cut off, damaged or no image at all is refused by name.
    """
    eight_bits, original = _opened(content, path, shape)
    return np.asarray(_squared(eight_bits, shape, Image.Resampling.BILINEAR)), original


def covering(content: bytes, path: Path, sides: tuple[int, int], channels: int) -> np.ndarray:
    """Return the image as uint8 at this height and width: scaled to cover it, the middle kept.

    What `crop` does for squares; an image of that size already stays as it is.
    """
    opened, _ = _opened(content, path, Shape(max(sides), "crop", channels))
    height, width = sides
    if opened.size == (width, height):
        return np.asarray(opened)
    scale = min(opened.width / width, opened.height / height)
    left, top = (opened.width - scale * width) / 2, (opened.height - scale * height) / 2
    box = (left, top, left + scale * width, top + scale * height)
    return np.asarray(opened.resize((width, height), Image.Resampling.BILINEAR, box=box))


def _opened(content: bytes, path: Path, shape: Shape) -> tuple[Image.Image, tuple[int, int]]:
    """Return the image with 8 bits a channel, and its width and height in the file."""
    mode = "L" if shape.channels == 1 else "RGB"
    try:
        with Image.open(io.BytesIO(content)) as opened:
            original = opened.size
            opened.draft(mode, _draft(original, shape))
            opened.load()
            return _eight_bits(opened).convert(mode), original
    # Decoders answer strange bytes with strange errors (struct.error, SyntaxError, MemoryError).
    except Exception as error:
        raise unreadable(path, error) from error


def marked(
    contents: list[bytes],
    paths: list[Path],
    shape: Shape,
    expected: tuple[int, int],
    of: Path,
    value: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Return masks of one image, joined, and the values they hold: `value` where one is bright.

    Such masks say where something is, not what, in whatever mode they were saved.
    """
    bright = np.zeros((expected[1], expected[0]), dtype=bool)
    for content, path in zip(contents, paths, strict=True):
        try:
            with Image.open(io.BytesIO(content)) as opened:
                opened.load()
                grey = opened.convert("L")
        except Exception as error:
            raise unreadable(path, error) from error
        _check_size(grey, path, expected, of)
        bright |= np.asarray(grey) > 127
    classes = Image.fromarray(bright.astype(np.uint8) * np.uint8(value))
    values = np.unique(np.asarray(classes))
    return np.asarray(_squared(classes, shape, Image.Resampling.NEAREST)), values


def mask(
    content: bytes,
    path: Path,
    shape: Shape,
    expected: tuple[int, int],
    of: Path,
    classes: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the mask as uint8 and the values it holds at its full size.

    Parameters
    ----------
    expected
        width and height of the image `of` that it belongs to.
    classes
        how many classes are known; a higher value is refused (0: any is taken). A mask of 0 and
        255 alone stands for classes 0 and 1.
    """
    try:
        with Image.open(io.BytesIO(content)) as opened:
            opened.load()
            loaded = opened.copy()
    except Exception as error:
        raise unreadable(path, error) from error
    if loaded.mode == "1":
        loaded = Image.fromarray(np.asarray(loaded).astype(np.uint8))
    if loaded.mode not in ("L", "P"):
        raise UserError(
            f"{relative(path)} is a mask in mode {loaded.mode}, expected a grey or palette image "
            "of 8 bits whose pixel values are class numbers"
        )
    _check_size(loaded, path, expected, of)
    # A palette image counts by its indices; through the palette they would become colours.
    grey = Image.fromarray(np.asarray(loaded))
    values = np.flatnonzero(grey.histogram())
    if classes and values.max() >= classes and set(values.tolist()) - {0, 255}:
        raise UserError(
            f"{relative(path)} has the unknown label {values.max()}, expected classes 0 to "
            f"{classes - 1}"
        )
    return np.asarray(_squared(grey, shape, Image.Resampling.NEAREST)), values


def unreadable(path: Path, error: Exception) -> UserError:
    """Say which file is damaged or no image."""
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    if "cannot identify image file" in reason:
        reason = "it is no image"
    return UserError(f"{relative(path)} cannot be read as an image ({reason}); get the file again")


def _check_size(loaded: Image.Image, path: Path, expected: tuple[int, int], of: Path) -> None:
    if loaded.size != expected:
        raise UserError(
            f"{relative(path)} is {loaded.width} x {loaded.height} pixels, its image "
            f"{relative(of)} is {expected[0]} x {expected[1]}; expected a mask of the same size"
        )


def _draft(original: tuple[int, int], shape: Shape) -> tuple[int, int]:
    width, height = original
    wanted = 2 * shape.size
    if shape.fit == "stretch":
        return wanted, wanted
    scale = wanted / (min(original) if shape.fit == "crop" else max(original))
    return round(width * scale), round(height * scale)


def _eight_bits(opened: Image.Image) -> Image.Image:
    """Return 16-bit grey images scaled to 8 bits; converting would clip them to white."""
    if opened.mode.startswith("I"):
        values = np.asarray(opened).astype(np.int64)
        deep = opened.mode != "I" or values.max() > 255
        return Image.fromarray((values >> 8 if deep else values).clip(0, 255).astype(np.uint8))
    return opened


def _squared(source: Image.Image, shape: Shape, resample: Image.Resampling) -> Image.Image:
    width, height = source.size
    square = (shape.size, shape.size)
    if shape.fit == "stretch":
        return source.resize(square, resample)
    if shape.fit == "crop":
        side = min(width, height)
        left, top = (width - side) / 2, (height - side) / 2
        return source.resize(square, resample, box=(left, top, left + side, top + side))
    scale = shape.size / max(width, height)
    inner = (max(1, round(width * scale)), max(1, round(height * scale)))
    canvas = Image.new(source.mode, square)
    offset = ((shape.size - inner[0]) // 2, (shape.size - inner[1]) // 2)
    canvas.paste(source.resize(inner, resample), offset)
    return canvas
