"""`reproduce replicate`: run a paper on its own data, for those who have them."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from reproduce import __version__, papers
from reproduce.commands.terminal import out, parameters_from, progress, with_profile
from reproduce.commands.training import Profile, StorePath, Workers, time_of
from reproduce.errors import UserError
from reproduce.files import project_root, relative

OPTIONS = ("--data", "--who", "--output", "--profile", "--store", "--workers", "--dry-run",
           "--anyway", "--max-mb")  # fmt: skip


def replicate(
    context: typer.Context,
    paper: Annotated[str, typer.Argument(help="key of a paper")],
    data: Annotated[Path, typer.Option("--data", help="folder that holds the paper's data sets")],
    who: Annotated[
        str | None, typer.Option("--who", help="your name, as the book is to show it")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="the result; default PAPER-replication.zip"),
    ] = None,
    profile: Profile = None,
    store: StorePath = None,
    workers: Workers = 0,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="check the data, say what would be trained, stop")
    ] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="train though counts are off; the result says so")
    ] = False,
    max_mb: Annotated[
        float, typer.Option("--max-mb", min=0.1, help="split the result into parts of this size")
    ] = 1024.0,
) -> None:
    """Run a paper on its own data and pack the result, to be shown beside ours.

    Examples: reproduce replicate dual_head --data ~/data --dry-run

    reproduce replicate dual_head --data ~/data --who "Ada Lovelace" -p experiments none
    """
    if not dry_run and not (who or "").strip():
        raise UserError(
            'a replication says whose it is: give a name with --who "Ada Lovelace", or look first '
            "with --dry-run"
        )
    values = with_profile(parameters_from(context.args, OPTIONS), profile)
    protocol = papers.protocol(paper)
    values = _on_own_data(protocol, values)
    # Relative paths of the command line, and workers with another working folder.
    os.environ["REPRODUCE_DATA"] = str(_folder(data))
    parameters = protocol.parameters.read(values)
    given = protocol.parameters.given(values)
    off = _look(protocol, parameters)
    if off and not (anyway or dry_run):
        raise UserError(
            f"{len(off)} thing(s) are off in the data, listed above; mend them, or train with "
            "--anyway: the result then names them among its departures"
        )
    from reproduce.study.study import Study
    from reproduce.trials import engine
    from reproduce.trials.store import Store

    place = store or project_root() / "runs" / f"replicate-{paper}" / "store"
    study = Study(protocol, parameters, Store(place))
    planned, pending = study.planned(), study.pending()
    at_once = workers or engine.default_workers()
    about = time_of(pending, study.store, at_once, study.records)
    out.print(
        f"{paper} ({study.scale}) on {study.record.name}: {len(planned)} trials, {len(pending)} to "
        f"train{about} with {min(at_once, max(1, len(pending)))} worker(s)"
    )
    if dry_run:
        for line in study.departures:
            out.print(f"departs from the paper: {line}")
        return
    made = _about(paper, who or "", given, off)
    study.run(engine.Options(workers=workers), progress)
    _pack(study, made, output or Path(f"{paper}-replication.zip"), max_mb)


def _on_own_data(protocol, values: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters that were asked for, at `paper` and on the paper's own data."""
    key, own = protocol.paper.key, protocol.paper.own_data
    if not own:
        raise UserError(
            f"the text of {key} names no data that anybody could have and count: there is nothing "
            f"to check yours against; `reproduce run {key} -p dataset folder:PATH` trains on them"
        )
    values = {"profile": "paper", **values}
    usual = protocol.parameters.by_profile["paper"].get("dataset")
    if "dataset" not in values and usual not in own:
        values["dataset"] = own[0]
    return values


def _folder(data: Path) -> Path:
    folder = data.expanduser().resolve()
    if not folder.is_dir():
        raise UserError(
            f"there is no folder {data}; expected the folder in which the data sets lie, each in "
            "the layout that `reproduce data info NAME` shows"
        )
    return folder


def _look(protocol, parameters) -> list[str]:
    """Print a line on each data set, refuse what is not there, return what is off."""
    from reproduce.data import catalog, names
    from reproduce.data.glance import glance

    wanted = list(dict.fromkeys([parameters.dataset, *protocol.other_data(parameters)]))
    own = protocol.paper.own_data
    if names.parse(wanted[0]).base not in own:
        raise UserError(
            f"dataset is {wanted[0]}, which is not the paper's own; expected one of "
            f"{', '.join(own)}, or `reproduce run` for any other"
        )
    off = []
    for name in wanted:
        if not catalog.is_here(name):
            raise UserError(f"{catalog.absent(name)}{_without(protocol, parameters, name)}")
        found = glance(name)
        theirs = "the paper's own" if names.parse(name).base in own else "a stand-in"
        if found.problems:
            out.print(f"{name} ({theirs}): {'; '.join(found.problems)}", soft_wrap=True)
            off += [f"data: {name}: {line}" for line in found.problems]
        else:
            out.print(f"{name} ({theirs}): {'; '.join(found.passed)}", soft_wrap=True)
    return off


def _without(protocol, parameters, name: str) -> str:
    """Say which experiments need a data set, where the grid does without it."""
    if name == parameters.dataset:
        return ""
    left = [
        one for one in parameters.experiments
        if name not in protocol.other_data(parameters.model_copy(update={"experiments": [
            other for other in parameters.experiments if other != one]}))
    ]  # fmt: skip
    kept = ",".join(one for one in parameters.experiments if one not in left) or "none"
    return f". `-p experiments {kept}` does without it" if left else ""


def _about(paper: str, who: str, given: dict[str, Any], off: list[str]):
    """Return what the result says of itself; a name that no page could show is refused here."""
    from pydantic import ValidationError

    from reproduce.trials.replication import LONGEST_NAME, Replication

    try:
        return Replication(
            paper=paper,
            who=who.strip(),
            when=datetime.now(UTC).date().isoformat(),
            given=given,
            data_departures=off,
            version=__version__,
        )
    except ValidationError as error:
        raise UserError(
            f"--who is {who!r}, expected a name of at most {LONGEST_NAME} printable characters"
        ) from error


def _pack(study, made, output: Path, max_mb: float) -> None:
    from reproduce.pages import replications
    from reproduce.trials import pack

    kept = replications.of_study(study, made)
    files = pack.pack(study.store, output, ("results",), max_mb, made, study.keys())
    for row in kept.answer.rows:
        theirs = row.said(row.paper)
        out.print(f"{row.measure}, {row.words}: yours {row.said(row.ours)}, printed {theirs}")
    out.print("packed:", ", ".join(relative(file) for file in files), soft_wrap=True)
    out.print(
        "send it to the maintainers of the book: `reproduce store merge` shows it on the paper's "
        "page as an independent replication, apart from our own results"
    )
