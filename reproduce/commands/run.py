"""`reproduce run`, `publish` and `book`: notebooks, editions and the site."""

import shutil
from pathlib import Path
from typing import Annotated, Any

import typer

from reproduce import papers
from reproduce.commands import opened, preflight
from reproduce.commands.compare import show_comparison
from reproduce.commands.terminal import new_table, out, parameters_from, progress, with_profile
from reproduce.commands.training import (
    KeepWeights,
    Profile,
    Registered,
    StorePath,
    Workers,
    time_of,
)
from reproduce.errors import UserError, unknown_name
from reproduce.files import project_root, relative, write_bytes

PaperKey = Annotated[
    str, typer.Argument(help="key of a paper, e.g. class_imbalance, or the chapter 'audit'")
]
Force = Annotated[bool, typer.Option("--force", help="train and execute even if nothing changed")]


def run(
    context: typer.Context,
    paper: PaperKey,
    profile: Profile = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="also write the executed notebook here")
    ] = None,
    store: StorePath = None,
    workers: Workers = 0,
    force: Force = False,
    keep_weights: KeepWeights = False,
    published: Annotated[
        bool,
        typer.Option("--published", help="draw the published notebook anew; nothing is trained"),
    ] = False,
) -> None:
    """Train what is missing and execute a paper's notebook, with any parameter changed.

    Examples: reproduce run class_imbalance

    reproduce run class_imbalance -p rho "[10, 20]" -p seeds 0

    reproduce run class_imbalance --profile laptop

    reproduce run class_imbalance -p seeds 0 --keep-weights

    reproduce run class_imbalance --published
    """
    from reproduce.book import chapters
    from reproduce.book.execute import run_folder
    from reproduce.trials import edition as editions

    study = None
    if paper in chapters.CHAPTERS:
        _takes_no_parameters(context, paper, profile)
        notebook = _execute_chapter(paper, editions.latest(), force)
    else:
        given, study = (
            opened.published(context, paper, profile, store)
            if published
            else opened.study(context, paper, profile, store)
        )
        default = not study.parameters.changed()
        edition = editions.latest() if default else editions.Edition(run_folder(study))
        if published:
            preflight.before_a_notebook(paper, study.store.path)
            notebook = _execute(study, given, edition, force)
        else:
            notebook = _train_and_execute(study, given, edition, workers, force, keep_weights)
    if output:
        write_bytes(output, notebook.read_bytes())
        notebook = output
    if study:
        _tell(study)
        if not default and not published:
            _tell_what_moved(paper, edition)
    out.print(f"executed notebook: {relative(notebook)}", soft_wrap=True)


def _tell_what_moved(paper: str, edition) -> None:
    """Compare a run with other parameters to the default one, where that is on this machine."""
    from reproduce.trials import edition as editions

    if editions.latest().stamp(paper):
        show_comparison(paper, "latest", relative(edition.root), editions.latest(), edition)
    else:
        out.print(f"`reproduce run {paper}` makes the default run to compare this one with")


def publish(
    context: typer.Context,
    paper: PaperKey,
    profile: Profile = None,
    store: StorePath = None,
    workers: Workers = 0,
    force: Force = False,
    registered: Registered = False,
    no_train: Annotated[
        bool,
        typer.Option("--no-train", help="with --registered: publish the steps that are done"),
    ] = False,
) -> None:
    """Execute a paper's notebook and write it and its results under book/, ready to commit.

    Examples: reproduce publish class_imbalance --profile laptop

    reproduce publish class_imbalance --registered --no-train
    """
    from reproduce.book import chapters
    from reproduce.trials import edition as editions

    edition = editions.published()
    if no_train and not (registered and not force):
        raise UserError(
            "--no-train publishes what is done of a registered plan: give it with --registered and "
            "without --force"
        )
    if paper in chapters.CHAPTERS:
        _takes_no_parameters(context, paper, profile)
        notebook, suffixes = _execute_chapter(paper, edition, force), ("json",)
    else:
        given, study = opened.study(context, paper, profile, store, registered)
        _refuse_own_code(study)
        if no_train:
            notebook = _execute(study, given, edition, force)
        else:
            notebook = _train_and_execute(study, given, edition, workers, force)
        _tell(study)
        suffixes = ("csv", "npz", "json")
        if study.whole.registered:
            # What waited for it is in it, or in the store that it came from.
            edition.waiting(paper).unlink(missing_ok=True)
    files = [notebook, *(edition.results(paper, suffix) for suffix in suffixes)]
    size = sum(file.stat().st_size for file in files) / 1024**2
    out.print(f"published ({size:.1f} MB), to be committed:", *map(relative, files))


def _refuse_own_code(study) -> None:
    """Refuse an edition that nobody else could make again."""
    files = sorted({file for item in study.planned() for file in item.trial.own_code})
    if files:
        raise UserError(
            f"an edition is what others can make again, and {', '.join(files)} is not of the "
            "package: look at it with `reproduce run`, or add the method to the package"
        )


def _train_and_execute(
    study, given: dict[str, Any], edition, workers: int, force: bool, keep_weights: bool = False
) -> Path:
    from reproduce.trials import engine

    preflight.before_a_notebook(study.paper, study.store.path)
    planned = study.planned()
    pending = planned if force else engine.pending(planned, study.store, keep_weights)
    at_once = workers or engine.default_workers()
    about = time_of(pending, study.store, at_once, study.records)
    out.print(
        f"{study.paper} ({study.scale}) on {study.record.name}: {len(planned)} trials, "
        f"{len(pending)} to train{about} with {min(at_once, max(1, len(pending)))} worker(s)"
    )
    options = engine.Options(workers=workers, force=force, keep_weights=keep_weights)
    study.run(options, progress)
    if keep_weights:
        out.print("trained networks are kept: `reproduce store ls` has the keys for `export`")
    return _execute(study, given, edition, force)


def _execute(study, given: dict[str, Any], edition, force: bool) -> Path:
    """Execute the notebook on what is done of a registered plan, or on all that was asked for."""
    from reproduce.book.execute import execute, is_fresh

    study = study.as_far_as_done()
    for step in study.progress():
        out.print(f"{step.name}: {step.done} of {step.planned} networks are trained")
    if not force and is_fresh(study, edition):
        out.print("the notebook is up to date: nothing to execute")
        return edition.notebook(study.paper)
    out.print("executing the notebook ...")
    return execute(study, given, edition)


def _takes_no_parameters(context: typer.Context, chapter: str, profile: str | None) -> None:
    given = with_profile(parameters_from(context.args, opened.OPTIONS), profile)
    if given:
        raise UserError(
            f"the chapter '{chapter}' trains nothing and takes no parameters, "
            f"received {', '.join(given)}; leave them out"
        )


def _execute_chapter(chapter: str, edition, force: bool) -> Path:
    """Execute a notebook that has no study, unless nothing has changed since it was."""
    from reproduce.book import chapters

    if not force and chapters.is_fresh(chapter, edition):
        out.print(f"the notebook {chapter} is up to date: nothing to execute")
        return edition.notebook(chapter)
    preflight.before_a_notebook(chapter)
    out.print(f"executing the notebook {chapter} ...")
    return chapters.execute(chapter, edition)


def _tell(study) -> None:
    """End with the claims, published beside ours."""
    from reproduce.registry import claims as registry
    from reproduce.study.judging import judge

    claims = {claim.id: claim for claim in registry.load(study.paper)}
    table = new_table("claim", "published", "ours", "verdict")
    waiting = 0
    for judgement in judge(study.as_far_as_done()):
        if not judgement.parts:
            waiting += 1
            continue
        claim = claims[judgement.claim_id]
        gain = claim.published_gain
        unsaid = "predicted here" if claim.says == "ours" else "as a plot or in words"
        published = unsaid if gain is None else f"{gain:+.4f}"
        ours = "\n".join(part.seen for part in judgement.parts)
        table.add_row(judgement.english, published, ours, judgement.word)
    where = f"{study.record.name}, {study.scale} scale"
    if not table.row_count:
        out.print(f"None of the {waiting} claims could be tried on {where}: the notebook says why.")
        return
    out.print(f"Published beside ours, on {where} (effects in the metric's unit, 95 % intervals):")
    out.print(table)
    if waiting:
        out.print(f"{waiting} more claims need what was not run here: see the notebook.")


def book(
    edition: Annotated[
        str, typer.Option(help="latest: run what is missing at quick; published: as committed")
    ] = "latest",
    workers: Workers = 0,
) -> None:
    """Build the book's site at _build/html.

    Example: reproduce book --edition published
    """
    if edition not in ("latest", "published"):
        raise unknown_name("edition", edition, ("latest", "published"))
    preflight.before_the_book()
    if edition == "latest":
        from reproduce.book import chapters
        from reproduce.study.study import Study
        from reproduce.trials import edition as editions

        for key in papers.everything():
            protocol = papers.protocol(key)
            study = Study(protocol, protocol.parameters.read({}))
            _train_and_execute(study, {}, editions.latest(), workers, force=False)
        for chapter in chapters.CHAPTERS:
            _execute_chapter(chapter, editions.latest(), force=False)
    from reproduce.book.build import build

    site = build(edition)
    out.print(f"the book: {relative(site)}/index.html", soft_wrap=True)


def clean() -> None:
    """Remove what can be made again: the site, staged pages and the latest edition (not results).

    Example: reproduce clean
    """
    shutil.rmtree(project_root() / "_build", ignore_errors=True)
    print("removed _build; results stay in the store (`reproduce store gc` tidies it)")
