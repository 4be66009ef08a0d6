"""Buda, Maki and Mazurowski (2018): which trials the study is made of.

The *grid* is every method at every rho and mu. Beside it stand smaller experiments, each at the
middle share of minority classes unless it says otherwise:

- `two_phase`: both two-phase methods, where the grid does not have them;
- `linear`: linear imbalance, which at equal rho leaves as many images as step imbalance at mu 0.5;
- `control`: balanced training sets of the same total size, so that having fewer images can be told
  from having them unequally;
- `levels`: sampling only part of the way to balance, at the largest rho;
- `equal_epochs`: undersampling that passes as often through its few images as the baseline does
  through all, instead of taking as many steps;
- `longer`: the baseline with as many steps in all as two-phase training takes;
- `undersampling_levels`: undersampling part of the way at the middle rho as well, since the paper
  says that the best level depends on rho;
- `trends`: methods that the review says came later (`TRENDS`), at every point of the grid, where
  the grid itself does not have them: with all seeds at the point that is drawn in detail, with
  the first `TREND_REPEATS` of them elsewhere.

Three are files of their own: `tuned`, later methods at a rate that was chosen for each; `cifar10`;
and `long_tail`, methods whose accuracies on long-tailed CIFAR-10 are known.
"""

from collections.abc import Iterable
from dataclasses import replace
from itertools import product
from typing import Any

from reproduce.data.balancing import undersampled_counts
from reproduce.data.records import Record
from reproduce.errors import UserError
from reproduce.methods.sampling import UNTRAINED
from reproduce.papers.class_imbalance import building
from reproduce.papers.class_imbalance.building import shown_point
from reproduce.study.cell import Cell

# The paper's seven methods, and doing nothing; the last two are an experiment where the grid does
# not have them.
TWO_PHASE = ("two_phase_oversampling", "two_phase_undersampling")
SEVEN = (
    "baseline", "oversampling", "undersampling", "thresholding", "oversampling_thresholding",
    "undersampling_thresholding", *TWO_PHASE,
)  # fmt: skip
# What the review says came later.
TRENDS = (
    "focal", "dual_focal", "mixup", "cutmix", "intra_class_cutmix", "smote_embeddings", "tsc",
)  # fmt: skip
# Sampling part of the way, by the name of sampling all of it.
PARTIAL = {"oversampling": "partial_oversampling", "undersampling": "partial_undersampling"}
# How far sampling goes, on the logarithmic way from the imbalance as it is (0) to balance (1); the
# two ends are the baseline and full sampling, which the grid has.
LEVELS = (0.33, 0.67)
LINEAR_METHODS = ("baseline", "oversampling")
# With how many of the seeds, the first ones, later methods are run off the point drawn in detail.
TREND_REPEATS = 1


def cells(parameters, record: Record) -> list[Cell]:
    """Return what claims are judged on: the grid, and the experiments with other methods.

    Methods that differ by a post-hoc step alone share their trials. The order puts whole
    comparisons first: all methods of one seed before the next seed.
    """
    wanted, middle = parameters.experiments, shown_point(parameters)
    _check_levels(parameters)
    by_seed = []
    for seed in parameters.seeds:
        by_seed += building.grid(parameters, record, seed, parameters.methods, parameters.mu)
        if parameters.imbalance == "linear":
            continue
        if "two_phase" in wanted:
            names = [n for n in TWO_PHASE if n not in parameters.methods]
            by_seed += building.grid(parameters, record, seed, names, [middle["mu"]], "two_phase")
        if "linear" in wanted:
            names = [n for n in LINEAR_METHODS if n in parameters.methods]
            by_seed += building.grid(parameters, record, seed, names, [None], "linear")
        if "trends" in wanted:
            by_seed += _trends(parameters, record, seed, middle)
        if "levels" in wanted:
            partly = PARTIAL.values()
            by_seed += _levels(parameters, record, seed, max(parameters.rho), partly, "levels")
        if "undersampling_levels" in wanted:
            by_seed += _undersampling_levels(parameters, record, seed, middle["rho"])
        if "longer" in wanted:
            by_seed += _longer(parameters, record, seed, middle["mu"])
    return by_seed


def references(parameters, record: Record) -> list[Cell]:
    """Return what the grid is compared with: an untrained network, and the experiments beside it.

    They are no arms of a claim: a balanced training set is no remedy for an imbalanced one.
    """
    middle, first = shown_point(parameters), parameters.seeds[0]
    point = parameters.model_copy(update={"rho": [middle["rho"]]})
    names, shares = parameters.methods[:1], [middle.get("mu")]
    found = [
        replace(
            cell, method="untrained", definition=UNTRAINED, experiment="untrained",
            trial=cell.trial.but(phases=UNTRAINED.phases),
            # What learns nothing leaves no learning curve, and would be asked for it again.
            keep=("logits", "embeddings"),
        )
        for cell in building.grid(point, record, first, names, shares)
    ]  # fmt: skip
    if parameters.imbalance == "linear":
        return found
    for seed in parameters.seeds:
        if "control" in parameters.experiments:
            found += _controls(parameters, record, seed, middle["mu"])
        if "equal_epochs" in parameters.experiments:
            found += _equal_epochs(parameters, record, seed, middle["mu"])
    return found


def _check_levels(parameters) -> None:
    """Refuse a method that could not be trained, before the others are."""
    for name in parameters.methods:
        if building.needs_levels(parameters, name):
            raise UserError(
                f"method '{name}' changes the colours of images, and {parameters.backbone} is "
                "shown whitened ones that have none to change; leave it out of methods or choose "
                "another backbone"
            )


def _controls(parameters, record, seed: int, mu: float) -> list[Cell]:
    """Return baselines on balanced sets that have as many images as step imbalance leaves."""
    baseline, found = building.method(parameters, "baseline"), []
    for rho in parameters.rho:
        counts = building.step_counts(parameters, record, rho, mu)
        imbalance = {"kind": "step", "rho": 1.0, "mu": mu, "n_max": round(counts.mean())}
        imbalance["minority"] = parameters.minority
        trial = building.trial_of(parameters, record, baseline, imbalance, seed)
        factors = {"imbalance": "balanced", "rho": rho, "mu": mu, "dataset": parameters.dataset}
        found.append(Cell("balanced", baseline, factors, seed, trial, "control"))
    return found


def _equal_epochs(parameters, record, seed: int, mu: float) -> list[Cell]:
    """Return undersampling with as many steps as pass through its images equally often."""
    found = []
    for rho in parameters.rho:
        counts = building.step_counts(parameters, record, rho, mu)
        share = undersampled_counts(counts).sum() / counts.sum()
        # By the recipe, so that a schedule with milestones is as much shorter as the training.
        steps = max(1, round(parameters.iterations * share))
        shorter = parameters.model_copy(update={"iterations": steps})
        method = building.method(shorter, "undersampling")
        at = ("undersampling_equal_epochs", method, "step", rho, mu, seed, "equal_epochs")
        found.append(building.cell(parameters, record, *at))
    return found


def _longer(parameters, record, seed: int, mu: float) -> list[Cell]:
    """Return baselines with as many steps as two-phase training takes in both of its phases."""
    both = building.method(parameters, TWO_PHASE[0]).phases
    steps = sum(phase.iterations for phase in both)
    method = building.method(parameters.model_copy(update={"iterations": steps}), "baseline")
    return [
        building.cell(
            parameters, record, "baseline_longer", method, "step", rho, mu, seed, "longer"
        )
        for rho in parameters.rho
    ]


def _levels(
    parameters, record, seed: int, rho: float, names: Iterable[str], experiment: str
) -> list[Cell]:
    mu, found = shown_point(parameters)["mu"], []
    for name, level in product(names, LEVELS):
        method = building.method(parameters, name, ratio=rho ** (1 - level))
        cell = building.cell(parameters, record, name, method, "step", rho, mu, seed, experiment)
        found.append(replace(cell, factors={**cell.factors, "level": level}))
    return found


def _undersampling_levels(parameters, record, seed: int, rho: float) -> list[Cell]:
    """Return levels of undersampling at the middle rho, unless `levels` has them there."""
    if "levels" in parameters.experiments and rho == max(parameters.rho):
        return []
    names = [PARTIAL["undersampling"]]
    return _levels(parameters, record, seed, rho, names, "undersampling_levels")


def _trends(parameters, record, seed: int, middle: dict[str, Any]) -> list[Cell]:
    """Return later methods on the whole grid for the first seeds, at its middle for the others.

    A method whose views change colours is left out where images are whitened.
    """
    names = [name for name in TRENDS if name not in parameters.methods]
    names = [name for name in names if not building.needs_levels(parameters, name)]
    if seed in parameters.seeds[:TREND_REPEATS]:
        return building.grid(parameters, record, seed, names, parameters.mu, "trends")
    point = parameters.model_copy(update={"rho": [middle["rho"]]})
    return building.grid(point, record, seed, names, [middle["mu"]], "trends")
