"""`reproduce plan` and `reproduce train`: trials without a notebook, on any machine."""

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from reproduce import own_code, papers
from reproduce.commands import executing
from reproduce.commands.terminal import out, parameters_from, progress, with_profile
from reproduce.errors import UserError
from reproduce.files import relative
from reproduce.registry import plans

Profile = Annotated[str | None, typer.Option("--profile", help="smoke, quick, laptop or paper")]
StorePath = Annotated[
    Path | None, typer.Option("--store", help="folder of the store; default $REPRODUCE_STORE")
]
Workers = Annotated[
    int, typer.Option("--workers", min=0, help="processes of one thread each; 0: one a core")
]
Registered = Annotated[
    bool, typer.Option("--registered", help="the registered plan of the paper's next edition")
]
KeepWeights = Annotated[
    bool,
    typer.Option("--keep-weights", help="keep the trained networks, for `reproduce export`"),
]
EXTRA = {"allow_extra_args": True, "ignore_unknown_options": True}


def plan(
    context: typer.Context,
    paper: Annotated[str, typer.Argument(help="key of a paper")],
    output: Annotated[Path, typer.Option("-o", "--output", help="the plan file to write")],
    profile: Profile = None,
    registered: Registered = False,
    shards: Annotated[
        int | None, typer.Option("--shards", min=1, help="so many plans that take equally long")
    ] = None,
) -> None:
    """Write the trials of a paper to a file, to be trained anywhere.

    Examples: reproduce plan class_imbalance --profile laptop -p seeds "[0, 1]" -o plan.json

    reproduce plan class_imbalance --registered -o plan.json

    reproduce plan class_imbalance --shards 4 -o plan.json
    """
    from reproduce.study.running import ready
    from reproduce.study.study import Study
    from reproduce.trials import estimate, memory
    from reproduce.trials.plan import Plan

    values = parameters_from(context.args, ("--output", "--profile", "--registered", "--shards"))
    values = asked_for(paper, with_profile(values, profile), registered)
    protocol = papers.protocol(paper)
    study = Study(protocol, protocol.parameters.read(values))
    planned = ready(study)
    Plan(planned, study.records).write(output)
    needed = estimate.seconds(planned, study.store, 1, study.records)
    if study.waiting:
        out.print(
            f"{len(study.waiting)} more trials wait for results of these: train them, then make "
            "the plan anew"
        )
    out.print(
        f"{len(planned)} trials ({study.scale}) in {relative(output)}, about "
        f"{estimate.in_words(needed)} on one core of this kind"
    )
    code = sorted({file for item in planned for file in item.trial.own_code})
    if code:
        trust = " ".join(f"--trust {file}" for file in code)
        out.print(f"it runs code of your own: `reproduce train {relative(output)} {trust}`")
    # It may be trained on a larger machine.
    said = memory.lacking(planned, study.records, memory.present())
    if said:
        out.print(f"not to be trained on this machine: {said}")
    if shards is not None:
        _write_shards(planned, study, output, shards)


def _write_shards(planned, study, output: Path, number: int) -> None:
    """Write a plan for each shard beside the whole one."""
    from reproduce.trials import estimate
    from reproduce.trials import shards as sharding
    from reproduce.trials.plan import Plan

    needed = estimate.of_each(planned, study.store, study.records)
    for shard, places in enumerate(sharding.divided(planned, needed, number), start=1):
        path = sharding.path_of(output, shard)
        Plan([planned[place] for place in places], study.records).write(path)
        about = estimate.in_words(sum(needed[place] for place in places))
        out.print(f"{relative(path)}: {len(places)} of them, about {about} on one core")


def asked_for(paper: str, given: dict[str, Any], registered: bool) -> dict[str, Any]:
    """Return the parameters that were given, or those of the paper's registered plan."""
    if not registered:
        return given
    if given:
        raise UserError(
            f"--registered takes the parameters of the registered plan, received "
            f"{', '.join(given)} beside it; leave one of them out"
        )
    from reproduce.study.registered import parameters_of

    plan = plans.of(paper)
    parameters_of(plan, papers.protocol(paper).parameters)
    return plan.values


def _registered(paper: str, store):
    """Return the study of the plan that a paper has registered."""
    from reproduce.study.study import Study

    protocol = papers.protocol(paper)
    return Study(protocol, protocol.parameters.read(asked_for(paper, {}, True)), store)


def _planned(plan: str, registered: bool, store):
    """Return the trials of a plan file, or those of a registered plan that can be trained now."""
    from reproduce.study.running import ready
    from reproduce.trials.plan import Plan, read

    if not registered:
        return read(Path(plan))
    study = _registered(plan, store)
    return Plan(ready(study), study.records)


def _train_registered(paper: str, store, options):
    """Train the plan that a paper has registered, as far as results decide what there is to do."""
    from reproduce.study import running

    return running.train(_registered(paper, store), options, progress)


def _train_file(plan: str, store, options):
    """Train the trials of a plan file."""
    from reproduce.trials import engine

    todo = _planned(plan, False, store)
    for record in todo.records:
        store.put_record(record)
    with progress(todo.planned, store) as reporter:
        return engine.run(todo.planned, store, options, reporter)


def train(
    plan: Annotated[
        str, typer.Argument(help="a plan written by `reproduce plan`; with --registered a paper")
    ],
    store: StorePath = None,
    registered: Registered = False,
    time_limit: Annotated[
        str | None, typer.Option("--time-limit", help="checkpoint and stop after: 90s, 9m, 2h")
    ] = None,
    workers: Workers = 0,
    checkpoint_seconds: Annotated[
        float, typer.Option("--checkpoint-seconds", min=0, help="seconds between checkpoints")
    ] = 5.0,
    keep_weights: KeepWeights = False,
    force: Annotated[bool, typer.Option("--force", help="train finished trials again")] = False,
    stack: Annotated[
        int | None,
        typer.Option("--stack", min=1, help="small networks trained as one; by itself on a GPU"),
    ] = None,
    trust: Annotated[
        list[Path] | None,
        typer.Option("--trust", help="a file of code outside the package that the plan may run"),
    ] = None,
    executor: Annotated[
        str, typer.Option("--executor", help="processes of this machine, or ray: of a cluster")
    ] = "processes",
    address: Annotated[
        str | None,
        typer.Option("--address", help="of a Ray cluster: HOST:6379, auto; default this machine"),
    ] = None,
    gpus_per_trial: Annotated[
        float | None,
        typer.Option("--gpus-per-trial", min=0, help="what share of a GPU a trial takes, with ray"),
    ] = None,
    ranks: Annotated[
        int,
        typer.Option("--ranks", min=1, help="processes that share each trial: one a GPU, or core"),
    ] = 1,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="only print what would run where, and how long")
    ] = False,
) -> None:
    """Train a plan's trials into a store; run it again to go on where it stopped.

    Examples: reproduce train plan.json --store results --time-limit 9m --workers 2

    reproduce train --registered class_imbalance

    reproduce train plan.json --trust mine.py

    reproduce train plan.json --executor ray --address auto --gpus-per-trial 0.25 --dry-run

    reproduce train plan.json --ranks 2
    """
    from reproduce.trials import engine
    from reproduce.trials.store import Store

    chosen = executing.executor_for(executor, address, gpus_per_trial, workers, ranks, stack)
    for file in trust or ():
        own_code.take_in(file)
    if dry_run:
        target = Store(store)
        todo = _planned(plan, registered, target)
        executing.preview(todo, target, chosen, workers, keep_weights, force)
        return
    options = engine.Options(
        workers=workers,
        time_limit=seconds_of(time_limit),
        checkpoint_seconds=checkpoint_seconds,
        keep_weights=keep_weights,
        force=force,
        stack=stack,
        executor=chosen,
    )
    train_it = _train_registered if registered else _train_file
    summary = train_it(plan, Store(store), options)
    print(f"{summary.done} of {summary.total} trials done ({summary.trained} trained now)")
    engine.require_no_failure(summary)


def time_of(pending, store, workers: int, records) -> str:
    """Return ", about 3 min", what trials will take here; nothing where none is to be trained."""
    from reproduce.trials import estimate

    needed = estimate.seconds(pending, store, workers, records)
    return f", about {estimate.in_words(needed)}" if pending else ""


def seconds_of(text: str | None) -> float | None:
    """Return a duration like 90, 90s, 9m or 2h in seconds."""
    if text is None:
        return None
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smh]?)", text.strip())
    if not match or float(match[1]) <= 0:
        raise UserError(f"--time-limit is '{text}', expected a duration such as 90s, 9m or 2h")
    return float(match[1]) * {"": 1, "s": 1, "m": 60, "h": 3600}[match[2]]
