"""Finished trials trained again: how many are equal, how far the rest are."""

from reproduce.commands.terminal import progress
from reproduce.errors import UserError


def train_again(opened, number: int, seed: int, workers: int, at_most: float | None = None) -> None:
    """Print the determinism report of some trials; other digits are no error, a failure is."""
    from reproduce.trials import engine
    from reproduce.trials import rerun as rerunning
    from reproduce.trials.trial import Planned

    drawn = rerunning.sample(opened.results(), number, seed, at_most)
    with progress([Planned(one.trial, one.labels) for one in drawn], opened) as reporter:
        found = rerunning.again(drawn, engine.Options(workers=workers), reporter, opened.path)
    for line in rerunning.report(found, opened.path, at_most):
        print(line)
    failed = [one for one in found if one.failure]
    if failed:
        raise UserError(f"{len(failed)} of {len(found)} trials could not be trained again, above")
