"""What is said beside a verdict, part by part: metric, contrast in words, data, points, length."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from reproduce.evaluation.metric import Metric
from reproduce.evaluation.registry import metric
from reproduce.evaluation.verdicts import Contrast
from reproduce.registry import datasets
from reproduce.registry.claims import Claim, Term
from reproduce.study import steps
from reproduce.study.contrasts import Comparison, plain
from reproduce.study.effects import Stated, measured, name_of, over_majority
from reproduce.study.judging import role_of, under_readings
from reproduce.study.measures import NotMeasured
from reproduce.study.study import Study
from reproduce.study.tested_images import images_for

ROLES = {"own": "its own data", "real stand-in": "a real stand-in", "generated": "generated images"}


@dataclass(frozen=True)
class EffectFacts:
    """What a reader must know of one effect.

    Attributes
    ----------
    metric
        What it is stated in; its `unit` tells whether differences are percentage points, or,
        counted over points of the grid, a share (`counted`).
    contrast
        "Oversampling minus Baseline", in the order of subtraction.
    data, points
        On which data, whose they are, and at which points of the grid.
    length
        After how many steps of training, of how many in the paper.
    published
        The paper's effect with the sign that ours has; None where it prints none.
    datasets, keys
        The names of the data sets in the catalog, and the keys of the trials, of all arms.
    """

    metric: Metric
    contrast: str
    data: str
    points: str
    length: str
    published: float | None
    counted: bool = False
    datasets: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


def facts_of(study: Study, claim: Claim) -> dict[str, EffectFacts]:
    """Return what stands beside each part of a claim's judgement, by the name of the part.

    Parts that were not run are left out.
    """
    found: dict[str, EffectFacts] = {}
    refused = claim.seeds_refused()
    for number, (reading, contrasts) in enumerate(under_readings(study, claim).items()):
        for contrast in contrasts:
            asked = claim.metric_of(contrast)
            if metric(asked).family is None:
                continue
            comparison = Comparison(study, contrast, asked, refused)
            if comparison.missing():
                comparison = Comparison(study, contrast, asked)
            if comparison.missing():
                continue
            name = name_of(comparison, images_for(comparison))
            named = name if number == 0 else f"{name} (reading: {reading})"
            found[named] = _of(study, claim, comparison)
    return found


def _of(study: Study, claim: Claim, comparison: Comparison) -> EffectFacts:
    contrast = comparison.contrast
    gain = claim.gain_of(contrast)
    if contrast.expect == "size":
        gain = contrast.size
    elif gain is not None and contrast.expect == "less":
        gain = -gain
    return EffectFacts(
        metric(comparison.asked), in_words(comparison), data(study, claim, comparison),
        points(comparison), length(study, comparison), gain, over_majority(comparison),
        tuple(comparison.datasets), tuple(sorted({a.cell.trial.key for a in comparison.arms})),
    )  # fmt: skip


def alone(study: Study, claim: Claim, name: str, reading: str | None = None) -> Contrast | None:
    """Return one contrast of a claim as measured, where others that it needs were not run.

    None where this one was not run either.
    """
    by_name = under_readings(study, claim)
    contrasts = by_name.get(reading or "", next(iter(by_name.values())))
    [asked] = [contrast for contrast in contrasts if contrast.name == name]
    stated = Stated(claim.metric_of(asked), claim.margin_of(asked), claim.gain_of(asked))
    comparison = Comparison(
        study, asked, stated.metric, claim.seeds_refused(), mixture=claim.mixture
    )
    try:
        return None if comparison.missing() else measured(comparison, stated)
    except NotMeasured:
        return None


def in_words(comparison: Comparison) -> str:
    """Return a contrast as a subtraction: 'Oversampling minus Baseline'."""
    added = [_arm(term) for term in comparison.contrast.terms if term.weight > 0]
    taken = [_arm(term) for term in comparison.contrast.terms if term.weight < 0]
    said = " plus ".join(added)
    if taken:
        said = " minus ".join([f"({said})" if len(added) > 1 else said, *taken])
    if over_majority(comparison):
        said = f"share of points where {said} is above 0, minus the share where it is below"
    return said


def _arm(term: Term) -> str:
    at = ", ".join(f"{name.replace('_', ' ')} {plain(value)}" for name, value in term.where.items())
    times = "" if abs(term.weight) == 1 else f"{abs(term.weight):g} x "
    return f"{times}{steps.label(term.method)}{f' at {at}' if at else ''}"


def data(study: Study, claim: Claim, comparison: Comparison) -> str:
    """Return the data that a comparison stands on, and whose they are to the claim."""
    said = [
        f"{datasets.in_words(name)} ({ROLES[role_of(study, claim, name)]})"
        for name in comparison.datasets
    ]
    part = images_for(comparison).said
    return f"{' and '.join(said)}{f', {part}' if part else ''}"


def points(comparison: Comparison) -> str:
    """Return where on the grid a comparison was made: 'mean over rho 10, 100; mu 0.5'."""
    paper = comparison.study.protocol.paper
    levels: dict[str, set[Any]] = {}
    for point in comparison.points:
        for name, value in point:
            if name != "dataset" and value is not None and value != paper.usual.get(name):
                levels.setdefault(name, set()).add(value)
    named = [f"{name.replace('_', ' ')} {_listed(values)}" for name, values in levels.items()]
    many = len(comparison.points) > 1
    over = "counted over" if over_majority(comparison) else "mean over"
    return f"{over} {'; '.join(named)}" if many and named else "; ".join(named)


def _listed(values: Iterable[Any]) -> str:
    ordered = sorted(values, key=lambda value: (str(type(value)), value))
    return ", ".join(plain(value) for value in ordered)


def length(study: Study, comparison: Comparison) -> str:
    """Return how many steps the arms took, and how many the paper gives them."""
    cells = [arm.cell for arm in comparison.arms]
    ours = study.steps(cells)
    theirs: dict[str, set[tuple[int, ...]]] = {}
    for cell in cells:
        longer = study.paper_steps(cell)
        if longer is None:
            return steps.said(ours)
        theirs.setdefault(cell.method, set()).add(longer)
    return steps.said(ours, theirs)
