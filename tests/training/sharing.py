"""The same little trainings in one process and on two ranks, in float64: what they leave.

The second rank is a process of its own that imports this file; the first is the one that tests.
"""

import itertools
import multiprocessing
import pickle
import traceback
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from typing import Any
from unittest import mock

import torch

from reproduce import models, tasks
from reproduce.losses import Mixed
from reproduce.training import loop, ranks
from reproduce.training.inputs import Shown
from reproduce.training.phases import Heads, LossParameters, Optimizer, Phase, Projection
from reproduce.training.ranks import Alone, Ranks, joined

CPU = torch.device("cpu")
COUNTS = [50, 20, 5]
STEPS = 3
PATIENCE = 120.0


@dataclass
class Inputs:
    """Batches drawn from their number, in float64."""

    phase: Phase
    size: int
    rows: int
    mixed: bool = False
    maps: bool = False
    embedded: bool = False
    channels: int = 1
    seed: int = 0
    number: int = 0
    batches_per_epoch: int = 2

    def begin(self, network, device, precision):
        """Do nothing."""

    def batch(self, iteration, device):
        """Return images of which the classes differ in brightness, and mixed labels if asked."""
        drawn = torch.Generator().manual_seed(iteration)
        shape = (self.rows, self.size, self.size) if self.maps else (self.rows,)
        labels = torch.randint(0, 3, shape, generator=drawn)
        views = self.phase.views
        images = torch.randn(
            views * self.rows, self.channels, self.size, self.size, generator=drawn
        )
        if self.embedded:
            shown = torch.randn(self.rows, 64, generator=drawn) + labels[:, None]
            return Shown(shown, labels, labels.numpy(), embedded=True)
        lit = labels if self.maps else labels[:, None, None]
        images = images + lit.repeat(views, 1, 1)[:, None].to(images)
        mixed = None
        if self.mixed:
            partner = torch.randperm(self.rows, generator=drawn)
            own = torch.rand(self.rows, generator=drawn)
            share = own[:, None, None, None]
            images = share * images + (1 - share) * images[partner]
            mixed = Mixed(labels[partner], own)
        return Shown(images, labels, labels.numpy(), mixed)


@dataclass
class Case:
    """A network, a phase and its batches."""

    network: str
    phase: dict[str, Any]
    rows: int = 7
    size: int = 16
    given: dict[str, bool] | None = None

    def trained(self, shared: Alone, **settings):
        """Return losses, what was recorded, gradients and everything learned, after some steps."""
        torch.set_default_dtype(torch.float64)
        try:
            optimizer = Optimizer(name="sgd", learning_rate=0.05, momentum=0.9, weight_decay=0.01)
            given = {"batch_size": self.rows, "iterations": STEPS, "optimizer": optimizer}
            phase = Phase(**given | self.phase)
            inputs = Inputs(phase, self.size, self.rows, **self.given or {})
            torch.manual_seed(3)
            network = models.build(self.network, channels=1, size=self.size, classes=3)
            kept = []
            build = loop.build_objective

            def building(*given):
                kept.append(build(*given))
                return kept[-1]

            loop.build_objective = building
            task = tasks.named("segmentation") if inputs.maps else None
            try:
                where = loop.Settings(CPU, ranks=shared, **settings)
                state = loop.run_phases(
                    network, [phase], [inputs], COUNTS, 0, "float32", where, task
                )
            finally:
                loop.build_objective = build
        finally:
            torch.set_default_dtype(torch.float32)
        left = {"history": state.history}
        for name, module in (("network", network), ("objective", kept[0])):
            left |= {f"{name}/{key}": value for key, value in module.state_dict().items()}
            left |= {
                f"{name}/gradient of {key}": parameter.grad
                for key, parameter in module.named_parameters()
                if parameter.grad is not None
            }
        return left


def projections(**shapes):
    return Heads(projections={name: Projection(**shape) for name, shape in shapes.items()})


HIDDEN = {"size": 8, "hidden": 16}
TWO_VIEWS = {"views": 2, "transforms": "dual_head_section_4_1"}
# What every `make test` sees.
CASES = {
    # Seven rows are three and four; the weighted mean divides by what is in the whole batch.
    "class weights, mixed images": Case(
        "small_cnn",
        {"objective_parameters": {"class_weights": "inverse"}},
        given={"mixed": True},
    ),
    "class weights, nothing normalised": Case(
        "lenet5", {"objective_parameters": {"class_weights": "inverse"}}, size=28
    ),
    "every other row is a negative": Case(
        "resnet8",
        {"objective": "sup_con", **TWO_VIEWS,
         "heads": projections(one={**HIDDEN, "batch_norm": True})},
        rows=5,
    ),
    "the hardest of the batch": Case(
        "small_cnn", {"objective": "triplet", "objective_parameters": {"mining": "batch_hard"}}
    ),
    "dropout and noise": Case(
        "all_cnn", {"objective": "gcl", "heads": Heads(classifier="cosine")}, rows=5
    ),
}  # fmt: skip
# And what `make test-rest` adds.
MORE = {
    "prototypes and learned temperatures": Case(
        "small_cnn", {"objective": "bdcl", **TWO_VIEWS, "heads": projections(one=HIDDEN)}, rows=6
    ),
    "a loss of two heads with parameters that climb": Case(
        "resnet8",
        {"objective": "dual_head", "objective_parameters": {"reading": "saddle"}, **TWO_VIEWS,
         "heads": projections(similarity=HIDDEN, ranking=HIDDEN),
         "loss_parameters": LossParameters(learning_rate=0.01)},
    ),
    "a pixel is a row": Case(
        # So large that its coarsest maps have more than a pixel: the statistics of three numbers
        # magnify their last digits by thousands.
        "hrnet_small_ocr", {"objective": "lovasz_softmax", "auxiliary": 0.4}, rows=5, size=64,
        given={"maps": True},
    ),
    "statistics that move under a frozen encoder": Case("small_cnn", {"train": "classifier"}),
    "embeddings in the place of images": Case(
        "small_cnn", {"train": "classifier", "batch_norm": "frozen"}, given={"embedded": True}
    ),
    "statistics that are frozen": Case("small_cnn", {"batch_norm": "frozen"}),
    "residual blocks of the first paper": Case("resnet10", {"objective": "focal"}, size=32),
    "dropout in the last layer": Case(
        "mobilenet_v2", {"batch_norm": "frozen"}, rows=4, size=32
    ),
}  # fmt: skip


class ByRank(Ranks):
    """Ranks whose batch normalisation knows its own rows alone, as PyTorch's does by itself."""

    def encoded(self, encode, images):
        """Return the embeddings of all, normalised by rank."""
        with mock.patch.object(ranks, "AsOneBatch", lambda *_: nullcontext()):
            return super().encoded(encode, images)


class WithoutGradients(Ranks):
    """Ranks that gather as `distributed.all_gather` does: what arrives has no gradient."""

    def encoded(self, encode, images):
        """Return the embeddings of all without their gradients."""
        return super().encoded(encode, images).detach()


class EachItsOwnLoss(Ranks):
    """Ranks that each take the loss of their own rows and average the gradients: the usual way."""

    def encoded(self, encode, images):
        """Return the embeddings of own rows, in the place of those of all."""
        whole = super().encoded(encode, images)
        half = len(images) // 2
        # Of the other rank's rows nothing is known but what own rows are.
        own = whole[:half] if self.is_first else whole[half : 2 * half]
        return torch.cat([own, own.detach()])


def second(rank, meeting, names, pipe):
    """Be the second rank: train the same, and tell what is left here."""
    torch.set_num_threads(1)
    try:
        # As bytes: tensors would travel as files of a process that ends.
        pipe.send_bytes(pickle.dumps(done(rank, meeting, names)))
    except BaseException:
        traceback.print_exc()
        raise


def done(rank, meeting, names):
    """Return, by case, what a rank is left with."""
    known = CASES | MORE
    torch.use_deterministic_algorithms(True)
    try:
        with joined(rank, 2, meeting, CPU, PATIENCE) as pair:
            left = {name: known[name].trained(pair) for name in names if name in known}
            for name, kind in MUTANTS.items():
                if name in names:
                    other = kind(pair.rank, pair.number, pair._words)
                    left[name] = CASES["every other row is a negative"].trained(other)
            if INTERRUPTED in names:
                left[INTERRUPTED] = interrupted(pair, meeting.with_name(f"of-rank-{rank}"))
            return left
    finally:
        torch.use_deterministic_algorithms(False)


INTERRUPTED = "stopped and resumed"


STOPPED = replace(CASES["class weights, mixed images"])
STOPPED.phase = {**STOPPED.phase, "iterations": 7}


def interrupted(pair, folder):
    """Return what an undisturbed training leaves, one that was stopped and went on, and more.

    How often this rank was asked whether to stop, and its checkpoint.
    """
    undisturbed = STOPPED.trained(pair)
    checkpoint = folder / "trial.safetensors" if pair.is_first else None
    asked = itertools.count()

    def stop():
        # The second rank never asks for it.
        return pair.agreed_to(pair.is_first and next(asked) == 4)

    with suppress(loop.Interrupted):
        STOPPED.trained(pair, checkpoint=checkpoint, stop_requested=stop)
    return undisturbed, STOPPED.trained(pair, checkpoint=checkpoint), next(asked), checkpoint


MUTANTS = {
    "statistics by rank": ByRank,
    "gathered without gradients": WithoutGradients,
    "each rank its own loss": EachItsOwnLoss,
}


def on_two_ranks(names, meeting):
    """Return what the first and the second rank are left with, by case."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    other = context.Process(target=second, args=(1, meeting, names, theirs), daemon=True)
    other.start()
    theirs.close()
    try:
        first = done(0, meeting, names)
        return first, pickle.loads(ours.recv_bytes())
    finally:
        other.join(10)
        other.kill()
