"""Which remedy when, in plain words: every sentence from what is filled in, and none beyond it.

A method *helped* where its interval, as wide as it must be for all methods of the data set
together, lies above 0, and *hurt* where it lies below; neither where all of it is within a point.
Data sets whose positive controls did not pass are named and not spoken of.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from reproduce.evaluation.vocabulary import Control
from reproduce.figures.picture import NothingToShow
from reproduce.figures.wording import in_sentence, listed, percent, plural, points
from reproduce.pages.answer_words import outcome_of_control
from reproduce.papers.comparison.beds import bed
from reproduce.papers.comparison.choosing import METRIC
from reproduce.papers.comparison.gains import (
    ALIKE,
    AS_TRAINED,
    CALIBRATION,
    FEWEST_REPEATS,
    HELPED,
    HURT,
    MEASURES,
    OPEN,
    Gain,
    Gains,
)
from reproduce.papers.comparison.parameters import BASELINE
from reproduce.registry.datasets import in_words

# Test images of the largest class for one of the rarest, below which all count as alike.
ALIKE_MANY = 1.5
# How a gain in a measure is said; of an error a gain is what is less.
IN_A_GAIN = {
    **MEASURES, "worst_class_recall": "the recall of the worst class",
    CALIBRATION: "calibration (less error)",
    AS_TRAINED: "macro F1 on images as imbalanced as those of training",
}  # fmt: skip


@dataclass(frozen=True)
class Advice:
    """One situation, what helped there, what did not, and what is left open."""

    situation: str
    helped: str
    not_so: str


def answer(gains: Gains) -> str:
    """Return the answer: a count, then a line for each data set on what helped and what did not."""
    datasets = _spoken_of(gains)
    said = "\n".join(f"- {_best(gains, dataset)}" for dataset in datasets)
    count = sum(len(gains.others(name)) for name in datasets)
    words = [_word(gains, name, m) for name in datasets for m in gains.others(name)]
    counted = (
        f"Of {plural(count, 'comparison')} of a remedy with the baseline in macro F1, "
        f"{words.count(HELPED)} helped, {words.count(HURT)} hurt, {words.count(ALIKE)} made no "
        f"practical difference, and of {words.count(OPEN)} these data cannot tell."
    )
    return f"{counted}\n\n{said}"


def situations(gains: Gains) -> list[Advice]:
    """Return the guide: by data, then by what counts."""
    datasets = _spoken_of(gains)
    found = [_of_data(gains, dataset) for dataset in datasets]
    asked: Iterable[tuple[str, str]] = (
        (AS_TRAINED, "New images are as imbalanced as those of training (macro F1 on validation "
                     "images of the same repeats)"),
        ("worst_class_recall", "What counts is the class that is recognised worst"),
        ("auc", "What counts is the ranking of images (AUC)"),
        (CALIBRATION, "What counts is that stated probabilities come true"),
        ("accuracy", "What counts is the share of test images that are right, classes as they are "
                     "there"),
    )  # fmt: skip
    found += [_of_measure(gains, datasets, name, words) for name, words in asked]
    found.append(_of_cost(gains, datasets))
    return found


def unknown(gains: Gains) -> list[str]:
    """Return what nobody can tell from these data, a sentence each."""
    found, datasets = [], gains.ranked
    for dataset in gains.datasets:
        failed = [one for one in gains.controls(dataset) if not one.passed]
        if failed:
            found.append(
                f"{in_words(dataset)} is not judged: a positive control was not met there. "
                f"{'. '.join(_failed(one) for one in failed)}."
            )
    for dataset in datasets:
        known = _known(gains, dataset, METRIC)
        left = _of_word(known, OPEN)
        if left and len(gains.seeds) < FEWEST_REPEATS:
            found.append(
                f"On {in_words(dataset)} nothing can be told of fewer than {FEWEST_REPEATS} "
                "repeats."
            )
        elif left:
            found.append(
                f"On {in_words(dataset)} {_each(left, known)} cannot be told from the baseline: "
                "the intervals hold 0 and more than a point beside it."
            )
        away = [m for m in gains.methods() if m not in gains.methods(dataset)]
        if away:
            found.append(f"On {in_words(dataset)} there is no result of {_named(away)}.")
    begun = {*gains.datasets, *(cell.factors["dataset"] for cell in gains.study.lost)}
    absent = [name for name in gains.asked.datasets if name not in begun]
    if absent:
        found.append(f"Not attempted: {', '.join(map(in_words, absent))}.")
    later = [name for name in gains.asked.methods if name not in gains.methods()]
    if later:
        found.append(f"Planned and not trained on any data set: {_named(later)}.")
    if len(datasets) == 1:
        found.append(
            "All of this stands on one data set. Whether it holds on another, nobody can tell "
            "from it."
        )
    found.append(
        "Methods are compared with the baseline, not with one another: which of those that helped "
        "is best was not tested."
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
    start = "from weights of other images" if bed(dataset).pretrained else "from random numbers"
    situation = (
        f"{_capital(bed(dataset).words)} ({in_words(dataset)}): {rare:,} training images of the "
        f"rarest class, {large:,} of the largest; trained {start}; {tested_on(gains, dataset)}"
    )
    return Advice(situation, *_told(gains, [dataset], METRIC, "macro F1"))


def _of_measure(gains: Gains, datasets: list[str], measure: str, situation: str) -> Advice:
    return Advice(situation, *_told(gains, datasets, measure, IN_A_GAIN[measure]))


def _told(gains: Gains, datasets: list[str], measure: str, words: str) -> tuple[str, str]:
    """Return what helped in a measure and what did not, by data set."""
    helped, other = [], []
    for dataset in datasets:
        at = f"On {in_words(dataset)}" if len(datasets) > 1 or len(gains.ranked) > 1 else "Here"
        known = _known(gains, dataset, measure)
        good = _of_word(known, HELPED)
        helped.append(
            f"{at}: {_each(good, known)} in {words}." if good
            else f"{at}: nothing for certain in {words}{_largest(known)}."
        )  # fmt: skip
        bad, alike = _of_word(known, HURT)[::-1], _of_word(known, ALIKE)
        said = [f"{_each(bad, known)} in {words}"] if bad else []
        said += [f"no practical difference with {_named(alike)}"] if alike else []
        if said:
            other.append(f"{at}: {'; '.join(said)}.")
    return " ".join(helped), " ".join(other) or f"Of nothing is it certain in {words}."


def _of_cost(gains: Gains, datasets: list[str]) -> Advice:
    """Say what took longer than the baseline in every repeat; less than that says the machine."""
    cheap, dear = [], []
    for dataset in datasets:
        there, base = f"On {in_words(dataset)}", gains.seconds_of(dataset, BASELINE)
        usual = gains.seconds(dataset, BASELINE)
        longer = {
            name: f"{in_sentence(name)} ({gains.seconds(dataset, name) / usual:.1f} times)"
            for name in gains.others(dataset)
            if min(gains.seconds_of(dataset, name)) > max(base)
        }
        sure = _of_word(_known(gains, dataset, METRIC), HELPED)
        free = [name for name in sure if name not in longer]
        said = f"{_named(free)} helped and took no longer" if free else "nothing for certain"
        cheap.append(f"{there}: {said}.")
        said = f"longer in every repeat: {listed(list(longer.values()))}" if longer else ""
        apart = f"repeats of the baseline itself took {min(base):.0f} to {max(base):.0f} s"
        dear.append(f"{there}: {said or 'nothing took longer in every repeat'}; {apart}.")
    situation = "What counts is the time of training, at equal image passes"
    return Advice(situation, " ".join(cheap), " ".join(dear))


def _best(gains: Gains, dataset: str) -> str:
    known = _known(gains, dataset, METRIC)
    sure, bad = _of_word(known, HELPED), _of_word(known, HURT)[::-1]
    where = f"On {in_words(dataset)} ({bed(dataset).words}; {tested_on(gains, dataset)})"
    if not sure:
        said = f"{where} no remedy raised macro F1 for certain"
    else:
        also = f"; {_each(sure[1:], known)} did too" if sure[1:] else ""
        said = f"{where} {in_sentence(sure[0])} raised macro F1 by {_size(known[sure[0]])}{also}"
    said += f"; {_each(bad, known)} lowered it." if bad else "."
    worst = _of_word(_known(gains, dataset, "worst_class_recall"), HELPED)
    if worst:
        said += f" The recall of the class recognised worst rose with {_named(worst)}."
    return said + _as_trained(gains, dataset)


def _as_trained(gains: Gains, dataset: str) -> str:
    """Say what helps where new images are as imbalanced as in training and the test is not."""
    known = _known(gains, dataset, AS_TRAINED)
    if not known or _ratio(gains.tested(dataset)) > _ratio(gains.counts(dataset)) / 2:
        return ""
    good, bad = _of_word(known, HELPED), _of_word(known, HURT)[::-1]
    told = [f"{_named(good)} helped" if good else "nothing helped for certain"]
    told += [f"{_named(bad)} hurt"] if bad else []
    return f" On images as imbalanced as those of training {' and '.join(told)}."


def tested_on(gains: Gains, dataset: str) -> str:
    """Say how imbalanced the test images are: precision, and with it F1, hangs on that."""
    ratio = _ratio(gains.tested(dataset))
    if ratio < ALIKE_MANY:
        return "tested on images of all classes alike"
    of_each = f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.1f}"
    return f"tested on images with {of_each} of the largest class for each of the rarest"


def _ratio(counts: np.ndarray) -> float:
    return float(counts.max() / max(counts.min(), 1))


def _failed(control: Control) -> str:
    return f"{control.name.rstrip('.')}: {outcome_of_control(control)}"


# -- words -----------------------------------------------------------------------------------------


def _word(gains: Gains, dataset: str, method: str) -> str:
    found = gains.gain(dataset, method)
    return found.word if found else OPEN


def _of_word(known: dict[str, Gain], word: str) -> list[str]:
    """Return the methods of which this can be said, the largest gain first."""
    found = [name for name, gain in known.items() if gain.word == word]
    return sorted(found, key=lambda name: -known[name].effect.mean)


def _known(gains: Gains, dataset: str, measure: str) -> dict[str, Gain]:
    """Return the gain of each method of which it was measured."""
    found = {name: gains.gain(dataset, name, measure) for name in gains.others(dataset)}
    return {name: gain for name, gain in found.items() if gain}


def _each(methods: list[str], known: dict[str, Gain]) -> str:
    return listed([f"{in_sentence(name)} {_signed(known[name])}" for name in methods])


def _largest(known: dict[str, Gain]) -> str:
    if not known:
        return ""
    name = max(known, key=lambda one: known[one].effect.mean)
    what = "largest gain" if known[name].effect.mean > 0 else "smallest loss"
    return f"; the {what}: {in_sentence(name)} {_signed(known[name])}"


def _named(methods: list[str]) -> str:
    return listed([in_sentence(name) for name in methods])


def _signed(gain: Gain) -> str:
    """Return a gain in points, with its interval for all methods of the data set together."""
    return f"{points(gain.effect.mean)} ({points(gain.low)} to {points(gain.high)})"


def _size(gain: Gain) -> str:
    return (
        f"{percent(gain.effect.mean)} points (interval for all methods together "
        f"{percent(gain.low)} to {percent(gain.high)})"
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
