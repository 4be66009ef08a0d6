"""From registered claims and stored results to verdicts. The rule itself is in `evaluation`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from reproduce.data import names
from reproduce.evaluation.registry import metric
from reproduce.evaluation.verdicts import (
    Control,
    Judgement,
    Verdict,
    judge_claim,
    not_attempted,
    true_by_construction,
)
from reproduce.registry import claims as registry
from reproduce.registry import editions
from reproduce.registry.claims import Claim, Contrast
from reproduce.study import controls, readings, stand_ins
from reproduce.study.cell import Cell
from reproduce.study.conditions import conditions
from reproduce.study.contrasts import Comparison
from reproduce.study.readings import Measured
from reproduce.study.study import Study

# At these profiles a run is an illustration, also when a parameter was changed.
SMALL = ("smoke", "quick")


def judge(study: Study, *, enforced: bool = True) -> list[Judgement]:
    """Return the judgement of every claim of the paper, in the order of its registry."""
    return [judge_one(study, claim, enforced=enforced) for claim in registry.load(study.paper)]


def judge_one(study: Study, claim: Claim, *, enforced: bool = True) -> Judgement:
    """Judge one claim on the study's results, or say why it was not put to the test.

    `enforced=False` asks what the rule would say if neither the registered repeats, nor the
    positive controls, nor fresh seeds for an amended claim were asked for: what old trials say,
    to be labelled so.
    """
    if not claim.contrasts:
        return not_attempted(claim.id, claim.english, claim.not_attempted or "")
    by_name = under_readings(study, claim)
    own = next(iter(by_name.values()))
    waiting = waits_for(claim, own)
    if waiting:
        return not_attempted(claim.id, claim.english, waiting)
    refused = claim.seeds_refused() if enforced else frozenset()
    found = readings.measure(study, claim, by_name, refused)
    why = found.lacking.get(next(iter(by_name)))
    if why:  # Another reading alone says nothing of the claim as it is read here.
        return not_attempted(claim.id, claim.english, why)
    needed = controls.needed(study, claim.needs if enforced else [], found.datasets)
    judgement = _judged(study, claim, found, needed, enforced)
    beside = conditions(study, claim, found.comparisons)
    beside += stand_ins.said(stand_ins.in_use(study, claim))
    if judgement.verdict is not Verdict.TEST_BED:  # Else its reason says it.
        beside += controls.unmet(needed)
    return replace(judgement, conditions=tuple(beside), first_registered=first_registered(claim))


def _judged(
    study: Study, claim: Claim, found: Measured, needed: Sequence[Control], enforced: bool
) -> Judgement:
    if claim.identity:
        contrasts = next(iter(found.judged.values()))
        found_so = true_by_construction(claim.id, claim.english, claim.identity, contrasts)
        return replace(found_so, controls=tuple(needed))
    small = study.parameters.profile in SMALL
    scale = study.parameters.profile if small else study.scale
    repeats = claim.repeats if enforced else None
    if not small:
        found = readings.with_enough_repeats(found, repeats)
    name, *others = found.judged
    judgement = judge_claim(
        found.judged[name],
        scale=scale,
        data_role=role(study, claim, found),
        readings={other: found.judged[other] for other in others} or None,
        repeats=repeats,
        control=needed,
        claim_id=claim.id,
        english=claim.english,
    )
    judgement = readings.named(judgement, claim.reading or "", found.lacking)
    return readings.on_old_seeds(judgement, claim, found) if not small else judgement


def under_readings(study: Study, claim: Claim) -> dict[str, list[Contrast]]:
    """Return what is compared under each reading that can be judged, the claim's own first.

    On the main data set, unless the claim is registered for another that this run has: for its own,
    where all that it compares was run there, or for any where the main one is none of its.
    """
    here = list(dict.fromkeys(cell.factors["dataset"] for cell in study.cells))
    fitting = [dataset for dataset in here if _registered(claim, dataset)]
    by_name = {claim.reading or "default": claim.contrasts, **claim.under_readings()}
    standing = stand_ins.in_use(study, claim)
    if standing:
        by_name = {name: stand_ins.applied(of, standing) for name, of in by_name.items()}
    own = [dataset for dataset in fitting if names.parse(dataset).plain in claim.data.own]
    for there in own if here[0] not in own else []:
        moved = {name: _moved(contrasts, there) for name, contrasts in by_name.items()}
        if all(_was_run(study, claim, one) for one in next(iter(moved.values()))):
            return moved
    if not fitting or fitting[0] == here[0]:
        return by_name
    return {name: _moved(contrasts, fitting[0]) for name, contrasts in by_name.items()}


def stands_on(study: Study, claim_id: str) -> list[Cell]:
    """Return the cells that a claim's contrasts stand on, under each reading that was run."""
    claim = next(one for one in registry.load(study.paper) if one.id == claim_id)
    found: list[Cell] = []
    for contrasts in under_readings(study, claim).values():
        for contrast in contrasts:
            comparison = Comparison(study, contrast, claim.metric_of(contrast))
            if not comparison.missing():
                found += [arm.cell for arm in comparison.arms]
    return found


def _was_run(study: Study, claim: Claim, contrast: Contrast) -> bool:
    return not Comparison(study, contrast, claim.metric_of(contrast)).missing()


def _moved(contrasts: Sequence[Contrast], dataset: str) -> list[Contrast]:
    there = {"dataset": dataset}
    return [one.model_copy(update={"where": {**there, **one.where}}) for one in contrasts]


def waits_for(claim: Claim, contrasts: Sequence[Contrast] | None = None) -> str:
    """Say which metric of a claim nothing measures yet, since when, and why; empty if none."""
    asked = [metric(claim.metric_of(one)) for one in contrasts or claim.contrasts]
    waiting = {one.name: f"{one.name}, {one.waits_for}" for one in asked if one.waits_for}
    return f"not measured yet: {'; '.join(waiting.values())}" if waiting else ""


def _registered(claim: Claim, dataset: str) -> bool:
    return names.parse(dataset).plain in {*claim.data.own, *claim.data.here}


def role(study: Study, claim: Claim, found: Measured) -> str:
    """Return whose data the claim's arms stand on, of several data sets the furthest from its own.

    Its own are those that this claim speaks of: other data of the same paper stand in for them.
    """
    roles = {role_of(study, claim, dataset) for dataset in found.datasets}
    return next(role for role in ("generated", "real stand-in", "own") if role in roles)


def role_of(study: Study, claim: Claim, dataset: str) -> str:
    """Return whose data a data set is, to this claim."""
    of_paper = study.role_of(dataset)
    if of_paper == "generated":
        return of_paper
    return "own" if names.parse(dataset).plain in claim.data.own else "real stand-in"


def first_registered(claim: Claim) -> Mapping[str, str]:
    """Return what each published edition said of a claim, by its name, the oldest first."""
    frozen = editions.as_first_registered(claim.paper, claim.id)
    return {edition.name: said.verdict for edition, said in frozen}
