"""`reproduce compare`: two runs side by side."""

from pathlib import Path
from typing import Annotated

import typer

from reproduce import papers
from reproduce.commands.terminal import new_table, out
from reproduce.errors import UserError
from reproduce.files import project_root, relative


def compare(
    one: Annotated[str, typer.Argument(help="a run's folder, 'latest' or 'published'")],
    other: Annotated[str, typer.Argument(help="another one")],
    paper: Annotated[str | None, typer.Option(help="paper, where the runs hold several")] = None,
) -> None:
    """Compare two runs: which parameters differ, and what moved.

    Example: reproduce compare latest runs/class_imbalance-1a2b3c4d
    """
    left, right = _edition(one), _edition(other)
    keys = [key for key in papers.names() if left.stamp(key) and right.stamp(key)]
    if paper:
        keys = [key for key in keys if key == papers.paper(paper).key]
    if not keys:
        raise UserError(
            f"no paper has results both in '{one}' and in '{other}'; expected folders that "
            "`reproduce run` wrote, 'latest' or 'published'"
        )
    for key in keys:
        show_comparison(key, one, other, left, right)


def show_comparison(paper: str, one: str, other: str, left, right) -> None:
    """Print which parameters of two runs differ, and what moved."""
    from reproduce.study.comparing import compare as compared

    found = compared(papers.protocol(paper), left, right)
    out.print(f"{paper}: {one} against {other}", style="bold")
    table = new_table("parameter", one, other)
    for name, left_value, right_value in found.parameters:
        table.add_row(name, str(left_value), str(right_value))
    out.print(table if found.parameters else "  the same parameters")
    out.print(f"  {found.shared} trials in both, {found.moved} of them with other numbers")
    table = new_table("method", "at", "metric", one, other, "moved by")
    for row in found.metrics:
        table.add_row(*row)
    out.print(table if found.metrics else "  no method and point in common")
    for claim, before, after in found.verdicts:
        out.print(f"  {claim}: {before} -> {after}")


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
