"""What a data set is, and what of it travels where the data itself does not."""

import base64
from dataclasses import asdict, dataclass, field

import numpy as np

THUMBNAILS_PER_CLASS = 6
# Thumbnails travel in plans and editions: they are shrunk until all of them fit into so many
# bytes, and left out where nothing could be seen on them any more.
THUMBNAIL_BYTES = 1_000_000
THUMBNAIL_PIXELS = 16


@dataclass(frozen=True)
class Record:
    """What a plan and an edition carry of a data set, so that they work where it is absent."""

    name: str
    fingerprint: str
    task: str
    class_names: tuple[str, ...]
    counts: dict[str, tuple[int, ...]]
    shape: tuple[int, ...]
    title: str
    licence: str
    source: str
    images_publishable: bool
    thumbnails: str | None = None
    # Where the thumbnails are smaller than the images; None means they have the images' shape.
    thumbnail_shape: tuple[int, ...] | None = None

    def to_json(self) -> dict:
        """Return plain JSON values."""
        values = asdict(self)
        if self.thumbnail_shape is None:
            del values["thumbnail_shape"]
        return values

    @classmethod
    def from_json(cls, values: dict) -> "Record":
        """Read back what `to_json` wrote."""
        counts = {split: tuple(of_classes) for split, of_classes in values["counts"].items()}
        names = ("class_names", "shape", "thumbnail_shape")
        lists = {name: tuple(values[name]) for name in names if values.get(name) is not None}
        return cls(**{**values, **lists, "counts": counts})

    def thumbnail_images(self) -> tuple[np.ndarray, np.ndarray] | None:
        """Return a few images per class and their labels, or None where they may not be shown."""
        if self.thumbnails is None:
            return None
        pixels = np.frombuffer(base64.b64decode(self.thumbnails), dtype=np.uint8)
        images = pixels.reshape(-1, *(self.thumbnail_shape or self.shape))
        return images, np.repeat(np.arange(len(self.class_names)), THUMBNAILS_PER_CLASS)


@dataclass(frozen=True)
class Dataset:
    """Images and labels by split; `images` are uint8, [n, h, w] or [n, h, w, 3].

    Attributes
    ----------
    images
        In memory, or a read-only memory map of the cache.
    labels
        One whole number per image. Where the task is segmentation, the class of an image is the
        highest class in its mask (by it a split can be stratified); the target is `masks`.
    groups
        What must not be torn apart by a split: the number of the patient, person, lesion or set
        of identical files an image belongs to, numbered across all splits.
    masks
        uint8 [n, h, w], the class of every pixel.
    extra
        Anything else that is known per image: lesion counts, official folds, device, skin tone.
    """

    name: str
    task: str
    class_names: tuple[str, ...]
    images: dict[str, np.ndarray] = field(repr=False)
    labels: dict[str, np.ndarray] = field(repr=False)
    fingerprint: str
    title: str
    licence: str
    source: str
    images_publishable: bool
    groups: dict[str, np.ndarray] | None = field(default=None, repr=False)
    masks: dict[str, np.ndarray] | None = field(default=None, repr=False)
    extra: dict[str, dict[str, np.ndarray]] | None = field(default=None, repr=False)

    def record(self) -> Record:
        """Describe this data set without its images (but for thumbnails, where publishable)."""
        classes = range(len(self.class_names))
        counts = {
            split: tuple(int(np.sum(labels == c)) for c in classes)
            for split, labels in self.labels.items()
        }
        first = next(iter(self.images.values()))
        shape = tuple(first.shape[1:])
        thumbnails, thumbnail_shape = None, None
        if self.images_publishable:
            thumbnails, thumbnail_shape = self._thumbnails()
        return Record(
            name=self.name,
            fingerprint=self.fingerprint,
            task=self.task,
            class_names=self.class_names,
            counts=counts,
            shape=shape,
            title=self.title,
            licence=self.licence,
            source=self.source,
            images_publishable=self.images_publishable,
            thumbnails=thumbnails,
            thumbnail_shape=None if thumbnail_shape == shape else thumbnail_shape,
        )

    def _thumbnails(self) -> tuple[str | None, tuple[int, ...] | None]:
        split = next(iter(self.images))
        chosen = []
        for c in range(len(self.class_names)):
            of_class = np.flatnonzero(self.labels[split] == c)[:THUMBNAILS_PER_CLASS]
            if len(of_class) < THUMBNAILS_PER_CLASS:
                return None, None
            chosen.append(of_class)
        pixels = _shrunk(self.images[split], np.concatenate(chosen))
        if pixels is None:
            return None, None
        encoded = base64.b64encode(np.ascontiguousarray(pixels).tobytes()).decode()
        return encoded, tuple(pixels.shape[1:])


def _shrunk(images: np.ndarray, chosen: np.ndarray) -> np.ndarray | None:
    """Return the chosen images, shrunk by means over whole blocks of pixels where they must be."""
    height, width = images.shape[1:3]
    step = 1
    while len(chosen) * images[0].nbytes / step**2 > THUMBNAIL_BYTES:
        step += 1
    if step == 1:
        return images[chosen]
    rows, columns = height // step, width // step
    if min(rows, columns) < THUMBNAIL_PIXELS:
        return None
    blocks = images[chosen][:, : rows * step, : columns * step]
    blocks = blocks.reshape(len(chosen), rows, step, columns, step, *images.shape[3:])
    return np.rint(blocks.mean(axis=(2, 4))).astype(np.uint8)
