"""What the class-imbalance page shows: each from the study, with what it needs of a run."""

from reproduce.figures.confusion import per_class_table
from reproduce.figures.curves import TrainingCurves
from reproduce.figures.histogram import ClassHistogram
from reproduce.figures.intervals import Gains
from reproduce.figures.lines import Lines
from reproduce.figures.metric_grids import GainGrid, MetricGrid
from reproduce.figures.reliability import ReliabilityDiagrams
from reproduce.figures.table import Table
from reproduce.pages.found import in_plain_words, numbers_table
from reproduce.pages.length import steps_table
from reproduce.pages.maps import map_of
from reproduce.pages.pictures import (
    confusions,
    every_claim,
    forest,
    head_count,
    maps,
    samples,
    verdicts,
)
from reproduce.pages.showing import not_run, provenance, shown
from reproduce.pages.tables import summary_table
from reproduce.papers.class_imbalance import findings as sentences
from reproduce.papers.class_imbalance import rows as rows_of
from reproduce.papers.class_imbalance.before_after import THRESHOLDED, BeforeAfter
from reproduce.papers.class_imbalance.calibration_grid import CalibrationGrid
from reproduce.papers.class_imbalance.factors import MU, RHO, RHO_LOG
from reproduce.papers.class_imbalance.fewer_images import ImbalanceOrFewer
from reproduce.papers.class_imbalance.further_pictures import (
    cifar10,
    cost_of_misses,
    longer,
    rates,
    tuned_gains,
    undersampling_levels,
)
from reproduce.papers.class_imbalance.known_answers import known_answers_table, long_tail_line
from reproduce.papers.class_imbalance.learning import LearningGap
from reproduce.papers.class_imbalance.levels import SamplingLevels
from reproduce.papers.class_imbalance.plain_words import plain_words
from reproduce.papers.class_imbalance.rankings import RankingByLength
from reproduce.papers.class_imbalance.two_phase import TwoPhaseBetween
from reproduce.registry import datasets
from reproduce.study.resampled import draws_of
from reproduce.study.study import Study

__all__ = [
    "cifar10", "confusions", "cost_of_misses", "every_claim", "forest", "head_count", "longer",
    "maps", "rates", "samples", "tuned_gains", "undersampling_levels", "verdicts",
]  # fmt: skip

# -- the data and the grid -------------------------------------------------------------------


@shown()
def class_counts(study: Study) -> ClassHistogram:
    """Show how many training images each class keeps at each imbalance ratio."""
    at = {"method": study.methods[0], "seed": study.seeds[0], **study.shown_without("rho")}
    picture = ClassHistogram(study.training_counts(**at), study.record.class_names)
    return picture.out_of(
        f"{datasets.in_words(study.record.name)}, training images of seed {study.seeds[0]} by class"
    )


@shown()
def summary(study: Study) -> Table:
    """Show the means of every method at each imbalance ratio."""
    rows = rows_of.rows_over_rho(study)
    metrics = ["accuracy", "auc", "worst_class_recall", "gmean_recall"]
    return summary_table(rows, metrics, provenance=provenance(study, rows))


@shown()
def auc_over_rho(study: Study) -> Lines:
    """Show the ROC AUC of the trained methods against the imbalance ratio."""
    rows = rows_of.trained_rows(study, rows_of.rows_over_rho(study))
    return Lines(rows, "auc", RHO_LOG, dots=True)


@shown()
def accuracy_over_rho(study: Study) -> Lines:
    """Show the accuracy of every method against the imbalance ratio."""
    return Lines(rows_of.rows_over_rho(study), "accuracy", RHO_LOG, dots=True)


@shown()
def auc_on_the_grid(study: Study) -> MetricGrid:
    """Show the ROC AUC of the trained methods at every point of the grid."""
    return MetricGrid(rows_of.trained_rows(study, study.observations()), "auc", RHO, MU)


@shown(methods=("baseline",), trained=2)
def gain_on_the_grid(study: Study) -> GainGrid:
    """Show what the trained methods gain over the baseline at every point of the grid."""
    rows = rows_of.trained_rows(study, study.observations())
    return GainGrid(rows, "auc", RHO, MU, draws=draws_of(study))


@shown()
def steps_taken(study: Study) -> Table:
    """Show how many steps each method takes, phase by phase, and what it is shown."""
    return steps_table(study, provenance(study, study.rows(study.cells)))


@shown()
def every_point(study: Study) -> Table:
    """Show the means of every method at every point of the grid."""
    return summary_table(
        study.observations(),
        ["auc", "balanced_accuracy", "macro_f1"],
        provenance=provenance(study, study.results()),
        caption="Every point of the grid, mean ± standard deviation over seeds, in percent",
    )


@shown()
def before_after(study: Study) -> BeforeAfter:
    """Show the accuracy of every network before and after thresholding."""
    return BeforeAfter(rows_of.rows_over_rho(study))


@shown()
def calibration(study: Study) -> CalibrationGrid:
    """Show the calibration error before and after thresholding at every point of the grid."""
    return CalibrationGrid(rows_of.calibration_rows(study))


# -- experiments beside the grid, and claims --------------------------------------------------


@shown(experiment="control")
def fewer_images(study: Study) -> ImbalanceOrFewer:
    """Show the baseline on step, linear and no imbalance at one number of images."""
    return ImbalanceOrFewer(rows_of.size_rows(study))


@shown(experiment="linear")
def linear(study: Study) -> Lines:
    """Show the ROC AUC under linear imbalance."""
    return Lines(rows_of.rows_of(study, "linear"), "auc", RHO_LOG, spread="range")


@shown()
def two_phase(study: Study) -> TwoPhaseBetween | str:
    """Show two-phase training between the baseline and its sampler."""
    rows = rows_of.two_phase_rows(study)
    return TwoPhaseBetween(rows) if rows else not_run(study, "two_phase")


@shown(experiment="levels")
def levels(study: Study) -> SamplingLevels:
    """Show the ROC AUC against how far sampling goes towards balance."""
    return SamplingLevels(rows_of.level_rows(study))


@shown(experiment="equal_epochs")
def equal_epochs(study: Study) -> Table:
    """Show undersampling for equally many epochs beside undersampling for equally many steps."""
    rows = rows_of.rows_of(study, "equal_epochs")
    return summary_table(rows, ["accuracy", "auc"], provenance=provenance(study, rows))


@shown(experiment="trends", methods=("baseline",))
def later_gains(study: Study) -> Gains:
    """Show what later methods gain over the baseline, beside oversampling."""
    rows = rows_of.rows_of(study, "trends", **study.shown)
    metrics = ("auc", "accuracy", "worst_class_recall")
    draws = draws_of(study)
    return Gains(rows, metrics, reference="baseline", marked="oversampling", draws=draws)


@shown(experiment="trends", methods=("oversampling",))
def later_on_the_grid(study: Study) -> GainGrid:
    """Show what later methods gain over oversampling at every point of the grid."""
    rows = rows_of.later_rows(study)
    return GainGrid(rows, "auc", RHO, MU, reference="oversampling", draws=draws_of(study))


@shown()
def known_answers(study: Study) -> Table:
    """Show accuracies that others published on long-tailed CIFAR-10, with ours beside them."""
    return known_answers_table(study)


@shown(experiment="long_tail")
def long_tail(study: Study) -> Table:
    """Show every measure of the methods on the long tail, published or not, on whatever data."""
    rows = study.rows(study.of_experiment("long_tail"))
    metrics = ["accuracy", "balanced_accuracy", "worst_class_recall"]
    return summary_table(rows, metrics, provenance=long_tail_line(study, rows))


@shown()
def findings(study: Study) -> str:
    """Say in a few plain sentences what the run found."""
    return in_plain_words(plain_words(study))


@shown()
def numbers(study: Study) -> Table:
    """Tabulate what was measured, a subject in each row."""
    line = provenance(study, study.rows(study.cells))
    return numbers_table(sentences.findings(study), line)


# -- the point that is drawn in detail --------------------------------------------------------


@shown()
def per_class(study: Study) -> Table:
    """Show the recall of each class in the first seed, beside its training images."""
    at = {"seed": study.seeds[0], **study.shown}
    return per_class_table(
        study.confusions(**at),
        study.record.class_names,
        training_counts=study.results(**at)[0].counts,
        provenance=provenance(study, study.results(**at), study.at_shown),
    )


@shown()
def reliability(study: Study) -> ReliabilityDiagrams:
    """Show confidence and how often it comes true, before and after thresholding."""
    return ReliabilityDiagrams(rows_of.score_rows(study), THRESHOLDED).at(study.at_shown)


def map_settings(study: Study) -> str:
    """Return how the maps were made."""
    cell = study.trained(seed=study.seeds[0], **study.shown)[0]
    return map_of(study, cell, study.parameters.map_images)[0].settings


@shown()
def curves(study: Study) -> TrainingCurves:
    """Show the loss and the accuracy on the training images shown."""
    histories: dict[str, list] = {}
    for cell in study.trained(**study.shown):
        histories.setdefault(cell.method, []).append(study.result(cell).history)
    return TrainingCurves(histories, study.results(**study.shown)).at(study.at_shown)


@shown()
def gap(study: Study) -> LearningGap:
    """Show balanced accuracy on training minus that on test images while networks train."""
    return LearningGap(rows_of.learning_rows(study))


@shown()
def ranking_by_length(study: Study) -> RankingByLength:
    """Show which method is best at which length of training."""
    return RankingByLength(rows_of.length_rows(study), "balanced_accuracy")
