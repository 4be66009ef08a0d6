"""What the page on remedies shows: each from the study's results, with what it needs of a run."""

from collections.abc import Iterable, Sequence

from reproduce.evaluation.verdicts import Judgement
from reproduce.figures.intervals import Gains as GainsDrawn
from reproduce.figures.provenance import Provenance
from reproduce.figures.table import Table, Tables
from reproduce.figures.wording import plural
from reproduce.pages.answered import THE_ANSWER
from reproduce.pages.report import record_line
from reproduce.pages.rows import rows_of
from reproduce.pages.showing import provenance, shown
from reproduce.papers.comparison import claimed_sizes, lost, tables, tuning
from reproduce.papers.comparison import guide as guides
from reproduce.papers.comparison.choosing import METRIC
from reproduce.papers.comparison.drawings import Landscape, TryingMore
from reproduce.papers.comparison.gains import CALIBRATION, MEASURES, Gains, gains_of
from reproduce.papers.comparison.parameters import BASELINE
from reproduce.registry.datasets import in_words
from reproduce.study import scale
from reproduce.study.resampled import draws_of
from reproduce.study.study import Study


@shown()
def answer(study: Study) -> str:
    """Say what helped, where, and of how much these data cannot tell."""
    return f"{THE_ANSWER} {guides.answer(gains_of(study))}"


@shown()
def basis(study: Study) -> str:
    """Say what the answer stands on, and how far it is done."""
    gains = gains_of(study)
    sets = ", ".join(
        f"{in_words(name)} ({plural(len(gains.methods(name)), 'method')}"
        f"{'' if name in gains.ranked else ', not judged'})"
        for name in gains.datasets
    )
    said = (
        f"**What it stands on.** {sets}; {plural(len(gains.seeds), 'repeat')} each, "
        f"{plural(gains.networks(), 'network')} tested. Intervals hold at 95 % for all methods of "
        "a data set together, one measure at a time. Within a data set every method has the same "
        "network, the same start, the same number of image passes, and the same small number of "
        "configurations, chosen on validation images."
    )
    if study.parameters.profile in ("smoke", "quick"):
        said += (
            f" This is a {study.parameters.profile} run, an illustration: its data and its budget "
            "are small, and what it says holds for them alone."
        )
    return said


@shown()
def landscape(study: Study) -> Landscape:
    """Draw every gain that a data set whose controls passed has."""
    return _landscape(study, METRIC)


@shown()
def landscape_worst(study: Study) -> Landscape:
    """Draw the same for the class that is recognised worst."""
    return _landscape(study, "worst_class_recall")


@shown()
def landscape_ranking(study: Study) -> Landscape:
    """Draw the same for the ranking of images."""
    return _landscape(study, "auc")


@shown()
def landscape_calibration(study: Study) -> Landscape:
    """Draw the same for the calibration error, of which less is a gain."""
    return _landscape(study, CALIBRATION)


def _landscape(study: Study, measure: str) -> Landscape:
    gains = gains_of(study)
    found = {
        (dataset, method): gain
        for dataset in gains.ranked
        for method in gains.others(dataset)
        if (gain := gains.gain(dataset, method, measure))
    }
    made = Landscape(found, gains.ranked, guides.IN_A_GAIN[measure])
    return made.out_of(_line(gains, gains.ranked))


@shown()
def guide(study: Study) -> Table:
    """Tabulate the guide."""
    gains = gains_of(study)
    return tables.guide(guides.situations(gains), _line(gains, gains.ranked))


@shown()
def unknown(study: Study) -> str:
    """List what nobody can tell from these data."""
    said = [*lost.compared(study), *guides.unknown(gains_of(study))]
    return "\n".join(f"- {one}" for one in said)


@shown(methods=(BASELINE,), trained=2)
def gains_here(study: Study) -> GainsDrawn:
    """Draw the gains on the main data set with their plain intervals."""
    rows = rows_of(study, "grid", dataset=study.parameters.dataset)
    measured = (METRIC, "worst_class_recall")
    return GainsDrawn(rows, measured, reference=BASELINE, draws=draws_of(study))


@shown()
def levels(study: Study) -> Tables:
    """Tabulate every measure of every method, a table for each data set."""
    gains = gains_of(study)
    return tables.levels(gains, {name: _line(gains, [name]) for name in gains.datasets})


@shown()
def costs(study: Study) -> Table:
    """Tabulate passes, steps, seconds and memory."""
    gains = gains_of(study)
    return tables.costs(gains, _line(gains, gains.datasets))


@shown()
def ranks(study: Study) -> Table | str:
    """Tabulate mean ranks, or say why there are none."""
    gains = gains_of(study)
    return tables.ranks(gains, _line(gains, gains.ranked or gains.datasets))


@shown(experiment="search")
def trying_more(study: Study) -> TryingMore:
    """Draw what the best of more configurations promises."""
    gains = gains_of(study)
    found = tuning.searches(gains)
    made = TryingMore(tuning.curves(found), MEASURES[METRIC], tuning.whole(found))
    return made.out_of(_searched(gains))


@shown(experiment="search")
def luck(study: Study) -> str:
    """Say how much of what was promised was luck."""
    return tables.luck(tuning.luck(tuning.searches(gains_of(study))))


@shown(experiment="search")
def diverged(study: Study) -> str:
    """Say which trainings diverged."""
    return " ".join([lost.searched(study), *lost.as_they_come(study), *lost.compared(study)])


@shown(experiment="search")
def tuned(study: Study) -> Table:
    """Tabulate what each search chose, promised and kept."""
    gains = gains_of(study)
    return tables.tuned(tuning.searches(gains), _searched(gains))


@shown(seeds=2)
def claimed(study: Study) -> Table:
    """Tabulate what the papers' gains would have needed."""
    gains = gains_of(study)
    return tables.claimed(claimed_sizes.needed(gains), _line(gains, gains.ranked))


@shown()
def data(study: Study) -> Table:
    """Tabulate the data sets, their budgets and their controls."""
    gains = gains_of(study)
    return tables.data(gains, _line(gains, gains.datasets))


@shown()
def everything(study: Study) -> Table:
    """Tabulate every method of the registry, filled in or not."""
    return tables.everything(gains_of(study), record_line(study))


@shown()
def this_run(study: Study) -> Table:
    """Tabulate what this copy of the page was made with."""
    gains = gains_of(study)
    asked = gains.asked
    waits = [in_words(name) for name in asked.datasets if name not in gains.datasets]
    later = len(asked.methods) - len(gains.methods())
    waits += [f"{later} more methods"] if later > 0 else []
    planned = [f"planned and not trained yet: {', '.join(waits)}"] if waits else []
    rows = [
        ["Data", "; ".join(map(in_words, gains.datasets))],
        ["Scale", scale.in_words(study.parameters)],
        ["Methods", str(len(gains.methods()))],
        ["Repeats", ", ".join(map(str, asked.seeds))],
        ["Configurations of each method", str(asked.configurations)],
        ["Chosen on repeats", ", ".join(map(str, asked.search_seeds))],
        ["Trials", str(len(study.planned()))],
        ["Not in it", "; ".join([*planned, *study.departures])],
    ]
    return Table("This run", ["", ""], rows, record_line(study))


@shown()
def predictions(study: Study, judgements: Sequence[Judgement]) -> Table:
    """Tabulate what was predicted beforehand, and what came of it."""
    return tables.predictions(judgements, record_line(study))


def _line(gains: Gains, datasets: Iterable[str]) -> Provenance:
    """Return the line that says where something comes from: the grid's trials of these sets."""
    wanted = set(datasets)
    cells = [cell for (name, _), of in gains.filled.items() if name in wanted for cell in of]
    return provenance(gains.study, gains.study.rows(cells))


def _searched(gains: Gains) -> Provenance:
    """Return the same line of what was searched, and of the repeats of what was chosen."""
    study = gains.study
    of_filled = [
        cell for cell in study.of_experiment("search")
        if (cell.factors["dataset"], cell.method) in gains.filled
        and study.store.get(cell.trial.key) is not None
    ]  # fmt: skip
    chosen = [cell for cells in gains.filled.values() for cell in cells]
    return provenance(study, study.rows([*of_filled, *chosen]))
