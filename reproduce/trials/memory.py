"""What memory a trial needs at the least, compared with what there is before anything trains.

The estimate leaves out the network, the optimizer and all that is small beside a large batch. Only
what surely cannot fit is refused; what is allowed may still turn out to be too much.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from reproduce.data.records import Record
from reproduce.errors import UserError
from reproduce.trials.trial import Planned, Trial

BYTES_OF_FLOAT = 4
# A batch's images as float32, and what a network keeps of them for the backward pass: of those
# here none keeps less than 8 times the images, and half of that in bfloat16.
KEPT_FOR_LEARNING = 4
# Limits that a container sets, of both generations of Linux's control groups.
LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")

# Windows tells it to nobody without another package: there nothing is refused for want of memory.
UNKNOWN = 2**60


@dataclass(frozen=True)
class Need:
    """The bytes that a trial needs at the least, and of what."""

    bytes: int
    what: str
    mend: str


def present() -> int:
    """Return the bytes of memory that this machine has, or that its container may use."""
    if not hasattr(os, "sysconf"):
        return UNKNOWN
    found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for limit in map(Path, LIMITS):
        text = limit.read_text().strip() if limit.is_file() else ""
        found = min(found, int(text)) if text.isdigit() else found
    return found


def of_batch(trial: Trial, record: Record) -> Need:
    """Return what the largest batch of a trial needs: pixels x channels x 4 bytes, and to learn."""
    size, channels = trial.transforms["size"], _channels(record)
    batches = {
        phase.views * phase.batch_size * (KEPT_FOR_LEARNING if phase.train == "all" else 1): phase
        for phase in trial.phases
        # Such a phase is shown embeddings.
        if phase.sampler != "smote"
    }
    most = max(batches, default=0)
    images = batches[most].views * batches[most].batch_size if batches else 0
    what = f"a batch of {images:,} images of {size} x {size} pixels"
    needed = most * size * size * channels * BYTES_OF_FLOAT
    return Need(needed, what, "take a smaller batch_size or smaller images")


def of_data(trial: Trial, record: Record) -> Need:
    """Return what the images need that are brought to another size; others may stay on the disk."""
    size = trial.transforms.get("stored", trial.transforms["size"])
    images = sum(record.counts.get("train") or next(iter(record.counts.values())))
    same = tuple(record.shape[:2]) == (size, size)
    needed = 0 if same else images * size * size * _channels(record)
    what = f"{record.name}, brought to {size} x {size} pixels,"
    return Need(needed, what, "take smaller images")


def _channels(record: Record) -> int:
    return 1 if len(record.shape) == 2 else record.shape[-1]


def lacking(planned: Iterable[Planned], records: Iterable[Record], memory: int) -> str:
    """Say in words what of a plan surely does not fit into so much memory; empty if all may."""
    by_name = {(record.name, record.fingerprint): record for record in records}
    for trial in (item.trial for item in planned):
        record = by_name.get((trial.dataset, trial.fingerprint))
        for need in (of_batch(trial, record), of_data(trial, record)) if record else ():
            if need.bytes > memory:
                return (
                    f"{need.what} needs at least {in_words(need.bytes)} of memory, and there are "
                    f"{in_words(memory)}: {need.mend}"
                )
    return ""


def check(planned: Iterable[Planned], records: Iterable[Record], memory: int) -> None:
    """Refuse what surely cannot fit into so much memory, before anything is trained."""
    said = lacking(planned, records, memory)
    if said:
        raise UserError(said)


def exhausted(trials: Sequence[Trial], said: str) -> str:
    """Say what did not fit when memory was exhausted, and by which parameter it can be mended."""
    size = trials[0].transforms["size"]
    images = max(phase.views * phase.batch_size for phase in trials[0].phases)
    what = f"training {trials[0].backbone} on {images:,} images of {size} x {size} pixels at a time"
    if len(trials) > 1:
        what += f", {len(trials)} networks as one stack,"
        mend = f"give --stack {max(1, len(trials) // 2)}, or a smaller batch_size"
    else:
        mend = "take a smaller batch_size or image_size, or fewer --workers at once"
    return f"{what} needs more memory than there is ({said[:160]}); {mend}"


def in_words(count: int) -> str:
    """Return a number of bytes as a person would say it."""
    units = ("bytes", "kB", "MB", "GB", "TB", "PB")
    power = min(len(units) - 1, max(0, len(str(count)) - 1) // 3)
    value = count / 1000**power
    return f"{value:,.0f} {units[power]}" if value >= 100 else f"{value:.3g} {units[power]}"
