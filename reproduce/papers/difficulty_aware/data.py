"""The data of the difficulty-aware study: which identities train, and which are verified.

The post has none. Real images are MNIST's digits by who wrote them, with the same digit in both
images of a pair; real images through two simulated cameras; Omniglot's characters; CIFAR-10's
classes, three of which are unseen. Generated irises under two devices are the set of quick runs.
"""

from typing import Any

from reproduce.data import names
from reproduce.data.records import Record

WRITERS = "mnist_writers?split=all"
DEVICES = "mnist_writers?devices=simulated&split=all"
CHARACTERS, IRISES, OBJECTS = "omniglot", "identities?size=28", "cifar10"
# Of the 836 writers; all others train. Half of the plan's networks see 200 of the trained ones in
# images that were kept out of training.
TESTED, VALIDATED, SEEN, SEEN_EACH = 200, 100, 200, 12
POPULATIONS = {"employees": 0, "students": 1}
# Employees are 337 writers, students 499: as many of each are tested, validated and trained on.
OF_A_POPULATION = {"test": 90, "val": 40, "train": 200}
# Of the classes of CIFAR-10.
CLASSES_TESTED = 3
# Of own folders, so much of the identities.
SHARE_TESTED, SHARE_VALIDATED = 0.3, 0.1


def split(record: Record, seed: int, population: str = "") -> dict[str, Any]:
    """Return how identities are divided in the repeat of this seed.

    Data with a test part of their own keep it; a part of their trained identities validates.
    """
    base = names.parse(record.name).base
    if base == "mnist_writers" and "all" in record.counts:
        if population:
            value = POPULATIONS[population]
            return {"kind": "identities", **OF_A_POPULATION, "seed": seed, "by": "population",
                    "train_on": value}  # fmt: skip
        return {"kind": "identities", "test": TESTED, "val": VALIDATED, "seen": SEEN,
                "seen_each": SEEN_EACH, "seed": seed}  # fmt: skip
    if base == "cifar10":
        return {"kind": "identities", "test": CLASSES_TESTED, "seed": seed}
    if "test" in record.counts:
        return {"kind": "official"}
    people = len(record.class_names)
    tested = max(2, round(SHARE_TESTED * people))
    return {"kind": "identities", "test": tested, "val": round(SHARE_VALIDATED * people),
            "seed": seed}  # fmt: skip


def parts(record: Record, population: str = "") -> tuple[str, ...]:
    """Return which parts a trial is evaluated on."""
    known = split(record, 0, population)
    if known["kind"] == "official":
        return ("test", "seen") if "seen" in record.counts else ("test",)
    wanted = {"val": known.get("val"), "seen": known.get("seen"), "shifted": population}
    return ("test", *(part for part, there in wanted.items() if there))


def has_domains(record: Record) -> bool:
    """Say whether the images of a data set come from more than one device."""
    parsed = names.parse(record.name)
    return (
        parsed.base == "identities"
        or parsed.options.get("devices") == "simulated"
        or parsed.options.get("domains") == "subfolders"
    )


def transforms(record: Record, size: int) -> dict[str, Any]:
    """Return how images reach a network: brought to this side, levels from -1 to 1."""
    channels = 1 if len(record.shape) == 2 else record.shape[-1]
    return {"size": size, "divisor": 255, "mean": [0.5] * channels, "deviation": [0.5] * channels}
