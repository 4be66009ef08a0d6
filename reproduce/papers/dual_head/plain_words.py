"""What a run of the dual-head study found, in a few plain sentences with a number or two.

Directions follow from the run, so that a sentence cannot go on saying what another found.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from reproduce.evaluation.significance import Effect
from reproduce.figures.by_seed import Draws, contains_zero, effect_between, has_interval
from reproduce.figures.inputs import is_number
from reproduce.figures.picture import NothingToShow
from reproduce.figures.wording import listed, percent, points
from reproduce.pages.rows import Row, rows_at, rows_of
from reproduce.papers.dual_head import printed
from reproduce.papers.dual_head.effect_words import between
from reproduce.papers.dual_head.explained import START, named
from reproduce.papers.dual_head.printed import OURS, RIVALS
from reproduce.papers.dual_head.rows import ENCODER
from reproduce.papers.dual_head.small_test_sets import REAL, RUNS, gap_draws, large_cells
from reproduce.registry import datasets
from reproduce.registry.published import PrintedCell
from reproduce.study.cell import Cell
from reproduce.study.resampled import draws_of
from reproduce.study.study import Study


def plain_words(study: Study, cells: Sequence[PrintedCell]) -> Iterator[str]:
    """Return the sentences; one that needs what was not run is empty."""
    draws = draws_of(study)
    yield _rivals(rows_of(study, "grid"), draws, _beside(study))
    yield _never(study, study.select())
    yield _pretraining(rows_of(study, "second"), draws)
    kept = all("encoders" in cell.keep for cell in study.select())
    yield _probe(rows_of(study, "grid", ENCODER) if kept else [], draws)
    yield _small(study, cells)


def _beside(study: Study) -> tuple[int, int]:
    """Return how many images the test part has and the larger part that claims stand on, or 0."""
    part, cells = large_cells(study)
    if part != REAL:
        return 0, 0
    counts = {record.name: record.counts for record in study.records}[cells[0].trial.dataset]
    return sum(counts["test"]), sum(counts[REAL])


def _rivals(rows: list[Row], draws: Draws, beside: tuple[int, int] = (0, 0)) -> str:
    found = {rival: between(rows, {"method": OURS}, {"method": rival}, draws) for rival in RIVALS}
    known = {rival: effect for rival, effect in found.items() if effect}
    if not known:
        return ""
    each = [
        f"{_apart(effect)} {_rival(rival)} ({_sure(effect)})" for rival, effect in known.items()
    ]
    said = listed(each)
    on = datasets.in_words(rows[0]["dataset"])
    images, more = beside
    if not more:
        return f"On {on} the macro F1 of the dual-head method is {said}."
    return (
        f"On {images} test images of {on}, as many as the paper's, the macro F1 of the dual-head "
        f"method is {said}; the answer above stands on the {more:,} of the larger test part."
    )


def _never(study: Study, cells: Sequence[Cell]) -> str:
    if not cells:
        return ""
    tables = [study.measures.confusion(cell) for cell in cells]
    tested = tables[0].sum(axis=1)
    hits = sum(np.diag(table) for table in tables)
    never = np.flatnonzero((hits == 0) & (tested > 0))
    if not len(never):
        return ""
    names = " and ".join(f"“{study.record.class_names[place]}”" for place in never)
    return (
        f"No network of any method recognises even one image of the class {names}, so nothing here "
        "speaks for or against a gain in it."
    )


def _pretraining(rows: list[Row], draws: Draws) -> str:
    effect = between(rows, {"method": OURS}, {"method": START}, draws) if rows else None
    if not effect:
        return ""
    on = datasets.in_words(rows[0]["dataset"])
    return (
        f"On {on} it is {_apart(effect)} the same network without this pre-training "
        f"({_sure(effect)})."
    )


def _probe(rows: list[Row], draws: Draws) -> str:
    measured = [row for row in rows if is_number(row.get("probe_before"))]
    start = rows_at(measured, method=START)
    gained = [
        effect_between(rows_at(measured, method=method), start, "probe_before", draws)
        for method in dict.fromkeys(row["method"] for row in measured) if method != START
    ]  # fmt: skip
    known = [effect for effect in gained if effect]
    if not known or not start:
        return ""
    above = sum(effect.mean > 0 and not contains_zero(effect) for effect in known)
    many = "all" if above == len(known) else str(above)
    if not above:
        return (
            "Before fine-tuning, no pre-trained encoder can be shown to hold more of the classes "
            f"than the weights it started from: each of the {len(known)} intervals of the linear "
            "probe includes 0 or lies below."
        )
    return (
        f"Before fine-tuning, a linear probe reads more of the classes from {many} of the "
        f"{len(known)} pre-trained encoders than from the weights they started from."
    )


def _small(study: Study, cells: Sequence[PrintedCell]) -> str:
    if not cells:
        return ""
    matrices, _ = printed.confusions(cells)
    tested = next(iter(matrices.values())).sum(axis=1).tolist()
    try:
        found = gap_draws(study, tested, printed.gaps(cells))
    except NothingToShow:
        return ""
    told, theirs = max(found["smallest"].values()), sorted(found["published"].values())
    of, more = "single runs", ""
    if found["runs"] > 1:
        of = f"means of {found['runs']} runs"
    else:
        # Test images alone: what another training adds is not known here.
        more = f" (at best {percent(told / RUNS**0.5)} between means of {RUNS} runs)"
    return (
        f"A test set of {found['images']} images, the size of the paper's, tells a gap between "
        f"{of} from none once it reaches about {percent(told)} points{more}; the paper prints gaps "
        f"of {percent(theirs[0])} to {percent(theirs[-1])} between means of {RUNS}."
    )


def _rival(method: str) -> str:
    return "supervised training" if method == START else named(method)


def _apart(effect: Effect) -> str:
    """Return "1.3 points above" or "0.4 points below"."""
    side = "above" if effect.mean >= 0 else "below"
    return f"{points(abs(effect.mean), 1).lstrip('+')} points {side}"


def _sure(effect: Effect) -> str:
    if not has_interval(effect):
        return "one run, no interval"
    return f"the interval {'includes' if contains_zero(effect) else 'excludes'} 0"
