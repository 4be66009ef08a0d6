"""Every check, put to a made-up study as its paper would print it."""

import math
from fractions import Fraction as F

from reproduce.audit import (
    averages,
    best,
    bounds,
    differences,
    existence,
    f1_bound,
    granularity,
    iba,
    overlap,
    places,
    proportions,
    repair,
    scores,
    spread,
    sums,
    supports,
)  # fmt: skip
from tests.audit.generated import Study, mean, written


def from_counts(study: Study):
    """Granularity, spread, class sizes and sums."""
    one, how, n = study.scores[0], study.how, study.total
    accuracy = study.print(one["accuracy"])
    yield granularity.proportion(accuracy, n, **how)
    yield granularity.mean_of_whole_numbers(accuracy, n, **how)
    yield granularity.proportion(study.print(study.mean_of("accuracy")), n, runs=study.runs, **how)
    yield granularity.shared_size(
        {str(i): study.print(s["accuracy"]) for i, s in enumerate(study.scores)},
        range(max(1, n - 2), n + 3), stated=n, **how,
    )  # fmt: skip
    if math.lcm(*study.sizes) * len(study.sizes) < 50_000:
        yield granularity.mean_of_rates(study.print(one["macro recall"]), study.sizes, **how)
    kind = study.dice.choice(("sample", "population"))
    for said in (kind, "either"):
        yield spread.spread_of_runs(study.spread(kind), n, study.runs, kind=said, **how)
    yield spread.largest_spread(study.spread(kind), study.runs, kind=kind, **how)
    i = study.dice.randrange(len(study.sizes))
    yield supports.implied_size(study.row(i), stated=study.sizes[i], largest=1, **how)
    yield supports.row_is_whole(study.row(i), **how)
    if study.total < 60:
        rows = {run: {str(i): study.row(i, run) for i in range(len(study.sizes))} for run in (0, 1)}
        yield supports.sizes_agree({f"run {run}": rows[run] for run in rows}, study.total, **how)
    sizes = [str(n) for n in study.sizes]
    yield sums.matrix_total(study.texts, str(n))
    yield sums.matrix_rows(study.texts, sizes)
    yield sums.matrices_agree({str(k): matrix_of(study, k) for k in range(study.runs)})
    yield sums.sum_of_parts(sizes, str(n))
    printed = {"accuracy": accuracy}
    yield repair.one_cell(study.texts, row_sums=sizes, scores=printed, **how)


def matrix_of(study: Study, run: int):
    return [[str(cell) for cell in row] for row in study.matrices[run]]


def from_matrix(study: Study):
    """Scores recomputed, of the first run."""
    one, how, i = study.scores[0], study.how, study.dice.randrange(len(study.sizes))
    for name in ("accuracy", "macro_g_mean", "g_mean", "g_mean_of_means", "kappa"):
        if name in one:
            yield scores.score(study.texts, name, study.print(one[name]), **how)
    name = study.dice.choice(("precision", "recall", "f1"))
    for average in ("macro", "weighted"):
        text = study.print(one[f"{average} {name}"])
        yield scores.score(study.texts, name, text, average=average, **how)
    for name in study.dice.sample(("precision", "recall", "f1", "specificity", "iou"), 2):
        yield scores.score(study.texts, name, study.print(one[name][i]), of_class=i, **how)


def from_rows(study: Study):
    """Averages, F1 and overlap; of the first run or of means over runs."""
    one, how = study.scores[0], study.how
    classes, sizes = range(len(study.sizes)), [str(n) for n in study.sizes]
    over_runs = study.dice.random() < 0.5

    def of(name, i=None):
        value = study.mean_of(name, i) if over_runs else one[name] if i is None else one[name][i]
        return study.print(value)

    name = study.dice.choice(("precision", "recall", "f1"))
    rows = [of(name, i) for i in classes]
    yield averages.macro_average(rows, of(f"macro {name}"), **how)
    yield averages.weighted_average(rows, sizes, of(f"weighted {name}"), **how)
    yield averages.some_average(rows, of(f"weighted {name}"), **how)
    scales = {"recall_scale": study.scale, "accuracy_scale": study.scale}
    pair = of("weighted recall"), of("accuracy")
    yield averages.weighted_recall_is_accuracy(*pair, mode=study.mode, **scales)
    recalls = [of("recall", i) for i in classes]
    yield averages.accuracy_of_recalls(recalls, of("accuracy"), accuracy_scale=study.scale, **how)
    yield averages.accuracy_against_macro_recall(
        of("accuracy"), of("macro recall"), sizes, mode=study.mode, **scales
    )
    for kind in ("macro", "weighted"):
        yield f1_bound.macro_f1_bound(
            *(of(f"{kind} {n}") for n in ("precision", "recall", "f1")), **how
        )
    i = study.dice.choice(classes)
    single = [study.print(one[name][i]) for name in ("precision", "recall", "f1")]
    yield f1_bound.f1_of_class(*single, **how)
    yield f1_bound.macro_f1_bound(*(of(n, i) for n in ("precision", "recall", "f1")), **how)
    ious = one["iou"]
    dices = [2 * value / (1 + value) for value in ious]
    yield overlap.mean_iou([study.print(v) for v in ious], study.print(mean(ious)), **how)
    yield overlap.dice_of_iou(study.print(ious[i]), study.print(dices[i]), **how)
    yield overlap.mean_dice_bound(study.print(mean(ious)), study.print(mean(dices)), **how)


def from_search(study: Study):
    """The existence of a confusion matrix."""
    one, how = study.scores[0], study.how
    rows = [
        {name: study.print(one[name][i]) for name in ("precision", "recall", "f1")}
        for i in range(len(study.sizes))
    ]
    accuracy = study.print(one["accuracy"])
    yield existence.matrix_of_classes(
        rows, study.sizes, accuracy=accuracy, accuracy_scale=study.scale, **how
    )
    if len(study.sizes) == 2:
        printed = {
            "accuracy": one["accuracy"], "recall": one["recall"][1], "f1": one["f1"][1],
            "specificity": one["recall"][0], "precision": one["precision"][1],
            "macro_precision": one["macro precision"], "macro_f1": one["macro f1"],
            "balanced_accuracy": one["macro recall"], "g_mean": one["g_mean"],
            "weighted_f1": one["weighted f1"],
        }  # fmt: skip
        some = study.dice.sample(sorted(printed), 4)
        texts = {name: study.print(printed[name]) for name in some}
        scales = dict.fromkeys(texts, study.scale)
        yield existence.binary_matrix(
            texts, study.sizes[1], study.sizes[0], mode=study.mode, scales=scales
        )
        means = {"accuracy": study.print(study.mean_of("accuracy")),
                 "recall": study.print(study.mean_of("recall", 1)),
                 "f1": study.print(study.mean_of("f1", 1))}  # fmt: skip
        yield existence.binary_matrix(
            means, study.sizes[1], study.sizes[0], runs=study.runs, mode=study.mode,
            scales=dict.fromkeys(means, study.scale),
        )  # fmt: skip
        if study.total < 25:
            texts |= {"accuracy": accuracy}
            scales["accuracy"] = study.scale
            yield existence.binary_matrix_of_size(
                texts, study.total, mode=study.mode, scales=scales
            )


def from_indices(study: Study):
    """The index of balanced accuracy under each averaging."""
    one, how = study.scores[0], study.how
    pairs = list(zip(one["recall"], one["specificity"], strict=True))
    weights = [F(1, len(pairs))] * len(pairs)
    if study.dice.random() < 0.5:
        weights = [F(n, study.total) for n in study.sizes]
    s, p = (sum(w * pair[end] for w, pair in zip(weights, pairs, strict=True)) for end in (0, 1))
    alphas = ("0.1", "0.5", "1")
    averaging = study.dice.choice(iba.AVERAGINGS)
    if averaging == "mean":
        g = sum(float(w) * math.sqrt(a * b) for w, (a, b) in zip(weights, pairs, strict=True))
        values = {
            alpha: sum(w * (1 + F(alpha) * (a - b)) * a * b
                       for w, (a, b) in zip(weights, pairs, strict=True))
            for alpha in alphas
        }  # fmt: skip
    else:
        square = one["g_mean"] ** 2 if averaging == "multiclass" else s * p
        g = math.sqrt(square)
        values = {alpha: (1 + F(alpha) * (s - p)) * F(square) for alpha in alphas}
    texts = {alpha: study.print(value) for alpha, value in values.items()}
    yield iba.linear_in_alpha(texts, **how)
    yield iba.intercept_against_g_mean(texts, study.print(g), averaging, **how)
    yield iba.slope_within_intercept(texts, **how)
    largest = F(max(study.sizes), study.total)
    weighted = sum(n * g for n, g in zip(study.sizes, one["g of classes"], strict=True))
    yield iba.weighted_g_mean_bound(
        study.print(one["accuracy"]), study.print(weighted / study.total), largest, **how
    )


def from_prose(study: Study):
    """Differences, claims of rank, one quantity in two places,
    proportions."""
    values = {str(k): one["accuracy"] for k, one in enumerate(study.scores)}
    column = {name: study.print(value) for name, value in values.items()}
    order = sorted(values, key=values.get, reverse=True)
    how = {"mode": study.mode}
    yield best.best_in_column(order[0], column, **study.how)
    yield best.best_in_every_column(order[-1], {"loss": column}, lower_is_better=["loss"], **how)
    yield best.in_order(order, column, **study.how)
    digits = study.digits - (2 if study.scale == 100 else 0)
    change = (values[order[0]] - values[order[1]]) * study.scale
    coarse = written(change, study.dice.randint(0, digits), study.printer)
    pair = column[order[1]], column[order[0]]
    yield differences.claimed(coarse, f"{pair[1]} - {pair[0]}", exact_whole_numbers=False, **how)
    yield differences.change(coarse, *pair, reading="difference", **how)
    if values[order[1]]:
        relative = written(change / values[order[1]] / study.scale * 100, 1, study.printer)
        if float(pair[0]) > 1.01 * 10**-digits:
            yield differences.change(relative, *pair, reading="relative", **how)
    yield bounds.within(column["0"], low="0", high=str(study.scale), **how)
    yield differences.at_least(written(min(values.values()) * study.scale, digits, "floor"), column,
                               mode=study.mode)  # fmt: skip
    percent = written(values["0"], study.digits - 1, study.printer, 100)
    yield places.same_quantity(
        {"table": column["0"], "text": percent, "again": column["0"]},
        scales={"table": study.scale, "text": 100, "again": study.scale}, **how,
    )  # fmt: skip
    sizes, total = {str(i): str(n) for i, n in enumerate(study.sizes)}, str(study.total)
    shares = {
        name: written(F(int(n), study.total), 1, study.printer, 100) for name, n in sizes.items()
    }
    yield proportions.share_of(sizes["0"], total, shares["0"], **how)
    yield proportions.percentages_of_whole(shares, **how)
    largest, smallest = max(study.sizes), min(study.sizes)
    stated = written(F(largest, smallest), 1, study.printer)
    yield proportions.imbalance_ratio(sizes, stated, **how)
    yield proportions.ratio_of(str(smallest), str(largest), f"1:{stated}", **how)
    part = study.dice.choice((math.floor, math.ceil))(F(8, 10) * study.total)
    yield proportions.size_of_share(total, "80", str(part), **how)


FAMILIES = (from_counts, from_matrix, from_rows, from_search, from_indices, from_prose)
