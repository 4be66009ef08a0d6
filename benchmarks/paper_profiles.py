"""Every paper's profile `paper` on images of the right shape that nobody took.

These profiles are for a GPU, and most of their data are not at hand. Whether a network trains at
its resolution, how fast, and how long the whole would take can be said without them: what is known
of the data stands in the catalog.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from reproduce import models, papers
from reproduce.data import catalog, names
from reproduce.data.preparation import Images
from reproduce.data.records import Record
from reproduce.randomness import seed_torch
from reproduce.tasks import task_of
from reproduce.training.loop import Settings, train
from reproduce.training.phases import Phase, Schedule
from reproduce.trials import estimate, memory
from reproduce.trials.store import Store
from reproduce.trials.trial import Planned, Trial

# Of these the catalog gives a total alone; any division of it will do.
PARTS = {"train": 0.8, "test": 0.2}
# The side of images that are of any size.
SIDE = 224


@dataclass(frozen=True)
class Profile:
    """A paper's profile `paper`: all of its trials, and those that stand for its networks."""

    paper: str
    trials: tuple[Trial, ...]
    records: tuple[Record, ...]

    def of_each_network(self) -> list[Trial]:
        """Return a trial of each network: the one of most phases, of those the last."""
        found: dict[str, Trial] = {}
        for trial in self.trials:
            known = found.get(trial.backbone)
            if known is None or len(trial.phases) >= len(known.phases):
                found[trial.backbone] = trial
        return list(found.values())

    def plainest(self, backbone: str) -> Trial:
        """Return the network's trial of fewest phases, of those the first."""
        return min(
            (trial for trial in self.trials if trial.backbone == backbone),
            key=lambda trial: len(trial.phases),
        )

    def record_of(self, trial: Trial) -> Record:
        """Return what is known of a trial's data."""
        return next(record for record in self.records if record.name == trial.dataset)


def profile(paper: str, **values) -> Profile:
    """Return a paper's profile with every data set as the catalog describes it."""
    protocol = papers.protocol(paper)
    parameters = protocol.parameters.read({"profile": "paper", **values})
    wanted = [parameters.dataset, *protocol.other_data(parameters)]
    records = [record(name) for name in wanted]
    cells = [
        *protocol.cells(parameters, *records), *protocol.references(parameters, *records),
    ]  # fmt: skip
    trials = {cell.trial.key: cell.trial for cell in cells if cell.trial.phases}
    return Profile(paper, tuple(trials.values()), tuple(records))


def record(name: str) -> Record:
    """Return what the catalog knows of a data set, as if it were at hand."""
    entry, parsed = catalog.entry_of(name), names.parse(name)
    classes = entry.class_names or tuple(map(str, range(entry.identities)))
    split = "all" if parsed.options.get("split", "").startswith("all") else ""
    return Record(
        name=name, fingerprint="0" * 64, task=entry.task, class_names=classes,
        counts=_counts(entry, len(classes), split), shape=_shape(entry.size),
        title=entry.title, licence=entry.licence, source=entry.source, images_publishable=False,
    )  # fmt: skip


def _shape(size: str) -> tuple[int, ...]:
    """Return the shape of images from what the catalog says of it: "28 px, grey"."""
    known = re.match(r"(\d+) px", size)
    side = int(known[1]) if known else SIDE
    return (side, side) if "grey" in size else (side, side, 3)


def _counts(entry, classes: int, split: str) -> dict[str, tuple[int, ...]]:
    known = dict(entry.published) or {"all": 100 * classes}
    if split:
        known = {split: entry.total() or 100 * classes}
    if set(known) == {"all"} and not split and not entry.identities:
        total = known["all"] if isinstance(known["all"], int) else sum(known["all"])
        known = {part: round(share * total) for part, share in PARTS.items()}
    return {
        part: of if isinstance(of, tuple) else (max(1, of // classes),) * classes
        for part, of in known.items()
    }


def shortened(trial: Trial, iterations: int, batch_size: int) -> Trial:
    """Return a trial of so many steps a phase, of so many images at most, from random numbers.

    Published weights are a file that may not be here, and no step depends on what they are.
    """
    phases = tuple(_short(phase, iterations, batch_size) for phase in trial.phases)
    return trial.but(phases=phases, initialisation="random")


def _short(phase: Phase, iterations: int, batch_size: int) -> Phase:
    batch = min(phase.batch_size, batch_size)
    sampled, each = phase.sampler_parameters, phase.sampler_parameters.get("images_per_class")
    if each and batch < phase.batch_size:
        # Three classes or identities, so that one of three classes is no contradiction.
        sampled = {**sampled, "images_per_class": batch // 3}
    return phase.but(
        epochs=0, iterations=iterations, batch_size=batch, stop=0, schedule=Schedule(),
        sampler_parameters=sampled,
    )  # fmt: skip


def images(trial: Trial, known: Record, count: int) -> tuple[Images, list[int]]:
    """Return random images of the trial's shape, every class equally often, and their counts."""
    random = np.random.default_rng(0)
    size = trial.transforms.get("stored", trial.transforms["size"])
    channels = () if len(known.shape) == 2 else known.shape[2:]
    classes = len(known.class_names)
    labels = np.arange(count) % classes
    maps = None
    if task_of(trial).network == "segmentation":
        maps = random.integers(0, classes, (count, size, size), dtype=np.uint8)
    made = Images(
        random.integers(0, 256, (count, size, size, *channels), dtype=np.uint8), labels,
        trial.transforms["divisor"], tuple(trial.transforms.get("mean", ())),
        tuple(trial.transforms.get("deviation", ())), rows=np.arange(count), maps=maps,
        seen=trial.transforms["size"] if size != trial.transforms["size"] else 0,
    )  # fmt: skip
    counted = labels if maps is None else maps.ravel()
    return made, np.bincount(counted, minlength=classes).tolist()


def trained(trial: Trial, known: Record, settings: Settings, count: int):
    """Return the network, and how its training went, of a trial on random images."""
    shown, counts = images(trial, known, count)
    seed_torch(trial.seed, "weights")
    network = models.build(
        trial.backbone, channels=shown.channels, size=trial.transforms["size"],
        classes=len(counts),
    ).to(settings.device)  # fmt: skip
    state = train(
        network, list(trial.phases), shown, counts, data_seed=trial.data_seed, seed=trial.seed,
        precision=trial.precision, settings=settings, task=task_of(trial),
    )  # fmt: skip
    return network, state


def hours(found: Profile, store: Store) -> float:
    """Return about how many hours of one core a profile takes."""
    planned = [Planned(trial) for trial in found.trials]
    return estimate.seconds(planned, store, 1, found.records) / 3600


def largest_batch(found: Profile) -> memory.Need:
    """Return what the batch of a profile that needs the most memory needs at the least."""
    needs = [memory.of_batch(trial, found.record_of(trial)) for trial in found.of_each_network()]
    return max(needs, key=lambda need: need.bytes)


def run() -> None:
    """Print what each paper's profile would take on a core of the kind that estimates are of."""
    with TemporaryDirectory() as folder:
        store = Store(Path(folder))
        print(f"{'':22s} {'networks':>9s} {'core-hours':>11s} {'a batch, at least':>18s}")
        for paper in papers.runnable():
            found = profile(paper)
            need = memory.in_words(largest_batch(found).bytes)
            print(f"{paper:22s} {len(found.trials):9,d} {hours(found, store):11,.0f} {need:>18s}")
