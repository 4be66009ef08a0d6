"""From registered claims and stored results to verdicts. The rule itself is in `evaluation`."""

from itertools import chain
from typing import Any

import numpy as np

from reproduce.data import names
from reproduce.evaluation.registry import absent_class, metric
from reproduce.evaluation.significance import paired_effect
from reproduce.evaluation.verdicts import Contrast, Judgement, judge_claim, not_attempted
from reproduce.registry import claims as registry
from reproduce.study.cell import Cell
from reproduce.study.measures import NotMeasured
from reproduce.study.study import Study

# At these profiles a run is an illustration, also when a parameter was changed.
SMALL = ("smoke", "quick")


def judge(study: Study) -> list[Judgement]:
    """Return the judgement of every claim of the paper, in the order of its registry."""
    return [judge_one(study, claim) for claim in registry.load(study.paper)]


def judge_one(study: Study, claim) -> Judgement:
    """Judge one claim on the study's results, or say why it was not put to the test."""
    if not claim.contrasts:
        return not_attempted(claim.id, claim.english, claim.not_attempted)
    waiting = waits_for(claim)
    if waiting:
        return not_attempted(claim.id, claim.english, waiting)
    claim = _on_its_data(study, claim)
    measured = []
    for contrast in claim.contrasts:
        lacking = missing(study, claim, contrast)
        if lacking:
            return not_attempted(claim.id, claim.english, f"not run at this scale: {lacking}")
        try:
            measured.append(_measure(study, claim, contrast))
        except NotMeasured as why:
            return not_attempted(claim.id, claim.english, str(why))
    small = study.parameters.profile in SMALL
    return judge_claim(
        measured,
        scale=study.parameters.profile if small else study.scale,
        data_role=_role(study, claim),
        claim_id=claim.id,
        english=claim.english,
    )


def waits_for(claim) -> str:
    """Say which metric of a claim nothing measures yet, since when, and why; empty if none."""
    asked = [metric(claim.metric_of(contrast)) for contrast in claim.contrasts]
    waiting = {one.name: f"{one.name}, {one.waits_for}" for one in asked if one.waits_for}
    return f"not measured yet: {'; '.join(waiting.values())}" if waiting else ""


def _on_its_data(study: Study, claim):
    """Return the claim restricted to the data set it is judged on.

    The main one, unless the claim is registered for another that this run has.
    """
    here = list(dict.fromkeys(cell.factors["dataset"] for cell in study.cells))
    fitting = [dataset for dataset in here if _registered(claim, dataset)]
    if not fitting or fitting[0] == here[0]:
        return claim
    there = {"dataset": fitting[0]}
    moved = [c.model_copy(update={"where": {**there, **c.where}}) for c in claim.contrasts]
    return claim.model_copy(update={"contrasts": moved})


def _registered(claim, dataset: str) -> bool:
    return names.parse(dataset).plain in {*claim.data.own, *claim.data.here}


def _role(study: Study, claim) -> str:
    """Return whose data the claim's arms stand on, of several data sets the furthest from its own.

    Another data set of the same paper stands in for the one that the claim speaks of.
    """
    roles = set()
    for contrast in claim.contrasts:
        for term in contrast.terms:
            where = {**contrast.where, **term.where}
            for cell in _kept(study, claim.metric_of(contrast), term.method, where):
                role = study.role_of(cell.factors["dataset"])
                own = role != "own" or _registered(claim, cell.factors["dataset"])
                roles.add(role if own else "real stand-in")
    return next(role for role in ("generated", "real stand-in", "own") if role in roles)


def missing(study: Study, claim, contrast) -> str:
    """Say what a contrast needs that was not run; empty if nothing."""
    asked = claim.metric_of(contrast)
    records = {record.name: record for record in study.records}
    there = records.get(str(contrast.where.get("dataset")), study.record)
    absent = absent_class(asked, there.class_names)
    if absent:
        return absent
    for term in contrast.terms:
        where = {**contrast.where, **term.where}
        if not _kept(study, asked, term.method, where):
            at = ", ".join(f"{name} {_plain(value)}" for name, value in where.items())
            lacking = f"{term.method}{f' at {at}' if at else ''}"
            ran = {cell.trial.task for cell in _arms(study, term.method, where)}
            wanted = metric(asked).family
            if ran and wanted.task not in ran:
                return f"{lacking}, in {wanted.task}"
            return f"the {wanted.needs} of {lacking}" if ran else lacking
    return "" if _points(study, contrast, asked) else "points of the grid that all its terms share"


def _plain(value: Any) -> str:
    values = value if isinstance(value, list | tuple) else [value]
    return " or ".join(f"{v:g}" if isinstance(v, float) else str(v) for v in values)


def _kept(study: Study, asked: str, method: str, where: dict[str, Any]) -> list[Cell]:
    """Return the cells of a term whose trials keep what the metric is computed from."""
    family = metric(asked).family
    arms = _arms(study, method, where)
    return [c for c in arms if family.needs in c.keep and family.task == c.trial.task]


def _arms(study: Study, method: str, where: dict[str, Any]) -> list[Cell]:
    """Return the cells of a term; what an experiment varies counts if the claim speaks of it."""
    arms = study.arms(method=method, **where)
    return [cell for cell in arms if cell.varied <= set(where)]


def _points(study: Study, contrast, asked: str) -> list[tuple]:
    """Return the points (of the factors that no term fixes) that a contrast is averaged over.

    They are the points at which every term was run with as many repeats as at any other: a point
    that was run with fewer seeds would take the others from the whole claim, which pairs by seed.
    """
    seeds: dict[tuple, set[int]] | None = None
    for term in contrast.terms:
        where = {**contrast.where, **term.where}
        found = _seeds_by_point(_kept(study, asked, term.method, where), contrast)
        both = found if seeds is None else {p: s & found[p] for p, s in seeds.items() if p in found}
        seeds = {point: shared for point, shared in both.items() if shared}
    ordered = sorted((seeds or {}).items(), key=lambda item: str(item[0]))
    most = max((shared for _, shared in ordered), key=len, default=set())
    return [point for point, shared in ordered if shared >= most]


def _seeds_by_point(cells: list[Cell], contrast) -> dict[tuple, set[int]]:
    """Return the seeds that all arms of one term have at each point."""
    arms: dict[tuple, list[tuple[float, Cell]]] = {}
    for cell in cells:
        arms.setdefault(_free(cell, contrast), []).append((1.0, cell))
    return {point: set(_common_seeds(found)) for point, found in arms.items()}


def _free(cell: Cell, contrast) -> tuple:
    """Return the factors of a cell that no term of the contrast fixes."""
    fixed = {name for term in contrast.terms for name in term.where}
    return tuple((n, v) for n, v in sorted(cell.factors.items()) if n not in fixed)


def _measure(study: Study, claim, contrast) -> Contrast:
    asked, measures = claim.metric_of(contrast), study.measures
    points = set(_points(study, contrast, asked))
    arms: list[tuple[float, Cell]] = []
    for term in contrast.terms:
        where = {**contrast.where, **term.where}
        cells = _kept(study, asked, term.method, where)
        chosen = [cell for cell in cells if _free(cell, contrast) in points]
        share = len({tuple(sorted(cell.factors.items())) for cell in chosen})
        arms += [(term.weight / share, cell) for cell in chosen]
    seeds = _common_seeds(arms)
    differences = [
        sum(w * measures.value(cell, asked) for w, cell in arms if cell.seed == seed)
        for seed in seeds
    ]
    image_variance = 0.0
    if len(seeds) > 1:
        draws = sum(w * measures.resampled(c, asked) for w, c in arms if c.seed in seeds)
        image_variance = float(np.var(draws / len(seeds), ddof=1))
    restricted = _restricted(study, contrast, points)
    return Contrast(
        name=f"{contrast.name} ({restricted})" if restricted else contrast.name,
        effect=paired_effect(differences, image_variance),
        expect=contrast.expect,
        margin=claim.margin_of(contrast),
        published_gain=_gain(claim, contrast),
        restricted=restricted,
    )


def _restricted(study: Study, contrast, points: set[tuple]) -> str:
    """Say where a contrast was judged on a part of what it speaks of."""
    main, there = study.cells[0].factors["dataset"], contrast.where.get("dataset")
    other = [f"on {names.parse(there).plain}"] if isinstance(there, str) and there != main else []
    said = [*_not_all_of(study, contrast), *_not_everywhere(study, contrast, points)]
    return "; ".join([*other, *said])


def _not_all_of(study: Study, contrast) -> list[str]:
    """Say where a contrast names several values of a factor and only some of them were run."""
    said = []
    for name, wanted in contrast.where.items():
        values = wanted if isinstance(wanted, list) else [wanted]
        ran = [value for value in values if study.arms(**{name: value})]
        if len(ran) < len(values):
            left_out = _plain([value for value in values if value not in ran])
            said.append(f"run at {name} {_plain(ran)}, not {left_out}")
    return said


def _not_everywhere(study: Study, contrast, points: set[tuple]) -> list[str]:
    """Say at which points of the grid a contrast was judged, if not at all that it speaks of."""
    cells = study.select(**contrast.where)
    grid = {_free(cell, contrast) for cell in cells}
    ours = grid & points
    if not ours or ours == grid:
        return []
    named, alike = [], grid
    for name in [name for name in cells[0].factors if name in dict(min(grid))]:
        values, others = ({dict(point)[name] for point in group} for group in (ours, grid))
        if values < others:
            alike = {point for point in alike if dict(point)[name] in values}
            named.append(f"{name} {_plain(sorted(values))}")
    if alike != ours:
        return [f"judged at {len(ours)} of {len(grid)} points of the grid"]
    return [f"judged at {', '.join(named)}"]


def _gain(claim, contrast) -> float | None:
    """Return the published effect where a smaller one could be told from it."""
    gain = claim.gain_of(contrast)
    return gain if contrast.expect != "equal" and gain is not None and gain > 0 else None


def _common_seeds(arms: list[tuple[float, Cell]]) -> list[int]:
    """Return the seeds at which every arm was run, since effects are paired by seed."""
    by_arm: dict[tuple, set[int]] = {}
    for _, cell in arms:
        key = (cell.method, *chain.from_iterable(sorted(cell.factors.items())))
        by_arm.setdefault(key, set()).add(cell.seed)
    return sorted(set.intersection(*by_arm.values()))
