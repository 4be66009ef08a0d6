"""`reproduce compare`: runs side by side."""

from collections.abc import Iterator
from contextlib import ExitStack
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from reproduce import papers
from reproduce.commands.terminal import new_table, out
from reproduce.errors import UserError
from reproduce.files import project_root, relative, write_text
from reproduce.plain_page import plain_page

NOTE = (
    "Intervals, at 95 %, are of the difference over the seeds that both runs have, and of the test "
    "images; with * of the seeds alone, and then too narrow."
)
STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; } th, td { border-bottom: 1px solid #8888; }
"""


def compare(
    context: typer.Context,
    runs: Annotated[
        list[str],
        typer.Argument(help="folders of runs (* allowed), 'latest', 'published'; or one paper"),
    ],
    paper: Annotated[str | None, typer.Option(help="paper, where the runs hold several")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="also write a page")] = None,
    images: Annotated[
        bool,
        typer.Option(help="add the luck of the test images to the intervals, which takes time"),
    ] = True,
) -> None:
    """Compare runs with the first of them: which parameters differ, and what moved.

    Examples: reproduce compare latest runs/class_imbalance-1a2b3c4d

    reproduce compare published 'runs/class_imbalance-*' --html moved.html

    reproduce compare class_imbalance -p rho 50 -p rho 100
    """
    # A list of runs takes what follows it as well, where that is no option it knows.
    words = [*runs, *context.args]
    given = next((n for n, word in enumerate(words) if word.startswith("-")), len(words))
    runs, sides = words[:given], varied(words[given:], ("--paper", "--html", "--no-images"))
    if len(runs) == 1 and runs[0] in papers.names():
        shown = list(_of_parameters(runs[0], sides, images))
    elif given < len(words):
        raise UserError(
            "-p is given with one paper, as in `reproduce compare class_imbalance -p rho 50 -p rho "
            "100`; runs have their parameters"
        )
    else:
        shown = list(_of_runs(runs, paper, images))
    for one in shown:
        say(*one)
    if html:
        write_text(html, page(shown))
        out.print(f"page: {relative(html)}", soft_wrap=True)


def varied(arguments: list[str], options: tuple[str, ...]) -> list[dict[str, str]]:
    """Return the parameters of each side: what is given once is common, what more often differs."""
    from reproduce.commands.terminal import parameters_from

    pairs: dict[str, list[str]] = {}
    rest = list(arguments)
    while rest:
        # One pair at a time, so that a name may be given again.
        taken = 2 if len(rest) > 1 and "=" in rest[1] else 3
        for name, value in parameters_from(rest[:taken], options).items():
            pairs.setdefault(name, []).append(value)
        rest = rest[taken:]
    number = max(map(len, pairs.values()), default=1)
    odd = [name for name, values in pairs.items() if len(values) not in (1, number)]
    if odd:
        raise UserError(
            f"parameter '{odd[0]}' is given {len(pairs[odd[0]])} times and another {number} times; "
            "give each once, or once for each run"
        )
    return [
        {name: values[min(side, len(values) - 1)] for name, values in pairs.items()}
        for side in range(number)
    ]


def _of_parameters(paper: str, sides: list[dict[str, str]], images: bool) -> Iterator[tuple]:
    """Yield the comparison of each set of parameters with the first, from what is trained."""
    from reproduce.study.comparing import compared, side_with
    from reproduce.trials import edition as editions
    from reproduce.trials.store import Store

    if len(sides) < 2:
        raise UserError(
            f"`reproduce compare {paper}` needs a parameter with two values or more, for instance "
            f"-p seeds 0 -p seeds 1; `reproduce params {paper}` lists them"
        )
    protocol, book = papers.protocol(paper), editions.published()
    with TemporaryDirectory(prefix="reproduce-compare-") as folder:
        stores = [Store()]
        usual: dict[str, Any] = {}
        if stamp := book.stamp(paper):
            stores.append(Store(Path(folder)))
            editions.merge(stores[1], book, paper)
            # Its own length and seeds; what stands beside the grid is not compared here.
            usual = {name: one for name, one in stamp["given"].items() if name != "experiments"}
        asked = [{**usual, **side} for side in sides]
        found = [side_with(protocol, values, stores) for values in asked]
        names = [" ".join(f"{n} {v}" for n, v in side.items()) for side in sides]
        for name, side in zip(names, found, strict=True):
            if side.missing:
                out.print(f"{name}: left out, since not trained: {side.missing} of its networks")
        for name, side in zip(names[1:], found[1:], strict=True):
            yield paper, names[0], name, compared(found[0], side, images)


def _of_runs(runs: list[str], paper: str | None, images: bool) -> Iterator[tuple]:
    """Yield the comparison of each run with the first, for each paper that both hold."""
    from reproduce.study.comparing import compared, side_of

    named = [name for run in runs for name in _expanded(run)]
    if len(named) < 2:
        raise UserError(
            f"{len(named)} run in '{' '.join(runs)}', expected two or more: folders that "
            "`reproduce run` wrote, 'latest' or 'published'"
        )
    first, *others = [(name, _edition(name)) for name in named]
    keys = [papers.paper(paper).key] if paper else papers.names()
    some = False
    for name, other in others:
        for key in (one for one in keys if first[1].stamp(one) and other.stamp(one)):
            some = True
            with ExitStack() as stack:
                left, right = (
                    stack.enter_context(side_of(papers.protocol(key), one))
                    for one in (first[1], other)
                )
                yield key, first[0], name, compared(left, right, images)
    if not some:
        raise UserError(
            f"no paper has results both in '{named[0]}' and in '{named[1]}'; expected folders that "
            "`reproduce run` wrote, 'latest' or 'published'"
        )


def _expanded(run: str) -> list[str]:
    """Return the runs that a pattern stands for, in order."""
    if "*" not in run:
        return [run]
    found = sorted(str(path) for path in Path().glob(run) if (path / "results").is_dir())
    if not found:
        raise UserError(f"no run is called '{run}'; `reproduce run` says where it leaves one")
    return found


def show_comparison(paper: str, one: str, other: str, left, right) -> None:
    """Print which parameters of two runs differ, and what moved."""
    from reproduce.study.comparing import compare as editions_compared

    found = editions_compared(papers.protocol(paper), left, right, images=False)
    say(paper, one, other, found)


def say(paper: str, one: str, other: str, found) -> None:
    """Print a comparison."""
    out.print(f"{paper}: {one} against {other}", style="bold")
    table = new_table("parameter", one, other)
    for name, left_value, right_value in found.parameters:
        table.add_row(name, str(left_value), str(right_value))
    out.print(table if found.parameters else "  the same parameters")
    out.print(f"  {_trials(found)}")
    table = new_table("method", "at", "metric", "the first", "the other", "moved by")
    for *row, moved, interval in found.metrics:
        table.add_row(*row, f"{moved}\n{interval}")
    out.print(table if found.metrics else "  no method and point in common")
    if found.metrics:
        out.print(f"  {NOTE}")
    for claim, before, after in found.verdicts:
        out.print(f"  {claim}: {before} -> {after}")


def _trials(found) -> str:
    return f"{found.shared} trials in both, {found.moved} of them with other numbers"


def page(shown: list[tuple]) -> str:
    """Return comparisons as a page that loads nothing."""
    from reproduce.figures.table import Table

    parts = []
    for paper, one, other, found in shown:
        parts.append(f"<h2>{escape(f'{paper}: {one} against {other}')}</h2>")
        said, tables = _trials(found), []
        if found.parameters:
            rows = [[str(cell) for cell in row] for row in found.parameters]
            tables.append(("Parameters that differ", ["Parameter", one, other], rows))
        if found.metrics:
            columns = ["Method", "At", "Metric", one, other, "Moved by", "Paired, 95 %"]
            tables.append(("Metrics", columns, [list(row) for row in found.metrics]))
        if found.verdicts:
            rows = [list(row) for row in found.verdicts]
            tables.append(("Verdicts that changed", ["Claim", one, other], rows))
        parts += [Table(name, columns, rows, said)._repr_html_() for name, columns, rows in tables]
    parts.append(f"<p>{escape(NOTE)}</p>")
    body = "\n".join(["<h1>What moved</h1>", *parts])
    return plain_page("What moved", body, STYLE)


def _edition(name: str):
    from reproduce.trials import edition as editions

    known = {"latest": editions.latest, "published": editions.published}
    if name in known:
        return known[name]()
    path = Path(name)
    if path.suffix == ".ipynb":
        path = path.parent.parent
    if not (path / "results").is_dir():
        raise UserError(
            f"'{name}' is no run: expected 'latest', 'published' or a folder such as "
            f"{relative(project_root() / 'runs')}/class_imbalance-1a2b3c4d"
        )
    return editions.Edition(path)
