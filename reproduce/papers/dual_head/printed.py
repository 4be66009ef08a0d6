"""What Yun and Kim's tables print, for the figures that set it beside ours."""

from collections.abc import Iterable

import numpy as np

from reproduce.errors import UserError
from reproduce.registry.published import PrintedCell, in_our_words

METRIC = "macro_f1"
OURS, RIVALS = "dual_head", ("supervised", "simclr", "auc_cl")


def confusions(cells: Iterable[PrintedCell]) -> tuple[dict[str, np.ndarray], list[str]]:
    """Return the confusion matrices of Tables 1 to 3 as printed, and the names of the grades."""
    found: dict[str, dict[tuple[str, str], int]] = {}
    for cell in cells:
        if cell.metric.startswith("count[pred="):
            column = cell.metric.removeprefix("count[pred=").rstrip("]")
            found.setdefault(cell.method, {})[cell.class_name, column] = int(cell.value)
    grades = sorted({grade for counts in found.values() for grade, _ in counts})
    return {
        method: np.array([[counts[row, column] for column in grades] for row in grades])
        for method, counts in found.items()
    }, grades


def gaps(cells: Iterable[PrintedCell]) -> dict[str, float]:
    """Return by how much Table 5 prints the paper's method above each rival in F1."""
    printed = [one for one in in_our_words(cells) if one.metric == METRIC and not one.factors]
    f1 = {one.method: one.value for one in printed}
    return {rival: float(f1[OURS] - f1[rival]) for rival in RIVALS}


def weights(cells: Iterable[PrintedCell]) -> dict[tuple[float, int], float]:
    """Return {(lambda, k): F1} of Table 6, as fractions."""
    found = {
        (one.factors["sim_weight"], one.factors["hard_negatives"]): float(one.value)
        for one in in_our_words(cells)
        if {"sim_weight", "hard_negatives"} <= set(one.factors)
    }
    if not found:
        raise UserError("no published cell of 'Table 6' names lambda and k; expected its rows")
    return found


def rare(cells: Iterable[PrintedCell]) -> dict[tuple[float, str, str], tuple[float, float | None]]:
    """Return {(share of the rare class, method, metric): (value, sd)} of Table 7, as fractions."""
    found = {
        (one.factors["rare_share"], one.method, one.metric): (
            float(one.value),
            None if one.std is None else float(one.std),
        )
        for one in in_our_words(cells)
        if "rare_share" in one.factors
    }
    if not found:
        raise UserError("no published cell belongs to 'Table 7'; expected its rows")
    return found
