"""What the page of BDCL shows: each from the study, with what it needs of a run."""

from functools import partial

from reproduce.figures.intervals import Gains
from reproduce.figures.picture import NothingToShow
from reproduce.figures.table import Table
from reproduce.pages import levels as shared
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
from reproduce.papers.balanced_contrastive import findings as sentences
from reproduce.papers.balanced_contrastive import gradients, tables
from reproduce.papers.balanced_contrastive import rows as rows_here
from reproduce.papers.balanced_contrastive.methods import MEAN
from reproduce.papers.balanced_contrastive.rows import (
    BASELINE,
    COLUMNS,
    EMBEDDED,
    MAIN,
    MEASURED,
    OURS,
    RARE,
)
from reproduce.papers.balanced_contrastive.segmentation_pictures import (
    masks,
    overlaps,
    overlaps_by_image,
    second_masks,
    second_overlaps,
    segmentation_ablation,
    segmentation_gains,
    segmentation_readings,
)
from reproduce.papers.balanced_contrastive.temperatures import Temperatures
from reproduce.study.resampled import draws_of
from reproduce.study.study import Study

__all__ = [
    "class_counts", "confusions", "every_claim", "forest", "head_count", "maps", "masks",
    "overlaps", "overlaps_by_image", "per_class", "positive_controls", "samples", "second_masks",
    "second_overlaps", "segmentation_ablation", "segmentation_gains", "segmentation_readings",
    "verdicts",
]  # fmt: skip

FORMS = (*MEASURED, "balanced_accuracy", "macro_f1", "accuracy")
effects = partial(shared.effects, reference=BASELINE)


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
def steps_taken(study: Study) -> Table:
    """Show how many steps each method took, phase by phase."""
    return steps_table(study, provenance(study, study.rows(study.cells)))


# -- the methods -----------------------------------------------------------------------------------


@shown()
def summary(study: Study) -> Table:
    """Show every column of the paper's tables for every arm of the common recipe."""
    rows = rows_here.common(study, MEASURED)
    return shared.levels(
        rows, {}, COLUMNS, provenance=provenance(study, rows),
        caption="Every arm in the common recipe, in percent",
    )  # fmt: skip


@shown(methods=(BASELINE,), trained=2)
def gains(study: Study) -> Gains:
    """Show what each method gains over supervised contrastive learning."""
    return _gains(study, rows_here.compared(study, MEASURED))


@shown(experiment="ablation", methods=(BASELINE, OURS))
def parts(study: Study) -> Table:
    """Show the two parts of BDCL as a 2 x 2, the paper's beside ours."""
    rows = rows_here.with_parts(study, MEASURED)
    return tables.two_by_two(rows, COLUMNS, provenance(study, rows), draws_of(study))


@shown(experiment="prototypes", methods=(OURS,))
def prototypes(study: Study) -> Table:
    """Tabulate what prototypes of hard examples, and of all, add to BDCL without any."""
    rows = rows_here.with_parts(study, (*MEASURED, *RARE))
    kept = [row for row in rows if row["method"] in (OURS, MEAN, "bdcl_without_hep")]
    return shared.effects(
        {"Over BDCL without prototypes": kept}, (*MAIN, RARE[0]), head="",
        reference="bdcl_without_hep", provenance=provenance(study, kept), draws=draws_of(study),
        caption="Prototypes of hard examples against prototypes of all",
    )  # fmt: skip


@shown(methods=(OURS,))
def temperatures(study: Study) -> Temperatures:
    """Show the temperature of every class along training."""
    results = study.results(method=OURS, **study.shown)
    made = Temperatures(
        results, study.record.class_names, results[0].counts, study.parameters.temperature
    )
    return made.at(study.at_shown)


@shown(methods=(OURS,))
def temperature_correlations(study: Study) -> Table:
    """Tabulate what the temperatures go together with, and how even negatives push."""
    metrics = ("temperature_count_correlation", "temperature_similarity_correlation",
               "negative_gradient_evenness")  # fmt: skip
    rows = [row for row in rows_here.with_parts(study, metrics) if row[metrics[2]] is not None]
    return shared.levels(
        rows, {}, metrics, provenance=provenance(study, rows),
        caption="Temperatures against class size and hard negatives; evenness of the push",
    )  # fmt: skip


@shown()
def embeddings(study: Study) -> Table:
    """Show how near classes lie to themselves in the embedding."""
    rows = rows_here.shown_rows(study, EMBEDDED) + rows_of(study, "ablation", EMBEDDED)
    return shared.levels(
        rows, {}, EMBEDDED, provenance=provenance(study, rows),
        caption="Neighbours, silhouette and spread of the classes in the embedding",
    )  # fmt: skip


@shown()
def four_forms(study: Study) -> Table:
    """Show that G-mean and the three IBAs are one quantity in four forms."""
    rows = rows_here.common(study, MEASURED)
    return tables.four_forms(rows, FORMS, provenance(study, rows))


@shown()
def shift(study: Study) -> Table:
    """Show each method on the official test, which was taken at other places."""
    cells = [cell for name in ("grid", "ablation", "rivals") for cell in study.of_experiment(name)]
    cells = [cell for cell in cells if cell.trial.task == "classification"]
    line = provenance(study, study.rows(cells))
    return tables.shifted(study, cells, ("balanced_accuracy", "macro_f1"), "challenge", line)


# -- experiments -----------------------------------------------------------------------------------


@shown(experiment="own_recipe")
def own_recipes(study: Study) -> Table:
    """Tabulate every method in its own recipe beside the common one."""
    own = rows_of(study, "own_recipe", MEASURED)
    rows = [*rows_here.compared(study, MEASURED), *own]
    return shared.levels(
        rows, {"recipe": "Recipe"}, MAIN, provenance=provenance(study, rows),
        caption="The common recipe, and each method's own",
    )  # fmt: skip


@shown(experiment="thinned")
def thinned(study: Study) -> Table:
    """Tabulate the methods where the rarest classes are thinned."""
    rows = rows_of(study, "thinned", (*MEASURED, *RARE))
    return shared.levels(
        rows, {"ratio": "Largest over rarest"}, (*MAIN, *RARE), provenance=provenance(study, rows),
        caption="Rarest classes thinned in training, all test images kept",
    )  # fmt: skip


@shown(methods=(BASELINE, OURS))
def elsewhere(study: Study) -> Table:
    """Tabulate what BDCL gains where it starts, lasts or is trained otherwise."""
    groups = rows_here.elsewhere(study, MEASURED)
    if len(groups) < 2:
        raise NothingToShow("the contrastive arms were trained in one way only")
    rows = [row for of in groups.values() for row in of]
    return effects(
        groups, MAIN, head="Trained", provenance=provenance(study, rows), draws=draws_of(study),
        caption="Gain over supervised contrastive learning",
    )  # fmt: skip


@shown(experiment="readings")
def readings(study: Study) -> Table:
    """Tabulate what BDCL gains under each other reading."""
    groups = rows_here.reading_rows(study, MEASURED)
    rows = [row for of in groups.values() for row in of]
    named = {name.replace("_", " "): of for name, of in groups.items()}
    return effects(
        named, MAIN, head="Reading", provenance=provenance(study, rows), draws=draws_of(study),
        caption="Gain over supervised contrastive learning under other readings",
    )  # fmt: skip


@shown()
def gradient(study: Study) -> Table:
    """Show the printed gradient of a temperature beside the exact one."""
    return gradients.table()


def _gains(study: Study, rows: list[Row]) -> Gains:
    measured = [name for name in MAIN if any(row.get(name) is not None for row in rows)]
    return Gains(rows, measured, reference=BASELINE, marked=OURS, draws=draws_of(study))
