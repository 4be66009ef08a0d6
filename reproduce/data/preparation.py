"""From a data set and a trial's settings to what the training loop reads."""

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from reproduce.data import imbalance as imbalances
from reproduce.data import padding, splits, whitening
from reproduce.data.records import Dataset
from reproduce.data.resizing import resize
from reproduce.data.targets import CLASS_OF_IMAGE, ClassOfImage, nearest
from reproduce.errors import UserError

if TYPE_CHECKING:
    import torch


@dataclass
class Images:
    """One part of the data: images [n, h, w] or [n, h, w, 3] and their labels.

    Pixels are uint8, or float32 where whitening has left no levels.
    `pixels` may hold more images than belong to the part, shared with others: `rows` then says
    where each image lies. The network sees pixels / `divisor`, less `mean` and divided by
    `deviation` where these are given, one number a channel; and of larger images only the middle
    `seen` x `seen`, where that is given, unless a transform chooses the part. `maps` has the class
    of every pixel, stored as `pixels` are, where that is learned in place of the label. `about` has
    what else a task must know of each image, such as the device that took it.
    """

    pixels: np.ndarray
    labels: np.ndarray
    divisor: float = 255.0
    mean: tuple[float, ...] = ()
    deviation: tuple[float, ...] = ()
    rows: np.ndarray | None = None
    seen: int = 0
    maps: np.ndarray | None = None
    about: dict[str, np.ndarray] = field(default_factory=dict)

    def stored(self, indices) -> np.ndarray:
        """Return the pixels of the images at `indices`, as stored."""
        return self.pixels[indices if self.rows is None else self.rows[indices]]

    def stored_maps(self, indices) -> np.ndarray:
        """Return the classes of the pixels of the images at `indices`, as stored."""
        return self.maps[indices if self.rows is None else self.rows[indices]]

    def targets(self, indices) -> np.ndarray:
        """Return what is to be said of the images at `indices`: labels, or maps [n, h, w]."""
        return self.labels[indices] if self.maps is None else self.centre(self.stored_maps(indices))

    def tensor(self, indices: slice | np.ndarray, device: "torch.device") -> "torch.Tensor":
        """Return the images at `indices` as the network sees them: float32 [n, c, h, w]."""
        return self.normalised(self.centre(self.raw(indices, device)))

    def raw(self, indices, device):
        """Return the pixels at `indices` as float32 [n, c, h, w] on the device, as stored."""
        import torch

        batch = torch.from_numpy(self.stored(indices)).to(device)
        batch = batch.unsqueeze(1) if batch.ndim == 3 else batch.permute(0, 3, 1, 2)
        # Always a copy, also of pixels that are float32: what follows works in place.
        return batch.to(torch.float32, copy=True)

    def part(self, indices: np.ndarray) -> "Images":
        """Return the images at `indices` alone; their pixels stay where they are."""
        rows = indices if self.rows is None else self.rows[indices]
        about = {name: values[indices] for name, values in self.about.items()}
        return replace(self, labels=self.labels[indices], rows=rows, about=about)

    def centre(self, pixels):
        """Return the middle of images [..., h, w] where the network sees less than is stored."""
        edge = (pixels.shape[-1] - self.size) // 2
        if not edge:
            return pixels
        middle = pixels[..., edge : edge + self.size, edge : edge + self.size]
        return (
            np.ascontiguousarray(middle) if isinstance(middle, np.ndarray) else middle.contiguous()
        )

    def normalised(self, pixels):
        """Return pixels [n, c, h, w] on the scale of the stored ones as the network sees them."""
        pixels = pixels.div_(self.divisor)
        if not self.mean:
            return pixels
        mean, deviation = (
            pixels.new_tensor(values).view(-1, 1, 1) for values in (self.mean, self.deviation)
        )
        return pixels.sub_(mean).div_(deviation)

    @property
    def size(self) -> int:
        """Return the height and width of the images as the network sees them."""
        return self.seen or self.pixels.shape[1]

    @property
    def channels(self) -> int:
        """Return 1 for grey images and 3 for colour."""
        return 1 if self.pixels.ndim == 3 else self.pixels.shape[-1]


@dataclass
class Prepared:
    """The training part after imbalance, the parts to evaluate on, and the training counts.

    `counts` says how much there is to learn of each class: images, or pixels of label maps.
    """

    train: Images
    evaluate: dict[str, Images]
    counts: np.ndarray
    class_names: tuple[str, ...]


def prepare(
    dataset: Dataset,
    *,
    split: dict,
    imbalance: dict,
    transforms: dict,
    data_seed: int,
    evaluate_on: list[str],
    targets: ClassOfImage = CLASS_OF_IMAGE,
) -> Prepared:
    """Split, draw the imbalanced sample from the training part, resize.

    Imbalance touches training images only: the test part is never resampled. `targets` says what
    is learned of an image, and what must be true of the data for that.
    """
    parts, drawn = splits.split(dataset, **split), False
    if split.get("drawn_validation"):
        parts, drawn = _with_drawn_validation(dataset, parts, split, imbalance, data_seed), True
    for wanted in evaluate_on:
        if wanted not in parts:
            raise UserError(
                f"no part '{wanted}' in data set '{dataset.name}' (it has: {', '.join(parts)})"
            )
    targets.require(dataset, parts, evaluate_on)
    images, class_names = {}, dataset.class_names
    for name in {"train", *evaluate_on}:
        source, indices = parts[name]
        labels = dataset.labels[source][indices]
        if name == "train":
            labels, class_names = targets.numbered(labels, dataset)
            if not drawn:
                kept = imbalances.draw(labels, class_names, data_seed, **imbalance)
                indices, labels = indices[kept], labels[kept]
        # Not copied: many networks may train on many samples of the same images.
        size = transforms.get("stored", transforms["size"])
        if transforms.get("whitening"):
            fitted_on = parts["train"]
            pixels = whitened(dataset, source, fitted_on, size, transforms["whitening"])
        elif transforms.get("padded") and targets.maps(dataset, source) is None:
            pixels = _padded(dataset, source, size)
        else:
            pixels = _resized(dataset, source, size)
        images[name] = Images(
            pixels,
            labels,
            transforms["divisor"],
            tuple(transforms.get("mean", ())),
            tuple(transforms.get("deviation", ())),
            rows=indices,
            seen=transforms["size"] if size != transforms["size"] else 0,
            maps=_sized(dataset, source, targets.maps(dataset, source), size),
            about=targets.about(dataset, source, indices),
        )
    counts = targets.counted(images["train"], dataset, class_names)
    evaluate = {name: images[name] for name in evaluate_on}
    return Prepared(images["train"], evaluate, counts, class_names)


def _with_drawn_validation(dataset: Dataset, parts, split, imbalance, data_seed: int):
    """Return the parts with the imbalanced training images divided into training and validation."""
    source, train = parts["train"]
    labels = dataset.labels[source][train]
    kept = imbalances.draw(labels, dataset.class_names, data_seed, **imbalance)
    return splits.validation_of(dataset, parts, kept, split["drawn_validation"], data_seed)


# What was made of the last data set, by which it is first; trials of one plan share it.
_made: dict[tuple, np.ndarray] = {}


def _once(key: tuple, make) -> np.ndarray:
    if key not in _made:
        if any(known[0] != key[0] for known in _made):
            _made.clear()
        _made[key] = make()
    return _made[key]


def _which(dataset: Dataset) -> str:
    """Return what tells a data set from others made of the same files, such as another fold."""
    return f"{dataset.fingerprint} {dataset.name}"


def _resized(dataset: Dataset, source: str, size: int) -> np.ndarray:
    """Return all images of a source at this size, made once for trials that follow each other."""
    pixels = dataset.images[source]
    if pixels.shape[1:3] == (size, size):
        return pixels
    return _once((_which(dataset), source, size), lambda: resize(pixels, size))


def _padded(dataset: Dataset, source: str, size: int) -> np.ndarray:
    """Return all images of a source shrunk or padded to this size, made once."""
    pixels = dataset.images[source]
    if pixels.shape[1:3] == (size, size):
        return pixels
    return _once((_which(dataset), "padded", source, size), lambda: padding.padded(pixels, size))


def _sized(dataset: Dataset, source: str, maps: np.ndarray | None, size: int):
    """Return label maps at this size, made once; None where there are none."""
    if maps is None or maps.shape[1:3] == (size, size):
        return maps
    return _once((_which(dataset), "maps", source, size), lambda: nearest(maps, size))


def whitened(dataset: Dataset, source: str, fitted_on, size: int, name: str) -> np.ndarray:
    """Return all images of a source whitened as float32; what is learned, is of training images."""
    training, rows = fitted_on
    key = (_which(dataset), name, size, training, hashlib.sha256(rows.tobytes()).hexdigest())
    fit = _once(key, lambda: whitening.fit(name, _resized(dataset, training, size)[rows]))
    return _once(
        (*key, source), lambda: whitening.apply(name, fit, _resized(dataset, source, size))
    )
