"""What the dual-head page shows, in its order: each from the study, with what it needs of a run."""

from reproduce.data import catalog
from reproduce.data.generated.crops import view_pair_disagreement
from reproduce.figures.confusion import Confusion
from reproduce.figures.detectable import Detectable
from reproduce.figures.histogram import ClassHistogram
from reproduce.figures.intervals import Gains
from reproduce.figures.table import Table
from reproduce.pages.found import in_plain_words, numbers_table
from reproduce.pages.pictures import (
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
from reproduce.pages.showing import not_run, provenance, shown
from reproduce.pages.tables import summary_table
from reproduce.papers.dual_head import findings as sentences
from reproduce.papers.dual_head import printed
from reproduce.papers.dual_head.batch_sizes import BatchSizes
from reproduce.papers.dual_head.divisions import spread_table
from reproduce.papers.dual_head.encoder_plane import EncoderPlane
from reproduce.papers.dual_head.encoder_plane import encoder_table as frozen_encoders
from reproduce.papers.dual_head.experiment_findings import at_equal_passes
from reproduce.papers.dual_head.loss_terms import LossTerms
from reproduce.papers.dual_head.plain_words import plain_words
from reproduce.papers.dual_head.printed import OURS
from reproduce.papers.dual_head.rare_binary import RareBinary
from reproduce.papers.dual_head.rows import (
    ENCODER,
    MINORITY,
    ablation_rows,
    joint_histories,
    otherwise_rows,
)
from reproduce.papers.dual_head.small_test_sets import gap_draws, large_cells
from reproduce.papers.dual_head.specification import SpecificationCurve
from reproduce.papers.dual_head.view_pairs import ViewPairs
from reproduce.papers.dual_head.weights_grid import WeightsGrid
from reproduce.registry import datasets, published
from reproduce.registry.pilots import named
from reproduce.study.measures import NotMeasured
from reproduce.study.pilots import measured
from reproduce.study.resampled import draws_of
from reproduce.study.study import Study
from reproduce.training.phases import Phase

__all__ = [
    "confusions", "every_claim", "forest", "head_count", "maps", "per_class",
    "positive_controls", "samples", "verdicts",
]  # fmt: skip

BASELINE = "supervised"
SUMMARY = ("accuracy", "macro_precision", "balanced_accuracy", "macro_f1", "minority_f1")
GAINED = ("accuracy", "macro_f1", "minority_f1")
# The margin of the registered claims, as a fraction.
MARGIN = 0.02
PILOT = "length_of_pretraining"


# -- what the paper reports, and its data ----------------------------------------------------------


@shown()
def printed_confusions(study: Study) -> Confusion:
    """Show the confusion matrices that the paper prints."""
    theirs, grades = printed.confusions(published.load(study.paper))
    tested = next(iter(theirs.values())).sum(axis=1)
    return Confusion(theirs, grades, tested, printed=True).out_of("as printed in Tables 1 to 3")


@shown()
def histogram(study: Study) -> ClassHistogram:
    """Show how many training images each class has."""
    record = study.record
    counts = study.training_counts(method=study.methods[0], seed=study.seeds[0])
    made = ClassHistogram(counts, record.class_names)
    return made.out_of(f"{datasets.in_words(record.name)}, training images by grade")


def phases(study: Study) -> tuple[Phase, ...]:
    """Return the phases of the paper's method, or of another where the run does not have it."""
    cells = study.select(method=OURS) or study.select()
    return tuple(cells[0].trial.phases)


@shown()
def view_pairs(study: Study) -> ViewPairs:
    """Show how often two crops of one generated picture differ in their grade."""
    known = catalog.load("lesions?size=28").extra["train"]
    curves = view_pair_disagreement(known["centres"], known["clean_labels"], seed=0)
    images = len(known["clean_labels"])
    return ViewPairs(curves).out_of(f"lesions (generated), {images:,} training images")


# -- the methods, here and on the second data set --------------------------------------------------


@shown()
def summary(study: Study) -> Table:
    """Tabulate the methods on the main data."""
    return _summary(study, "grid")


@shown(methods=(BASELINE,), trained=2)
def gains(study: Study) -> Gains:
    """Show what each method gains over the supervised baseline."""
    return _gains(study, "grid")


@shown()
def findings(study: Study) -> str:
    """Say in a few plain sentences what the run found."""
    return in_plain_words(plain_words(study, published.load(study.paper)))


@shown()
def numbers(study: Study) -> Table:
    """Tabulate what was measured, a subject in each row."""
    said = sentences.findings(study, published.load(study.paper))
    return numbers_table(said, provenance(study, study.rows(study.cells)))


@shown(experiment="second")
def second_summary(study: Study) -> Table:
    """Tabulate the methods on the second data set."""
    return _summary(study, "second")


@shown(experiment="second", methods=(BASELINE,), trained=2)
def second_gains(study: Study) -> Gains:
    """Show what each method gains on the second data set."""
    return _gains(study, "second")


@shown(experiment="divisions")
def spread(study: Study) -> Table:
    """Tabulate where the spread on the second data set comes from."""
    return spread_table(study)


def _summary(study: Study, experiment: str) -> Table:
    rows = rows_of(study, experiment, MINORITY)
    return summary_table(rows, SUMMARY, provenance=provenance(study, rows))


def _gains(study: Study, experiment: str) -> Gains:
    rows = rows_of(study, experiment, MINORITY)
    measured, draws = _measured(rows, GAINED), draws_of(study)
    return Gains(rows, measured, reference=BASELINE, marked=OURS, draws=draws)


def _measured(rows: list[Row], metrics: tuple[str, ...]) -> list[str]:
    """Return the metrics that have a value somewhere: no class is rarer where all are equal."""
    return [name for name in metrics if any(row[name] is not None for row in rows)]


@shown()
def detectable(study: Study) -> Detectable | str:
    """Show which gaps test sets of the paper's size would show."""
    _, large = large_cells(study)
    if not large and not study.of_experiment("second"):
        return not_run(study, "second")
    cells = published.load(study.paper)
    theirs, _ = printed.confusions(cells)
    tested = next(iter(theirs.values())).sum(axis=1).tolist()
    found = gap_draws(study, tested, printed.gaps(cells))
    found.pop("spreads")
    return Detectable(**found).made_of(rows_of(study, large[0].experiment))


@shown()
def pilot(study: Study) -> str:
    """Say what the pilot found by whose rule the length of pre-training was chosen."""
    try:
        return measured(study, PILOT).words()
    except NotMeasured:
        noted = named(study.paper, PILOT).outcome
        return f"The pilot's networks are not part of this run. Noted when it was trained: {noted}."


# -- what happens in pre-training ------------------------------------------------------------------


@shown(methods=(OURS,))
def loss_terms(study: Study) -> LossTerms:
    """Show both terms of the joint loss over the pre-training."""
    return LossTerms(joint_histories(study)).made_of(study.results(method=OURS, **study.shown))


@shown()
def encoder_plane(study: Study) -> EncoderPlane:
    """Show alignment and uniformity of the encoders."""
    return EncoderPlane(rows_of(study, "grid", ENCODER))


@shown()
def encoder_table(study: Study) -> Table:
    """Tabulate what neighbours and a linear probe read off the encoders."""
    rows = rows_of(study, "grid", ENCODER)
    return frozen_encoders(rows, provenance=provenance(study, rows))


# -- experiments -----------------------------------------------------------------------------------


@shown(experiment="table_6")
def weights(study: Study) -> WeightsGrid:
    """Show macro F1 over lambda and the number of mined negatives."""
    cells = published.load(study.paper)
    return WeightsGrid(rows_of(study, "table_6"), published=cells)


@shown(experiment="ablation", methods=(OURS,))
def components(study: Study) -> Gains:
    """Show what each change does against the method as printed."""
    rows = ablation_rows(study, MINORITY)
    measured, draws = _measured(rows, GAINED[1:]), draws_of(study)
    return Gains(rows, measured, reference=OURS, marked="simclr", draws=draws)


@shown()
def otherwise(study: Study) -> Table | str:
    """Tabulate what was warmed up, fine-tuned or started otherwise."""
    rows = otherwise_rows(study)
    if not rows:
        return not_run(study, "warm_up")
    return summary_table(
        rows,
        ("accuracy", "macro_f1", "balanced_accuracy"),
        provenance=provenance(study, rows),
        caption="With and without the warm-up; fine-tuned otherwise; from another start",
    )


@shown(experiment="batch_size")
def batches(study: Study) -> BatchSizes:
    """Show macro F1 against the size of the batch, at as many passes over the images."""
    return BatchSizes(at_equal_passes(rows_of(study, "batch_size")))


@shown(experiment="binary", methods=(BASELINE,), trained=2)
def rare_binary(study: Study) -> RareBinary:
    """Show two classes of which one is rare, under both readings of which."""
    rows = rows_of(study, "binary", MINORITY)
    return RareBinary(rows, published=published.load(study.paper))


@shown(experiment="choices")
def choices(study: Study) -> SpecificationCurve:
    """Show the effect under combinations of readings."""
    gaps = printed.gaps(published.load(study.paper))
    rows, draws = rows_of(study, "choices"), draws_of(study)
    return SpecificationCurve(rows, published=gaps, margin=MARGIN, draws=draws)
