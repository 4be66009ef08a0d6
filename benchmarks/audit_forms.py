"""Honest tables in the forms that papers print, and one-digit misprints of them.

Every table is counted from confusion matrices by plain arithmetic of its own; nothing of it comes
from the package but the class of a line. `FORMS` maps a form's name to what makes a table of it:
lines, and what the table states of itself.
"""

import random
from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_EVEN, Decimal

import numpy as np

from reproduce.audit.stated import Stated
from reproduce.audit.table_rows import Line

ROUND = {"nearest": ROUND_HALF_EVEN, "truncated": ROUND_DOWN, "ceiling": ROUND_CEILING}
ROWS = 3
# Quantiles of Student's t for k runs, from a printed table.
STUDENT = {3: 4.303, 5: 2.776, 10: 2.262}
Table = tuple[list[Line], Stated]


def table(form: str, seed: int) -> Table:
    """Return an honest table of a form."""
    return FORMS[form](random.Random(seed))


def matrix(dice: random.Random, sizes: list[int]) -> np.ndarray:
    """Return the confusion matrix of some classifier on classes of these sizes."""
    found = np.zeros((len(sizes), len(sizes)), dtype=int)
    skill = dice.uniform(0.4, 0.97)
    for i, n in enumerate(sizes):
        right = min(1.0, max(0.05, dice.gauss(skill, 0.12)))
        for _ in range(n):
            j = i if dice.random() < right else dice.randrange(len(sizes))
            found[i, j] += 1
    return found


def again(dice: random.Random, one: np.ndarray) -> np.ndarray:
    """Return the matrix of another run: some images change their prediction."""
    found = one.copy()
    for i in range(len(found)):
        for _ in range(int(dice.expovariate(1 / (0.03 * found[i].sum() + 0.5)))):
            a, b = dice.randrange(len(found)), dice.randrange(len(found))
            if found[i, a]:
                found[i, a] -= 1
                found[i, b] += 1
    return found


def scores(one: np.ndarray, positive: int = 0) -> dict[str, float]:
    """Return the scores of a matrix under every averaging, as programs compute them."""
    sizes, predicted, hits = one.sum(axis=1), one.sum(axis=0), np.diag(one)
    total = one.sum()
    precision = np.divide(hits, predicted, out=np.zeros(len(one)), where=predicted > 0)
    recall = np.divide(hits, sizes, out=np.zeros(len(one)), where=sizes > 0)
    f1 = 2 * hits / np.maximum(sizes + predicted, 1)
    found = {"accuracy": hits.sum() / total}
    for name, values in (("precision", precision), ("recall", recall), ("f1", f1)):
        found[f"macro {name}"] = values.mean()
        found[f"weighted {name}"] = (values * sizes).sum() / total
        found[f"micro {name}"] = hits.sum() / total
        found[f"class {name}"] = values[positive]
    return found


def written(value: float, digits: int, way: str = "nearest") -> str:
    """Return a number with so many digits, rounded in one of the ways of `ROUND`."""
    if way == "nearest":
        return f"{value:.{digits}f}"
    # A program that cuts off works on the float, but not on its last bits.
    exact = Decimal(repr(round(float(value), 12)))
    return str(exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND[way]))


def some_sizes(dice: random.Random, classes: int | None = None) -> list[int]:
    """Return class sizes of a test set, often imbalanced."""
    k = classes or dice.randint(2, 6)
    return [max(4, int(dice.lognormvariate(3.6, 0.8))) for _ in range(k)]


def line(
    number: int, texts: dict[str, str], counts: dict[str, int] | None = None, scale: int = 1,
    class_name: str = "", predicted: dict[str, str] | None = None, row: str | None = None,
) -> Line:  # fmt: skip
    """Return a line of a table as the reader of own tables makes it."""
    return Line(
        number, "Table 1", "", row if row is not None else f"method {number}", class_name,
        counts or {}, texts, dict.fromkeys(texts, scale), predicted or {},
    )  # fmt: skip


def averaged(averaging: str, classes: int | None = None, stated: bool = False, **facts) -> Callable:
    """Return a form: accuracy, precision, recall and F1 of one run, so averaged."""

    def make(dice: random.Random) -> Table:
        sizes, digits, scale = some_sizes(dice, classes), dice.choice((3, 4)), dice.choice((1, 100))
        way = facts.get("way", "nearest")
        lines = []
        for i in range(ROWS):
            found = scores(matrix(dice, sizes))
            names = {"accuracy": "accuracy"} | {
                part: f"{averaging} {part}" for part in ("precision", "recall", "f1")
            }
            shown = digits - (2 if scale == 100 else 0)
            texts = {c: written(found[n] * scale, shown, way) for c, n in names.items()}
            lines.append(
                line(i + 1, texts, {"n": sum(sizes), "runs": 1}, facts.get("scale", scale))
            )
        return lines, Stated(
            averaging=averaging if stated else None, counts=_counts(sizes) if
            facts.get("counts") else None,
        )  # fmt: skip

    return make


def _counts(sizes: list[int]) -> dict[str, int]:
    return {f"class {i}": n for i, n in enumerate(sizes)}


def spread_of(values: np.ndarray, kind: str) -> float:
    """Return what stands behind ± of k values."""
    k, sd = len(values), values.std(ddof=1)
    return float({
        "sd": sd, "sd_population": values.std(), "se": sd / k**0.5,
        "ci95": 1.96 * sd / k**0.5, "ci95_t": STUDENT[k] * sd / k**0.5,
    }[kind])  # fmt: skip


def runs(kind: str, stated: str | None = None, rounded_first: bool = False, **facts) -> Callable:
    """Return a form: means over runs with what stands behind ±, or without a spread."""

    def make(dice: random.Random) -> Table:
        classes = facts.get("classes")
        sizes, k = some_sizes(dice, classes), dice.choice((3, 3, 5, 10))
        averaging = facts.get("averaging", "macro")
        digits = facts.get("digits", dice.choice((3, 4)))
        lines = []
        for i in range(ROWS):
            one = matrix(dice, sizes)
            each = [scores(again(dice, one)) for _ in range(k)]
            texts = {}
            for column in ("accuracy", "precision", "recall", "f1"):
                name = column if column == "accuracy" else f"{averaging} {column}"
                values = np.array([found[name] for found in each])
                if rounded_first:
                    values = np.array([float(written(value, digits)) for value in values])
                mean = written(values.mean(), digits)
                texts[column] = mean if kind == "none" else (
                    f"{mean} ± {written(spread_of(values, kind), digits)}"
                )  # fmt: skip
            counts = {"n": sum(sizes)} | ({"runs": k} if facts.get("said", True) else {})
            lines.append(line(i + 1, texts, counts))
        return lines, Stated(spread=stated, counts=_counts(sizes) if facts.get("counts") else None,
                             averaging=facts.get("averaging_said"))  # fmt: skip

    return make


def folds(how: str) -> Callable:
    """Return a form: cross-validation, its folds equal, unequal, or pooled."""

    def make(dice: random.Random) -> Table:
        sizes, k, digits = some_sizes(dice), dice.choice((5, 10)), dice.choice((3, 4))
        order = [i for i, n in enumerate(sizes) for _ in range(n)]
        dice.shuffle(order)
        if how == "unequal":
            cuts = sorted(dice.sample(range(1, len(order)), min(k, len(order) // 2) - 1))
            k = len(cuts) + 1
            parts = np.split(np.array(order), cuts)
        else:
            parts = np.array_split(np.array(order), k)
        lines = []
        for i in range(ROWS):
            each = []
            for part in parts:
                there = [int((part == c).sum()) for c in range(len(sizes))]
                each.append(matrix(dice, there))
            found = [scores(one) for one in each]
            texts = {}
            for column in ("accuracy", "precision", "recall", "f1"):
                name = column if column == "accuracy" else f"macro {column}"
                values = np.array([one[name] for one in found])
                if how == "pooled":
                    texts[column] = written(scores(sum(each))[name], digits)
                else:
                    texts[column] = f"{written(values.mean(), digits)} ± " + written(
                        values.std(ddof=1), digits
                    )
            lines.append(line(i + 1, texts, {"n": sum(sizes)}))
        return lines, Stated(folds=k)

    return make


def report(averaging: str) -> Callable:
    """Return a form: a report of the classes with an average whose kind is not said."""

    def make(dice: random.Random) -> Table:
        sizes, digits = some_sizes(dice), dice.choice((2, 3, 4))
        one = matrix(dice, sizes)
        lines = []
        for i, n in enumerate(sizes):
            found = scores(one, i)
            texts = {p: written(found[f"class {p}"], digits) for p in ("precision", "recall", "f1")}
            lines.append(line(i, texts, {"support": n}, class_name=f"class {i}", row="ours"))
        found = scores(one)
        texts = {
            p: written(found[f"{averaging} {p}"], digits) for p in ("precision", "recall", "f1")
        }
        texts["accuracy"] = written(found["accuracy"], digits)
        lines.append(line(len(sizes), texts, {"n": sum(sizes), "runs": 1}, row="ours"))
        return lines, Stated()

    return make


def confusion(orientation: str) -> Callable:
    """Return a form: a confusion matrix with scores of it, whose orientation is not said."""

    def make(dice: random.Random) -> Table:
        sizes, digits = some_sizes(dice), dice.choice((2, 3, 4))
        one = matrix(dice, sizes)
        cells = one if orientation == "rows_true" else one.T
        lines = []
        for i in range(len(sizes)):
            texts = {"precision": written(scores(one, i)["class precision"], digits)}
            shown = {f"class {j}": str(cells[i, j]) for j in range(len(sizes))}
            lines.append(line(i, texts, {}, class_name=f"class {i}", predicted=shown, row="ours"))
        found = scores(one)
        texts = {p: written(found[f"macro {p}"], digits) for p in ("recall", "f1")}
        texts["accuracy"] = written(found["accuracy"], digits)
        lines.append(line(len(sizes), texts, {"n": sum(sizes), "runs": 1}, row="ours"))
        return lines, Stated()

    return make


FORMS: dict[str, Callable[[random.Random], Table]] = {
    "averaging unstated: macro": averaged("macro"),
    "averaging unstated: weighted": averaged("weighted"),
    "averaging unstated: micro": averaged("micro"),
    "averaging unstated: one class": averaged("class"),
    "averaging stated: macro": averaged("macro", stated=True),
    "averaging stated: weighted": averaged("weighted", stated=True),
    "class sizes stated, averaging unstated": averaged("macro", counts=True),
    "two classes, sizes stated, averaging unstated": averaged("class", classes=2, counts=True),
    "cut off, rounding unstated": averaged("macro", way="truncated"),
    "rounded up, rounding unstated": averaged("macro", way="ceiling"),
    "percent or fraction unstated": averaged("macro", scale=None),
    "± unstated: standard deviation": runs("sd"),
    "± unstated: standard deviation, k below": runs("sd_population"),
    "± unstated: standard error": runs("se"),
    "± unstated: 95 % interval, normal": runs("ci95"),
    "± unstated: 95 % interval, Student": runs("ci95_t"),
    "± stated: standard deviation": runs("sd", "sd"),
    "means over runs, no spread": runs("none"),
    "means over runs, runs unstated": runs("none", said=False),
    "means of rounded runs": runs("sd", "sd", rounded_first=True, digits=3),
    "two classes, sizes stated, runs": runs(
        "sd", "sd", classes=2, counts=True, averaging_said="macro"
    ),
    "folds as equal as can be": folds("equal"),
    "folds of any sizes": folds("unequal"),
    "folds pooled": folds("pooled"),
    "report of the classes: macro": report("macro"),
    "report of the classes: weighted": report("weighted"),
    "confusion matrix, rows true": confusion("rows_true"),
    "confusion matrix, rows predicted": confusion("rows_predicted"),
}


def misprinted(made: Table, dice: random.Random) -> Table:
    """Return the table with one digit of one printed score changed."""
    lines, stated = made
    places = [
        (i, kind, name)
        for i, one in enumerate(lines)
        for kind in ("scores", "predicted")
        for name in getattr(one, kind)
    ]
    i, kind, name = dice.choice(places)
    cells = dict(getattr(lines[i], kind))
    text = cells[name]
    digits = [j for j, sign in enumerate(text) if sign.isdigit()]
    j = dice.choice(digits)
    other = dice.choice([d for d in "0123456789" if d != text[j]])
    cells[name] = text[:j] + other + text[j + 1 :]
    changed = list(lines)
    scores = kind == "scores"
    changed[i] = replace(lines[i], scores=cells) if scores else replace(lines[i], predicted=cells)
    return changed, stated
