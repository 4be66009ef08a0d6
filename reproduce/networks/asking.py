"""What an exported network says of image files."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from reproduce import device as devices
from reproduce.data import decoding, padding
from reproduce.data.decoding import Shape
from reproduce.data.preparation import Images
from reproduce.data.resizing import resize
from reproduce.data.sources.listing import IMAGE_SUFFIXES
from reproduce.errors import UserError
from reproduce.evaluation.metrics import softmax
from reproduce.evaluation.thresholding import divide_by_prior
from reproduce.files import relative
from reproduce.networks.header import Header
from reproduce.networks.reading import Exported
from reproduce.tasks.prediction import predict

# Images opened at once, so that a folder of any size fits into memory.
AT_ONCE = 256


def files_in(given: Iterable[Path]) -> list[Path]:
    """Return image files as they were given, and for a folder all that lie in it, sorted."""
    found: list[Path] = []
    for path in map(Path, given):
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if _is_image(p.relative_to(path)))
            if not inside:
                raise UserError(
                    f"{relative(path)} holds no images "
                    f"({', '.join(suffix[1:] for suffix in IMAGE_SUFFIXES)})"
                )
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise UserError(f"no file or folder {relative(path)}; expected images or folders")
    return found


def _is_image(path: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.parts)
    return path.name.lower().endswith(IMAGE_SUFFIXES) and not hidden


def logits_of(exported: Exported, files: Sequence[Path]) -> np.ndarray:
    """Return the logits [n, C] of image files, in their order.

    They are those that training and testing would have had of the same images.
    """
    device = devices.choose()
    devices.prepare(device, 1)
    network = exported.network.to(device)
    pieces = []
    for start in range(0, len(files), AT_ONCE):
        images = images_of(files[start : start + AT_ONCE], exported.header)
        pieces.append(predict(network, images, device, exported.header.precision)[0])
    return np.concatenate(pieces)


def images_of(files: Sequence[Path], header: Header) -> Images:
    """Open image files the way that the network's own were opened."""
    stored = np.stack([_opened(path, header) for path in files])
    if header.image_padded:
        pixels = padding.padded(stored, header.image_stored)
    else:
        pixels = resize(stored, header.image_stored)
    shown = header.normalisation
    return Images(
        pixels,
        np.zeros(len(files), dtype=np.int64),
        shown["divisor"],
        tuple(shown.get("mean", ())),
        tuple(shown.get("deviation", ())),
        seen=header.image_size if header.image_size != header.image_stored else 0,
    )


def _opened(path: Path, header: Header) -> np.ndarray:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"cannot read {relative(path)} ({error.strerror or error})") from error
    height, width = header.image_shape
    if height != width:
        return decoding.covering(content, path, (height, width), header.channels)
    return decoding.image(content, path, Shape(height, header.image_fit, header.channels))[0]


def probabilities(header: Header, logits: np.ndarray, thresholded: bool = False) -> np.ndarray:
    """Return class probabilities [n, C], calibrated where the file has a temperature.

    Thresholded: divided by the shares of the classes in training, and by their sum, so that they
    are those of a world in which all classes are equally frequent.
    """
    found = softmax(logits / (header.temperature or 1.0))
    if not thresholded:
        return found
    divided = divide_by_prior(found, np.asarray(header.training_counts))
    return divided / divided.sum(axis=1, keepdims=True)


def table(header: Header, files: Sequence[Path], found: np.ndarray) -> str:
    """Return a CSV: file, label, its probability, and the probability of every class."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["file", "label", "probability", *(f"p_{name}" for name in header.classes)])
    for path, row in zip(files, found, strict=True):
        best = int(row.argmax())
        values = [f"{value:.6f}" for value in (row[best], *row)]
        writer.writerow([relative(path), header.classes[best], *values])
    return text.getvalue()
