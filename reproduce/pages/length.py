"""How long the methods of a page were trained, from their trials, beside the profile `paper`.

Where a text prints no length, that profile's is ours; its ambiguities say so.
"""

from collections.abc import Sequence

from reproduce.figures.table import Table
from reproduce.figures.wording import MISSING, method_label
from reproduce.study import steps
from reproduce.study.cell import Cell
from reproduce.study.study import Study

# Of each method the steps of every phase, once for each repeat.
Lengths = dict[str, list[tuple[int, ...]]]


def steps_table(study: Study, provenance: str) -> Table:
    """Return the steps of each method, phase by phase, with what it was shown."""
    ours, theirs = _lengths(study)
    rows = []
    for method, phases in ours.items():
        cell = next(cell for cell in study.cells if cell.method == method)
        there = _counts(theirs[method]) if method in theirs else MISSING
        rows.append([method_label(method), _counts(phases), there, _shown(cell)])
    columns = ["Method", "Steps", "In the profile “paper”", "Images shown"]
    return Table("Steps of training, phase by phase", columns, rows, provenance)


def _lengths(study: Study) -> tuple[Lengths, Lengths]:
    """Return the steps of each method in this run and in the profile `paper`, of each repeat.

    Of its first cell in the grid, or else in the experiments: what these vary is said there.
    """
    ours: Lengths = {}
    theirs: Lengths = {}
    first: dict[str, tuple[object, ...]] = {}
    for cell in study.cells:
        where = steps.place(cell)[:-1]
        first.setdefault(cell.method, where)
        if first[cell.method] != where:
            continue
        ours.setdefault(cell.method, []).append(steps.taken(study.result(cell)))
        there = study.paper_steps(cell)
        if there:
            theirs.setdefault(cell.method, []).append(there)
    return ours, theirs


def _counts(repeats: list[tuple[int, ...]]) -> str:
    """Return "4,000 (2,000 + 2,000)"; where repeats stop by themselves, from the fewest on."""
    phases = list(zip(*repeats, strict=True))
    apart = f" ({' + '.join(map(_ends, phases))})" if len(phases) > 1 else ""
    return f"{_ends([sum(one) for one in repeats])}{apart}"


def _ends(counts: Sequence[int]) -> str:
    least, most = min(counts), max(counts)
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


def _shown(cell: Cell) -> str:
    """Say how a method's images are transformed and mixed, phase by phase where that differs."""
    said = []
    for phase in cell.trial.phases:
        words = "not altered" if phase.transforms == "none" else phase.transforms.replace("_", " ")
        mixed = "" if phase.mixing.name == "none" else f", {phase.mixing.name.replace('_', ' ')}"
        said.append(f"{words}{mixed}")
    return "; then ".join(dict.fromkeys(said))
