"""Which remedy when, in plain words: every sentence from what is filled in, and none beyond it.

A method *helped* where its interval, as wide as it must be for all methods of the data set
together, lies above 0, and *hurt* where it lies below. Data sets whose positive controls did not
pass are named and not spoken of.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from reproduce.evaluation.vocabulary import Control
from reproduce.figures.picture import NothingToShow
from reproduce.figures.wording import in_sentence, percent, plural, points
from reproduce.papers.comparison.beds import bed
from reproduce.papers.comparison.choosing import METRIC
from reproduce.papers.comparison.gains import (
    ALIKE,
    CALIBRATION,
    HELPED,
    HURT,
    MEASURES,
    OPEN,
    Gain,
    Gains,
)
from reproduce.registry.datasets import in_words

# Below so many training images of its rarest class a data set counts as one of few.
FEW = 50
# How a gain in a measure is said; of an error a gain is what is less.
IN_A_GAIN = {
    **MEASURES, "worst_class_recall": "the recall of the worst class",
    CALIBRATION: "calibration (less error)",
}  # fmt: skip
# Methods that a sentence names; the others are counted.
NAMED = 3


@dataclass(frozen=True)
class Advice:
    """One situation, what helped there, what did not, and what is left open."""

    situation: str
    helped: str
    not_so: str


def answer(gains: Gains) -> str:
    """Return the answer in a few sentences: what helped most, where, and what did not."""
    datasets = _spoken_of(gains)
    said = [_best(gains, dataset) for dataset in datasets]
    count = sum(len(gains.others(name)) for name in datasets)
    words = [_word(gains, name, m) for name in datasets for m in gains.others(name)]
    tail = (
        f" Of {plural(count, 'comparison')} with the baseline in macro F1, "
        f"{words.count(HELPED)} helped, {words.count(HURT)} hurt, {words.count(ALIKE)} made no "
        f"practical difference, and of {words.count(OPEN)} these data cannot tell."
    )
    return " ".join(said) + tail


def situations(gains: Gains) -> list[Advice]:
    """Return the guide: by data, then by what counts."""
    datasets = _spoken_of(gains)
    found = [_of_data(gains, dataset) for dataset in datasets]
    asked: Iterable[tuple[str, str]] = (
        ("worst_class_recall", "What counts is the class that is recognised worst"),
        ("auc", "What counts is the ranking of images (AUC)"),
        (CALIBRATION, "What counts is that stated probabilities come true"),
        ("accuracy", "What counts is the share of all images that are right"),
    )
    found += [_of_measure(gains, datasets, name, words) for name, words in asked]
    for name, words in ((True, "Training starts from weights of other images"),
                        (False, "Training starts from random numbers")):  # fmt: skip
        here = [dataset for dataset in datasets if bed(dataset).pretrained is name]
        if here:
            found.append(_of_measure(gains, here, METRIC, words))
    found.append(_of_cost(gains, datasets))
    return found


def unknown(gains: Gains) -> list[str]:
    """Return what nobody can tell from these data, a sentence each."""
    found, datasets = [], gains.ranked
    for dataset in gains.datasets:
        failed = [one for one in gains.controls(dataset) if not one.passed]
        if failed:
            found.append(
                f"Nothing is said of {in_words(dataset)}: a positive control was not met there "
                f"({'; '.join(_failed(one) for one in failed)})."
            )
    for dataset in datasets:
        left = [m for m in gains.others(dataset) if _word(gains, dataset, m) == OPEN]
        if left:
            found.append(
                f"On {in_words(dataset)} {_named(left)} cannot be told from the baseline: "
                "the intervals hold 0 and more than a point beside it."
            )
    begun = {*gains.datasets, *(cell.factors["dataset"] for cell in gains.study.lost)}
    absent = [name for name in gains.asked.datasets if name not in begun]
    if absent:
        found.append(f"Not attempted: {', '.join(map(in_words, absent))}.")
    if len(datasets) == 1:
        found.append(
            "All of this stands on one data set. Whether it holds on another, nobody can tell "
            "from it."
        )
    found.append(
        "Each data set has one network, one start and one budget, so what is said of a set is said "
        "of all four together."
    )
    return found


# -- one situation ---------------------------------------------------------------------------------


def _spoken_of(gains: Gains) -> list[str]:
    found = [name for name in gains.ranked if gains.others(name)]
    if not found:
        raise NothingToShow(
            "no data set passed its positive controls with a method beside the baseline"
        )
    return found


def _of_data(gains: Gains, dataset: str) -> Advice:
    counts = gains.counts(dataset)
    rare, large = int(counts.min()), int(counts.max())
    few = "few" if rare < FEW else "some"
    start = "from weights of other images" if bed(dataset).pretrained else "from random numbers"
    situation = (
        f"{_capital(bed(dataset).words)} ({in_words(dataset)}): {few} rare images, {rare:,} of the "
        f"rarest class, which is {large / rare:.0f} times rarer than the largest; {start}"
    )
    return Advice(situation, *_told(gains, [dataset], METRIC, "macro F1"))


def _of_measure(gains: Gains, datasets: list[str], measure: str, situation: str) -> Advice:
    return Advice(situation, *_told(gains, datasets, measure, IN_A_GAIN[measure]))


def _told(gains: Gains, datasets: list[str], measure: str, words: str) -> tuple[str, str]:
    """Return what helped in a measure and what did not, by data set."""
    helped, other = [], []
    for dataset in datasets:
        at = f"On {in_words(dataset)}" if len(datasets) > 1 or len(gains.ranked) > 1 else "Here"
        known = {
            method: gain
            for method in gains.others(dataset)
            if (gain := gains.gain(dataset, method, measure))
        }
        good = _of_word(known, HELPED)
        helped.append(
            f"{at}: {_each(good, known, words)}." if good
            else f"{at}: nothing for certain in {words}{_largest(known)}."
        )  # fmt: skip
        bad, alike = _of_word(known, HURT)[::-1], _of_word(known, ALIKE)
        said = [f"{_each(bad, known, words)}"] if bad else []
        said += [f"no practical difference with {_named(alike)}"] if alike else []
        if said:
            other.append(f"{at}: {'; '.join(said)}.")
    return " ".join(helped), " ".join(other) or f"Nothing for certain in {words}."


def _of_cost(gains: Gains, datasets: list[str]) -> Advice:
    helped, other = [], []
    for dataset in datasets:
        base = gains.seconds(dataset, gains.methods(dataset)[0])
        known = {m: gains.gain(dataset, m) for m in gains.others(dataset)}
        sure = {m: gain for m, gain in known.items() if gain and gain.word == HELPED}
        dear = max(gains.others(dataset), key=lambda name: gains.seconds(dataset, name))
        more = gains.seconds(dataset, dear) / max(base, 1e-9)
        other.append(f"On {in_words(dataset)} {in_sentence(dear)} took {more:.1f} times as long.")
        if sure:
            cheap = min(sure, key=lambda name: gains.seconds(dataset, name))
            share = gains.seconds(dataset, cheap) / max(base, 1e-9)
            helped.append(
                f"On {in_words(dataset)}: of what helped, {in_sentence(cheap)} took least, "
                f"{share:.1f} times the baseline's seconds, for {_size(sure[cheap])}."
            )
    first = " ".join(helped) or "Nothing helped for certain, so nothing is worth its cost."
    return Advice("What counts is the cost, at equal image passes", first, " ".join(other))


def _best(gains: Gains, dataset: str) -> str:
    known = {m: gains.gain(dataset, m) for m in gains.others(dataset)}
    sure = _of_word({m: gain for m, gain in known.items() if gain}, HELPED)
    where = f"On {in_words(dataset)} ({bed(dataset).words})"
    if not sure:
        return f"{where} no remedy raised macro F1 for certain."
    best = known[sure[0]]
    assert best is not None
    also = f"; so did {_named(sure[1:])}" if sure[1:] else ""
    return f"{where} {in_sentence(sure[0])} raised macro F1 by {_size(best)}{also}."


def _failed(control: Control) -> str:
    return f"{control.name.rstrip('.')}: {control.seen}"


# -- words -----------------------------------------------------------------------------------------


def _word(gains: Gains, dataset: str, method: str) -> str:
    found = gains.gain(dataset, method)
    return found.word if found else OPEN


def _of_word(known: dict[str, Gain], word: str) -> list[str]:
    """Return the methods of which this can be said, the largest gain first."""
    found = [name for name, gain in known.items() if gain.word == word]
    return sorted(found, key=lambda name: -known[name].effect.mean)


def _each(methods: list[str], known: dict[str, Gain], words: str) -> str:
    named = [f"{in_sentence(name)} {_signed(known[name])}" for name in methods[:NAMED]]
    more = f" and {len(methods) - NAMED} more" if len(methods) > NAMED else ""
    return f"{', '.join(named)}{more} in {words}"


def _largest(known: dict[str, Gain]) -> str:
    if not known:
        return ""
    name = max(known, key=lambda one: known[one].effect.mean)
    return f" (largest: {in_sentence(name)} {_signed(known[name])})"


def _named(methods: list[str]) -> str:
    names = [in_sentence(name) for name in methods[:NAMED]]
    more = len(methods) - NAMED
    if more > 0:
        return f"{', '.join(names)} and {more} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _signed(gain: Gain) -> str:
    return f"{points(gain.effect.mean)} points"


def _size(gain: Gain) -> str:
    return (
        f"{percent(gain.effect.mean)} points (interval for all methods together "
        f"{percent(gain.low)} to {percent(gain.high)})"
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
