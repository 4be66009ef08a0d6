"""Trials that train as one stack, and what is measured of each.

Trials share a stack if they share data, network and schedule; sampler, imbalance, split of seeds
and initial weights may differ. What a trial of a stack leaves is what it would leave alone, within
a tolerance; its provenance says how many trained together.
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import torch

from reproduce import device as devices
from reproduce.tasks import task_of
from reproduce.tasks.prediction import predict_stack
from reproduce.training import stacks
from reproduce.training.loop import Diverged, Settings, train_stack
from reproduce.training.stacked import stackable
from reproduce.trials import execute as single
from reproduce.trials.executors.executor import Failed, NoStack, Report
from reproduce.trials.trial import Planned, Trial

# Networks a stack: enough that telling a GPU what to do takes less time than doing it, and few
# enough that weights, gradients and activations of LeNet-5 stay within a few GB.
NETWORKS_PER_STACK = 512

# What trials of one stack have in common.
Kind = tuple[object, ...]


def size_for(device: torch.device, wanted: int | None) -> int:
    """Return how many networks to train as one: what is wanted, else many on a GPU and 1 on a CPU.

    On a CPU one small network already fills a core, and stacking only costs.
    """
    if wanted is not None:
        return max(1, wanted)
    return NETWORKS_PER_STACK if device.type == "cuda" else 1


def grouped(todo: list[Planned], size: int) -> list[list[Planned]]:
    """Return the trials that can train together, in the order of the plan, at most `size` each."""
    by_kind: dict[Kind, list[Planned]] = {}
    for item in todo:
        # These look at one network while it learns.
        watched = {"curve", "encoders"} & set(item.keep)
        kind = None if watched else _kind(item.trial)
        if kind is not None:
            by_kind.setdefault(kind, []).append(item)
    return [
        items[start : start + size]
        for items in by_kind.values()
        for start in range(0, len(items), size)
        if len(items[start : start + size]) > 1
    ]


def _kind(trial: Trial) -> Kind | None:
    schedule = stacks.schedule_of(trial.phases) if trial.phases else None
    if schedule is None or not task_of(trial).stackable:
        return None
    return (
        schedule, trial.dataset, trial.fingerprint, trial.backbone, trial.precision,
        trial.initialisation, str(trial.transforms), str(trial.split), trial.evaluate_on,
    )  # fmt: skip


def execute(items: Sequence[Planned], surroundings: single.Surroundings) -> Iterator[Report]:
    """Train these trials as one and yield what is measured of each, or why there is nothing.

    Raises `Interrupted` when told to stop; nothing of the stack is left then.
    """
    device = devices.choose()
    devices.prepare(device, items[0].trial.threads)
    prepared = [single.prepared_for(item.trial) for item in items]
    first = single.build_network(items[0].trial, prepared[0])
    if not stackable(first):
        yield NoStack(tuple(item.trial.key for item in items))
        return
    networks = [single.build_network(i.trial, p) for i, p in zip(items, prepared, strict=True)]
    members = [
        stacks.Member(
            list(item.trial.phases), part.train, part.counts.tolist(),
            item.trial.data_seed, item.trial.seed,
        )
        for item, part in zip(items, prepared, strict=True)
    ]  # fmt: skip
    settings = Settings(
        device, stop_requested=surroundings.stop_requested, progress=surroundings.progress
    )
    precision = items[0].trial.precision
    stack, histories, seconds = train_stack(members, networks, precision, settings)
    logits = {
        part: predict_stack(stack, images, device, precision)
        for part, images in prepared[0].evaluate.items()
    }
    for number, item in enumerate(items):
        if not all(math.isfinite(row["loss"]) for row in histories[number]):
            message = "the loss became infinite or not a number; lower the learning rate"
            yield Failed(item.trial.key, message)
            continue
        report: Report
        try:
            report = single.measure(
                item, prepared[number], stack.network(number), surroundings, device,
                histories[number], seconds / len(stack),
                logits={p: np.ascontiguousarray(v[:, number]) for p, v in logits.items()},
                provenance={"networks trained together": str(len(stack))},
            )  # fmt: skip
        except Diverged as error:
            report = Failed(item.trial.key, str(error))
        yield report
