"""What trials need on the machine that trains them: their data, and the weights they start from."""

from collections.abc import Iterable

from reproduce.data import catalog
from reproduce.errors import UserError
from reproduce.models import initialisations
from reproduce.trials.trial import Planned


def check(todo: Iterable[Planned]) -> None:
    """Refuse trials whose data or initial weights are not here, or are others."""
    todo = list(todo)
    _check_data(todo)
    _check_initialisations(todo)


def _check_data(todo: list[Planned]) -> None:
    """Open every data set once: absent or other data stops all at once."""
    for name, fingerprint in {(x.trial.dataset, x.trial.fingerprint) for x in todo}:
        found = catalog.load(name).fingerprint
        if found != fingerprint:
            raise UserError(
                f"data set '{name}' here has the fingerprint {found[:12]}..., the trials were "
                f"planned for {fingerprint[:12]}...; get the same file, or make the plan anew"
            )


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
