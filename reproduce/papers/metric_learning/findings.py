"""What a run of the metric-learning study found, in sentences: every number from its results.

What the metric losses gain over cross-entropy comes first, then how much of it cross-entropy gains
as well when it is given what they are given. A sentence of what was not run is left out.
"""

from reproduce.evaluation.significance import Effect
from reproduce.figures.by_seed import by_seed, effect_ends
from reproduce.figures.picture import NothingToShow
from reproduce.figures.wording import mean_and_spread, method_label, percent, plural, points
from reproduce.pages.found import effect_of, said_of, unsure
from reproduce.pages.rows import rows_of
from reproduce.papers.metric_learning.methods import BALANCED, METRIC_LOSSES
from reproduce.papers.metric_learning.rows import (
    BASELINE,
    EMBEDDED,
    RARE,
    reading_rows,
    shown_rows,
    with_controls,
)
from reproduce.study.study import Study

BEST, TWICE = "lifted_structured", "cross_entropy_twice"


def plain(study: Study) -> list[str]:
    """Return a few sentences without intervals, the answer first."""
    asked = (_gain, _remains, _second_phase, _rare, _start)
    return said_of(study, asked)


def findings(study: Study) -> list[str]:
    """Return the findings with their numbers, each beginning with its subject in bold."""
    return said_of(
        study, (_levels, _over_baseline, _over_balanced, _embedding, _lengths, _readings)
    )


def _named(name: str) -> str:
    return method_label(name)[:1].lower() + method_label(name)[1:]


def _moves(effect: Effect) -> str:
    """Return "2.1 points more", or "less"."""
    return f"{percent(abs(effect.mean))} points {'more' if effect.mean >= 0 else 'less'}"


def _apart(effect: Effect) -> str:
    """Return "2.1 points higher", or "lower"."""
    return f"{percent(abs(effect.mean))} points {'higher' if effect.mean >= 0 else 'lower'}"


# -- in plain words --------------------------------------------------------------------------------


def _gain(study: Study) -> str:
    effect = effect_of(study, shown_rows(study), BEST, BASELINE, "accuracy")
    return (
        f"An embedding by the lifted structured loss, with a classifier on it, gets "
        f"{_moves(effect)} of the test images right than cross-entropy alone{unsure(effect)}."
    )


def _remains(study: Study) -> str:
    effect = effect_of(study, with_controls(study), BEST, BALANCED, "accuracy")
    return (
        f"It gets {_moves(effect)} right than cross-entropy that is shown the same batches, each "
        f"class equally often{unsure(effect)}."
    )


def _second_phase(study: Study) -> str:
    effect = effect_of(study, with_controls(study), BEST, TWICE, "accuracy")
    ends = unsure(effect) or effect_ends(effect, 1)
    return (
        "Cross-entropy can be given the same two phases, layers and batches; than this the lifted "
        f"structured loss gets {_moves(effect)} right{ends}, over "
        f"{plural(effect.repeats, 'repeat')} of a control that no claim names and no rule judges."
    )


def _rare(study: Study) -> str:
    rows = with_controls(study, RARE) or shown_rows(study, RARE)
    effect = effect_of(study, rows, BEST, BASELINE, RARE[0])
    said = f"Its recall of the rarest class is {_apart(effect)} than with cross-entropy"
    said += unsure(effect)
    if any(row["method"] == BALANCED for row in rows):
        other = effect_of(study, rows, BALANCED, BASELINE, RARE[0])
        said += f"; that of balanced batches alone is {_apart(other)}{unsure(other)}"
    return f"{said}."


def _start(study: Study) -> str:
    rows = rows_of(study, "random_start", backbone=study.shown["backbone"])
    effect = effect_of(study, rows, BEST, BASELINE, "accuracy")
    return (
        f"With all weights starting at random numbers it gets {_moves(effect)} right than "
        f"cross-entropy{unsure(effect)}."
    )


# -- with their numbers ----------------------------------------------------------------------------


def _levels(study: Study) -> str:
    rows = with_controls(study) or shown_rows(study)
    values = by_seed(rows, "accuracy", ("method",))
    each = "; ".join(
        f"{_named(method)} {mean_and_spread(list(seeds.values()))}"
        for (method,), seeds in values.items()
    )
    return f"**Accuracy**, in percent, mean ± standard deviation over seeds: {each}."


def _over(study: Study, reference: str) -> str:
    rows, said = with_controls(study, RARE) or shown_rows(study, RARE), []
    for metric, words in (("accuracy", "accuracy"), (RARE[0], "recall of the rarest class")):
        for loss in METRIC_LOSSES:
            try:
                effect = effect_of(study, rows, loss, reference, metric)
            except NothingToShow:
                continue
            said.append(f"{_named(loss)}, {words} {points(effect.mean)}{effect_ends(effect, 1)}")
    if not said:
        raise NothingToShow("no metric loss was run beside it")
    return f"**Over {_named(reference)}**, in points: {'; '.join(said)}."


def _over_baseline(study: Study) -> str:
    return _over(study, BASELINE)


def _over_balanced(study: Study) -> str:
    return _over(study, BALANCED)


def _embedding(study: Study) -> str:
    rows, said = shown_rows(study, EMBEDDED), []
    for name in (BASELINE, *METRIC_LOSSES):
        own = [row for row in rows if row["method"] == name]
        known = [row for row in own if all(row[metric] is not None for metric in EMBEDDED)]
        if known:
            outline, near = (sum(row[m] for row in known) / len(known) for m in EMBEDDED)
            said.append(f"{_named(name)} {outline:.3f}, {percent(near)} %")
    if not said:
        raise NothingToShow("no embedding was kept")
    return f"**The embedding**, silhouette and accuracy of its neighbours: {'; '.join(said)}."


def _lengths(study: Study) -> str:
    said = []
    for method, phases in study.steps(study.select(**study.shown)).items():
        totals = sorted(sum(one) for one in phases)
        ends = f"{totals[0]:,}" if totals[0] == totals[-1] else f"{totals[0]:,} to {totals[-1]:,}"
        said.append(f"{_named(method)} {ends}")
    if not said:
        raise NothingToShow("nothing was trained")
    return f"**Steps taken** before the training loss stopped a phase: {'; '.join(said)}."


def _readings(study: Study) -> str:
    said = []
    for name, rows in reading_rows(study).items():
        losses = [one for one in METRIC_LOSSES if any(row["method"] == one for row in rows)]
        found = [effect_of(study, rows, loss, BASELINE, "accuracy") for loss in losses]
        each = ", ".join(
            f"{_named(loss)} {points(effect.mean)}"
            for loss, effect in zip(losses, found, strict=True)
        )
        said.append(f"{name.replace('_', ' ').replace(': ', ', ')} {each}")
    if not said:
        raise NothingToShow("no other reading was run")
    return f"**Other readings**, gain in accuracy over cross-entropy: {'; '.join(said)}."
