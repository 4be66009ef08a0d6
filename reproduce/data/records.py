"""What a data set is, and what of it travels where the data itself does not."""

import base64
from dataclasses import asdict, dataclass, field

import numpy as np

THUMBNAILS_PER_CLASS = 6


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

    def to_json(self) -> dict:
        """Return plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict) -> "Record":
        """Read back what `to_json` wrote."""
        counts = {split: tuple(of_classes) for split, of_classes in values["counts"].items()}
        lists = {name: tuple(values[name]) for name in ("class_names", "shape")}
        return cls(**{**values, **lists, "counts": counts})

    def thumbnail_images(self) -> tuple[np.ndarray, np.ndarray] | None:
        """Return a few images per class and their labels, or None where they may not be shown."""
        if self.thumbnails is None:
            return None
        pixels = np.frombuffer(base64.b64decode(self.thumbnails), dtype=np.uint8)
        images = pixels.reshape(-1, *self.shape)
        return images, np.repeat(np.arange(len(self.class_names)), THUMBNAILS_PER_CLASS)


@dataclass(frozen=True)
class Dataset:
    """Images and labels in memory, by split; `images` are uint8, [n, h, w] or [n, h, w, 3]."""

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

    def record(self) -> Record:
        """Describe this data set without its images (but for thumbnails, where publishable)."""
        classes = range(len(self.class_names))
        counts = {
            split: tuple(int(np.sum(labels == c)) for c in classes)
            for split, labels in self.labels.items()
        }
        first = next(iter(self.images.values()))
        return Record(
            name=self.name,
            fingerprint=self.fingerprint,
            task=self.task,
            class_names=self.class_names,
            counts=counts,
            shape=tuple(first.shape[1:]),
            title=self.title,
            licence=self.licence,
            source=self.source,
            images_publishable=self.images_publishable,
            thumbnails=self._thumbnails() if self.images_publishable else None,
        )

    def _thumbnails(self) -> str | None:
        split = next(iter(self.images))
        chosen = []
        for c in range(len(self.class_names)):
            of_class = np.flatnonzero(self.labels[split] == c)[:THUMBNAILS_PER_CLASS]
            if len(of_class) < THUMBNAILS_PER_CLASS:
                return None
            chosen.append(of_class)
        pixels = self.images[split][np.concatenate(chosen)]
        return base64.b64encode(np.ascontiguousarray(pixels).tobytes()).decode()
