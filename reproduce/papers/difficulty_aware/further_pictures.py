"""What else the difficulty-aware page shows: thresholds, templates, sweeps, data, readings."""

import numpy as np

from reproduce.figures.by_seed import effect_between
from reproduce.figures.factor import Factor
from reproduce.figures.lines import Lines
from reproduce.figures.picture import NothingToShow
from reproduce.figures.table import Table
from reproduce.pages.rows import Row, rows_of
from reproduce.pages.showing import provenance, shown
from reproduce.papers.difficulty_aware import rows as rows_here
from reproduce.papers.difficulty_aware import tables
from reproduce.papers.difficulty_aware.methods import AWARE, PLAIN
from reproduce.papers.difficulty_aware.printed_pair import PrintedPair
from reproduce.papers.difficulty_aware.rows import AUC, EER
from reproduce.registry import published
from reproduce.study.resampled import draws_of
from reproduce.study.study import Study


@shown()
def thresholds(study: Study) -> Table:
    """Tabulate what thresholds chosen on validation identities do on the test identities."""
    cells = study.select()
    found = [(cell.method, rows_here.chosen_ahead(study, cell)) for cell in cells]
    return tables.thresholds(found, provenance(study, study.rows(cells)))


@shown(experiment="templates")
def templates(study: Study) -> Lines:
    """Show the error rate against the images in a template."""
    images = Factor("template", "images in a template", scale="log")
    return Lines(rows_of(study, "templates"), EER, images, dots=True)


@shown(experiment="seen")
def seen(study: Study) -> Table:
    """Tabulate people who were trained on, in other images, beside people who were not."""
    rows = [*rows_of(study, "seen"), *rows_here.grid(study)]
    return tables.levels(
        rows, {"identities": "People"}, (EER, AUC), provenance=provenance(study, rows),
        caption="People who were trained on, in other images, and people who were not",
    )  # fmt: skip


@shown(experiment="any_digit")
def any_digit(study: Study) -> Table:
    """Tabulate pairs of any two digits beside those of one."""
    rows = [*({**row, "pairs": "one digit"} for row in rows_here.grid(study)),
            *rows_of(study, "any_digit")]  # fmt: skip
    return tables.levels(
        rows, {"pairs": "Pairs"}, (EER, AUC), provenance=provenance(study, rows),
        caption="Pairs of one digit and pairs of any two",
    )  # fmt: skip


@shown(experiment="population", methods=(PLAIN, AWARE))
def population(study: Study) -> Table:
    """Tabulate training on one population and verifying both."""
    rows = rows_of(study, "population")
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(f"{row['trained_on']}, {row['verified']}", []).append(row)
    return tables.effects(
        groups, head="Trained on, verified", provenance=provenance(study, rows),
        draws=draws_of(study), caption="Another population than was trained on",
    )  # fmt: skip


@shown(experiment="characters", methods=(PLAIN,))
def characters(study: Study) -> Table:
    """Tabulate the losses on Omniglot's characters."""
    rows = rows_of(study, "characters")
    others = [name for name in study.methods if name != PLAIN]
    return tables.effects(
        {"characters": rows}, head="Verified", provenance=provenance(study, rows),
        draws=draws_of(study), methods=others, caption="Omniglot, characters of other alphabets",
    )  # fmt: skip


@shown(experiment="unseen_classes")
def unseen_classes(study: Study) -> Table:
    """Tabulate CIFAR-10 with three unseen classes, which gives no interval."""
    rows = rows_of(study, "unseen_classes")
    return tables.levels(
        rows, {}, (EER, AUC), provenance=provenance(study, rows),
        caption="CIFAR-10, pairs of three classes that training never saw",
        note="An illustration: three classes are too few identities for an interval.",
    )  # fmt: skip


@shown(experiment="length", methods=(PLAIN, AWARE))
def lengths(study: Study) -> Table:
    """Tabulate the comparison at other lengths of training."""
    groups: dict[str, list[Row]] = {}
    own = [{**row, "iterations": study.parameters.iterations} for row in rows_here.grid(study)]
    rows = rows_of(study, "length")
    for row in sorted([*rows, *own], key=lambda row: row["iterations"]):
        groups.setdefault(f"{row['iterations']:,}", []).append(row)
    return tables.effects(
        groups, head="Steps", provenance=provenance(study, rows), draws=draws_of(study),
        caption="A quarter as long, as long, and four times as long",
    )  # fmt: skip


def _sweep(study: Study, experiment: str, factor: str, words: str) -> Lines:
    rows = rows_here.with_middle(study, experiment, factor, getattr(study.parameters, factor))
    return Lines([*rows, *rows_here.plain_at(rows, study, factor)], EER, Factor(factor, words))


@shown(experiment="alpha", methods=(AWARE,))
def alphas(study: Study) -> Lines:
    """Show the error rate against the weight of hard positives."""
    return _sweep(study, "alpha", "alpha", "weight of hard positives (alpha)")


@shown(experiment="beta", methods=(AWARE,))
def betas(study: Study) -> Lines:
    """Show the error rate against the weight of hard negatives."""
    return _sweep(study, "beta", "beta", "weight of hard negatives (beta)")


@shown(experiment="thresholds", methods=(AWARE,))
def positive_thresholds(study: Study) -> Lines:
    """Show the error rate against the threshold of hard positives."""
    return _sweep(study, "thresholds", "positive_threshold", "threshold of hard positives")


@shown(experiment="thresholds", methods=(AWARE,))
def negative_thresholds(study: Study) -> Lines:
    """Show the error rate against the threshold of hard negatives."""
    return _sweep(study, "thresholds", "negative_threshold", "threshold of hard negatives")


@shown(methods=(PLAIN, AWARE), seeds=2)
def people(study: Study) -> Table:
    """Tabulate which difference so many people can tell, and how many half a point takes."""
    found, draws, used = [], draws_of(study), []
    groups = {"writers, drawn anew each seed": rows_here.grid(study),
              "Omniglot's characters": rows_of(study, "characters")}  # fmt: skip
    for name, rows in groups.items():
        arms = [[row for row in rows if row["method"] == method] for method in (AWARE, PLAIN)]
        if not all(arms):
            continue
        one = effect_between(arms[0][:1], arms[1][:1], EER)
        drawn = draws(arms[0][0], EER), draws(arms[1][0], EER)
        if one is None or drawn[0] is None or drawn[1] is None:
            continue
        deviation = float(np.std(drawn[0] - drawn[1], ddof=1))
        count = _tested(study, arms[0][0])
        found.append((name, count, float(arms[1][0][EER]), deviation))
        used += rows
        if name.startswith("writers"):
            # Of the official test writers 48 are employees; their spread follows from the people.
            small = deviation * np.sqrt(count / 48)
            found.append(("the 48 employees of the official test", 48, arms[1][0][EER], small))
    if not found:
        raise NothingToShow("no resampled people are known")
    return tables.people_needed(found, provenance(study, used))


def _tested(study: Study, row: Row) -> int:
    cell = next(one for one in study.cells if one.trial.key == row["key"])
    if "test" in cell.trial.split:
        return int(cell.trial.split["test"])
    record = next(one for one in study.records if one.name == cell.trial.dataset)
    return sum(count > 0 for count in record.counts["test"])


# -- what the text leaves open, and what it prints -------------------------------------------------


@shown(experiment="readings", methods=(PLAIN, AWARE))
def readings(study: Study) -> Table:
    """Tabulate the comparison under each other reading of the text."""
    rows = rows_of(study, "readings")
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["reading"].replace("_", " "), []).append(row)
    return tables.effects(
        groups, head="Reading", provenance=provenance(study, rows), draws=draws_of(study),
        caption="The comparison under each other reading of what the text leaves open",
    )  # fmt: skip


@shown()
def printed_pair(study: Study) -> PrintedPair:
    """Show the printed pair beside that of every network."""
    found = {}
    names = {"grid": "writers", "templates": "templates", "devices": "two devices",
             "characters": "Omniglot", "any_digit": "any digit"}  # fmt: skip
    for experiment, name in names.items():
        rows = rows_of(study, experiment)
        pairs = [(row[EER], row[AUC]) for row in rows if 0 < row.get(EER, 0) < 0.5]
        if pairs:
            found[name] = pairs
    if not found:
        raise NothingToShow("no network was measured")
    printed = {row.id: float(row.number) for row in published.prose("difficulty_aware")
               if row.id in ("eer", "auc")}  # fmt: skip
    made = PrintedPair(found, printed["eer"] / 100, printed["auc"])
    return made.made_of(rows_here.grid(study))
