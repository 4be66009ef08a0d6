"""What the metric-learning page shows: each from the study, with what it needs of a run."""

import numpy as np

from reproduce.figures.factor import Factor
from reproduce.figures.intervals import Gains
from reproduce.figures.lines import Lines
from reproduce.figures.picture import NothingToShow
from reproduce.figures.table import Table
from reproduce.pages.found import in_plain_words, numbers_table
from reproduce.pages.length import steps_table
from reproduce.pages.pictures import (
    class_counts,
    confusions,
    every_claim,
    forest,
    head_count,
    maps,
    per_class,
    positive_controls,
    samples,
    verdicts,
)
from reproduce.pages.rows import Row, rows_of
from reproduce.pages.showing import provenance, shown
from reproduce.papers.metric_learning import findings as sentences
from reproduce.papers.metric_learning import rows as rows_here
from reproduce.papers.metric_learning import tables
from reproduce.papers.metric_learning.architecture import Architecture
from reproduce.papers.metric_learning.methods import BALANCED
from reproduce.papers.metric_learning.retrieval import Retrieval, images_of, of_cell
from reproduce.papers.metric_learning.rows import BASELINE, EMBEDDED, MACRO, RARE, WEIGHTED
from reproduce.study.resampled import draws_of
from reproduce.study.study import Study

__all__ = [
    "class_counts", "confusions", "every_claim", "forest", "head_count", "maps", "per_class",
    "positive_controls", "samples", "verdicts",
]  # fmt: skip

BEST = "lifted_structured"
GAINED = ("accuracy", "weighted_f1", RARE[0])
NETWORK = {"backbone": "Network", "start": "Start"}


# -- the answer, the data and the method -----------------------------------------------------------


@shown()
def findings(study: Study) -> str:
    """Say in a few plain sentences what the run found."""
    return in_plain_words(sentences.plain(study), study)


@shown()
def numbers(study: Study) -> Table:
    """Tabulate the findings with their numbers."""
    return numbers_table(sentences.findings(study), provenance(study, study.rows(study.cells)))


@shown()
def architecture(study: Study) -> Architecture:
    """Draw what learns in each of the two phases."""
    asked = study.parameters
    on_features = asked.classifier_on == "features"
    made = Architecture(asked.embedding_size, asked.embedding == "frozen", on_features)
    return made.out_of("drawn anew after Figure 2 of the paper, as this run has it")


@shown()
def steps_taken(study: Study) -> Table:
    """Show how many steps each loss took before its phases stopped."""
    return steps_table(study, provenance(study, study.rows(study.cells)))


@shown()
def parameters_counted(study: Study) -> Table:
    """Show the paper's Table 3 beside our counts of the same networks."""
    return tables.networks("counted in the networks as they are built here; no training decides it")


# -- the losses ------------------------------------------------------------------------------------


@shown()
def summary(study: Study) -> Table:
    """Show both averagings of every loss and control."""
    measured = (*WEIGHTED, *MACRO, *RARE)
    rows = rows_here.with_controls(study, measured) or rows_here.shown_rows(study, measured)
    metrics = ("accuracy", *WEIGHTED, *MACRO, "balanced_accuracy", "macro_f1", RARE[0])
    return tables.levels(
        rows, {}, metrics, provenance=provenance(study, rows),
        caption="Means weighted by class size, as the paper's evidently are, and unweighted ones",
    )  # fmt: skip


@shown(methods=(BASELINE,), trained=2)
def gains(study: Study) -> Gains:
    """Show what each loss gains over cross-entropy."""
    return _gains(study, rows_here.shown_rows(study, (*WEIGHTED, *RARE)))


@shown(experiment="controls", methods=(BASELINE,))
def controls(study: Study) -> Gains:
    """Show what cross-entropy gains from what the metric losses are given, beside them."""
    return _gains(study, rows_here.with_controls(study, (*WEIGHTED, *RARE)))


@shown(experiment="controls")
def remaining(study: Study) -> Table:
    """Tabulate what each metric loss gains over the controls that are given the same."""
    rows = rows_here.with_controls(study, (*WEIGHTED, *RARE))
    if not rows:
        raise NothingToShow("the controls that start as the losses do are not trained")
    line = provenance(study, rows)
    return tables.remaining(rows, (BALANCED, sentences.TWICE), GAINED, line, draws_of(study))


@shown()
def embeddings(study: Study) -> Table:
    """Show how dense and how far apart classes lie in the embedding."""
    rows = rows_here.with_controls(study, EMBEDDED) or rows_here.shown_rows(study, EMBEDDED)
    return tables.levels(
        rows, {}, EMBEDDED, provenance=provenance(study, rows),
        caption="Silhouette and neighbours of the test images in the embedding",
    )  # fmt: skip


@shown()
def retrieval(study: Study) -> Retrieval:
    """Show test images and their nearest others, by the paper's best loss where it was run."""
    cells = study.select(seed=study.seeds[0], **study.shown)
    cell = next((one for one in cells if one.method == BEST), cells[0])
    found = of_cell(study, cell)
    images = images_of(study, cell, np.concatenate([found.queries, found.nearest.ravel()]))
    first = len(found.queries)
    both = images[:first], images[first:].reshape(*found.nearest.shape, *images.shape[1:])
    made = Retrieval(found, both, study.record.class_names).made_of([study.result(cell)])
    credit = f"images: {study.record.source}; {study.record.licence}"
    return made.at(f"{tables.method_label(cell.method)}; {credit}")


# -- experiments -----------------------------------------------------------------------------------


@shown()
def equal_starts(study: Study) -> Table:
    """Tabulate every network that started from random numbers, and no other."""
    measured = (*WEIGHTED, *RARE)
    rows = rows_here.from_random(study, measured)
    return tables.levels(
        rows, {"backbone": "Network"}, ("accuracy", *WEIGHTED, RARE[0]),
        provenance=provenance(study, rows), caption="Networks that start from random numbers",
    )  # fmt: skip


@shown(experiment="second", methods=(BASELINE,), trained=2)
def second_gains(study: Study) -> Gains:
    """Show what each loss gains over cross-entropy on the second data set."""
    backbone = study.shown["backbone"]
    return _gains(study, rows_of(study, "second", (*WEIGHTED, *RARE), backbone=backbone))


@shown(experiment="readings")
def readings(study: Study) -> Table:
    """Tabulate what each loss gains over cross-entropy under each other reading."""
    groups = rows_here.reading_rows(study, (*WEIGHTED, *RARE))
    rows = [row for of in groups.values() for row in of]
    named = {name.replace("_", " "): of for name, of in groups.items()}
    return tables.effects(
        named, GAINED, head="Reading", provenance=provenance(study, rows), draws=draws_of(study),
        caption="Gain over cross-entropy under each other reading of what the text leaves open",
    )  # fmt: skip


@shown(experiment="sizes")
def sizes(study: Study) -> Lines:
    """Show the accuracy against the share of the training images."""
    share = Factor("share", "share of the training images", scale="log")
    return Lines(rows_here.size_rows(study), "accuracy", share, dots=True)


@shown(experiment="beyond", methods=(BASELINE,))
def beyond(study: Study) -> Gains:
    """Show two losses of other papers in the same two phases."""
    measured = (*WEIGHTED, *RARE)
    own = rows_of(study, "beyond", measured)
    return _gains(study, [*rows_here.shown_rows(study, measured), *own])


@shown(experiment="collapse")
def collapse(study: Study) -> Table:
    """Tabulate the recall of the rarest class at each rate and rule of stopping."""
    rows = rows_of(study, "collapse", RARE)
    heads = {"backbone": "Network", "learning_rate": "Rate", "stop": "Stops after"}
    return tables.levels(
        rows, heads, ("accuracy", *RARE), provenance=provenance(study, rows),
        caption="Where cross-entropy loses the rarest class",
    )  # fmt: skip


@shown(experiment="widths")
def widths(study: Study) -> Table:
    """Tabulate narrower networks beside the whole one, with the gap to the training images."""
    measured = ("generalization_gap", *RARE)
    rows = rows_of(study, "widths", measured)
    whole = rows_of(study, "random_start", measured, backbone="mobilenet")
    kept = [row for row in whole if row["method"] in (BASELINE, BEST)]
    return tables.levels(
        [*kept, *rows], NETWORK, ("accuracy", "generalization_gap", RARE[0]),
        provenance=provenance(study, rows), caption="Narrower networks, from random numbers",
    )  # fmt: skip


def _gains(study: Study, rows: list[Row]) -> Gains:
    measured = [name for name in GAINED if any(row.get(name) is not None for row in rows)]
    return Gains(rows, measured, reference=BASELINE, marked=BEST, draws=draws_of(study))
