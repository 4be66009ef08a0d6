"""The one loop. Nothing else in this project trains."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from reproduce import device as devices
from reproduce import losses, tasks
from reproduce.data.preparation import Images
from reproduce.errors import UserError
from reproduce.losses.checks import without_value_checks
from reproduce.randomness import seed_torch
from reproduce.training import checkpoints, optimization, parts, stacks, stopping, terms
from reproduce.training.embedded import inputs_of
from reproduce.training.objectives import build_objective, stretch
from reproduce.training.phases import Phase
from reproduce.training.ranks import Alone
from reproduce.training.stacked import Stack

# A GPU runs ahead of Python; asking for the loss at every step would make it wait.
STEPS_BETWEEN_LOSS_CHECKS_ON_GPU = 50


class Interrupted(Exception):
    """Training stopped when asked to, after writing a checkpoint."""


class Diverged(UserError):
    """The loss, the weights or the scores became infinite or not a number."""


@dataclass
class Settings:
    """What surrounds a run without changing its result."""

    device: torch.device
    checkpoint: Path | None = None
    checkpoint_seconds: float = 5.0
    stop_requested: Callable[[], bool] = lambda: False
    progress: Callable[[int, int, float], None] = lambda done, total, loss: None
    # Called with the network after every `observe_every` iterations, 0: after every block; it
    # changes nothing.
    observe: Callable[[int, int, torch.nn.Module], None] | None = None
    observe_every: int = 0
    # Called with the network, and the number of the phases that are done, before the last phase
    # and after it; it changes nothing.
    between: Callable[[int, torch.nn.Module], None] = lambda done, network: None
    # Who shares the batches. Only the first rank has a checkpoint, and only it is looked at.
    ranks: Alone = field(default_factory=Alone)


@dataclass
class State:
    """Where a run is: the next iteration, and what has been recorded so far."""

    phase: int = 0
    iteration: int = 0
    seconds: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)
    # Sums over the block that is under way; part of the state, so that a run that stops in the
    # middle of a block records the same history as one that does not.
    loss_sum: float = 0.0
    correct: int = 0
    judged: int = 0
    steps: int = 0
    terms: dict[str, float] = field(default_factory=dict)
    # The numbers of processes that shared its batches: one number, unless a run goes on with more.
    ranks: list[int] = field(default_factory=list)


def train(
    network: torch.nn.Module,
    phases: list[Phase],
    images: Images,
    counts: list[int],
    *,
    data_seed: int,
    seed: int,
    precision: str,
    settings: Settings,
    task: tasks.Task | None = None,
) -> State:
    """Run the phases one after the other, resuming from the checkpoint where there is one."""
    stopping.require_lengths(phases)
    inputs = [
        inputs_of(phase, images, counts, number, data_seed, seed)
        for number, phase in enumerate(phases)
    ]
    return run_phases(network, phases, inputs, counts, seed, precision, settings, task)


def train_stack(members: list[stacks.Member], networks, precision: str, settings: Settings):
    """Train many networks as one; return the stack and the history of each network.

    The members' phases may differ by their samplers only (`stacks.schedule_of`). There is no
    checkpoint: a stack that is interrupted starts anew. A network whose loss is no longer a number
    does not disturb the others; its history says so.
    """
    phases = members[0].phases
    lengths = [phase.iterations for phase in phases]
    inputs = [stacks.StackedInputs(members, n, length) for n, length in enumerate(lengths)]
    stack = Stack(networks).to(settings.device)
    counts = members[0].counts
    state = run_phases(stack, phases, inputs, counts, 0, precision, settings)
    return stack, stacks.histories(state.history, len(members)), state.seconds


def run_phases(
    network, phases, inputs, counts, seed: int, precision: str, settings: Settings, task=None
) -> State:
    """Run phases whose inputs are ready, resuming from the checkpoint where there is one.

    `task` says what a right answer is; without one it is the class of an image.
    """
    ranks = settings.ranks
    saved = ranks.agreed(checkpoints.load(settings.checkpoint) if settings.checkpoint else None)
    state = State(**{"ranks": [1], **saved[0]}) if saved else State()
    state.ranks = sorted({*state.ranks, ranks.number})
    lengths = [p.length(i.batches_per_epoch) for p, i in zip(phases, inputs, strict=True)]
    for number in range(state.phase):
        parts.attach(network, phases, number, len(counts), seed)
    run = None
    for number in range(state.phase, len(phases)):
        if number == len(phases) - 1 and not saved:
            settings.between(number, network)
        parts.attach(network, phases, number, len(counts), seed)
        run = _PhaseRun(network, phases, number, inputs[number], lengths, counts, run, task, ranks)
        if saved:
            checkpoints.restore(saved[1], network, run.optimizer, run.objective)
            saved = None
        inputs[number].begin(network, settings.device, precision)
        with without_value_checks():
            run.go(state, seed, precision, settings)
        _require_finite(network, state.iteration, number)
        state.phase, state.iteration = number + 1, 0
    network.projections = torch.nn.ModuleDict()
    settings.between(len(phases), network)
    return state


def _require_finite(network, done: int, number: int) -> None:
    """See what the last step of a phase left: no later loss would show it."""
    if isinstance(network, Stack):
        return
    if not all(bool(torch.isfinite(weights).all()) for weights in network.parameters()):
        raise Diverged(
            f"the weights became infinite or not a number at iteration {done}, the last in phase "
            f"{number + 1}: lower the learning rate"
        )


class _PhaseRun:
    """One phase under way: its inputs, objective and optimizer."""

    def __init__(
        self, network, phases, number: int, inputs, lengths, counts, before=None, task=None,
        ranks=None,
    ):  # fmt: skip
        self.network, self.phase, self.number, self.inputs = network, phases[number], number, inputs
        self.task, self.ranks = task or tasks.named("classification"), ranks or Alone()
        self.length, self.total = lengths[number], sum(lengths)
        self.done_before = sum(lengths[:number])
        self.offset, self.stretch = stretch(phases, lengths, number)
        build = stacks.build_objective if isinstance(network, Stack) else build_objective
        self.objective = build(network, self.phase, inputs, counts, self.length)
        self.optimizer = optimization.build_optimizer(network, self.objective, self.phase)
        if before and self.phase.continued:
            optimization.take_over(self, before)
        self.block = self.phase.block(inputs.batches_per_epoch)
        self.found: dict[str, torch.Tensor] = {}

    def go(self, state: State, seed, precision, settings) -> None:
        started = last_saved = time.monotonic()
        every = 1 if settings.device.type == "cpu" else STEPS_BETWEEN_LOSS_CHECKS_ON_GPU
        pending: list[tuple[torch.Tensor, torch.Tensor | None, dict[str, torch.Tensor]]] = []
        parts.set_modes(self.network, self.phase)
        per_epoch = self.inputs.batches_per_epoch
        while not self._over(state):
            if settings.stop_requested():
                self._collect(pending, state)
                state.seconds += time.monotonic() - started
                self._save(state, settings)
                raise Interrupted
            rate = optimization.set_learning_rate(
                self.optimizer, self.phase, self.offset + state.iteration, self.stretch, per_epoch
            )
            pending.append(self._step(state.iteration, seed, precision, settings.device))
            state.iteration += 1
            state.steps += 1
            at_end_of_block = self._ends_block(state.iteration)
            if settings.observe and self._looked_at(state.iteration, settings.observe_every):
                settings.observe(self.number, state.iteration, self.network)
                parts.set_modes(self.network, self.phase)
            if len(pending) >= every or at_end_of_block:
                loss = self._collect(pending, state)
                settings.progress(self.done_before + state.iteration, self.total, loss)
            if at_end_of_block:
                self._record(state, rate)
                if time.monotonic() - last_saved >= settings.checkpoint_seconds:
                    state.seconds += time.monotonic() - started
                    self._save(state, settings)
                    started = last_saved = time.monotonic()
        state.seconds += time.monotonic() - started

    def _over(self, state: State) -> bool:
        return state.iteration >= self.length or stopping.stopped(
            state.history, self.number, self.phase
        )

    def _looked_at(self, done: int, every: int) -> bool:
        return done % every == 0 if every else self._ends_block(done)

    def _ends_block(self, done: int) -> bool:
        return done % self.block == 0 or done == self.length

    def _step(self, iteration: int, seed: int, precision: str, device):
        seed_torch(seed, "forward", self.number, iteration)
        epoch, first = divmod(iteration, self.inputs.batches_per_epoch)
        if first == 0:
            self.objective.begin_epoch(epoch)
        shown = self.inputs.batch(iteration, device)
        with devices.autocast(device, precision):
            features, logits, heads, beside = parts.outputs(
                self.network, shown, self.objective.reads, self.phase.auxiliary > 0, self.ranks
            )
        batch = losses.Batch(
            labels=shown.labels,
            logits=logits,
            embeddings=next(iter(heads.values())) if len(heads) == 1 else features,
            heads=heads,
            views=self.phase.views,
            mixed=shown.mixed,
            indices=shown.indices,
            iteration=iteration,
            epoch=epoch,
        )
        loss = self.objective(batch)
        if beside is not None:
            loss = loss + self.phase.auxiliary * terms.auxiliary(beside, batch.all_labels)
        if self._ends_block(iteration + 1):
            self.found = terms.looked_at(self.objective, batch, features)
        self.optimizer.zero_grad(set_to_none=True)
        loss.sum().backward()
        self.ranks.sum_gradients(self.network, self.objective)
        optimization.turn_ascending(self.objective)
        self.optimizer.step()
        self.objective.after_step()
        loss = self.ranks.of_first(loss.detach())
        return loss, self._correct(batch), terms.taken(self.objective)

    def _correct(self, batch: losses.Batch) -> torch.Tensor | None:
        """Return how many images were answered rightly; None where that has no meaning."""
        if batch.logits is None or batch.mixed is not None:
            return None
        # Of the first views; summed over the images: one number, or one a network of a stack.
        return self.task.correct(batch.logits[: len(batch.labels)].detach(), batch.labels)

    def _collect(self, pending: list, state: State) -> float:
        """Add up what the last steps returned; stop at the first loss that is not a number."""
        loss = math.nan
        for index, (loss_tensor, correct, of_terms) in enumerate(pending):
            loss = terms.number(loss_tensor)
            if loss_tensor.ndim == 0 and not math.isfinite(loss):
                first = state.iteration - len(pending) + index + 1
                raise Diverged(
                    f"the loss became {loss} at iteration {first} of {self.length} in phase "
                    f"{self.number + 1} ({self.phase.objective}, learning rate "
                    f"{self.phase.optimizer.learning_rate:g}); expected a finite number: lower the "
                    "learning rate"
                )
            state.loss_sum = state.loss_sum + loss
            state.correct = state.correct + (0 if correct is None else terms.number(correct))
            state.judged += 0 if correct is None else self.phase.batch_size
            state.terms = terms.added(state.terms, of_terms)
        pending.clear()
        return float(np.mean(loss))

    def _record(self, state: State, rate: float) -> None:
        row = {"phase": self.number, "iteration": state.iteration, "learning_rate": rate}
        row["loss"] = state.loss_sum / state.steps
        if state.judged:
            row["training_accuracy"] = state.correct / state.judged
        state.history.append(row | terms.row(state.terms, state.steps, self.found))
        state.loss_sum, state.correct, state.judged, state.steps = 0.0, 0, 0, 0
        state.terms, self.found = {}, {}

    def _save(self, state: State, settings: Settings) -> None:
        if settings.checkpoint:
            position: dict[str, Any] = dict(vars(state))
            checkpoints.save(
                settings.checkpoint, position, self.network, self.optimizer, self.objective
            )
