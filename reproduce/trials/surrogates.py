"""Training a surrogate: an ordinary trial on a data set, whose encoder is then kept by name.

Being a trial, it runs in the one loop, resumes from its checkpoint, and gives the same digits on
the same machine. The files themselves are the business of `reproduce.models.surrogate`.
"""

from pathlib import Path
from typing import Any

from reproduce import models
from reproduce.data import catalog, names
from reproduce.data.augmentation.recipes import recipe
from reproduce.data.records import Dataset
from reproduce.errors import UserError
from reproduce.tasks import task_of
from reproduce.training.phases import Optimizer, Phase, Schedule
from reproduce.trials.store import Result, Store
from reproduce.trials.trial import RECIPE, Trial

HELD_OUT = 0.1
EPOCHS = 30
LEARNING_RATE = 0.1
# Networks without batch normalisation diverge at the usual rate.
LEARNING_RATES = {"lenet5": 0.01, "all_cnn": 0.01}


def describe(
    backbone: str,
    data: str,
    *,
    size: int | None = None,
    seed: int = 0,
    epochs: int | None = None,
    iterations: int | None = None,
    batch_size: int = 128,
    learning_rate: float | None = None,
    threads: int = 1,
) -> Trial:
    """Return the trial that trains a surrogate: cross-entropy, a tenth of the images held out."""
    if epochs and iterations:
        raise UserError(f"received {epochs} epochs and {iterations} iterations; give one of them")
    dataset = _of_classes(backbone, data)
    phase = Phase(
        batch_size=batch_size,
        epochs=0 if iterations else epochs or EPOCHS,
        iterations=iterations or 0,
        transforms="crop_flip",
        schedule=Schedule(name="cosine"),
        optimizer=Optimizer(
            name="sgd",
            learning_rate=learning_rate or LEARNING_RATES.get(backbone, LEARNING_RATE),
            momentum=0.9,
            weight_decay=5e-4,
        ),
    )
    return Trial(
        dataset=catalog.canonical(data),
        fingerprint=dataset.fingerprint,
        backbone=backbone,
        phases=(phase,),
        transforms=_transforms(dataset, size or smallest_size(backbone)),
        data_seed=seed,
        seed=seed,
        split={"kind": _split(dataset), "test_share": HELD_OUT, "seed": seed},
        imbalance={"kind": "none"},
        evaluate_on=("test",),
        threads=threads,
        recipe=RECIPE,
    )


def smallest_size(backbone: str) -> int:
    """Return the image size of a surrogate if none is asked for: 32, or what the network reads."""
    return 28 if backbone == "lenet5" else max(32, models.find(backbone).smallest)


def held_out(trial: Trial, result: Result) -> str:
    """Say on which images the surrogate was judged, and how well it did."""
    dataset = catalog.load(trial.dataset)
    whole = "of whole groups" if trial.split["kind"] == "grouped" else "of each class"
    images = sum(sum(row) for row in result.confusion["test"])
    return (
        f"held out: {100 * HELD_OUT:.0f} % {whole} of the part '{next(iter(dataset.labels))}' of "
        f"{trial.dataset} ({images:,} images), accuracy {100 * accuracy(result):.1f} %"
    )


def accuracy(result: Result) -> float:
    """Return the accuracy on the held-out images."""
    return task_of(result.trial).value(result)


def has_weights(store: Store, trial: Trial) -> bool:
    """Say whether the trained network of this trial is in the store."""
    result = store.get(trial.key)
    return bool(result and result.weights_file and result.weights_file.is_file())


def keep(name: str, trial: Trial, result: Result) -> Path:
    """Keep the encoder of the trained network under this name, with all that is known of it."""
    from safetensors.torch import load_file

    from reproduce.models import surrogate

    dataset = catalog.load(trial.dataset)
    first = next(iter(dataset.images.values()))
    network = models.build(
        trial.backbone,
        channels=1 if first.ndim == 3 else first.shape[-1],
        size=trial.transforms["size"],
        classes=len(dataset.class_names),
    )
    if result.weights_file is None:
        raise UserError(f"the weights of trial {trial.key} are not in this store; train it anew")
    network.load_state_dict(load_file(result.weights_file))
    said = _without_paths(trial)
    return surrogate.save(
        network,
        name,
        backbone=trial.backbone,
        data=said["dataset"],
        fingerprint=trial.fingerprint,
        seed=trial.seed,
        phases=said["phases"],
        recipe=trial.recipe,
        more={
            "key": trial.key,
            "trial": said,
            "held_out_accuracy": accuracy(result),
            "provenance": result.provenance,
        },
    )


def _of_classes(backbone: str, data: str) -> Dataset:
    """Return the data, if data and network are of classification: only there are classes learnt."""
    task = models.find(backbone).task
    if task != "classification":
        raise UserError(
            f"a surrogate is trained to classify images, {backbone} is a network for {task}; "
            "take one for classification, or initialisation 'random'"
        )
    dataset = catalog.load(data)
    if dataset.task != "classification":
        raise UserError(
            f"a surrogate is trained to classify images, data set '{data}' is for {dataset.task}; "
            "take one for classification: `reproduce data list` says which are"
        )
    return dataset


def _transforms(dataset: Dataset, size: int) -> dict[str, Any]:
    """Return the transforms: colours as published ImageNet weights read them, which these replace.

    Grey images get the average of the three colours.
    """
    channels = 1 if next(iter(dataset.images.values())).ndim == 3 else 3
    found = recipe("validation_normalised").normalisation(channels)
    if found is None:
        raise UserError("the recipe 'validation_normalised' names no mean; expected one a channel")
    mean, deviation = found
    return {"size": size, "divisor": 255, "mean": mean, "deviation": deviation}


def _split(dataset: Dataset) -> str:
    """Return how images are held out of the first part of the file, whose test part stays unseen.

    Where images belong together, by group: else the held-out accuracy would flatter.
    """
    return "stratified" if dataset.groups is None else "grouped"


def _without_paths(trial: Trial) -> dict[str, Any]:
    """Return the description of a trial; of a file of one's own, the kind and not the path."""
    said, name = trial.to_json(), names.parse(trial.dataset)
    return said | ({"dataset": name.base} if name.path is not None else {})
