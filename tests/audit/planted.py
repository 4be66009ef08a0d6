"""One misprinted digit in a table that was right, and the checks that may notice it.

Each function plants the error in a made-up study and yields what the checks say; None where the
study has no place for it.
"""

from fractions import Fraction as F

from reproduce.audit import (
    averages,
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
)
from tests.audit.generated import Study, mean, misprint, written


def wrong(study: Study, texts: list[str]) -> list[str]:
    """Return printed numbers with one digit of one of them changed."""
    i = study.dice.randrange(len(texts))
    return [misprint(text, study.dice) if j == i else text for j, text in enumerate(texts)]


def wrong_matrix(study: Study) -> list[list[str]]:
    cells = wrong(study, [cell for row in study.texts for cell in row])
    k = len(study.sizes)
    return [cells[i * k : (i + 1) * k] for i in range(k)]


def cell_with_class_sizes(study):
    yield sums.matrix_rows(wrong_matrix(study), [str(n) for n in study.sizes])


def cell_with_scores(study):
    matrix, one = wrong_matrix(study), study.scores[0]
    if not any(cell != "0" for row in matrix for cell in row):
        return
    yield scores.score(matrix, "accuracy", study.print(one["accuracy"]), **study.how)
    for name in ("precision", "recall", "f1"):
        text = study.print(one[f"macro {name}"])
        yield scores.score(matrix, name, text, average="macro", **study.how)


def cell_mended(study):
    """Say "inconsistent" only if the one cell that is wrong is among the repairs proposed."""
    matrix = wrong_matrix(study)
    found = repair.one_cell(matrix, row_sums=[str(n) for n in study.sizes])
    texts = study.texts
    true = [
        (i, j, int(texts[i][j]))
        for i, row in enumerate(matrix)
        for j, cell in enumerate(row)
        if cell != texts[i][j]
    ]
    told = [(one["row"], one["column"], one["mended"]) for one in found.evidence["repairs"]]
    assert set(true) <= set(told)
    yield found


def accuracy_of_one_run(study):
    (text,) = wrong(study, [study.print(study.scores[0]["accuracy"])])
    yield granularity.proportion(text, study.total, **study.how)


def accuracy_with_matrix(study):
    (text,) = wrong(study, [study.print(study.scores[0]["accuracy"])])
    yield scores.score(study.texts, "accuracy", text, **study.how)


def mean_over_runs(study):
    (text,) = wrong(study, [study.print(study.mean_of("accuracy"))])
    yield granularity.proportion(text, study.total, runs=study.runs, **study.how)


def spread_over_runs(study):
    value, _, deviation = study.spread("sample").partition(" ± ")
    (text,) = wrong(study, [deviation])
    pair = f"{value} ± {text}"
    yield spread.spread_of_runs(pair, study.total, study.runs, kind="sample", **study.how)


def cell_of_normalised_row(study):
    i = study.dice.randrange(len(study.sizes))
    row = wrong(study, study.row(i))
    yield supports.row_is_whole(row, **study.how)
    yield supports.implied_size(row, stated=study.sizes[i], largest=1, **study.how)


def macro_average(study):
    rows = [study.print(one) for one in study.scores[0]["f1"]]
    (text,) = wrong(study, [study.print(study.scores[0]["macro f1"])])
    yield averages.macro_average(rows, text, **study.how)


def weighted_recall(study):
    one = study.scores[0]
    (text,) = wrong(study, [study.print(one["weighted recall"])])
    yield averages.weighted_recall_is_accuracy(
        text, study.print(one["accuracy"]), mode=study.mode,
        recall_scale=study.scale, accuracy_scale=study.scale,
    )  # fmt: skip


def f1_of_class(study):
    i = study.dice.randrange(len(study.sizes))
    names = ("precision", "recall", "f1")
    texts = wrong(study, [study.print(study.scores[0][name][i]) for name in names])
    yield f1_bound.f1_of_class(*texts, **study.how)


def macro_f1(study):
    p, r, f = (
        study.print(study.mean_of(f"macro {name}")) for name in ("precision", "recall", "f1")
    )
    yield f1_bound.macro_f1_bound(p, r, *wrong(study, [f]), **study.how)


def scores_of_two_classes(study):
    if len(study.sizes) != 2:
        return
    one = study.scores[0]
    values = {"accuracy": one["accuracy"], "recall": one["recall"][1], "f1": one["f1"][1],
              "precision": one["precision"][1]}  # fmt: skip
    texts = wrong(study, [study.print(value) for value in values.values()])
    yield existence.binary_matrix(
        dict(zip(values, texts, strict=True)), study.sizes[1], study.sizes[0], mode=study.mode,
        scales=dict.fromkeys(values, study.scale),
    )  # fmt: skip


def scores_of_classes(study):
    names = ("precision", "recall", "f1")
    texts = wrong(study, [study.print(study.scores[0][n][i]) for i in range(len(study.sizes))
                          for n in names])  # fmt: skip
    rows = [dict(zip(names, texts[k : k + 3], strict=True)) for k in range(0, len(texts), 3)]
    yield existence.matrix_of_classes(
        rows, study.sizes, accuracy=study.print(study.scores[0]["accuracy"]),
        accuracy_scale=study.scale, **study.how,
    )  # fmt: skip


def index_of_balanced_accuracy(study):
    pairs = list(zip(study.scores[0]["recall"], study.scores[0]["specificity"], strict=True))
    alphas = ("0.1", "0.5", "1")
    texts = [study.print(mean([(1 + F(a) * (s - p)) * s * p for s, p in pairs])) for a in alphas]
    printed = dict(zip(alphas, wrong(study, texts), strict=True))
    yield iba.linear_in_alpha(printed, **study.how)
    yield iba.slope_within_intercept(printed, **study.how)


def mean_iou(study):
    rows = [study.print(one) for one in study.scores[0]["iou"]]
    (text,) = wrong(study, [study.print(mean(study.scores[0]["iou"]))])
    yield overlap.mean_iou(rows, text, **study.how)


def claimed_difference(study):
    first, second = (study.scores[k]["accuracy"] * study.scale for k in (0, 1))
    digits = study.digits - (2 if study.scale == 100 else 0)
    texts = [written(one, digits, study.printer) for one in (first, second)]
    (text,) = wrong(study, [written(abs(first - second), digits, study.printer)])
    yield differences.change(text, *texts, reading="difference", mode=study.mode)


def repeated_number(study):
    text = study.print(study.scores[0]["accuracy"])
    (other,) = wrong(study, [text])
    scales = {"table": study.scale, "text": study.scale}
    yield places.same_quantity({"table": text, "text": other}, scales=scales, mode=study.mode)


def share_of_class(study):
    (text,) = wrong(study, [written(F(study.sizes[0], study.total), 1, study.printer, 100)])
    yield proportions.share_of(str(study.sizes[0]), str(study.total), text, mode=study.mode)


def imbalance(study):
    sizes = {str(i): str(n) for i, n in enumerate(study.sizes)}
    ratio = F(max(study.sizes), min(study.sizes))
    (text,) = wrong(study, [written(ratio, 1, study.printer)])
    if float(text):
        yield proportions.imbalance_ratio(sizes, text, mode=study.mode)


# The share of planted errors that each finds: the least share asserted, a little below what was
# measured. What is missed is what no check can see: a digit below the granularity, a misprint that
# rounding allows, an F1 that is printed too low for a bound from above.
LEAST_SHARES = {
    cell_with_class_sizes: 1.0,
    cell_mended: 1.0,
    scores_of_classes: 0.98,
    scores_of_two_classes: 0.98,
    accuracy_with_matrix: 0.97,
    cell_of_normalised_row: 0.97,
    share_of_class: 0.96,
    imbalance: 0.96,
    repeated_number: 0.95,
    cell_with_scores: 0.92,
    macro_average: 0.92,
    weighted_recall: 0.91,
    mean_iou: 0.91,
    index_of_balanced_accuracy: 0.89,
    f1_of_class: 0.87,
    claimed_difference: 0.87,
    accuracy_of_one_run: 0.62,
    mean_over_runs: 0.48,
    spread_over_runs: 0.45,
    macro_f1: 0.39,
}
# Of all of them together.
LEAST_SHARE = 0.86
