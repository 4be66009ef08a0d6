"""Trials that train as one stack, and their results.

Trials share a stack if they share data, network and schedule; sampler, imbalance, split of seeds
and initial weights may differ. What a trial of a stack leaves is what it would leave alone, within
a tolerance; its provenance says how many trained together.
"""

import math
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np
import torch

from reproduce import device as devices
from reproduce.tasks import task_of
from reproduce.tasks.prediction import predict_stack
from reproduce.training import stacks
from reproduce.training.loop import Settings, train_stack
from reproduce.training.stacked import Stack, stackable
from reproduce.trials import execute as single
from reproduce.trials.locks import try_lock
from reproduce.trials.store import Store
from reproduce.trials.trial import Planned, Trial

# Networks a stack: enough that telling a GPU what to do takes less time than doing it, and few
# enough that weights, gradients and activations of LeNet-5 stay within a few GB.
NETWORKS_PER_STACK = 512


def size_for(device: torch.device, wanted: int | None) -> int:
    """Return how many networks to train as one: what is wanted, else many on a GPU and 1 on a CPU.

    On a CPU one small network already fills a core, and stacking only costs.
    """
    if wanted is not None:
        return max(1, wanted)
    return NETWORKS_PER_STACK if device.type == "cuda" else 1


def grouped(todo: list[Planned], size: int) -> list[list[Planned]]:
    """Return the trials that can train together, in the order of the plan, at most `size` each."""
    by_kind: dict[tuple, list[Planned]] = {}
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


def _kind(trial: Trial) -> tuple | None:
    schedule = stacks.schedule_of(trial.phases) if trial.phases else None
    if schedule is None or not task_of(trial).stackable:
        return None
    return (
        schedule, trial.dataset, trial.fingerprint, trial.backbone, trial.precision,
        trial.initialisation, str(trial.transforms), str(trial.split), trial.evaluate_on,
    )  # fmt: skip


@dataclass
class Outcome:
    """What became of one trial of a stack: a result, or the reason there is none."""

    item: Planned
    reached: str = ""
    failure: str = ""


def execute(items: list[Planned], store: Store, surroundings) -> list[Outcome] | None:
    """Train these trials as one and keep their results; None if the network cannot be stacked.

    Trials that another process is at work on are left to it. Raises `Interrupted` when told to
    stop; nothing of the stack is kept then.
    """
    with ExitStack() as locks:
        ours = [
            item for item in items
            if locks.enter_context(try_lock(store.lock_path(item.trial.key)))
        ]  # fmt: skip
        return _execute(ours, store, surroundings) if ours else []


def _execute(items: list[Planned], store: Store, surroundings) -> list[Outcome] | None:
    device = devices.choose()
    devices.prepare(device, items[0].trial.threads)
    prepared = [single.prepared_for(item.trial) for item in items]
    first = single.built(items[0].trial, prepared[0])
    if not stackable(first):
        return None
    networks = [single.built(i.trial, p) for i, p in zip(items, prepared, strict=True)]
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
    return [
        _finish(items[m], prepared[m], m, stack, histories[m], seconds, logits, store, surroundings)
        for m in range(len(items))
    ]


def _finish(
    item, prepared, number: int, stack: Stack, history, seconds, logits, store, surroundings
) -> Outcome:
    if not all(math.isfinite(row["loss"]) for row in history):
        message = "the loss became infinite or not a number; lower the learning rate"
        store.fail(item.trial.key, message)
        return Outcome(item, failure=message)
    device = next(stack.parameters()).device
    network, known = (
        stack.network(number),
        {p: np.ascontiguousarray(v[:, number]) for p, v in logits.items()},
    )
    result = single.kept(
        item, prepared, network, store, surroundings, device, history, seconds / len(stack),
        logits=known, provenance={"networks trained together": str(len(stack))},
    )  # fmt: skip
    return Outcome(item, reached=task_of(item.trial).said(result))
