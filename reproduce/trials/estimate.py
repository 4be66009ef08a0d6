"""How long trials will take, said before they start."""

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from reproduce.data.imbalance import counts_by_class
from reproduce.data.records import Record
from reproduce.tasks import task_of
from reproduce.trials.store import Result, Store
from reproduce.trials.stored_rows import DamagedRow
from reproduce.trials.trial import Planned, Trial

# Training images a second on one core of a 2.5 GHz server, of so many pixels a side, where nothing
# was trained here yet.
IMAGES_A_SECOND = {
    "lenet5": (4400.0, 28),
    "all_cnn": (80.0, 32),
    "resnet32": (180.0, 32),
    "mobilenet_v1": (147.0, 64),
    "resnet10": (148.0, 64),
    "resnet50": (8.3, 128),
    "inception_v3": (16.0, 128),
    "hrnet_small_ocr": (120.0, 64),
    "hrnet_w48_ocr": (0.06, 512),
}
ANY_NETWORK = (500.0, 28)
# Starting a worker: importing torch and reading the data.
SECONDS_TO_START = 5.0
# The last so many trials of a network tell how fast it is here and now.
ENOUGH = 500


def images_shown(trial: Trial, in_training: int = 0) -> int:
    """Return how many training images, or views of them, a trial passes through the network.

    At most, where a phase stops by itself. One that is shown embeddings passes each image once.
    """
    return sum(
        in_training
        if phase.embedded
        else phase.views * (phase.batch_size * phase.iterations or phase.epochs * in_training)
        for phase in trial.phases
    )


def shown_to(trial: Trial, records: Iterable[Record]) -> int:
    """Return how many images a trial passes, its data being among those of the records."""
    return images_shown(trial, _in_training(records, trial))


def _images_seen(result: Result) -> int:
    """Return how many images a finished trial passed, of phases that stopped as far as they went.

    The last row of a phase's history says how many steps it took.
    """
    trial, images = result.trial, _trained_on(result)
    seen = images_shown(trial, images)
    for number, phase in enumerate(trial.phases):
        if phase.stop and not phase.embedded:
            steps = max(row["iteration"] for row in result.history if row["phase"] == number)
            seen -= images_shown(trial.but(phases=(phase,)), images)
            seen += phase.views * phase.batch_size * int(steps)
    return seen


def _in_training(records: Iterable[Record], trial: Trial) -> int:
    """Return how many images of its data set a trial trains on at most; 0 of one unknown."""
    if trial.split.get("kind") == "counted":
        return sum(trial.split["train"])
    record = next((record for record in records if record.name == trial.dataset), None)
    if record is None:
        return 0
    whole = sum(record.counts.get("train") or max(record.counts.values(), key=sum))
    if trial.imbalance.get("kind") == "binary_share":
        return trial.imbalance.get("total") or whole
    kept = _kept(len(record.class_names), json.dumps(trial.imbalance))
    return whole if kept is None else min(whole, kept)


@lru_cache
def _kept(classes: int, imbalance: str) -> int | None:
    """Return how many images an imbalance leaves; the seed only says of which classes."""
    counts = counts_by_class(classes, 0, **json.loads(imbalance))
    return None if counts is None else int(counts.sum())


def _trained_on(result: Result) -> int:
    trial = result.trial
    return task_of(trial).images_trained_on(result.counts, trial.transforms["size"])


@dataclass(frozen=True)
class Speed:
    """Images a second of a network, and how that is known."""

    images: float
    basis: str = "a table for one core of a server"


class Speeds:
    """How fast networks are: as measured in a store, each asked for once, else by the table."""

    def __init__(self, store: Store):
        self._store = store
        # Of each network, pixels of a channel a second, and the devices they were measured on.
        self._known: dict[str, tuple[list[float], set[str]]] = {}

    def _measured(self, network: str) -> tuple[list[float], set[str]]:
        if network not in self._known:
            rates, devices = self._known[network] = [], set()
            for result in chain.from_iterable(
                found.results for found in self._store.newest(network, ENOUGH)
            ):
                # A history that is damaged is named by `store check`; here it tells nothing.
                with suppress(DamagedRow):
                    # What several ranks took together says little of one core.
                    if result.seconds > 1 and "ranks" not in result.provenance:
                        side = result.trial.transforms["size"]
                        rates.append(_images_seen(result) / result.seconds * side**2)
                        devices.add(result.provenance.get("device", "an unknown device"))
            rates.sort()
        return self._known[network]

    def of(self, backbone: str, size: int) -> Speed:
        """Return the speed of a network with images of a size; more pixels take longer."""
        rates, devices = self._measured(backbone)
        if rates:
            basis = f"{len(rates)} trial(s) of this store on {', '.join(sorted(devices))}"
            return Speed(rates[len(rates) // 2] / size**2, basis)
        rate, measured_at = IMAGES_A_SECOND.get(backbone, ANY_NETWORK)
        return Speed(rate * (measured_at / size) ** 2)


def speed(store: Store, backbone: str, size: int) -> float:
    """Return images a second for a network: as measured in this store, else from the table."""
    return Speeds(store).of(backbone, size).images


def of_each(
    pending: Iterable[Planned], store: Store, records: Iterable[Record] = ()
) -> list[float]:
    """Return about how many seconds each trial trains, without the start of a worker."""
    speeds, records = Speeds(store), list(records)
    return [
        shown_to(item.trial, records) / speeds.of(*kind_of(item.trial)).images for item in pending
    ]


def seconds(
    pending: Iterable[Planned], store: Store, workers: int, records: Iterable[Record] = ()
) -> float:
    """Return about how many seconds the trials need with so many workers.

    `records` are those of their data sets, for trials that last epochs.
    """
    pending = list(pending)
    if not pending:
        return 0.0
    needed = sum(of_each(pending, store, records))
    return SECONDS_TO_START + needed / max(1, min(workers, len(pending)))


def kind_of(trial: Trial) -> tuple[str, int]:
    """Return what decides how fast a trial is: its network, and the side of its images."""
    return trial.backbone, trial.transforms["size"]


def in_words(duration: float) -> str:
    """Return a duration as a person would say it."""
    if duration < 90:
        return f"{max(1, round(duration))} s"
    if duration < 5400:
        return f"{duration / 60:.0f} min"
    if duration < 172_800:
        return f"{duration / 3600:.1f} h"
    return f"{duration / 86_400:.0f} days"
