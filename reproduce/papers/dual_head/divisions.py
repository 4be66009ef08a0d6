"""Where the spread on the ordered set comes from: the seed, the test images, or the division."""

from collections.abc import Mapping
from math import sqrt
from typing import Any

import numpy as np

from reproduce.evaluation.components import Components, components
from reproduce.figures.picture import NothingToShow
from reproduce.figures.table import Table
from reproduce.figures.wording import method_label, metric_label, percent
from reproduce.pages.showing import provenance
from reproduce.papers.dual_head.printed import METRIC, OURS, RIVALS
from reproduce.study.cell import Cell
from reproduce.study.study import Study

# A measurement of every network, and the same on resampled test images.
Measured = tuple[np.ndarray, np.ndarray]


def spread_table(study: Study, metric: str = METRIC) -> Table:
    """Return the parts of the spread of every method and of what the paper's gains over others."""
    cells = _networks(study)
    measured = {method: _measured(study, of_method, metric) for method, of_method in cells.items()}
    rows = [_row(method_label(method), *known) for method, known in measured.items()]
    ours = measured.get(OURS)
    for rival in RIVALS:
        if ours is not None and rival in measured:
            gained = [one - other for one, other in zip(ours, measured[rival], strict=True)]
            rows.append(_row(f"{method_label(OURS)} minus {method_label(rival)}", *gained))
    used = [cell for divisions in cells.values() for networks in divisions for cell in networks]
    divisions, networks = next(iter(measured.values()))[0].shape
    note = (
        f"Standard deviation of one network in points, and in brackets its share of the variance; "
        f"from {networks} networks on each of {divisions} divisions, so each is known roughly. An "
        "estimate below zero stands as 0. What the test images do is known from resampling them."
    )
    heads = ["", "All", "Seed", "Test images", "Training images"]
    caption = f"Where the spread of the {metric_label(metric)} comes from"
    return Table(caption, heads, rows, provenance(study, study.rows(used)), numeric_from=1,
                 note=note, whole=(1, 2, 3, 4))  # fmt: skip


def _networks(study: Study) -> Mapping[str, list[list[Cell]]]:
    """Return the networks of each division, by method: the first seed's, and those from others."""
    found: dict[str, dict[Any, list[Cell]]] = {}
    second = study.of_experiment("divisions")
    both = {(cell.method, cell.seed) for cell in second}
    for cell in [*study.of_experiment("second"), *second]:
        if (cell.method, cell.seed) in both:
            found.setdefault(cell.method, {}).setdefault(cell.seed, []).append(cell)
    whole = {
        method: [networks for networks in divisions.values() if len(networks) > 1]
        for method, divisions in found.items()
    }
    whole = {method: divisions for method, divisions in whole.items() if len(divisions) > 1}
    if not whole:
        raise NothingToShow("it needs two networks on each of two divisions or more")
    return whole


def _measured(study: Study, divisions: list[list[Cell]], metric: str) -> Measured:
    measures = study.measures
    values = [[measures.value(cell, metric) for cell in networks] for networks in divisions]
    draws = [[measures.resampled(cell, metric) for cell in networks] for networks in divisions]
    return np.array(values), np.array(draws)


def _row(name: str, values: np.ndarray, draws: np.ndarray) -> list[str]:
    found: Components = components(values, draws)
    parts = [max(0.0, part) for part in (found.seed, found.images, found.division)]
    total = sum(parts)
    each = [
        f"{percent(sqrt(part), 2)} ({percent(part / total, 0)} %)" if total else "0"
        for part in parts
    ]
    return [name, percent(sqrt(total), 2), *each]
