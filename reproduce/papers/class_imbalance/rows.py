"""The rows behind each figure: of the grid, of the experiments beside it, and derived ones."""

from collections.abc import Callable
from typing import Any

from reproduce.evaluation.calibration import expected_calibration_error
from reproduce.evaluation.thresholding import divide_by_prior
from reproduce.figures.reliability import BINS, normalised
from reproduce.papers.class_imbalance.calibration_grid import AFTER, BEFORE
from reproduce.papers.class_imbalance.cells import PARTIAL
from reproduce.papers.class_imbalance.learning import curve_rows
from reproduce.study.study import Study

Row = dict[str, Any]
# At which rho levels of sampling are run, and of which samplers.
LEVELS_AT: dict[str, Callable[[Study], float]] = {
    "levels": lambda study: max(study.parameters.rho),
    "undersampling_levels": lambda study: study.shown["rho"],
}
LEVELS_OF = {"levels": tuple(PARTIAL), "undersampling_levels": ("undersampling",)}


def rows_of(study: Study, experiment: str, **wanted: Any) -> list[Row]:
    """Return an experiment's rows with those of the grid they are read beside; [] if not run."""
    own = study.rows(study.of_experiment(experiment, **wanted))
    return [*_of_grid(study, experiment, wanted), *own] if own else []


def _of_grid(study: Study, experiment: str, wanted: dict[str, Any]) -> list[Row]:
    at_middle = {**study.shown_without("rho"), **wanted}
    if experiment == "linear":
        return []
    if experiment in ("trends", "tuned"):
        return study.observations(**wanted)
    if experiment in LEVELS_AT:
        at_middle["rho"] = LEVELS_AT[experiment](study)
        names = ["baseline", *LEVELS_OF[experiment]]
        return study.observations(method=names, **at_middle)
    if experiment == "equal_epochs":
        return study.observations(method=["baseline", "undersampling"], **at_middle)
    return study.observations(**at_middle)


def rows_over_rho(study: Study, **wanted: Any) -> list[Row]:
    """Return the rows of the grid along rho, at the middle of its other factors."""
    return study.observations(**{**study.shown_without("rho"), **wanted})


def trained_rows(study: Study, rows: list[Row]) -> list[Row]:
    """Return those of methods that were trained: thresholding leaves every AUC as it is."""
    trained = {cell.method for cell in study.trained(**study.shown)}
    return [row for row in rows if row["method"] in trained]


def two_phase_rows(study: Study) -> list[Row]:
    """Return two-phase training with what it is made of, along rho; [] if it was not run."""
    rows = [*rows_over_rho(study), *study.rows(study.of_experiment("two_phase"))]
    return rows if any("two_phase" in row["method"] for row in rows) else []


def longer_rows(study: Study) -> list[Row]:
    """Return two-phase training with its samplers, and baselines of its length and of half of it.

    At every rho at which the longer baseline was run.
    """
    own = study.rows(study.of_experiment("longer"))
    at = {row["rho"] for row in own}
    others = [row for row in rows_over_rho(study, method="baseline") if row["rho"] in at]
    two = [row for row in study.rows(study.of_experiment("two_phase")) if row["rho"] in at]
    return [*others, *own, *two]


def level_rows(study: Study, experiment: str = "levels") -> list[Row]:
    """Return the rows of the sampling levels, partial sampling under its sampler's name."""
    whole = {partial: sampler for sampler, partial in PARTIAL.items()}
    return [
        {**row, "method": whole.get(row["method"], row["method"])}
        for row in rows_of(study, experiment)
    ]


def size_rows(study: Study) -> list[Row]:
    """Return step, linear and balanced baselines with the number of images each trained on."""
    cells = [
        *study.select(method="baseline", **study.shown_without("rho")),
        *study.of_experiment("linear", method="baseline"),
        *study.of_experiment("control"),
    ]
    return [
        {**row, "method": "baseline", "images": sum(study.result(cell).counts)}
        for cell, row in zip(cells, study.rows(cells), strict=True)
    ]


def later_rows(study: Study) -> list[Row]:
    """Return the rows of later methods on the whole grid beside oversampling and the baseline.

    [] where there is nothing to set side by side.
    """
    methods = {cell.method for cell in study.of_experiment("trends")} | {"baseline", "oversampling"}
    rows = [row for row in rows_of(study, "trends") if row["method"] in methods]
    return rows if any(row["method"] == "oversampling" for row in rows) else []


def calibration_rows(study: Study) -> list[Row]:
    """Return the calibration error of every trained network, before and after thresholding.

    Later methods as well, which the paper's thresholding was not made for. Derived once and kept,
    since an edition does not carry the scores of the whole grid.
    """
    found: list[Row] = []
    for cell in [*study.select(), *study.of_experiment("trends")]:
        if cell.definition.posthoc:
            continue

        def compute(cell=cell):
            scores, labels = study.measures.scores(cell)
            after = normalised(divide_by_prior(scores, study.result(cell).counts))
            errors = [expected_calibration_error(s, labels, bins=BINS) for s in (scores, after)]
            return dict(zip((BEFORE, AFTER), errors, strict=True)), {}

        corrected = (divide_by_prior.__name__,)
        value, _ = study.measures.derived(f"calibration/{BINS}", [cell], compute, of=corrected)
        at = {"method": cell.method, **cell.factors, "seed": cell.seed, "key": cell.trial.key}
        found.append({**at, **value})
    return found


def learning_rows(study: Study) -> list[Row]:
    """Return the learning curves kept at the point that is drawn in detail; [] if there are none.

    Derived once and kept, since an edition does not carry the predictions they come from.
    """
    found: list[Row] = []
    for cell in study.select(**study.shown):
        if "curve" not in cell.keep:
            continue

        def compute(cell=cell):
            arrays = study.result(cell).arrays
            rows = curve_rows(cell.method, cell.seed, arrays)
            for row, area in zip(rows, arrays["curve/test_auc"], strict=True):
                row["auc"] = float(area)
            return {"rows": rows}, {}

        value, _ = study.measures.derived("learning curve", [cell], compute)
        found += [{**row, "key": cell.trial.key} for row in value["rows"]]
    return found


def length_rows(study: Study, lengths: int = 6) -> list[Row]:
    """Return metrics by training length: a learning curve read at points that double.

    The rate of LeNet-5's schedule at a step does not depend on how many steps follow, so the first
    part of a long run is a short run.
    """
    rows = learning_rows(study)
    times = sorted({row["iteration"] for row in rows})
    wanted = {
        min(times, key=lambda time, half=k: abs(time - times[-1] / 2**half))
        for k in range(lengths if times else 0)
    }
    return [
        {**row, "iterations": row["iteration"], "balanced_accuracy": row["test_balanced_accuracy"]}
        for row in rows
        if row["iteration"] in wanted
    ]


def score_rows(study: Study) -> list[Row]:
    """Return scores and labels of the first seed at the point that is drawn in detail."""
    return [
        {"method": cell.method, "seed": cell.seed, "key": cell.trial.key, "scores": scores,
         "labels": labels}
        for cell in study.select(seed=study.seeds[0], **study.shown)
        for scores, labels in [study.measures.scores(cell)]
    ]  # fmt: skip
