"""The one loop. Nothing else in this project trains."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from reproduce import device as devices
from reproduce import losses
from reproduce.data import streams as batches
from reproduce.data.pair_samplers import PairedBatch
from reproduce.data.preparation import Images
from reproduce.errors import UserError
from reproduce.randomness import seed_torch
from reproduce.training import checkpoints
from reproduce.training.optimization import build_optimizer, set_learning_rate
from reproduce.training.phases import Phase

# A GPU runs ahead of Python; asking for the loss at every step would make it wait.
STEPS_BETWEEN_LOSS_CHECKS_ON_GPU = 50


class Interrupted(Exception):
    """Training stopped when asked to, after writing a checkpoint."""


class Diverged(UserError):
    """The loss became infinite or not a number."""


@dataclass
class Settings:
    """What surrounds a run without changing its result."""

    device: torch.device
    checkpoint: Path | None = None
    checkpoint_seconds: float = 5.0
    stop_requested: Callable[[], bool] = lambda: False
    progress: Callable[[int, int, float], None] = lambda done, total, loss: None


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
    shown: int = 0
    steps: int = 0


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
) -> State:
    """Run the phases one after the other, resuming from the checkpoint where there is one."""
    saved = checkpoints.load(settings.checkpoint) if settings.checkpoint else None
    state = State(**saved[0]) if saved else State()
    streams = [
        batches.build(
            phase.sampler,
            images.labels,
            batch_size=phase.batch_size,
            data_seed=data_seed,
            seed=seed,
            phase=number,
            epochs=phase.epochs or None,
            **phase.sampler_parameters,
        )
        for number, phase in enumerate(phases)
    ]
    lengths = [p.length(s.batches_per_epoch) for p, s in zip(phases, streams, strict=True)]
    done_before = sum(lengths[: state.phase])
    for number in range(state.phase, len(phases)):
        run = _PhaseRun(network, phases[number], number, streams[number], lengths[number], counts)
        if saved:
            checkpoints.restore(saved[1], network, run.optimizer, run.objective)
            saved = None
        run.go(images, state, seed, precision, settings, done_before, sum(lengths))
        done_before += lengths[number]
        state.phase, state.iteration = number + 1, 0
    return state


class _PhaseRun:
    """One phase under way: its objective, optimizer and order of images."""

    def __init__(
        self, network, phase: Phase, number: int, stream: batches.Batches, length: int, counts
    ):
        self.network, self.phase, self.number = network, phase, number
        self.stream, self.length = stream, length
        device = next(network.parameters()).device
        context = losses.Context(
            classes=len(counts),
            counts=tuple(int(count) for count in counts),
            embedding_size=network.classifier.in_features,
            iterations=length,
        )
        self.objective = losses.build(phase.objective, context, **phase.objective_parameters)
        self.objective.to(device)
        self.optimizer = build_optimizer(network, phase)
        self.block = phase.block(stream.batches_per_epoch)

    def go(self, images, state: State, seed, precision, settings, done_before, total) -> None:
        started = last_saved = time.monotonic()
        every = 1 if settings.device.type == "cpu" else STEPS_BETWEEN_LOSS_CHECKS_ON_GPU
        pending: list[tuple[torch.Tensor, torch.Tensor]] = []
        self.network.train()
        while state.iteration < self.length:
            if settings.stop_requested():
                self._collect(pending, state)
                state.seconds += time.monotonic() - started
                self._save(state, settings)
                raise Interrupted
            rate = set_learning_rate(self.optimizer, self.phase, state.iteration)
            pending.append(self._step(images, state.iteration, seed, precision, settings.device))
            state.iteration += 1
            state.steps += 1
            state.shown += self.phase.batch_size
            at_end_of_block = state.iteration % self.block == 0 or state.iteration == self.length
            if len(pending) >= every or at_end_of_block:
                loss = self._collect(pending, state)
                settings.progress(done_before + state.iteration, total, loss)
            if at_end_of_block:
                self._record(state, rate)
                if time.monotonic() - last_saved >= settings.checkpoint_seconds:
                    state.seconds += time.monotonic() - started
                    self._save(state, settings)
                    started = last_saved = time.monotonic()
        state.seconds += time.monotonic() - started

    def _step(self, images: Images, iteration: int, seed: int, precision: str, device):
        seed_torch(seed, "forward", self.number, iteration)
        indices = self.stream.batch(iteration)
        if isinstance(indices, PairedBatch):
            raise UserError(
                f"sampler '{self.phase.sampler}' draws two batches to be mixed, and no objective "
                "here takes mixed labels; use a sampler that draws one"
            )
        inputs = images.tensor(indices, device)
        labels = torch.from_numpy(images.labels[indices]).to(device)
        with devices.autocast(device, precision):
            embeddings = self.network.encoder(inputs)
            logits = self.network.classifier(embeddings)
        loss = self.objective(losses.Batch(embeddings, logits, labels))
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return loss.detach(), (logits.detach().argmax(dim=1) == labels).sum()

    def _collect(self, pending: list, state: State) -> float:
        """Add up what the last steps returned; stop at the first loss that is not a number."""
        loss = math.nan
        for index, (loss_tensor, correct) in enumerate(pending):
            loss = loss_tensor.item()
            if not math.isfinite(loss):
                first = state.iteration - len(pending) + index + 1
                raise Diverged(
                    f"the loss became {loss} at iteration {first} of {self.length} in phase "
                    f"{self.number + 1} ({self.phase.objective}, learning rate "
                    f"{self.phase.optimizer.learning_rate:g}); expected a finite number: lower the "
                    "learning rate"
                )
            state.loss_sum += loss
            state.correct += int(correct)
        pending.clear()
        return loss

    def _record(self, state: State, rate: float) -> None:
        state.history.append(
            {
                "phase": self.number,
                "iteration": state.iteration,
                "loss": state.loss_sum / state.steps,
                "training_accuracy": state.correct / state.shown,
                "learning_rate": rate,
            }
        )
        state.loss_sum, state.correct, state.shown, state.steps = 0.0, 0, 0, 0

    def _save(self, state: State, settings: Settings) -> None:
        if settings.checkpoint:
            position: dict[str, Any] = dict(vars(state))
            checkpoints.save(
                settings.checkpoint, position, self.network, self.optimizer, self.objective
            )
