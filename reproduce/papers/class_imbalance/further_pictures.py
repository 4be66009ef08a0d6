"""What the page shows of the experiments that no profile runs by itself."""

from collections.abc import Sequence
from typing import Any

from reproduce.figures.intervals import Gains
from reproduce.figures.picture import NothingToShow
from reproduce.figures.table import Table, Tables
from reproduce.figures.wording import mean_and_sd, method_label, metric_label, percent, points
from reproduce.pages.showing import provenance, shown
from reproduce.pages.tables import COMPARISON, summary_table
from reproduce.papers.class_imbalance import cifar10 as on_cifar10
from reproduce.papers.class_imbalance import rows as rows_of
from reproduce.papers.class_imbalance import tuned
from reproduce.papers.class_imbalance.building import SEVERE
from reproduce.papers.class_imbalance.costs import CostOfMisses, cost_rows
from reproduce.papers.class_imbalance.levels import SamplingLevels
from reproduce.registry import published
from reproduce.study.choosing import best_of
from reproduce.study.resampled import draws_of
from reproduce.study.study import Study

GROWTH = "generalization_gap_growth"


@shown(experiment="longer")
def longer(study: Study) -> Table:
    """Show two-phase training beside a baseline of as many steps, and one of half as many."""
    rows = rows_of.longer_rows(study)
    return summary_table(rows, ["auc", "accuracy"], provenance=provenance(study, rows))


@shown(experiment="undersampling_levels")
def undersampling_levels(study: Study) -> SamplingLevels:
    """Show the ROC AUC against how far undersampling goes, at the middle rho."""
    return SamplingLevels(rows_of.level_rows(study, "undersampling_levels"))


@shown(methods=("baseline",))
def cost_of_misses(study: Study) -> CostOfMisses:
    """Show which method is the cheapest where a missed rare image costs more than others."""
    return CostOfMisses(cost_rows(study)).at(study.at_shown)


@shown(experiment="tuned", methods=("baseline",))
def tuned_gains(study: Study) -> Gains:
    """Show what later methods gain over the baseline, each at the rate chosen for it."""
    rows = rows_of.rows_of(study, tuned.NAME, **study.shown)
    metrics = ("auc", "accuracy", "worst_class_recall")
    draws = draws_of(study)
    return Gains(rows, metrics, reference="baseline", marked="oversampling", draws=draws)


@shown()
def rates(study: Study) -> Table | str:
    """Show what each later method reached at each rate on held-out images, and what was chosen."""
    searched = tuned.SEARCH.searched(study.references)
    if not searched:
        return "No learning rate was chosen for this copy of the page."
    found, used = [], []
    for (_, method), tried in searched.items():
        scores = tuned.SEARCH.validation_scores(study.measures, tried)
        if scores is None:
            continue
        best = best_of(scores)
        used += [cell for cells in tried.values() for cell in cells]
        each = [f"{percent(scores[rate.number])}{' ✓' * (rate.number == best)}"
                for rate in in_order()]  # fmt: skip
        found.append([method_label(method), *each])
    if not found:
        raise NothingToShow("no rate has been chosen yet")
    heads = [f"rate x {rate.factors['learning_rate']:g}" for rate in in_order()]
    label = metric_label(tuned.METRIC).partition(" (")[0].lower()
    line = provenance(study, study.rows(used), study.at_shown)
    note = (
        f"Each value is one network of seed {tuned.PILOT}, trained for a fifth of the steps. ✓: "
        "chosen. The held-out images are a fifth of those drawn for training, as imbalanced as "
        "they are; no test image was seen."
    )
    caption = f"Learning rates tried for later methods, {label} on held-out images in percent"
    return Table(caption, ["Method", *heads], found, line, numeric_from=1, note=note)


def in_order() -> list[Any]:
    """Return the rates that are tried, the smallest first."""
    return sorted(tuned.RATES, key=lambda rate: rate.factors["learning_rate"])


@shown(experiment=on_cifar10.NAME)
def cifar10(study: Study) -> Tables:
    """Show what is said of the second data set beside ours, and every method at each rho.

    Digits, where they stand in its place, have nothing to be set beside.
    """
    there = on_cifar10.scale_of(study.parameters).dataset
    rows = [row for row in _rows(study) if row["dataset"] == there]
    metrics = ["auc", "accuracy", "worst_class_recall"]
    means = summary_table(rows, metrics, provenance=provenance(study, rows))
    return Tables([_beside(study), means] if there == on_cifar10.NAME else [means])


def _beside(study: Study) -> Table:
    numbers = {one.id: f"about {one.number} {one.unit}" for one in published.prose(study.paper)}
    rows, found = _rows(study), []
    for said, printed, differences in (
        ("Baseline, from rho 2 to rho 50: ROC AUC", f"{numbers['mnist_drop']} less",
         _paired(rows, ("baseline", SEVERE), ("baseline", 2.0))),
        *((f"Oversampling over the baseline at rho {rho:g}: ROC AUC",
           f"{numbers['full_balance_gain']} more",
           _paired(rows, ("oversampling", rho), ("baseline", rho))) for rho in (10.0, SEVERE)),
        *((f"{method_label(name)}, growth of the gap between training and test over the second "
           f"half of training, rho {SEVERE:g}", printed, _growth(study, name))
          for name, printed in (("oversampling", "does not overfit"), ("baseline", ""))),
    ):  # fmt: skip
        found.append([said, printed or "not said", _points(differences)])
    note = (
        "The paper prints its results on CIFAR-10 as plots; what is beside ours are sentences of a "
        "summary. Ours: difference in points, mean ± standard deviation over seeds, at mu 0.5. "
        f"Departures: {'; '.join(on_cifar10.departures(study.parameters))}."
    )
    own = [row for row in rows if row["dataset"] == on_cifar10.NAME]
    caption = "What is said of CIFAR-10, and what was measured"
    return Table(caption, ["", "As printed", "Ours"], found, provenance(study, own),
                 numeric_from=2, note=note, kind=COMPARISON, whole=(2,))  # fmt: skip


def _rows(study: Study) -> list[dict[str, Any]]:
    return study.rows(study.of_experiment(on_cifar10.NAME))


def _paired(rows: Sequence[dict[str, Any]], one: tuple, other: tuple) -> list[float]:
    """Return the differences in ROC AUC of two methods, each at its rho, by seed."""
    first, second = (
        {row["seed"]: row["auc"] for row in rows if row["dataset"] == on_cifar10.NAME
         and (row["method"], row["rho"]) == at and row["mu"] == 0.5}
        for at in (one, other)
    )  # fmt: skip
    return [first[seed] - second[seed] for seed in first if seed in second]


def _growth(study: Study, method: str) -> list[float]:
    cells = study.of_experiment(
        on_cifar10.NAME, method=method, rho=SEVERE, mu=0.5, dataset=on_cifar10.NAME
    )
    return [study.measures.value(cell, GROWTH) for cell in cells]


def _points(values: Sequence[float]) -> str:
    """Return "−3.2 ± 0.4", with the number of seeds under it."""
    if not values:
        return "not attempted"
    mean, spread = mean_and_sd(values)
    within = "" if spread is None else f" ± {percent(spread, 2)}"
    return f"{points(mean, 2)}{within}\nn = {len(values)}"
