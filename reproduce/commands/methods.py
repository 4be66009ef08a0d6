"""`reproduce methods`: what can be asked for as `-p methods`."""

from typing import Annotated

import typer

from reproduce.commands.terminal import new_table, out
from reproduce.errors import unknown_name


def methods(
    task: Annotated[
        str, typer.Option("--task", help="classification, segmentation or verification")
    ] = "classification",
) -> None:
    """List the registered methods of a task; any can be asked for with `-p methods NAME,NAME`.

    Example: reproduce methods --task segmentation
    """
    from reproduce.methods import registry
    from reproduce.methods.entry import TASKS

    if task not in TASKS:
        raise unknown_name("task", task, TASKS)
    table = new_table("method", "what it is", "from", "options")
    for name in registry.names():
        entry = registry.entry(name)
        if task in entry.tasks:
            table.add_row(name, entry.words, entry.origin, ", ".join(entry.options(task)) or "-")
    out.print(table)
    out.print("options are set by a paper's study; in Python: methods.registry.build(name, recipe)")
