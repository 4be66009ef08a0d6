"""What is known of every data set before it is opened: facts of `catalog.yaml`, `medmnist.csv`."""

import csv
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

import yaml

MEDMNIST_SIZES = (28, 64, 128, 224)
MEDMNIST_PAGE = "https://medmnist.com"
MEDMNIST_FILES = "https://zenodo.org/records/10519652/files/"


@dataclass(frozen=True)
class Entry:
    """One data set as the catalog describes it.

    Attributes
    ----------
    kind
        How it is opened: the name of a loader, `npz`, `packed`, `embedded`, `generated`.
    folder
        Where a loader looks in the data folder; by default the folder of the set's name.
    packed
        Whether `reproduce.data.packed` reads a ready copy of it as well.
    identities
        How many there are to verify, where no list of classes names them.
    published
        Images by split as its makers state them: a count per class, or the total alone.
    layout
        What is expected in the data folder, one path a line.
    archives
        Archives as their makers give them out, and the folder each becomes.
    fetched
        How it can be downloaded (`idx`, `cifar`, `medmnist`; `files`, kept as they are); empty
        where that is not allowed.
    files
        What is downloaded from `mirrors`, with its published MD5.
    checksums
        Published MD5: of the file at each size (`md5_28`), or of parts of its content.
    known
        Facts that `verify` counts as known of the release, not as damage (identical files).
    """

    title: str
    licence: str
    source: str
    images_publishable: bool
    class_names: tuple[str, ...] | None = None
    kind: str = "npz"
    folder: str = ""
    packed: bool = False
    identities: int = 0
    task: str = "classification"
    published: dict[str, int | tuple[int, ...]] = field(default_factory=dict)
    size: str = ""
    download: str = ""
    role: str = ""
    page: str = ""
    terms: str = ""
    layout: tuple[str, ...] = ()
    archives: dict[str, str] = field(default_factory=dict)
    fetched: str = ""
    files: dict[str, str] = field(default_factory=dict)
    mirrors: tuple[str, ...] = ()
    checksums: dict[str, str] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)

    def total(self) -> int | None:
        """Return the published number of images, or None where it is not fixed."""
        counts = self.published.values()
        return sum(c if isinstance(c, int) else sum(c) for c in counts) if counts else None


@cache
def entries() -> dict[str, Entry]:
    """Return all entries by name, those of the papers first."""
    folder = resources.files("reproduce.data")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    facts = yaml.load((folder / "catalog.yaml").read_text("utf-8"), loader)
    rows = list(csv.DictReader((folder / "medmnist.csv").read_text("utf-8").splitlines()))
    medmnist = {row["name"]: _medmnist(row, facts.pop(row["name"], {})) for row in rows}
    return {name: _entry(values) for name, values in facts.items()} | medmnist


def _entry(values: dict) -> Entry:
    lists = ("class_names", "layout", "mirrors")
    given = {key: tuple(values[key]) if key in lists else values[key] for key in values}
    if isinstance(values.get("class_names"), str):
        given["class_names"] = tuple(values["class_names"].split())
    given["published"] = {
        split: counts if isinstance(counts, int) else tuple(counts)
        for split, counts in values.get("published", {}).items()
    }
    return Entry(**given)


def _medmnist(row: dict[str, str], more: dict) -> Entry:
    names = tuple(row["classes"].split("|"))
    several = row["name"] == "chestmnist"
    colour = " colour" if row["channels"] == "3" else " grey"
    published = {split: int(row[split]) for split in ("train", "val", "test")}
    return _entry(
        {
            "title": row["title"],
            "licence": row["licence"],
            "source": f"Yang et al. (2023), MedMNIST v2; {row['source']}",
            "images_publishable": True,
            "class_names": names,
            "task": "several labels an image" if several else "classification",
            "published": published,
            "size": "28, 64, 128 or 224 px," + colour,
            "role": "real, none of the papers' own",
            "page": MEDMNIST_PAGE,
            "terms": f"{row['licence']}; cite MedMNIST v2 and the source data; not for diagnosis",
            "layout": [f"{row['name']}.npz, or {row['name']}_64.npz for the name "
                       f"{row['name']}?size=64"],
            "fetched": "medmnist",
            "checksums": {f"md5_{size}": row[f"md5_{size}"] for size in MEDMNIST_SIZES},
            **more,
        }
    )  # fmt: skip
