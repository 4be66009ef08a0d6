"""Run one trial from its description to what is measured of it; who keeps that is open here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save as encode_tensors

from reproduce import device as devices
from reproduce import models
from reproduce.data import catalog, streams
from reproduce.data.preparation import Prepared, prepare
from reproduce.data.splits import HELD_OUT
from reproduce.errors import UserError
from reproduce.evaluation.checked_inputs import NotFinite
from reproduce.evaluation.versions import versioned
from reproduce.models import initialisations
from reproduce.models.network import Network
from reproduce.randomness import seed_torch
from reproduce.tasks import task_of
from reproduce.training import checkpoints, learning_curve, pair_gradients
from reproduce.training.encoders import Encoders
from reproduce.training.learning_curve import POINTS, LearningCurve
from reproduce.training.loop import Diverged, Settings, State, train
from reproduce.training.pair_gradients import PairGradients
from reproduce.training.ranks import Alone
from reproduce.trials import arrays as array_files
from reproduce.trials.measured import Measured
from reproduce.trials.trial import RECIPE, Planned, Trial


@dataclass
class Surroundings:
    """What surrounds execution without changing its result."""

    stop_requested: Callable[[], bool] = lambda: False
    progress: Callable[[int, int, float], None] = lambda done, total, loss: None
    checkpoint_seconds: float = 5.0
    keep_weights: bool = False
    ranks: Alone = field(default_factory=Alone)


def execute(planned: Planned, scratch: Path, surroundings: Surroundings) -> Measured:
    """Train and evaluate one trial; raises `Interrupted` after a checkpoint if told to stop.

    Checkpoints, and what watchers note, are in the folder `scratch`, where the same trial finds
    them again. The last one stays until whoever keeps the result deletes it.
    """
    trial = planned.trial
    task_of(trial).require_keeps(planned.keep)
    prepared, network, device = _made_ready(trial)
    checkpoint = scratch / f"{trial.key}.safetensors"
    curve = _curve(planned, prepared, device, checkpoint.with_suffix(".curve.npz"))
    pairs = _pairs(planned, prepared, device, checkpoint.with_suffix(".gradients.npz"))
    watched = _encoders(planned, prepared, device, checkpoint.with_suffix(".encoders.npz"))
    watchers = [watcher for watcher in (curve, pairs, watched) if watcher]
    if not all(watcher.file.exists() for watcher in watchers):
        # A checkpoint of a run that was not watched lacks what was seen before it: begin anew.
        checkpoints.forget(checkpoint)
        for watcher in watchers:
            watcher.keep()
    settings = Settings(
        device=device,
        checkpoint=checkpoint,
        checkpoint_seconds=surroundings.checkpoint_seconds,
        stop_requested=surroundings.stop_requested,
        progress=surroundings.progress,
        observe=curve or pairs,
        observe_every=_observed_every(planned, curve, pairs),
        between=watched or (lambda done, network: None),
        ranks=surroundings.ranks,
    )
    state = _trained(trial, prepared, network, settings)
    return measure(
        planned, prepared, network, surroundings, device, state.history, state.seconds,
        provenance=_shared_by(state),
        more={name: found for watcher in watchers for name, found in watcher.arrays().items()},
    )  # fmt: skip


def accompany(planned: Planned, surroundings: Surroundings) -> None:
    """Train a trial beside the first of its ranks, which executes it and keeps all there is."""
    prepared, network, device = _made_ready(planned.trial)
    settings = Settings(
        device, stop_requested=surroundings.stop_requested, ranks=surroundings.ranks
    )
    _trained(planned.trial, prepared, network, settings)


def _made_ready(trial: Trial) -> tuple[Prepared, Network, torch.device]:
    """Return a trial's data, and its network on the device that it is to be trained on."""
    device, prepared = devices.choose(), prepared_for(trial)
    devices.prepare(device, trial.threads)
    return prepared, build_network(trial, prepared).to(device), device


def _trained(trial: Trial, prepared: Prepared, network: Network, settings: Settings) -> State:
    return train(
        network,
        list(trial.phases),
        prepared.train,
        prepared.counts.tolist(),
        data_seed=trial.data_seed,
        seed=trial.seed,
        precision=trial.precision,
        settings=settings,
        task=task_of(trial),
    )


def _shared_by(state: State) -> dict[str, str]:
    """Say how many processes shared each batch, where it was not always one."""
    return {"ranks": " and ".join(map(str, state.ranks))} if state.ranks != [1] else {}


def _curve(
    planned: Planned, prepared: Prepared, device: torch.device, file: Path
) -> LearningCurve | None:
    """Return what watches the network learn, where the learning curve is wanted."""
    if "curve" not in planned.keep or not planned.trial.phases:
        return None
    classes, part = len(prepared.class_names), planned.trial.evaluate_on[0]
    first = planned.trial.phases[0]
    shown = streams.shown(
        first.sampler, prepared.train.labels, planned.trial.data_seed, **first.sampler_parameters
    )
    return LearningCurve(
        prepared.train.part(shown),
        prepared.evaluate[part],
        classes,
        device,
        planned.trial.precision,
        file,
    )


def _pairs(
    planned: Planned, prepared: Prepared, device: torch.device, file: Path
) -> PairGradients | None:
    """Return what looks at which pairs the first phase works on, where that is wanted."""
    if "gradients" not in planned.keep or not planned.trial.phases:
        return None
    trial = planned.trial
    return PairGradients(prepared.train, trial.phases[0], device, trial.precision, file)


def _observed_every(
    planned: Planned, curve: LearningCurve | None, pairs: PairGradients | None
) -> int:
    if curve:
        points = learning_curve.HALF_WAY if "half_way" in planned.keep else POINTS
        return learning_curve.every(_given_steps(planned.trial), points)
    return pair_gradients.every(_given_steps(planned.trial)) if pairs else 0


def _encoders(
    planned: Planned, prepared: Prepared, device: torch.device, file: Path
) -> Encoders | None:
    """Return what looks at the encoder before the last phase and after it, where it is wanted."""
    if "encoders" not in planned.keep or not planned.trial.phases:
        return None
    trial = planned.trial
    test = prepared.evaluate[trial.evaluate_on[0]]
    held_out = next((prepared.evaluate[p] for p in HELD_OUT if p in prepared.evaluate), None)
    return Encoders(prepared.train, test, trial.phases, device, trial.precision, file, held_out)


def _given_steps(trial: Trial) -> int:
    """Return the steps of the first phase, 0 where they are not known before it ends."""
    first = trial.phases[0]
    return 0 if first.stop else first.iterations


def prepared_for(trial: Trial) -> Prepared:
    """Return the data of a trial, or say that it was planned for another recipe."""
    if trial.recipe != RECIPE:
        raise UserError(
            f"trial {trial.key} was planned for recipe {trial.recipe}, this package trains by "
            f"recipe {RECIPE}; make the plan anew"
        )
    return prepare(
        catalog.load(trial.dataset),
        split=trial.split,
        imbalance=trial.imbalance,
        transforms=trial.transforms,
        data_seed=trial.data_seed,
        evaluate_on=list(trial.evaluate_on),
        targets=task_of(trial).targets,
    )


def build_network(trial: Trial, prepared: Prepared) -> Network:
    """Return the trial's network with its initial weights, on the CPU."""
    task, made_for = task_of(trial), models.find(trial.backbone).task
    if made_for != task.network:
        raise UserError(
            f"{trial.backbone} is a network for {made_for}, the trial is one of {task.name}; take "
            "another network, or set the task of the trial"
        )
    seed_torch(trial.seed, "weights")
    return models.build(
        trial.backbone,
        channels=prepared.train.channels,
        size=trial.transforms["size"],
        classes=len(prepared.class_names),
        initialisation=trial.initialisation,
    )


def measure(
    planned: Planned,
    prepared: Prepared,
    network: Network,
    surroundings: Surroundings,
    device: torch.device,
    history: list[dict[str, float]],
    seconds: float,
    logits: Mapping[str, np.ndarray] | None = None,
    provenance: Mapping[str, str] | None = None,
    more: Mapping[str, np.ndarray] | None = None,
) -> Measured:
    """Evaluate a trained network.

    `logits` by part, where they are known already, are not computed again.
    """
    trial = planned.trial
    measured, confusion, arrays = _evaluate(network, prepared, planned, device, logits or {})
    arrays |= more or {}
    return Measured(
        trial=trial,
        metrics=measured,
        confusion=confusion,
        counts=prepared.counts.tolist(),
        history=history,
        seconds=round(seconds, 3),
        provenance={**devices.describe(device), **_start(trial), **(provenance or {})},
        array_names=tuple(sorted(arrays)),
        arrays=array_files.encode(arrays) if arrays else None,
        weights=_weights(network) if surroundings.keep_weights else None,
    )


def _start(trial: Trial) -> dict[str, str]:
    """Say what the network started from, where that was more than random numbers."""
    if trial.initialisation == "random":
        return {}
    return {"initialisation": initialisations.describe(trial.initialisation)}


def _evaluate(
    network: Network,
    prepared: Prepared,
    planned: Planned,
    device: torch.device,
    known: Mapping[str, np.ndarray],
) -> tuple[dict[str, float], dict[str, list[list[int]]], dict[str, np.ndarray]]:
    task, classes = task_of(planned.trial), len(prepared.class_names)
    measured: dict[str, float] = {}
    confusion: dict[str, list[list[int]]] = {}
    arrays: dict[str, np.ndarray] = {}
    for part, images in prepared.evaluate.items():
        try:
            found = task.predict(
                network, images, classes, device, planned.trial.precision, planned.keep,
                known.get(part),
            )  # fmt: skip
        except NotFinite as error:
            # Weights that are finite themselves may be too large to count with.
            raise Diverged(
                f"the scores became infinite or not a number, seen on the {part} images: "
                "lower the learning rate"
            ) from error
        for place, values in task.summaries(found.scores, found.truth, classes, part):
            measured |= {versioned(f"{place}/{name}"): value for name, value in values.items()}
        table = task.table(found.scores, found.truth, classes)
        if table is not None:
            confusion[part] = table.tolist()
        arrays |= {f"{part}/{name}": array for name, array in found.arrays.items()}
    return measured, confusion, arrays


def _weights(network: Network) -> bytes:
    tensors = {k: v.detach().cpu().contiguous() for k, v in network.state_dict().items()}
    return encode_tensors(tensors)
