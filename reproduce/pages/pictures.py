"""What the page of any paper can show: its data, its verdicts, confusion matrices and maps."""

from collections.abc import Sequence

import numpy as np

from reproduce.evaluation.verdicts import Contrast, Judgement
from reproduce.figures.confusion import Confusion, lost_share, per_class_table
from reproduce.figures.forest import Forest
from reproduce.figures.histogram import ClassHistogram
from reproduce.figures.map import Maps
from reproduce.figures.picture import NothingToShow
from reproduce.figures.samples import Samples
from reproduce.figures.table import Table
from reproduce.figures.wording import contrast_label
from reproduce.pages.answer_words import came_out
from reproduce.pages.editions import verdicts_beside
from reproduce.pages.maps import map_of
from reproduce.pages.showing import provenance, shown
from reproduce.pages.verdicts import beside_each, verdict_table
from reproduce.registry import claims, datasets
from reproduce.registry import controls as registered_controls
from reproduce.registry.registration import registered
from reproduce.study import controls
from reproduce.study.cell import Cell
from reproduce.study.counting import head_count as counted
from reproduce.study.judging import stands_on
from reproduce.study.stamps import stamp_beside
from reproduce.study.study import Study


@shown()
def samples(study: Study) -> Samples:
    """Show images of each class of the main data, or frames where none may be published."""
    record = study.record
    images, labels = record.thumbnail_images() or (None, range(len(record.class_names)))
    licence = f"{record.source}; {record.licence}"
    made = Samples(
        images, labels, record.class_names, images is not None, licence, dataset=record.name
    )
    return made.out_of(f"{record.title}, fingerprint {record.fingerprint[:12]}")


@shown()
def class_counts(study: Study) -> ClassHistogram:
    """Show how many training images each class has."""
    record = study.record
    at = {"method": study.methods[0], "seed": study.seeds[0], **study.shown}
    made = ClassHistogram(study.training_counts(**at), record.class_names)
    return made.out_of(f"{datasets.in_words(record.name)}, training images of a repeat by class")


@shown()
def per_class(study: Study) -> Table:
    """Tabulate the recall of each class over all seeds."""
    return per_class_table(
        study.confusions(**study.shown),
        study.record.class_names,
        training_counts=study.results(seed=study.seeds[0], **study.shown)[0].counts,
        repeats=len(study.seeds),
        provenance=provenance(study, study.results(**study.shown)),
    )


@shown()
def confusions(study: Study) -> Confusion:
    """Show the confusion matrix of each method for the first seed, whose rare classes it has."""
    at = {"seed": study.seeds[0], **study.shown}
    results = study.results(**at)
    made = Confusion(
        study.confusions(**at), study.record.class_names, results[0].counts,
        drawn=_seed(study), lost=_lost(study),
    )  # fmt: skip
    return made.made_of(results).at(study.at_shown if study.protocol.paper.captioned else "")


def _lost(study: Study) -> dict[str, list[float]]:
    """Return for each method what each repeat sends from its rare classes to frequent ones."""
    found: dict[str, list[float]] = {}
    for seed in study.seeds:
        at = {"seed": seed, **study.shown}
        counts = study.results(**at)[0].counts
        for method, matrix in study.confusions(**at).items():
            found.setdefault(method, []).append(lost_share(matrix, counts))
    return found


@shown()
def maps(study: Study, beside: str | None = None) -> Maps:
    """Show maps of test images by each trained network of the first seed.

    `beside` names an experiment whose networks are mapped too; a network that nobody trained has
    no errors to show, since its answers say nothing.
    """
    at = {"seed": study.seeds[0], **study.shown}
    cells = study.trained(**at)
    others = study.of_experiment(beside) if beside else []
    drawn = {
        cell.method: map_of(study, cell, study.parameters.map_images) for cell in [*cells, *others]
    }
    labels = next(iter(drawn.values()))[1]
    made = Maps(
        {method: one for method, (one, _, _) in drawn.items()},
        labels,
        study.record.class_names,
        {cell.method: drawn[cell.method][2] for cell in cells},
        study.results(**at)[0].counts,
    )
    at = study.at_shown if study.protocol.paper.captioned else ""
    return made.made_of(study.result(cell) for cell in [*cells, *others]).at(at)


def _seed(study: Study) -> str:
    return f"seed {study.seeds[0]}"


# -- verdicts ------------------------------------------------------------------------------------


def tested(judgements: Sequence[Judgement]) -> list[Judgement]:
    """Return the judgements of the claims that a run puts to the test."""
    return [judgement for judgement in judgements if judgement.parts]


@shown()
def head_count(study: Study, judgements: Sequence[Judgement]) -> str:
    """Count the verdicts, those that are firm, and those that chance alone would have given."""
    return f"{counted(study, judgements).words} {registered(study.paper).capitalize()}."


@shown()
def verdicts(study: Study, judgements: Sequence[Judgement]) -> Table:
    """Tabulate the claims that were put to the test; all of them where none was."""
    says = {claim.id: claim.says for claim in claims.load(study.paper)}
    shown_ones = tested(judgements) or judgements
    return verdict_table(
        shown_ones,
        says=says,
        beside=beside_each(study, shown_ones),
        provenance=provenance(study, study.rows(judged_on(study, shown_ones))),
    )


def judged_on(study: Study, judgements: Sequence[Judgement]) -> list[Cell]:
    """Return the cells that these claims stand on; all of the study where they stand on none."""
    found = [cell for one in judgements for cell in stands_on(study, one.claim_id)]
    return found or list(study.cells)


@shown()
def forest(study: Study, judgements: Sequence[Judgement], part: tuple[int, int] = (0, 1)) -> Forest:
    """Show the effects behind the tested claims; `part` (1, 3) is the second of three figures."""
    drawn = tested(judgements)
    if not drawn:
        raise NothingToShow("none of the registered claims can be judged on what was run")
    number, of = part
    drawn = parted(drawn, of)[number]
    if not drawn:
        raise NothingToShow("every measured claim stands in the figure above")
    return Forest(drawn).made_of(study.rows(judged_on(study, drawn)))


def parted(judgements: Sequence[Judgement], of: int) -> list[list[Judgement]]:
    """Return the judgements in so many lists of about as many claims, a figure each."""
    return [list(part) for part in np.array_split(np.array(judgements, dtype=object), of)]


@shown()
def every_claim(study: Study, judgements: Sequence[Judgement]) -> Table:
    """Tabulate every registered claim beside its verdict in the published edition."""
    line = provenance(study, study.rows(study.cells))
    return verdicts_beside(judgements, stamp_beside(study), study.scale, provenance=line)


@shown()
def positive_controls(study: Study) -> Table:
    """Tabulate what had to be seen before these images may speak, met or not."""
    asked = registered_controls.load(study.paper)
    found = [controls.run(study, one) for one in asked]
    cells = [cell for one in asked for cell in controls.stands_on(study, one)]
    rows = [
        [one.name, controls.outcome(one), "\n".join(map(_seen, one.measured)) or one.seen]
        for one in found
    ]
    return Table(
        "Positive controls: what must be seen before a claim is judged here",
        ["Control", "Outcome", "What was measured, with its 95 % interval"],
        rows,
        provenance(study, study.rows(cells or study.cells)),
        note="Registered before any of these networks was trained. Held-out images are those of "
        "the part for validation, which no verdict uses.",
    )


def _seen(one: Contrast) -> str:
    return f"{contrast_label(one.name)}: {came_out(one)}"
