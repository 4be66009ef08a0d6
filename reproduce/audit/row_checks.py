"""Every check that one printed row allows under a reading, by the axes of the reading it needs.

A check is named once here with the axes on which its answer depends; a row with hundreds of
readings then asks each only as often as those differ.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from reproduce.audit import (
    averages,
    existence,
    f1_bound,
    granularity,
    iba,
    overlap,
    places,
    spread,
    verification,
)
from reproduce.audit.outcome import INCONSISTENT, Outcome
from reproduce.audit.possible import sets_of_images as sets
from reproduce.audit.possible.two_classes import set_of_matrices
from reproduce.audit.printed_rows import PARTS, Row
from reproduce.audit.readings import Reading
from reproduce.audit.table_rows import spread as has_spread

# A binary matrix of unknown class sizes is searched up to so many images.
LARGEST_TOTAL = 600
SIGNED = ("mcc", "kappa")


@dataclass(frozen=True)
class Asked:
    """One check of a row: the axes its answer depends on, and how it is asked."""

    name: str
    axes: tuple[str, ...]
    ask: Callable[[Row, Reading], Iterator[Outcome]]


def shares(row: Row, reading: Reading) -> Iterator[Outcome]:
    """GRIM, and GRIMMER where a spread is printed: whole numbers of images behind every share."""
    for name, n in _shares_of(row, reading):
        text, scale = row.scores[name], row.scale(name, reading)
        mean = row.mean(name, reading)
        k, mode = reading.k, reading.rounding
        if reading.design in ("one", "pooled"):
            yield granularity.proportion(mean, n, mode=mode)
        elif reading.design == "runs" and k:
            if has_spread(text) and reading.spread not in (None, "over_folds"):
                yield spread.spread_of_runs(text, n, k, kind=reading.kind, mode=mode, scale=scale)
            else:
                yield granularity.proportion(mean, n, runs=k, mode=mode)
        elif reading.design == "equal_folds" and k:
            yield from _folds(row, name, n, reading)


def _folds(row: Row, name: str, n: int, reading: Reading) -> Iterator[Outcome]:
    folds = row.stated.folds or 1
    if n < folds:
        return
    repeats = (reading.k or folds) // folds
    sizes = [(times * repeats, size) for times, size in sets.fold_sizes(n, folds)]
    text, scale = row.scores[name], row.scale(name, reading)
    one_kind = reading.spread in ("sd", "sd_population", "se", "ci95")
    if len(sizes) == 1 and repeats == 1 and has_spread(text) and one_kind:
        yield spread.spread_of_runs(
            text, sizes[0][1], folds, kind=reading.kind, mode=reading.rounding, scale=scale
        )
    else:
        yield sets.mean_of_sizes(row.mean(name, reading), sizes, mode=reading.rounding)


def _shares_of(row: Row, reading: Reading) -> Iterator[tuple[str, int]]:
    """Return the scores that are shares of a known number of images."""
    n = row.stated.n
    if row.class_name:
        if "recall" in row.scores and row.support:
            yield "recall", row.support
        return
    if not n:
        return
    for known, name in row.canonical(reading).items():
        right = known.startswith("micro_") and _one_label(row)
        if right or known in ("accuracy", "error", "weighted_recall"):
            yield name, n


def _one_label(row: Row) -> bool:
    """Whether micro averages are all the accuracy: so it is where every image has one label.

    Only said where the averaging is stated; of several labels an image they can differ.
    """
    return row.stated.averaging == "micro"


def spreads(row: Row, reading: Reading) -> Iterator[Outcome]:
    """DEBIT for any scores between 0 and 1: none can spread so widely."""
    if not reading.k or reading.k < 2 or reading.spread in (None, "over_folds"):
        return
    for name, text in row.scores.items():
        if has_spread(text) and name not in SIGNED:
            yield spread.largest_spread(
                text, reading.k, kind=reading.kind, mode=reading.rounding,
                scale=row.scale(name, reading),
            )  # fmt: skip


def f1(row: Row, reading: Reading) -> Iterator[Outcome]:
    """F1 beside precision and recall, as the averaging has it."""
    mode, single = reading.rounding, reading.design in ("one", "pooled")
    for average in ("macro", "weighted", "micro", ""):
        names = [f"{average}_{part}" if average else part for part in PARTS]
        columns = row.canonical(reading)
        if not all(name in columns for name in names):
            continue
        texts = [row.mean(columns[name], reading) for name in names]
        if average in ("macro", "weighted") or not single:
            yield f1_bound.macro_f1_bound(*texts, mode=mode)
        else:
            yield f1_bound.f1_of_class(*texts, mode=mode)


def alike(row: Row, reading: Reading) -> Iterator[Outcome]:
    """Averages that must be one number: weighted recall and accuracy, all three micro averages."""
    columns, mode = row.canonical(reading), reading.rounding
    if {"weighted_recall", "accuracy"} <= set(columns):
        recall, whole = (row.mean(columns[n], reading) for n in ("weighted_recall", "accuracy"))
        yield averages.weighted_recall_is_accuracy(recall, whole, mode=mode)
    micro = [name for name in columns if name.startswith("micro_") and _one_label(row)]
    micro += ["accuracy"] if micro and "accuracy" in columns else []
    if len(micro) > 1:
        yield places.same_quantity(
            {name.replace("_", " "): row.mean(columns[name], reading) for name in micro}, mode=mode
        )


def indices(row: Row, reading: Reading) -> Iterator[Outcome]:
    """IBA on one line in alpha and beside the G-mean; IoU beside Dice; EER beside AUC."""
    columns, mode = row.canonical(reading), reading.rounding
    printed = {
        name.removeprefix("iba_"): row.mean(name, reading) for name in row.scores
        if name.startswith("iba_")
    }  # fmt: skip
    if len(printed) > 2:
        yield iba.linear_in_alpha(printed, mode=mode)
        yield iba.slope_within_intercept(printed, mode=mode)
    if len(printed) > 1 and "g_mean" in columns:
        # The widest of its definitions: what it does not allow, none allows.
        mean = row.mean("g_mean", reading)
        yield iba.intercept_against_g_mean(printed, mean, "mean", mode=mode)
    if {"weighted_g_mean", "accuracy"} <= set(columns) and row.sizes:
        yield iba.weighted_g_mean_bound(
            row.mean("accuracy", reading), row.mean("weighted_g_mean", reading),
            Fraction(max(row.sizes), sum(row.sizes)), mode=mode,
        )  # fmt: skip
    if {"iou", "dice"} <= set(columns):
        pair = row.mean("iou", reading), row.mean("dice", reading)
        # Of one class in one run they fix each other; any mean of them has a bound only.
        fixed = row.class_name and reading.design in ("one", "pooled")
        yield (overlap.dice_of_iou if fixed else overlap.mean_dice_bound)(*pair, mode=mode)
    if {"miou", "mdice"} <= set(columns):
        pair = row.mean("miou", reading), row.mean("mdice", reading)
        yield overlap.mean_dice_bound(*pair, mode=mode)
    if {"eer", "auc"} <= set(columns):
        yield verification.eer_against_auc(
            row.mean("eer", reading), row.mean("auc", reading), mode=mode
        )


def class_sizes(row: Row, reading: Reading) -> Iterator[Outcome]:
    """Mean recall beside accuracy, where the sizes of the classes are known."""
    columns, mode = row.canonical(reading), reading.rounding
    known = reading.design in ("one", "runs", "pooled") and not row.class_name
    if not row.sizes or not known or "macro_recall" not in columns:
        return
    runs = reading.k if reading.design == "runs" and reading.k else 1
    recall = row.mean(columns["macro_recall"], reading)
    if "accuracy" not in columns:
        yield granularity.mean_of_rates(recall, list(row.sizes), runs=runs, mode=mode)
        return
    whole = row.mean(columns["accuracy"], reading)
    found = sets.recalls_and_hits(whole, recall, row.sizes, runs=runs, mode=mode)
    yield found
    if found.status == "not_testable":
        sizes = [str(n) for n in row.sizes]
        yield averages.accuracy_against_macro_recall(whole, recall, sizes, mode=mode)


def two_classes(row: Row, reading: Reading) -> Iterator[Outcome]:
    """A set of two-class confusion matrices with every score of the row."""
    if row.class_name or not row.sizes or len(row.sizes) != 2:
        yield from _of_unknown_sizes(row, reading)
        return
    columns = _of_two(row, reading)
    if not columns or reading.design in ("several", "unequal_folds"):
        return
    first, second = row.sizes
    both = row.positive is None and set(columns) & {*PARTS, "specificity", "npv"}
    tried = [(first, second), (second, first)] if both else [(first, second)]
    yield _kindest([_matrices(row, reading, columns, *sizes) for sizes in tried])


def _of_two(row: Row, reading: Reading) -> dict[str, str]:
    """Return the scores that two classes have, as the searches name them."""
    same = {"macro_recall": "balanced_accuracy"}
    found = {same.get(known, known): name for known, name in row.canonical(reading).items()}
    return {known: name for known, name in found.items() if known in existence.SCORES}


def _matrices(row: Row, reading: Reading, columns, positives: int, negatives: int) -> Outcome:
    means = {known: row.mean(name, reading) for known, name in columns.items()}
    mode = reading.rounding
    if reading.design in ("one", "pooled"):
        return existence.binary_matrix(means, positives, negatives, mode=mode)
    if reading.design == "equal_folds":
        folds = row.stated.folds or 1
        used = {name: text for name, text in means.items() if name in sets.OF_SETS}
        ways = sets.stratified(positives, negatives, folds)
        repeats = (reading.k or folds) // folds
        ways = [[(m * repeats, p, n) for m, p, n in way] for way in ways]
        if not used or not ways:
            return Outcome("mean_over_sets", "not_testable", "no folds that could be searched")
        return _kindest([sets.mean_over_sets(used, way, mode=mode) for way in ways])
    k = reading.k or 1
    whole = existence.binary_matrix(means, positives, negatives, runs=k, mode=mode)
    if whole.status == INCONSISTENT:
        return whole
    texts, kind = dict(means), reading.kind
    if reading.spread not in (None, "over_folds"):
        texts = {known: row.scores[name] for known, name in columns.items()}
    scales = {known: row.scale(name, reading) for known, name in columns.items()}
    return set_of_matrices(texts, [(k, positives, negatives)], kind=kind, mode=mode, scales=scales)


def _of_unknown_sizes(row: Row, reading: Reading) -> Iterator[Outcome]:
    """Search every size of the two classes, where scores of one class and their size are known."""
    n = row.stated.n
    scores = _of_two(row, reading)
    one_class = reading.averaging in (None, "class") and "specificity" in scores
    if not n or n > LARGEST_TOTAL or not one_class or reading.design not in ("one", "pooled"):
        return
    names = list(scores)
    if len(names) > 2 and not row.class_name:
        yield existence.binary_matrix_of_size(
            {known: row.mean(scores[known], reading) for known in names}, n, mode=reading.rounding
        )


def _kindest(found: list[Outcome]) -> Outcome:
    """Return the outcome that accuses least."""
    return min(found, key=lambda one: one.status == INCONSISTENT)


# From cheap to dear: a reading that one refutes is not put to those that follow.
CHECKS = (
    Asked("f1", ("rounding", "unit", "averaging", "design"), f1),
    Asked("alike", ("rounding", "unit", "averaging"), alike),
    Asked("shares", ("rounding", "unit", "averaging", "design", "spread"), shares),
    Asked("spreads", ("rounding", "unit", "design", "spread"), spreads),
    Asked("indices", ("rounding", "unit", "design"), indices),
    Asked("class_sizes", ("rounding", "unit", "averaging", "design"), class_sizes),
    Asked("two_classes", ("rounding", "unit", "averaging", "design", "spread"), two_classes),
)
