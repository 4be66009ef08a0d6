"""What the one loop needs to train a stack: its batches, its objective, and who may share one."""

import json
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from reproduce.data.preparation import Images
from reproduce.losses import Batch, Context
from reproduce.losses.checks import labels as checked_labels
from reproduce.losses.objective import Objective
from reproduce.training.inputs import Inputs, Shown
from reproduce.training.phases import BLENDING, Heads, Mixing, Phase

# Batches drawn ahead, so that numbers cross to the GPU rarely and are drawn while it computes.
BATCHES_AHEAD = 128


@dataclass
class Member:
    """One network of a stack: what it trains on, in which order."""

    phases: list[Phase]
    images: Images
    counts: list[int]
    data_seed: int
    seed: int


def schedule_of(phases: tuple[Phase, ...]) -> str | None:
    """Return what the phases of a stack must have in common; None if they cannot be stacked.

    Only the sampler may differ. Lengths are in iterations: an epoch is as long as its sample.
    """
    shared = []
    for phase in phases:
        plain = (
            phase.objective == "cross_entropy" and not phase.objective_parameters
            and phase.views == 1 and phase.transforms == "none" and phase.mixing == Mixing()
            and phase.heads == Heads() and not phase.reinitialise and not phase.epochs
            and phase.schedule.unit == "iteration" and not phase.stop and not phase.embedded
            and phase.sampler not in BLENDING
        )  # fmt: skip
        if not plain:
            return None
        shared.append(phase.model_dump(mode="json", exclude={"sampler", "sampler_parameters"}))
    return json.dumps(shared, sort_keys=True)


class StackedInputs:
    """The batches of one phase for all members: images [B, M, c, h, w], labels [B, M].

    All members must read the same stored pixels; these go to the device once, and a batch is
    picked there.
    """

    def __init__(self, members: list[Member], number: int, length: int):
        self.length = length
        self.phase, self.images = members[0].phases[number], members[0].images
        self.streams = [
            Inputs(m.phases[number], m.images, m.counts, number, m.data_seed, m.seed).stream
            for m in members
        ]
        self.rows = [_rows(member.images) for member in members]
        self.labels = _labels_of_pixels(members)
        self._ahead = ThreadPoolExecutor(1)
        self._next: tuple[int, Future] | None = None
        self._block: tuple[int, torch.Tensor] | None = None
        self._on_device: tuple[torch.Tensor, torch.Tensor] | None = None

    # Iterations are the unit of every stacked phase; an epoch is another length for each member.
    batches_per_epoch = 1

    def begin(self, network, device: torch.device, precision: str) -> None:
        """Do what must be done before the first batch: nothing."""

    def batch(self, iteration: int, device: torch.device) -> Shown:
        """Return what this iteration shows to every network."""
        if self._on_device is None:
            pixels = torch.from_numpy(np.ascontiguousarray(self.images.pixels))
            self._on_device = pixels.to(device), torch.from_numpy(self.labels).to(device)
        pixels, labels = self._on_device
        rows = self._rows_of(iteration, device)
        images = pixels[rows]
        images = images.unsqueeze(2) if images.ndim == 4 else images.permute(0, 1, 4, 2, 3)
        return Shown(self.images.normalised(images.to(torch.float32)), labels[rows], None)

    def _rows_of(self, iteration: int, device) -> torch.Tensor:
        """Return which stored images the iteration shows [B, M]; the next block is drawn ahead."""
        start = iteration - iteration % BATCHES_AHEAD
        if self._block is None or self._block[0] != start:
            drawn = (
                self._next[1].result()
                if self._next and self._next[0] == start
                else self._draw(start)
            )
            self._block = start, torch.from_numpy(drawn).to(device)
            following = start + BATCHES_AHEAD
            if following < self.length:
                self._next = following, self._ahead.submit(self._draw, following)
        return self._block[1][iteration - start].long()

    def _draw(self, start: int) -> np.ndarray:
        stop = min(start + BATCHES_AHEAD, self.length)
        size = (stop - start, self.phase.batch_size, len(self.streams))
        drawn = np.empty(size, dtype=np.int32)
        for member, (stream, rows) in enumerate(zip(self.streams, self.rows, strict=True)):
            for number in range(start, stop):
                drawn[number - start, :, member] = rows[stream.batch(number)]
        return drawn


class StackedCrossEntropy(Objective):
    """Returns the mean loss of every network of the stack [M]."""

    reads = "logits"

    def __init__(self, context: Context):
        super().__init__(context)

    def forward(self, batch: Batch) -> torch.Tensor:
        """Return the cross-entropy of each network over its own images."""
        rows, labels = batch.logits.flatten(0, 1), batch.labels.flatten()
        labels = checked_labels("cross_entropy", labels, rows, classes=rows.shape[1])
        losses = functional.cross_entropy(rows.float(), labels, reduction="none")
        return losses.view_as(batch.labels).mean(dim=0)


def build_objective(network, phase: Phase, inputs, counts, length: int) -> StackedCrossEntropy:
    """Return the objective of a stack, whose phases all have cross-entropy."""
    context = Context(len(counts), tuple(counts), network.classifier.in_features, length)
    return StackedCrossEntropy(context).to(next(network.parameters()).device)


def histories(rows: list[dict], members: int) -> list[list[dict]]:
    """Return the history of each network from that of the stack."""
    return [
        [
            {name: float(v[member]) if isinstance(v, np.ndarray) else v for name, v in row.items()}
            for row in rows
        ]
        for member in range(members)
    ]


def _rows(images: Images) -> np.ndarray:
    return np.arange(len(images.labels)) if images.rows is None else images.rows


def _labels_of_pixels(members: list[Member]) -> np.ndarray:
    """Return the label of every stored image that some member trains on."""
    labels = np.zeros(len(members[0].images.pixels), dtype=np.int64)
    for member in members:
        if member.images.pixels is not members[0].images.pixels:
            raise ValueError("the members of a stack must share their stored pixels")
        labels[_rows(member.images)] = member.images.labels
    return labels
