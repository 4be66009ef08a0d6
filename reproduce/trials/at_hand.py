"""What trials need on the machine that trains them: their data, and the weights they start from."""

import sys
from collections.abc import Iterable, Iterator

import numpy as np

from reproduce.data import catalog, names
from reproduce.data.records import Dataset
from reproduce.errors import UserError
from reproduce.models import initialisations
from reproduce.trials.trial import Planned

LOOKED = 32
# Data sets that were looked at by this process: what is doubtful is said once.
_SAID: set[str] = set()


def check(todo: Iterable[Planned]) -> None:
    """Refuse trials whose data or initial weights are not here, or are others."""
    todo = list(todo)
    _check_data(todo)
    _check_initialisations(todo)


def _check_data(todo: list[Planned]) -> None:
    """Open every data set once: absent or other data stops all at once."""
    for name, fingerprint in {(x.trial.dataset, x.trial.fingerprint) for x in todo}:
        dataset = catalog.load(name)
        found = dataset.fingerprint
        for doubt in doubts(dataset) if name not in _SAID else ():
            print(f"data set '{name}': {doubt}", file=sys.stderr)
        _SAID.add(name)
        if found != fingerprint:
            raise UserError(
                f"data set '{name}' here has the fingerprint {found[:12]}..., the trials were "
                f"planned for {fingerprint[:12]}...; get the same file, or make the plan anew"
            )


def doubts(dataset: Dataset) -> Iterator[str]:
    """Yield in words why little can be learned from images, or told of what was; few have any."""
    part, images = next(iter(dataset.images.items()))
    height, width = images.shape[1:3]
    if height * width == 1:
        yield "its images are a single pixel each"
    # A look at the first ones tells nearly always, and does not read the others.
    if len(images) > 1 and all(np.all(some == images[0]) for some in (images[:LOOKED], images)):
        yield f"all {len(images):,} images of '{part}' are the same: there is nothing to learn"
    if "test" not in dataset.images and names.parse(dataset.name).base not in catalog.CATALOG:
        yield "it has no images for testing: a part of those for training is kept for that"


def _check_initialisations(todo: list[Planned]) -> None:
    """Look for every file of weights that a trial starts from."""
    for trial in {(x.trial.backbone, x.trial.initialisation): x.trial for x in todo}.values():
        initialisations.check(trial.backbone, trial.initialisation)
    for trial in (x.trial for x in todo if x.trial.split.get("kind") != "official"):
        if initialisations.trained_on(trial.initialisation) == trial.fingerprint:
            raise UserError(
                f"{trial.initialisation} was trained on images of '{trial.dataset}', which a split "
                "of kind 'official' alone keeps apart from those it is tested on; take a "
                "surrogate of other data"
            )
