"""The tables of the comparison."""

from collections.abc import Sequence

import numpy as np

from reproduce.evaluation.ranks import best_together, ranked, why_not
from reproduce.evaluation.verdicts import Judgement
from reproduce.figures.picture import NothingToShow
from reproduce.figures.table import Table, Tables
from reproduce.figures.wording import method_label, percent, plural, points
from reproduce.methods import registry
from reproduce.methods.entry import CLASSIFICATION
from reproduce.methods.search_spaces import SHARED
from reproduce.papers.comparison.beds import bed
from reproduce.papers.comparison.choosing import METRIC
from reproduce.papers.comparison.claimed_sizes import IMAGES, Needed
from reproduce.papers.comparison.gains import LOWER, MEASURES, Gains
from reproduce.papers.comparison.guide import Advice
from reproduce.papers.comparison.parameters import BASELINE, different
from reproduce.papers.comparison.tuning import Luck, Tuned
from reproduce.registry.datasets import in_words
from reproduce.trials import memory

# Named here, before any result: the methods that a ranking is of, where one can be given.
PRE_NAMED = (
    BASELINE, "class_weights", "oversampling", "thresholding", "balanced_softmax", "crt",
)  # fmt: skip


def guide(advice: Sequence[Advice], line: str) -> Table:
    """Return the guide: a situation, what helped in it, and what did not."""
    rows = [[one.situation, one.helped, one.not_so] for one in advice]
    columns = ["Where", "What helped", "What hurt, or made no difference"]
    return Table("Which remedy when", columns, rows, line)


def levels(gains: Gains, lines: dict[str, str]) -> Tables:
    """Return every measure of every method, a table for each data set."""
    return Tables([_levels(gains, name, lines[name]) for name in gains.datasets])


def _levels(gains: Gains, dataset: str, line: str) -> Table:
    rows = []
    for method in gains.methods(dataset):
        row = [method_label(method)]
        for name in MEASURES:
            value = percent(gains.value(dataset, method, name))
            gain = gains.gain(dataset, method, name) if method != BASELINE else None
            under = f"\n{points(gain.effect.mean)}" if gain and name not in LOWER else ""
            if name == "worst_class_recall":
                under = f"\n{gains.worst_class(dataset, method)}"
            row.append(value + under)
        rows.append(row)
    return Table(
        f"{in_words(dataset)}: what each method reached, in percent",
        ["Method", *map(_capital, MEASURES.values())], rows, line, numeric_from=1,
        note="Under a value its difference from the baseline in points; under the recall of the "
        "worst class, which class that is and its number of test images. Macro F1 with classes as "
        "in training is of the validation images of the same repeats. Lower is better of the "
        "calibration error; of corrected scores it is taken after they are made to sum to one.",
    )  # fmt: skip


def costs(gains: Gains, line: str) -> Table:
    """Return what each method took: image passes and steps, seconds, memory of a step."""
    rows = []
    records = {record.name: record for record in gains.study.records}
    for dataset, method in gains.filled:
        cell = gains.filled[dataset, method][0]
        steps = " or ".join(
            " + ".join(f"{count:,}" for count in phases)
            for phases in sorted(gains.steps(dataset, method))
        )
        need = memory.of_batch(cell.trial, records[dataset]).bytes
        passes = " or ".join(f"{count:,}" for count in sorted(gains.passes(dataset, method)))
        rows.append([
            in_words(dataset), method_label(method), passes, steps,
            f"{gains.seconds(dataset, method):,.0f}", memory.in_words(need),
        ])  # fmt: skip
    return Table(
        "The budget as it was spent, and its cost",
        ["Data", "Method", "Image passes", "Steps of each phase", "Seconds", "Memory"], rows, line,
        numeric_from=2,
        note="Image passes are counted in the stored trials, each view as one. Seconds: the median "
        "over repeats, on whatever machine trained them. Memory: what the images of a step need at "
        "the least, the network not counted.",
    )  # fmt: skip


def tuned(found: Sequence[Tuned], line: str) -> Table:
    """Return what each search chose, what it promised, and what of it stayed."""
    rows = []
    for one in found:
        bought = one.bought
        rows.append([
            in_words(one.dataset), method_label(one.method),
            one.words,
            percent(one.promised), percent(one.again),
            points(bought.mean) if bought else "0 (the default)" if not one.number else "–",
        ])  # fmt: skip
    return Table(
        "What tuning promised, and what it kept, in macro F1",
        ["Data", "Method", "Chosen", "Promised", "On fresh images", "Test, over default"], rows,
        line, numeric_from=3,
        note="Promised: on the validation images that chose. On fresh images: the same "
        "configuration on the validation images of other repeats. These images are as imbalanced "
        "as those of training, the test images are not always: do not compare the two. The last "
        "column is in points.",
    )  # fmt: skip


def luck(found: Sequence[Luck]) -> str:
    """Say by how much searches promised more than fresh repeats kept (the winner's curse)."""
    if not found:
        raise NothingToShow("the default was not trained on fresh repeats, or no score was kept")
    said = []
    for one in found:
        over = f"{plural(one.searches, 'method')}{', the median' if one.searches > 1 else ''}"
        left = (
            f"Subtracted method by method, {points(one.curse)} points are left in the median "
            "(medians do not subtract), which is the winner's curse; it has no interval"
            if one.curse > 0
            else "No winner's curse is seen"
        )
        text = (
            f"On {in_words(one.dataset)} the chosen configurations scored {_apart(one.excess)} "
            f"where they were chosen than on fresh images ({over}). The default, which nobody "
            f"chose, scored {_apart(one.ease)} there. {left}"
        )
        if one.bought is not None:
            text += (
                f". Where another than the default was chosen, it moved the test by "
                f"{points(one.bought)} points ({plural(one.moved, 'method')}"
                f"{', the median' if one.moved > 1 else ''})"
            )
        said.append(f"{text}.")
    return " ".join(said)


def _apart(difference: float) -> str:
    return f"{percent(abs(difference))} points {'more' if difference >= 0 else 'less'}"


def ranks(gains: Gains, line: str) -> Table | str:
    """Return ranks over data sets where their conditions hold; else why there are none."""
    names = [name for name in PRE_NAMED if name in gains.methods()]
    sets = [name for name in gains.ranked if set(PRE_NAMED) <= set(gains.methods(name))]
    share = len({gains.filled[name, BASELINE][0].trial.fingerprint for name in sets}) < len(sets)
    why = why_not(len(sets), len(names), True, share)
    if why:
        return (
            f"No mean ranks are given: {why}. A critical difference on fewer would be a number "
            "without a meaning."
        )
    values = [[gains.value(name, method, METRIC) for method in PRE_NAMED] for name in sets]
    found = ranked(np.array(values, dtype=float))
    together = best_together(found, PRE_NAMED)
    order = np.argsort(found.means)
    rows = [
        [method_label(PRE_NAMED[at]), f"{found.means[at]:.2f}",
         "not told from the best" if PRE_NAMED[at] in together else ""]
        for at in order
    ]  # fmt: skip
    return Table(
        f"Mean ranks of {len(PRE_NAMED)} methods named beforehand, over "
        f"{plural(found.sets, 'data set')}",
        ["Method", "Mean rank", ""], rows, line, numeric_from=1,
        note=f"Friedman's statistic {found.statistic:.1f}, permutation p {found.p:.3f}; two mean "
        f"ranks that are more than {found.critical_difference:.2f} apart differ (Nemenyi).",
    )  # fmt: skip


def claimed(found: Sequence[Needed], line: str) -> Table:
    """Return how many seeds and test images each printed gain would have needed."""
    rows = [
        [one.paper, one.words, one.measure, points(one.gain), in_words(one.dataset),
         "no number" if one.seeds is None else f"{one.seeds:,}", f"{one.images:,}"]
        for one in found
    ]  # fmt: skip
    return Table(
        "What the papers' gains would have needed to be seen with 80 % power",
        ["Text", "Gain", "Measure", "Points", "With the spread on", "Seeds", "Test images"], rows,
        line, numeric_from=5,
        note=f"Seeds: with {IMAGES:,} test images. Test images: with any number of seeds. The "
        "spreads are those of this page's pairs, the median over methods; those of the papers' own "
        "data are not known. Counted for one plain 95 % interval; the words of this page ask for "
        "more: at least five repeats, and an interval for all methods together.",
    )  # fmt: skip


def data(gains: Gains, line: str) -> Table:
    """Return the data sets with network, start, budget and how imbalanced they are."""
    rows = []
    for dataset in gains.datasets:
        ground, counts = bed(dataset), gains.counts(dataset)
        tested = gains.tested(dataset)
        passed = "; ".join(
            f"{'passed' if one.passed else 'not met'}: {one.name.rstrip('.')}"
            for one in gains.controls(dataset)
        )
        rows.append([
            in_words(dataset), ground.words,
            f"{int(counts[0].sum()):,}\nrarest class {int(counts.min()):,}, largest "
            f"{int(counts.max()):,}",
            f"{int(tested.sum()):,}\nrarest class {int(tested.min()):,}, largest "
            f"{int(tested.max()):,}",
            f"{ground.backbone}, {ground.size} px\n"
            f"{'pretrained' if ground.pretrained else 'random start'}",
            f"{round(gains.asked.budget * ground.passes):,}", passed,
        ])  # fmt: skip
    return Table(
        "The data sets, one network and one budget each",
        ["Data", "What it is", "Training", "Test", "Network", "Image passes", "Controls"], rows,
        line,
    )  # fmt: skip


def everything(gains: Gains, line: str) -> Table:
    """Return every method of the registry, and on which data sets it is filled in."""
    datasets, rows = gains.asked.datasets, []
    known = different([BASELINE, *gains.asked.methods,
                       *registry.names(CLASSIFICATION)])  # fmt: skip
    for name in known:
        there = [in_words(d) for d in datasets if (d, name) in gains.filled]
        rows.append([
            method_label(name), registry.entry(name).words, _space(name),
            ", ".join(there) or "not attempted",
        ])  # fmt: skip
    shared = "; ".join(
        f"{name.replace('_', ' ')} x {', '.join(f'{v:g}' for v in values)}"
        for name, values in SHARED.items()
    )
    return Table(
        "Every method of the registry, what is tuned of it, and where it is filled in",
        ["Method", "What it is", "Of its own", "Filled in"], rows, line,
        note=f"Tuned of all: {shared}.",
    )  # fmt: skip


def predictions(judgements: Sequence[Judgement], line: str) -> Table:
    """Return what was predicted before the trainings, and what came of it."""
    rows = [[one.english, one.word, one.reason] for one in judgements]
    return Table(
        "What was predicted before anything was trained", ["Prediction", "Verdict", "Why"], rows,
        line,
    )  # fmt: skip


def _space(name: str) -> str:
    space = registry.entry(name).space
    return "; ".join(
        f"{option.replace('_', ' ')} {', '.join(map(_told, values))}"
        for option, values in space.items()
    )


def _told(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(f"{name} {_told(inner)}" for name, inner in value.items())
    return f"{value:g}" if isinstance(value, float) else str(value)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
