"""What a study hands to an edition beside its results, so that nothing has to be trained again."""

from reproduce.evaluation.registry import metric
from reproduce.registry import claims
from reproduce.study.cell import Cell, steps_after
from reproduce.study.measures import NotMeasured
from reproduce.study.study import Study
from reproduce.tasks import task_of
from reproduce.trials.predicted import Predicted


def everything_predicted(study: Study) -> list[Predicted]:
    """Return the class that every trial predicted of every image, after each post-hoc step.

    Of trials whose scores are gone, as of an older edition's, there is nothing to return.
    """
    found = []
    for cell in _different([*study.cells, *study.references]):
        if not task_of(cell.trial).posthoc:  # Only of images that have one class each.
            continue
        for part in cell.trial.evaluate_on:
            try:
                classes, labels = study.measures.predicted(cell, part)
            except NotMeasured:
                continue
            found.append(Predicted(cell.trial.key, part, steps_after(cell), classes, labels))
    return found


def resample_registered(study: Study) -> None:
    """Resample each arm in every metric that counts alone do not give and a claim is stated in.

    Its draws then travel with the edition, and a new contrast of these arms needs no scores.
    """
    registered = claims.load(study.paper)
    asked = {one.metric_of(contrast) for one in registered for contrast in one.contrasts}
    for cell in _different(study.cells):
        if cell.definition.posthoc:
            _keep_measured(study, cell)
        for name in sorted(asked):
            family = metric(name).family
            fits = family and family.task == cell.trial.task and family.needs in cell.keep
            if not fits or study.measures.of_counts(name):
                continue
            try:
                study.measures.resampled(cell, name)
            except NotMeasured:
                continue


def _keep_measured(study: Study, cell: Cell) -> None:
    """Let the store keep what scores say after post-hoc steps, where they are still here."""
    try:
        study.measures.measured(cell)
    except NotMeasured:
        return


def _different(cells: list[Cell]) -> list[Cell]:
    """Return the first cell of each trial and its post-hoc steps."""
    first = {(cell.trial.key, steps_after(cell)): cell for cell in reversed(cells)}
    return [cell for cell in cells if first[cell.trial.key, steps_after(cell)] is cell]
