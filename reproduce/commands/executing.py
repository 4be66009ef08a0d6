"""Where a plan is trained, chosen at the command line, and what would be done there."""

from reproduce.commands.terminal import new_table, out
from reproduce.errors import UserError, unknown_name

EXECUTORS = ("processes", "ray")


def executor_for(
    name: str, address: str | None, gpus_per_trial: float | None, workers: int,
    ranks: int = 1, stack: int | None = None,
):  # fmt: skip
    """Return the executor that was asked for; None is the usual one, processes of this machine."""
    if name not in EXECUTORS:
        raise unknown_name("executor", name, EXECUTORS)
    if ranks > 1:
        _require_ranks_alone(name, workers, stack)
    if name == "processes":
        for option, value in (("--address", address), ("--gpus-per-trial", gpus_per_trial)):
            if value is not None:
                raise UserError(
                    f"{option} is for a cluster; expected --executor ray beside it, or leave it out"
                )
        if ranks == 1:
            return None
        from reproduce.trials.executors.ranked import Ranks

        return Ranks(ranks)
    from reproduce.trials.executors import ray_session
    from reproduce.trials.executors.cluster import Cluster

    ray_session.require()
    return Cluster(address, gpus_per_trial or 0.0, workers)


def _require_ranks_alone(executor: str, workers: int, stack: int | None) -> None:
    """Refuse what trains several trials at once, beside ranks that train one together."""
    for option, given, mend in (
        ("--executor ray", executor == "ray", "leave one of them out"),
        (f"--workers {workers}", workers > 1, "leave --workers out"),
        (f"--stack {stack}", (stack or 1) > 1, "leave --stack out"),
    ):
        if given:
            raise UserError(
                f"--ranks trains one trial at a time, by several processes of this machine, and "
                f"{option} several trials at once; {mend}"
            )


def preview(plan, store, executor, workers: int, keep_weights: bool, force: bool):
    """Print what would run where, and about how long it would take; nothing is trained."""
    from reproduce.trials import engine, estimate, memory
    from reproduce.trials import preview as previewing

    planned, records = plan.planned, plan.records
    todo = list(planned) if force else engine.pending(planned, store, keep_weights)
    out.print(f"{len(todo)} of {len(planned)} trials would be trained now; nothing was trained")
    if not todo:
        return
    table = new_table("network", "pixels", "data", "trials", "begun", "about", "estimated from")
    for group in previewing.groups(todo, store, records):
        about = estimate.in_words(group.seconds)
        row = (group.network, group.size, group.dataset, group.trials, group.begun, about)
        table.add_row(*map(str, row), group.basis)
    out.print(table)
    places = executor.machines() if executor else {"this machine": workers_here(workers)}
    room = 0
    for place, width in places.items():
        out.print(f"{place}: {width} at a time")
        room += width
    if not room:
        out.print("no machine has room for a trial now")
        return
    out.print(f"about {estimate.in_words(estimate.seconds(todo, store, room, records))} in all")
    said = memory.lacking(todo, records, memory.present())
    if said:
        out.print(f"not to be trained on this machine: {said}")


def workers_here(workers: int) -> int:
    """Return how many trials run at a time on this machine."""
    from reproduce.trials import engine

    return workers or engine.default_workers()
