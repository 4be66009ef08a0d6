"""What a run of the difficulty-aware study found, in sentences: every number from its results.

Whether weighting lowers the error rate comes first, then across devices, under which reading, and
beside a published relative. A sentence of what was not run is left out.
"""

from collections.abc import Sequence

from reproduce.evaluation.significance import Effect
from reproduce.figures.by_seed import by_seed, contains_zero, effect_ends
from reproduce.figures.picture import NothingToShow
from reproduce.figures.wording import mean_and_spread, method_label, percent, plural, points
from reproduce.pages.found import effect_of, said_of, unsure
from reproduce.pages.rows import Row, rows_of
from reproduce.papers.difficulty_aware.methods import AWARE, CLASSES, PLAIN, PRINTED, TILTED
from reproduce.papers.difficulty_aware.rows import AUC, EER, SHARES, grid
from reproduce.study.study import Study


def plain(study: Study) -> list[str]:
    """Return a few sentences without intervals, the answer first."""
    return said_of(study, (_gain, _across, _letter, _relative, _classes))


def findings(study: Study) -> list[str]:
    """Return the findings with their numbers, each beginning with its subject in bold."""
    return said_of(study, (_levels, _over, _domains, _seen, _gradient, _readings, _elsewhere))


def _effect(
    study: Study, rows: Sequence[Row], one: str, other: str = PLAIN, metric: str = EER
) -> Effect:
    """Return by how much a loss differs from the plain one, in the rate of errors unless told."""
    return effect_of(study, rows, one, other, metric)


def _moves(effect: Effect) -> str:
    """Return "0.31 points lower", or "higher", and that it may be chance where it may be."""
    size = percent(abs(effect.mean), 2)
    if float(size) == 0:
        return "the same to a hundredth of a point"
    return f"{size} points {'lower' if effect.mean < 0 else 'higher'}{unsure(effect)}"


# -- in plain words --------------------------------------------------------------------------------


def _gain(study: Study) -> str:
    rows = grid(study)
    effect = _effect(study, rows, AWARE)
    level = [row[EER] for row in rows if row["method"] == PLAIN]
    return (
        "On people it has never seen, the plain loss is wrong "
        f"{percent(sum(level) / len(level))} % of the time at the threshold where both errors are "
        f"equal; with the loss that weighs hard pairs more that rate is {_moves(effect)}."
    )


def _across(study: Study) -> str:
    of = {d: _effect(study, rows_of(study, "devices", domain=d), AWARE)
          for d in ("within", "across")}  # fmt: skip
    return (
        f"Across two devices it is {_moves(of['across'])}, and within one {_moves(of['within'])}."
    )


def _letter(study: Study) -> str:
    effect = _effect(study, grid(study), PRINTED)
    said = f"With the text read to the letter it is {_moves(effect)}"
    others = _other_readings(study)
    helping = {name: one for name, one in others.items() if one.mean < 0 and not contains_zero(one)}
    if not others:
        return f"{said}."
    if not helping:
        return f"{said}, and none of {plural(len(others), 'other reading')} lowers it."
    best = min(helping, key=lambda name: helping[name].mean)
    effect = helping[best]
    lead = "most of all" if len(helping) > 1 else "which is"
    return (
        f"{said}; of {plural(len(others), 'other reading')} {len(helping)} "
        f"{'lowers' if len(helping) == 1 else 'lower'} it, {lead} “{_in_words(best)}”, by "
        f"{percent(-effect.mean, 2)} points over {plural(effect.repeats, 'repeat')}; no claim is "
        "judged by it."
    )


def _other_readings(study: Study) -> dict[str, Effect]:
    """Return the change of the error rate under each other reading of the text that was run."""
    rows = rows_of(study, "readings")
    names = dict.fromkeys(row["reading"] for row in rows if row["method"] == AWARE)
    found = {}
    for name in names:
        try:
            found[name] = _effect(study, rows_of(study, "readings", reading=name), AWARE)
        except NothingToShow:
            continue
    return found


def _in_words(reading: str) -> str:
    return reading.replace("_", " ").replace(": ", ", ")


def _relative(study: Study) -> str:
    effect = _effect(study, grid(study), TILTED)
    return f"With a published loss that tilts towards hard negatives it is {_moves(effect)}."


def _classes(study: Study) -> str:
    effect = _effect(study, grid(study), CLASSES)
    return f"With plain cross-entropy, which knows no pairs, it is {_moves(effect)}."


# -- with their numbers ----------------------------------------------------------------------------


def _levels(study: Study) -> str:
    values = by_seed(grid(study), EER, ("method",))
    each = "; ".join(
        f"{method_label(method)} {mean_and_spread(list(seeds.values()), 2)}"
        for (method,), seeds in values.items()
    )
    return f"**Equal error rate**, in percent, mean ± standard deviation over seeds: {each}."


def _over(study: Study) -> str:
    rows, said = grid(study), []
    for name in (AWARE, PRINTED, TILTED, CLASSES):
        for metric, words in ((EER, "EER"), (AUC, "AUC")):
            try:
                effect = _effect(study, rows, name, metric=metric)
            except NothingToShow:
                continue
            said.append(f"{method_label(name)}, {words} {_with_ends(effect)}")
    if not said:
        raise NothingToShow("nothing stands beside the plain loss")
    return f"**Over the plain loss**, in points: {'; '.join(said)}."


def _with_ends(effect: Effect) -> str:
    return f"{points(effect.mean, 2)}{effect_ends(effect, 2)}"


def _domains(study: Study) -> str:
    said = []
    for domain in ("within", "across", "pooled"):
        effect = _effect(study, rows_of(study, "devices", domain=domain), AWARE)
        said.append(f"{domain} {_with_ends(effect)}")
    return f"**Two devices**, change in EER over the plain loss by pairs: {'; '.join(said)}."


def _seen(study: Study) -> str:
    said = []
    for name in (PLAIN, AWARE):
        own = [
            [row[EER] for row in rows if row["method"] == name]
            for rows in (rows_of(study, "seen"), grid(study))
        ]
        if not all(own):
            raise NothingToShow("no pairs of trained identities were measured")
        first, second = (mean_and_spread(of, 2) for of in own)
        said.append(f"{method_label(name)} {first} of trained people, {second} of others")
    return f"**Open set**, EER in percent: {'; '.join(said)}."


def _gradient(study: Study) -> str:
    rows, said = grid(study, SHARES), []
    for metric, words in zip(SHARES, ("positives", "negatives"), strict=True):
        known = by_seed(rows, metric, ("method",))
        each = ", ".join(
            f"{method_label(method)} {percent(sum(of.values()) / len(of))}"
            for (method,), of in known.items()
        )
        said.append(f"hardest {words} {each}")
    return f"**Gradient on the hardest tenth**, in percent of all: {'; '.join(said)}."


def _readings(study: Study) -> str:
    said = []
    for name in dict.fromkeys(row["reading"] for row in rows_of(study, "readings")):
        effect = _effect(study, rows_of(study, "readings", reading=name), AWARE)
        said.append(f"{_in_words(name)} {_with_ends(effect)}")
    if not said:
        raise NothingToShow("no other reading was run")
    return f"**Other readings**, change in EER over the plain loss: {'; '.join(said)}."


def _elsewhere(study: Study) -> str:
    effect = _effect(study, rows_of(study, "characters"), AWARE)
    return f"**Omniglot**, change in EER over the plain loss: {_with_ends(effect)}."
