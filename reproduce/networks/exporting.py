"""From a finished trial whose weights were kept to one file that stands alone."""

from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.torch import load_file
from safetensors.torch import save as encode_tensors

import reproduce
from reproduce.data import catalog, names
from reproduce.data.records import Record
from reproduce.data.splits import HELD_OUT
from reproduce.errors import UserError, reason
from reproduce.evaluation import temperature
from reproduce.files import relative, write_bytes, write_text
from reproduce.models import initialisations
from reproduce.networks import card
from reproduce.networks.header import Header
from reproduce.tasks import task_of
from reproduce.training.phases import Heads
from reproduce.trials.result import Result
from reproduce.trials.store import Store

SUFFIX = ".safetensors"
# Only training reads these.
BESIDE = "projections."


def export(
    store: Store, key: str, path: Path, *, steps: tuple[str, ...] = (), chosen: str = ""
) -> tuple[Path, Path]:
    """Write the network of a trial and its card; return both files.

    Parameters
    ----------
    key
        Of the trial, or how it begins.
    path
        The file to write; the card lies beside it as `.md`.
    steps
        What the method does with the probabilities, such as dividing them by the prior.
    chosen
        For the card: how this network was chosen among others.
    """
    path = Path(path)
    if path.suffix != SUFFIX:
        raise UserError(f"{path.name} is to be a {SUFFIX} file; give a name that ends so")
    result = _result(store, key)
    record = _record(store, result)
    header = header_of(result, record, store.labels(result.key), steps)
    content = encode_tensors(_tensors(result), header.to_metadata())
    write_bytes(path, content)
    write_text(path.with_suffix(".md"), card.text(header, result, path.name, chosen))
    return path, path.with_suffix(".md")


def header_of(result: Result, record: Record, labels, steps: tuple[str, ...] = ()) -> Header:
    """Return what the file says of the network."""
    trial, shown = result.trial, result.trial.transforms
    if shown.get("whitening"):
        raise UserError(
            f"the network of trial {result.key} sees images that are whitened by all training "
            "images, which a file of it would have to hold; networks without whitening can be "
            "exported"
        )
    heads = trial.phases[-1].heads if trial.phases else Heads()
    counts = np.asarray(result.counts)
    degrees, images, why = calibration(result)
    return Header(
        architecture=trial.backbone,
        architecture_options=initialisations.network_of(trial.backbone, trial.initialisation),
        classifier=heads.classifier,
        scale=heads.scale,
        embedding=heads.embedding,
        precision=trial.precision,
        classes=record.class_names,
        channels=record.shape[2] if len(record.shape) > 2 else 1,
        image_shape=record.shape[:2],
        image_fit=fit_of(trial.dataset),
        image_size=shown["size"],
        image_stored=shown.get("stored", shown["size"]),
        image_padded=bool(shown.get("padded", False)),
        normalisation={n: shown[n] for n in ("divisor", "mean", "deviation") if n in shown},
        training_counts=tuple(counts.tolist()),
        prior=tuple((counts / counts.sum()).tolist()),
        temperature=degrees,
        calibrated_on=images,
        calibration=why,
        dataset=_told(trial.dataset),
        dataset_title=record.title,
        fingerprint=record.fingerprint,
        licence=record.licence,
        source=record.source,
        trial=result.key,
        methods=tuple(dict.fromkeys(label["method"] for label in labels if "method" in label)),
        steps=steps,
        recipe=trial.recipe,
        package=reproduce.__version__,
    )


def calibration(result: Result) -> tuple[float | None, int, str]:
    """Return a temperature, from how many images, and the words for it; None says why."""
    part = next((part for part in HELD_OUT if f"{part}/logits" in result.arrays), None)
    if part is None:
        return None, 0, "not calibrated: no scores of validation images are stored with the trial"
    logits, labels = (result.arrays[f"{part}/{name}"] for name in ("logits", "labels"))
    try:
        degrees = temperature.fitted(logits, labels.astype(np.int64))
    except UserError as error:
        return None, len(labels), f"not calibrated: {error}"
    return degrees, len(labels), (
        f"calibrated by a temperature of {degrees:.3g}, from {len(labels)} validation images"
    )  # fmt: skip


def fit_of(dataset: str) -> str:
    """Return how the images of a data set are made square when they are opened."""
    given = names.values(names.parse(dataset), catalog.options_of(dataset))
    return str(given.get("fit", "crop"))


def _told(dataset: str) -> str:
    """Return the name of a data set without the folders above it, which may name a person."""
    parsed = names.parse(dataset)
    return dataset if parsed.path is None else f"{parsed.base}:{parsed.path.name}"


def _result(store: Store, key: str) -> Result:
    matching = store.trial_keys(key) if key else []
    if len(matching) != 1:
        found = "no trial" if not matching else f"{len(matching)} trials"
        raise UserError(
            f"{found} '{key}' in {relative(store.path)}, expected one; `reproduce store ls` lists "
            "them"
        )
    result = store.get(matching[0])
    if result is None:
        raise UserError(f"trial {matching[0]} has not been trained; run its study first")
    if task_of(result.trial).name != "classification":
        raise UserError(
            f"trial {result.key} is one of {task_of(result.trial).name}; expected a trial of "
            "classification, whose networks alone can be exported"
        )
    if not result.has_weights:
        raise UserError(
            f"the weights of trial {result.key} were not kept; run its study again with "
            "--keep-weights (`reproduce run` and `reproduce train` take it)"
        )
    return result


def _record(store: Store, result: Result) -> Record:
    for record in store.records():
        if record.name == result.trial.dataset and record.fingerprint == result.trial.fingerprint:
            return record
    raise UserError(
        f"nothing is known here of the data of trial {result.key} ({result.trial.dataset}), such "
        "as the names of its classes; merge a pack or an edition that holds it"
    )


def _tensors(result: Result) -> dict:
    assert result.weights_file is not None, "a trial without weights is refused before"
    try:
        found = load_file(result.weights_file)
    except (SafetensorError, OSError, ValueError) as error:
        raise UserError(
            f"the weights of trial {result.key} cannot be read ({reason(error)}); train it again "
            "with --keep-weights --force"
        ) from error
    return {name: tensor for name, tensor in found.items() if not name.startswith(BESIDE)}
