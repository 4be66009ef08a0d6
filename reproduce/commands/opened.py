"""The study that a command opens: of the parameters given, or of the published edition."""

from pathlib import Path

import typer

from reproduce import papers
from reproduce.commands.terminal import parameters_from, with_profile
from reproduce.commands.training import asked_for
from reproduce.errors import UserError

OPTIONS = ("--profile", "--output", "--store", "--workers", "--force", "--keep-weights",
           "--published")  # fmt: skip


def study(
    context: typer.Context,
    paper: str,
    profile: str | None,
    store: Path | None,
    registered: bool = False,
):
    """Validate the parameters before anything else is imported, then open the study."""
    values = with_profile(parameters_from(context.args, OPTIONS), profile)
    values = asked_for(paper, values, registered)
    protocol = papers.protocol(paper)
    parameters_class = protocol.parameters
    parameters = parameters_class.read(values)
    from reproduce.study.study import Study
    from reproduce.trials.store import Store

    return parameters_class.given(values), Study(protocol, parameters, Store(store))


def published(context: typer.Context, paper: str, profile: str | None, store: Path | None):
    """Open the study of the published edition, its results taken into the store."""
    from reproduce.study.study import Study
    from reproduce.trials import edition as editions
    from reproduce.trials.store import Store

    if beside := with_profile(parameters_from(context.args, OPTIONS), profile):
        raise UserError(
            "--published takes the parameters of the published edition, received "
            f"{', '.join(beside)} beside it; leave one of them out"
        )
    protocol, edition, kept = papers.protocol(paper), editions.published(), Store(store)
    stamp = edition.stamp(paper)
    if stamp is None:
        raise UserError(
            f"'{paper}' has no published edition to draw anew; `reproduce run {paper}` trains it"
        )
    editions.merge(kept, edition, paper)
    return stamp["given"], Study(protocol, protocol.parameters.read(stamp["given"]), kept)
