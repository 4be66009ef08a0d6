"""How the book writes names and numbers, the same in figures, tables and alt texts."""

import math
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from reproduce import own_code
from reproduce.evaluation.metric import FRACTION
from reproduce.evaluation.registry import is_metric, metric
from reproduce.registry.records import looks

MISSING = "–"


def method_label(name: str) -> str:
    """Return a method's name as a reader sees it: "oversampling" -> "Oversampling"."""
    if own_code.is_one(name):
        return own_code.label(name)
    look = looks().get(name)
    return (look and look.label) or in_words(name)


def in_sentence(name: str) -> str:
    """Return a method's name as it stands within a sentence: "the baseline", "CutMix"."""
    label = method_label(name)
    first = label.split(" ")[0]
    if first[1:] != first[1:].lower() or own_code.is_one(name):
        return label
    return ("the " if name == "baseline" else "") + label[:1].lower() + label[1:]


def as_subject(name: str) -> str:
    """Return a method's name as it begins a sentence: "The baseline", "CutMix"."""
    said = in_sentence(name)
    return said if own_code.is_one(name) else said[:1].upper() + said[1:]


def metric_in_sentence(name: str) -> str:
    """Return a metric's name as it stands within a sentence: "macro F1", "ROC AUC"."""
    label = metric_label(name).partition(" (")[0]
    first = label.split(" ")[0]
    return label if first[1:] != first[1:].lower() else label[:1].lower() + label[1:]


def metric_label(name: str) -> str:
    """Return a metric's name as a reader sees it: "gmean_recall" -> "G-mean of recalls"."""
    return metric(name).label if is_metric(name) else in_words(name)


def in_words(name: str) -> str:
    """Return a snake_case name as words, with only its first letter raised."""
    words = str(name).replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def contrast_label(name: str) -> str:
    """Return a contrast's name as a reader sees it: "Accuracy: Dual-head minus SimCLR"."""

    def label(word: str) -> str:
        bare = word.rstrip(":")
        if "_" in bare and (is_metric(bare) or word.endswith(":")):
            return f"{metric_label(bare)}{word[len(bare) :]}"
        look = looks().get(word)
        return look.label if look and look.label else word

    return in_words(" ".join(label(word) for word in str(name).split(" ")))


def percent(fraction: float | None, digits: int = 1) -> str:
    """Return a fraction in percent without the sign, a dash where there is no number."""
    if fraction is None or not math.isfinite(fraction):
        return MISSING
    return f"{100 * fraction + 0.0:.{digits}f}"


def points(fraction: float | None, digits: int = 1) -> str:
    """Return a signed difference of two fractions in percentage points, with a real minus."""
    if fraction is None or math.isnan(fraction):
        return MISSING
    if math.isinf(fraction):
        return "−∞" if fraction < 0 else "+∞"
    # Printed 0.55 is one number, however it was subtracted: what a float does not know any more is
    # cut off, and a half is rounded away from zero, as a reader does.
    exact = Decimal(repr(round(100 * float(fraction), 9)))
    rounded = exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    if rounded == 0:
        return f"{0:.{digits}f}"
    return f"{rounded:+.{digits}f}".replace("-", "−")


def metric_digits(name: str) -> int:
    """Return the decimals a metric needs: areas differ by hundredths of a point."""
    return metric(name).digits if is_metric(name) else 1


def alone(sentence: str, part: Any) -> str:
    """Return a claim that its only part stands for, with where the part was judged if not all."""
    restricted = getattr(part, "restricted", "")
    return f"{sentence.rstrip('. ')} ({restricted})" if restricted else sentence


def interval(part: Any) -> str:
    """Return a part's effect with its unit, and its interval, or say that it has none."""
    effect, unit = part.effect, unit_of(part)
    said = f"{difference(part, effect.mean)}{f' {unit}' if unit else ''}"
    if not (math.isfinite(effect.low) and math.isfinite(effect.high)):
        return f"{said} (no interval)"
    low, high = ends_of(part)
    return f"{said} [{low}, {high}]"


def ends_of(part: Any) -> tuple[str, str]:
    """Return the ends of a part's interval; what lies between -1 and 1 ends there.

    An interval of Student's t knows no bounds.
    """
    single = " minus " not in str(getattr(part, "name", ""))
    correlates = single and "correlation" in str(getattr(part, "metric", ""))
    bound = 1.0 if counts_points(part) or correlates else math.inf
    low, high = (min(max(end, -bound), bound) for end in (part.effect.low, part.effect.high))
    return difference(part, low), difference(part, high)


def is_fraction(part: Any) -> bool:
    """Say whether a part's metric is a fraction, whose differences are percentage points."""
    name = getattr(part, "metric", "")
    return not is_metric(name) or metric(name).unit == FRACTION or counts_points(part)


def counts_points(part: Any) -> bool:
    """Say whether a part counts the points of the grid that go each way, instead of averaging."""
    return getattr(part, "over", "mean") == "majority"


def unit_of(part: Any) -> str:
    """Return the unit of a part's effect: a cosine or a log potential is no percentage."""
    if counts_points(part):
        return "% of the points of the grid"
    return "points" if is_fraction(part) else ""


def difference(part: Any, value: float | None) -> str:
    """Return a signed number in the unit of a part's metric."""
    if value is None or is_fraction(part):
        return points(value, effect_digits(part))
    return f"{round(value, metric(part.metric).digits):+g}".replace("-", "−")


def margin_of(part: Any) -> str:
    """Return a part's margin in the unit of its effect."""
    if part.margin is None:
        return MISSING
    return f"± {100 * part.margin if is_fraction(part) else part.margin:.3g}"


def effect_digits(part: Any) -> int:
    """Return the decimals of an effect in percentage points: enough to see the margin.

    A margin below 0.3 points asks for a second decimal.
    """
    return 2 if part.margin and part.margin < 0.003 else 1


def mean_and_spread(values: Sequence[float], digits: int = 1) -> str:
    """Return "mean ± standard deviation" in percent; one value alone has no spread."""
    if not values:
        return MISSING
    mean, spread = mean_and_sd(values)
    if spread is None:
        return percent(mean, digits)
    return f"{percent(mean, digits)} ± {percent(spread, digits)}"


def mean_and_sd(values: Sequence[float]) -> tuple[float, float | None]:
    """Return the mean and the sample standard deviation (None for a single value)."""
    mean = math.fsum(values) / len(values)
    if len(values) < 2:
        return mean, None
    squares = math.fsum((value - mean) ** 2 for value in values)
    return mean, math.sqrt(squares / (len(values) - 1))


def plural(count: int, noun: str) -> str:
    """Return "1 seed", "3 seeds"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def listed(words: Sequence[str]) -> str:
    """Return "a", "a and b", "a, b and c"."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def ranges(integers: Iterable[int]) -> str:
    """Return integers with runs joined: 0, 1, 2, 5 -> "0-2, 5"."""
    runs: list[list[int]] = []
    for value in sorted(set(integers)):
        if runs and value == runs[-1][1] + 1:
            runs[-1][1] = value
        else:
            runs.append([value, value])
    return ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in runs)


def plain(value: object) -> str:
    """Return a factor's value without a needless decimal: 100.0 -> "100"."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def published_effect(part: Any) -> float | None:
    """Return a part's published gain with the sign that its effect has.

    Gains are registered in the claimed direction: one that is claimed to be "less" is positive
    there and negative beside the measured effect.
    """
    gain = part.published_gain
    return -gain if gain is not None and getattr(part, "expect", None) == "less" else gain
