"""What the commands share at the terminal: parameters from `-p`, progress, tables."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table
from typer.core import TyperCommand

from reproduce.errors import UserError, unknown_name

# Pipes and logs have no width of their own; tables are unreadable at the 80 columns rich assumes.
# No markup: "[no interval]" in a sentence is text, not a style.
out = Console(width=None if sys.stdout.isatty() else 120, markup=False, emoji=False)
# More points than these are not read in one line.
MOST_POINTS = 2
# Laying out a table looks at every cell several times: of more rows than these that takes seconds.
MOST_LAID_OUT = 1000
# A log that says nothing for longer looks as if nothing happened.
SECONDS_OF_SILENCE = 60.0


def new_table(*columns: str, **options: Any) -> Table:
    """Return a table that breaks a name too long for its column instead of cutting it off."""
    return Table(*(Column(name, overflow="fold") for name in columns), **options)


def show_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table; a very long one plainly, a line a row, which takes no minutes to lay out."""
    if len(rows) <= MOST_LAID_OUT:
        table = new_table(*columns)
        for row in rows:
            table.add_row(*row)
        out.print(table)
        return
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    form = "  ".join(f"{{:{width}}}" for width in widths).format
    out.file.writelines(f"{form(*row).rstrip()}\n" for row in (columns, *rows))


class WithParameters(TyperCommand):
    """A command that takes `-p name value` beside its options."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse `--`, after which options would be taken for something else without a word."""
        if "--" in args:
            after = " ".join(args[args.index("--") :])
            raise UserError(
                f"'{after}': nothing can be given after '--'; expected options and -p name value"
            )
        return super().parse_args(ctx, args)


def parameters_from(arguments: list[str], options: tuple[str, ...]) -> dict[str, str]:
    """Return the `-p name value` (or `-p name=value`) pairs of a command line.

    typer cannot express repeated pairs, so they arrive as arguments it does not know; anything
    else among them is a mistake, named here.
    """
    values: dict[str, str] = {}
    rest = list(arguments)
    while rest:
        flag = rest.pop(0)
        if flag not in ("-p", "--parameter"):
            if flag.startswith("-"):
                raise unknown_name("option", flag, (*options, "-p"))
            raise UserError(f"unexpected argument '{flag}'; parameters are given as -p name value")
        name = rest.pop(0) if rest else ""
        if "=" in name:
            name, _, value = name.partition("=")
        elif rest:
            value = rest.pop(0)
        else:
            raise UserError("-p needs a name and a value, for instance: -p rho 50")
        if name in values:
            raise UserError(f"parameter '{name}' is given twice; give it once")
        values[name] = value
    return values


def with_profile(values: dict[str, Any], profile: str | None) -> dict[str, Any]:
    """Add --profile to the parameters; it is a parameter like any other."""
    if profile is None:
        return values
    if "profile" in values:
        raise UserError("the profile is given twice, by --profile and by -p; give it once")
    return {"profile": profile, **values}


@contextmanager
def progress(planned, store) -> Iterator[Any]:
    """Yield a reporter of training events: bars at a terminal, plain lines elsewhere."""
    names = {item.trial.key: _name(item) for item in planned}
    todo = len(names.keys() - store.first_of(names).keys()) or len(planned)
    if not out.is_terminal:
        yield _Lines(names, todo)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
               TimeRemainingColumn(), TextColumn("{task.fields[loss]}"))  # fmt: skip
    with Progress(*columns, console=out, transient=True) as bars:
        yield _Bars(bars, names, todo)


def _name(item) -> str:
    trial, labels = item.trial, item.labels
    methods = "/".join(dict.fromkeys(label.get("method", "") for label in labels))
    return f"{methods}, {points_of(labels, trial)}, seed {trial.seed}"


def points_of(labels, trial) -> str:
    """Return the points that a trial stands for, in the words of its papers.

    Of many the plainest: a trial that serves a dozen readings is still found by its first name.
    """
    points = list(dict.fromkeys(label["point"] for label in labels if label.get("point")))
    if len(points) > MOST_POINTS:
        return f"{min(points, key=len)} and {len(points) - 1} more points"
    if points:
        return " / ".join(points)
    # A trial that no study has described in words: as its own description has it.
    return " ".join(f"{name} {value}" for name, value in trial.imbalance.items())


class _Lines:
    """One line when a trial ends, for logs and pipes; of a long one, one each minute."""

    def __init__(self, names: dict[str, str], todo: int):
        self.names, self.todo, self.ended = names, todo, 0
        self.started: dict[str, float] = {}
        self.told: dict[str, float] = {}

    def __call__(self, event) -> None:
        if event.kind == "started":
            self.started[event.key] = self.told[event.key] = time.monotonic()
        elif event.kind == "progress":
            if time.monotonic() - self.told.get(event.key, 0.0) >= SECONDS_OF_SILENCE:
                self.told[event.key] = time.monotonic()
                step = f"step {event.done:,} of {event.total:,}, loss {event.loss:.3f}"
                print(f"{self.names[event.key]}: {step}", flush=True)
        elif event.kind in ("finished", "failed"):
            self.ended += 1
            took = time.monotonic() - self.started.get(event.key, time.monotonic())
            line = f"[{self.ended}/{self.todo}] {self.names[event.key]}: {event.message}"
            print(f"{line} ({took:.0f} s)", flush=True)


class _Bars:
    """A bar for all trials and one for each that is running."""

    def __init__(self, bars: Progress, names: dict[str, str], todo: int):
        self.bars, self.names = bars, names
        self.whole = bars.add_task("all trials", total=todo, loss="")
        self.running: dict[str, Any] = {}

    def __call__(self, event) -> None:
        if event.kind == "started":
            self.running[event.key] = self.bars.add_task(self.names[event.key], loss="", total=None)
        elif event.kind == "progress":
            self.bars.update(
                self.running[event.key],
                total=event.total,
                completed=event.done,
                loss=f"loss {event.loss:.3f}",
            )
        else:
            self.bars.remove_task(self.running.pop(event.key))
            self.bars.advance(self.whole)
            if event.kind == "failed":
                print(f"{self.names[event.key]}: {event.message}", file=sys.stderr)
