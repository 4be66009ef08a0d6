"""What would be trained, and how long it would take, without training it."""

from collections.abc import Iterable
from dataclasses import dataclass

from reproduce.data.records import Record
from reproduce.trials import estimate
from reproduce.trials.store import Store
from reproduce.trials.trial import Planned


@dataclass(frozen=True)
class Group:
    """Trials of one network on one data set: how many, how many are begun, seconds together."""

    network: str
    size: int
    dataset: str
    trials: int
    begun: int
    seconds: float
    basis: str


def groups(pending: Iterable[Planned], store: Store, records: Iterable[Record]) -> list[Group]:
    """Return the pending trials by network and data, the longest first."""
    pending, speeds = list(pending), estimate.Speeds(store)
    needed = estimate.of_each(pending, store, records)
    by_kind: dict[tuple[str, int, str], list[int]] = {}
    for place, item in enumerate(pending):
        network, size = estimate.kind_of(item.trial)
        by_kind.setdefault((network, size, item.trial.dataset), []).append(place)
    found = [
        Group(
            *kind,
            trials=len(places),
            begun=sum(store.checkpoint_path(pending[p].trial.key).is_file() for p in places),
            seconds=sum(needed[place] for place in places),
            basis=speeds.of(kind[0], kind[1]).basis,
        )
        for kind, places in by_kind.items()
    ]
    return sorted(found, key=lambda group: -group.seconds)
