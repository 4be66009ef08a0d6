"""What the page of BDCL shows of segmentation: overlaps, gains, and masks drawn."""

from typing import Any

import numpy as np

from reproduce.data import catalog
from reproduce.data.preparation import Images, prepare
from reproduce.figures.intervals import Gains
from reproduce.figures.masks import Masks
from reproduce.figures.picture import NothingToShow
from reproduce.figures.table import Table
from reproduce.figures.wording import mean_and_spread, method_label, metric_digits
from reproduce.pages.rows import Row, rows_of
from reproduce.pages.showing import provenance, shown
from reproduce.papers.balanced_contrastive.segmentation import METHODS
from reproduce.registry.datasets import in_words
from reproduce.study.cell import Cell
from reproduce.study.resampled import draws_of
from reproduce.study.study import Study
from reproduce.tasks import task_of

MAIN, SECOND = "segmentation", "segmentation_second"
ABLATION, READINGS = "segmentation_ablation", "segmentation_readings"
# How many of the images that show each class at most are drawn, class by class; 0: nothing marked.
COLUMNS = {0: 1, 1: 2, 2: 2}
POOLED = ("miou", "iou_class_0", "iou_class_1", "iou_class_2")
BY_IMAGE = ("image_miou", "image_iou_class_1", "image_iou_class_2")


@shown(experiment=MAIN)
def masks(study: Study) -> Masks:
    """Draw test images of the first repeat: themselves, their masks, and each method's."""
    return _masks(study, MAIN)


@shown(experiment=SECOND)
def second_masks(study: Study) -> Masks:
    """Draw the same of the second set."""
    return _masks(study, SECOND)


@shown(experiment=MAIN)
def overlaps(study: Study) -> Table:
    """Tabulate the overlap of each class, its pixels pooled over the test images."""
    return _levels(study, MAIN, POOLED, "Intersection over union, pixels pooled over test images")


@shown(experiment=MAIN)
def overlaps_by_image(study: Study) -> Table:
    """Tabulate the mean over images of their own overlaps."""
    caption = "Intersection over union, mean over the test images that show a class"
    return _levels(study, MAIN, BY_IMAGE, caption)


@shown(experiment=SECOND)
def second_overlaps(study: Study) -> Table:
    """Tabulate the overlaps on the second set."""
    caption = "Intersection over union on the second set, pixels pooled"
    return _levels(study, SECOND, POOLED, caption)


@shown(experiment=MAIN)
def segmentation_gains(study: Study) -> Gains:
    """Show what each method gains over cross-entropy, class by class."""
    rows = _complete(rows_of(study, MAIN, POOLED), POOLED)
    return Gains(rows, POOLED, reference="cross_entropy", marked="bdcl", draws=draws_of(study))


@shown(experiment=ABLATION)
def segmentation_ablation(study: Study) -> Table:
    """Tabulate BDCL of pixels without either of its parts, beside it whole."""
    rows = rows_of(study, MAIN, POOLED, method="bdcl") + rows_of(study, ABLATION, POOLED)
    return _table(study, rows, POOLED, "BDCL of pixels with one part left out", ())


@shown(experiment=READINGS)
def segmentation_readings(study: Study) -> Table:
    """Tabulate each method under each other reading of how pixels are compared and trained."""
    rows = rows_of(study, READINGS, POOLED)
    return _table(study, rows, POOLED, "Segmentation under other readings", ("reading",))


def counted(study: Study, experiment: str = MAIN) -> str:
    """Say how many images train and test, and how the pixels divide, from a finished trial."""
    cell = next(iter(study.of_experiment(experiment)), None)
    if cell is None or study.store.get(cell.trial.key) is None:
        return ""
    result = study.result(cell)
    pixels, labels = task_of(cell.trial).scores(result)
    tested = ", ".join(
        f"{count} {'without a mark' if number == 0 else name}"
        for number, (name, count) in enumerate(
            zip(_class_names(study, cell), np.bincount(labels), strict=False)
        )
    )
    shares = 100 * np.asarray(result.counts) / sum(result.counts)
    trained = task_of(cell.trial).images_trained_on(result.counts, cell.trial.transforms["size"])
    by = ", divided so that near twins stay together" if "seed" in cell.trial.split else ""
    return (
        f"{in_words(cell.trial.dataset)}: about {trained:,} images train and {len(pixels):,} test "
        f"({tested}){by}; of the training pixels "
        f"{' / '.join(f'{share:.1f}' for share in shares)} % are of the classes."
    )


def _masks(study: Study, experiment: str) -> Masks:
    cells = [c for c in study.of_experiment(experiment) if study.store.get(c.trial.key) is not None]
    if not cells:
        raise NothingToShow("no network of it is trained yet")
    cells = [c for c in cells if c.seed == cells[0].seed]
    stored = {cell.method: study.result(cell) for cell in cells}
    stored = {name: r for name, r in stored.items() if "test/shown_masks" in r.arrays}
    if not stored:
        raise NothingToShow("the masks of its networks are not in this store")
    arrays = next(iter(stored.values())).arrays
    rows = arrays["test/shown_rows"]
    chosen = columns(arrays["test/labels"][rows])
    images = _images(study, cells[0])
    named = sorted(stored, key=lambda name: METHODS.index(name) if name in METHODS else 99)
    record = _record(study, cells[0])
    made = Masks(
        np.asarray(images.stored(rows[chosen])),
        images.targets(rows[chosen]),
        {name: stored[name].arrays["test/shown_masks"][chosen] for name in named},
        record.class_names,
        f"{in_words(record.name)}: {record.licence}",
    )
    return made.made_of(stored.values())


def columns(labels: np.ndarray) -> np.ndarray:
    """Return which of the kept images are drawn, a few of each class, in the order of classes."""
    found = [np.flatnonzero(labels == label)[:most] for label, most in COLUMNS.items()]
    return np.concatenate(found)


def _images(study: Study, cell: Cell) -> Images:
    """Return the test images of a trial with their masks, where they may be shown and are here."""
    trial = cell.trial
    if not _record(study, cell).images_publishable:
        raise NothingToShow("the images of this data set may not be shown")
    if not catalog.is_here(trial.dataset):
        raise NothingToShow("the images are not on the machine that made this page")
    parts = prepare(
        catalog.load(trial.dataset), split=trial.split, imbalance=trial.imbalance,
        transforms=trial.transforms, data_seed=trial.data_seed, evaluate_on=["test"],
        targets=task_of(trial).targets,
    )  # fmt: skip
    return parts.evaluate["test"]


def _record(study: Study, cell: Cell) -> Any:
    return next(record for record in study.records if record.name == cell.trial.dataset)


def _class_names(study: Study, cell: Cell) -> tuple[str, ...]:
    return tuple(_record(study, cell).class_names)


def _levels(study: Study, experiment: str, metrics: tuple[str, ...], caption: str) -> Table:
    return _table(study, rows_of(study, experiment, metrics), metrics, caption, ())


def _table(
    study: Study, rows: list[Row], metrics: tuple[str, ...], caption: str, factors: tuple[str, ...]
) -> Table:
    if not rows:
        raise NothingToShow("no network of it is trained yet")
    names = _class_names(study, study.of_experiment(MAIN)[0]) if study.of_experiment(MAIN) else ()
    groups: dict[tuple, list[Row]] = {}
    for row in rows:
        groups.setdefault((*(row[name] for name in factors), row["method"]), []).append(row)
    lines = []
    for (*point, method), members in groups.items():
        spread = [
            mean_and_spread([row[m] for row in members if row.get(m) is not None], metric_digits(m))
            for m in metrics
        ]
        lines.append([*map(str, point), method_label(method), str(len(members)), *spread])
    heads = [*(name.capitalize() for name in factors), "Method", "n"]
    columns = [*heads, *(_head(metric, names) for metric in metrics)]
    return Table(
        caption, columns, lines, provenance(study, rows), numeric_from=len(factors) + 1,
        note="A class that no test image shows has no overlap; a mean is over the classes shown.",
    )  # fmt: skip


def _head(metric: str, names: tuple[str, ...]) -> str:
    """Return the head of a column: the name of its class, or that it is the mean."""
    _, found, number = metric.rpartition("_class_")
    if not found:
        return "Mean"
    return names[int(number)].capitalize() if int(number) < len(names) else f"Class {number}"


def _complete(rows: list[Row], metrics: tuple[str, ...]) -> list[Row]:
    kept = [row for row in rows if all(row.get(metric) is not None for metric in metrics)]
    if not kept:
        raise NothingToShow("no network of it is trained yet")
    return kept
